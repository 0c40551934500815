"""A company's own database becomes a dataset by a mapping, and a mapping is proposed for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from forecasting.connectors.sources.sql import SqlSource
from forecasting.dataset.read import read
from forecasting.errors import ConfigError, DataError, RequestError
from forecasting.store.connection import sql_target
from tests.support.command import reorder

STATEMENTS = """
create table erp_sales (order_no varchar(20), art varchar(20), qty numeric(10, 2), booked timestamp,
    state varchar(10), modified timestamp);
create table erp_articles (art varchar(20), vendor varchar(40), cost numeric(10, 2));
create table erp_stock (art varchar(20), on_hand_dozen numeric(10, 2), counted varchar(10));
insert into erp_sales values ('1', 'A', 2, '2026-06-01 10:00:00', 'closed', '2026-06-02 00:00:00');
insert into erp_sales values ('2', 'B', 5.5, '2026-06-03 11:00:00', 'new', '2026-06-09 00:00:00');
insert into erp_articles values ('A', 'ACME', 2.50);
insert into erp_articles values ('B', 'Bolt', 1.25);
insert into erp_stock values ('A', 2, '2026-06-09');
"""
TABLES = ("erp_sales", "erp_articles", "erp_stock")
MAPPING = {
    "orders": {
        "table": "erp_sales",
        "changed_at": "modified",
        "columns": {
            "order_no": "order",
            "art": "sku",
            "qty": "quantity",
            "booked": "ordered_at",
            "state": "status",
        },
        "values": {"status": {"closed": "shipped", "new": "open"}},
    },
    "products": {
        "query": "select art, vendor, cost from erp_articles where cost > 0",
        "columns": {"art": "sku", "vendor": "supplier", "cost": "unit_cost"},
    },
    "stock": {
        "table": "erp_stock",
        "columns": {"art": "sku", "on_hand_dozen": "on_hand", "counted": "as_of"},
        "units": {"on_hand": 12},
    },
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    made = f"sqlite:///{tmp_path / 'erp.db'}"
    if request.param == "postgresql":
        made = request.getfixturevalue("postgresql_url")
    run(made, STATEMENTS)
    yield made
    run(made, ";".join(f"drop table {table}" for table in TABLES))


def run(url: str, statements: str) -> None:
    engine = sa.create_engine(sql_target(url))
    with engine.begin() as connection:
        for statement in statements.split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def mapping(tmp_path) -> Path:
    file = tmp_path / "erp.yaml"
    file.write_text(yaml.safe_dump(MAPPING))
    return file


def test_their_tables_words_and_units_become_ours(url, mapping, tmp_path):
    ended = reorder("import", "sql", url, tmp_path / "data", "--mapping", mapping)
    assert ended.code == 0, ended.err
    assert "orders: 2 rows" in ended.out
    data = read(tmp_path / "data")
    assert data.orders[["order", "sku", "quantity", "status"]].to_numpy().tolist() == [
        ["1", "A", 2.0, "shipped"],
        ["2", "B", 5.5, "open"],
    ]
    assert data.orders["ordered_at"].astype(str).tolist() == ["2026-06-01 10:00:00", "2026-06-03 11:00:00"]
    assert data.products[["sku", "supplier", "unit_cost"]].to_numpy().tolist() == [
        ["A", "ACME", 2.5],
        ["B", "Bolt", 1.25],
    ]
    assert data.stock[["sku", "on_hand"]].to_numpy().tolist() == [["A", 24.0]]


def test_imported_again_it_is_the_same_and_each_days_stock_is_kept(url, mapping, tmp_path):
    for _ in range(2):
        assert reorder("import", "sql", url, tmp_path / "data", "--mapping", mapping).code == 0
    first = read(tmp_path / "data")
    assert len(first.orders) == 2 and len(first.stock) == 1

    run(url, "delete from erp_sales where order_no = '1'")
    run(url, "update erp_stock set on_hand_dozen = 1, counted = '2026-06-10'")
    reorder("import", "sql", url, tmp_path / "data", "--mapping", mapping)
    later = read(tmp_path / "data")
    assert later.orders["order"].tolist() == ["2"]
    assert later.stock[["on_hand"]].to_numpy().ravel().tolist() == [24.0, 12.0]


def test_only_what_was_changed_since_is_read_where_the_source_can_tell(url, mapping):
    changes = SqlSource(url, mapping).changes(datetime(2026, 6, 5))
    assert changes.rows == {"orders": 1, "products": 2, "stock": 1}
    assert changes.tables["orders"]["order"].tolist() == ["2"]


def test_a_mapping_is_proposed_that_reads_what_it_understood(tmp_path):
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    run(
        url,
        "create table sales_orders (order_number text, item text, qty real, order_date text, status text)",
    )
    run(url, "insert into sales_orders values ('7', 'A', 3, '2026-06-01', 'closed')")
    ended = reorder("import", "sql", url, "--inspect")
    assert ended.code == 0, ended.err
    proposed = yaml.safe_load(ended.out)
    assert proposed["orders"]["table"] == "sales_orders"

    (tmp_path / "shop.yaml").write_text(ended.out)
    done = reorder("import", "sql", url, tmp_path / "data", "--mapping", tmp_path / "shop.yaml")
    assert done.code == 0, done.err
    orders = read(tmp_path / "data").orders
    assert orders[["order", "sku", "quantity", "status"]].to_numpy().tolist() == [["7", "A", 3.0, "shipped"]]


@pytest.mark.parametrize("name", ["purchase_lines", "bought_goods"])
def test_purchases_are_proposed_as_purchases_also_under_a_name_of_their_own(tmp_path, name):
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    columns = (
        "PONumber text, ArticleNo text, QtyOrdered real, OrderedOn text, ExpectedOn text, ReceivedOn text"
    )
    run(url, f"create table {name} ({columns}, Vendor text)")
    run(url, f"insert into {name} values ('P1', 'A', 3, '2026-06-01', '2026-06-20', null, 'ACME')")
    ended = reorder("import", "sql", url, "--inspect")
    assert yaml.safe_load(ended.out)["purchase_orders"]["columns"] == {
        "PONumber": "purchase_order",
        "ArticleNo": "sku",
        "QtyOrdered": "quantity",
        "OrderedOn": "ordered_at",
        "ExpectedOn": "expected_at",
        "ReceivedOn": "received_at",
        "Vendor": "supplier",
    }


def test_what_is_wrong_is_told_with_its_row_and_without_the_password(url, mapping, tmp_path):
    run(url, "update erp_sales set state = 'odd' where order_no = '2'")
    with pytest.raises(DataError, match="odd"):
        SqlSource(url, mapping).changes()
    mapping.write_text(yaml.safe_dump({"orders": {"table": "nowhere"}}))
    with pytest.raises(RequestError, match="cannot be read as the mapping says"):
        SqlSource(url, mapping).changes()
    for wrong, said in (
        ({"ordrs": {"table": "x"}}, "did you mean 'orders'"),
        ({"orders": {}}, "needs table: or query:"),
    ):
        mapping.write_text(yaml.safe_dump(wrong))
        with pytest.raises(ConfigError, match=said):
            SqlSource(url, mapping)


def test_facts_of_supply_are_mapped_like_any_other_table(tmp_path):
    url = f"sqlite:///{tmp_path / 'supply.db'}"
    run(
        url,
        STATEMENTS
        + """
create table offers (art varchar(9), vendor varchar(9), price numeric, box_of numeric, days numeric);
create table sets (art varchar(9), part varchar(9), n numeric);
create table batches (art varchar(9), n numeric, best_before varchar(10), counted varchar(10));
create table sites (name varchar(9), fed_by varchar(9), days numeric);
create table holidays (vendor varchar(9), first varchar(10), last varchar(10));
create table money (code varchar(3), worth numeric);
insert into offers values ('A', 'Bolt', 11.5, 12, 30);
insert into erp_sales values ('3', 'SET', 1, '2026-06-04 11:00:00', 'new', '2026-06-09 00:00:00');
insert into sets values ('SET', 'A', 2);
insert into batches values ('A', 24, '2026-09-01', '2026-06-09');
insert into sites values ('shop', 'main', 2);
insert into holidays values ('Bolt', '2026-12-20', '2027-01-06');
insert into money values ('USD', 0.8);
""",
    )
    offer = {"art": "sku", "vendor": "supplier", "price": "unit_cost", "days": "lead_time_days"}
    mapping = {
        "supplier_items": {"table": "offers", "columns": {**offer, "box_of": "units_per_purchase_unit"}},
        "kits": {"table": "sets", "columns": {"art": "sku", "part": "component", "n": "quantity"}},
        "lots": {
            "table": "batches",
            "columns": {"art": "sku", "n": "on_hand", "best_before": "expires_on", "counted": "as_of"},
        },
        "locations": {
            "table": "sites",
            "columns": {"name": "location", "fed_by": "supplied_by", "days": "transfer_days"},
        },
        "closures": {
            "table": "holidays",
            "columns": {"vendor": "supplier", "first": "from", "last": "until"},
        },
        "currencies": {"table": "money", "columns": {"code": "currency", "worth": "rate"}},
    }
    file = tmp_path / "mapping.yaml"
    file.write_text(yaml.safe_dump({**MAPPING, **mapping}))
    ended = reorder("import", "sql", url, tmp_path / "data", "--mapping", file)
    assert ended.code == 0, ended.err
    data = read(tmp_path / "data")
    offers = data.supplier_items.iloc[0]
    assert [offers[name] for name in ("supplier", "unit_cost", "units_per_purchase_unit")] == [
        "Bolt",
        11.5,
        12,
    ]
    for name, rows in (("kits", 1), ("lots", 1), ("locations", 1), ("closures", 1), ("currencies", 1)):
        assert len(getattr(data, name)) == rows, name
