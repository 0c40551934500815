"""A folder of a company's CSV files becomes a dataset by a mapping; two well-known tools' are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from forecasting.connectors.sources.csv_folder import shipped
from forecasting.dataset.check import check
from forecasting.dataset.read import read
from tests.support.command import reorder

MAPPING = {
    "orders": {
        "query": "select s.*, a.Art from sales s join articles a on a.Id = s.ArticleId where s.Qty > 0",
        "columns": {
            "Art": "sku",
            "Qty": "quantity",
            "No": "order",
            "Booked": "ordered_at",
            "State": "status",
        },
        "values": {"status": {"closed": "shipped"}},
        "decimal": ",",
        "dates": "%d.%m.%Y",
        "units": {"quantity": 12},
    },
    "products": {"file": "Articles.csv", "columns": {"Art": "sku", "Vendor": "supplier"}},
}


def written(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


@pytest.fixture
def files(tmp_path):
    sales = 'No;ArticleId;Qty;Booked;State\n1;10;2;01.06.2026;closed\n2;11;"1,5";02.06.2026;\n3;11;0;;\n'
    return written(
        tmp_path / "files", sales=sales, Articles="Id,Art,Vendor\n10,A,ACME\n11,B,Bolt\n", empty=""
    )


def mapped(tmp_path, mapping=MAPPING) -> Path:
    file = tmp_path / "map.yaml"
    file.write_text(yaml.safe_dump(mapping))
    return file


def test_files_and_queries_over_them_become_tables(files, tmp_path):
    ended = reorder("import", "csv", files, tmp_path / "data", "--mapping", mapped(tmp_path))
    assert ended.code == 0, ended.err
    data = read(tmp_path / "data")
    orders = data.orders[["order", "sku", "quantity", "status"]].astype(object)
    assert orders.where(orders.notna(), None).to_numpy().tolist() == [
        ["1", "A", 24.0, "shipped"],
        ["2", "B", 18.0, None],
    ]
    assert data.orders["ordered_at"].astype(str).tolist() == ["2026-06-01", "2026-06-02"]
    assert data.products[["sku", "supplier"]].to_numpy().tolist() == [["A", "ACME"], ["B", "Bolt"]]


def test_a_mapping_is_proposed_that_reads_the_folder(tmp_path):
    files = written(tmp_path / "files", orders_2026="order no,item,qty,order date\n1,A,3,2026-06-01\n")
    proposed = reorder("import", "csv", files, "--inspect")
    assert proposed.code == 0, proposed.err
    (tmp_path / "map.yaml").write_text(proposed.out)
    done = reorder("import", "csv", files, tmp_path / "data", "--mapping", tmp_path / "map.yaml")
    assert done.code == 0, done.err
    assert read(tmp_path / "data").orders["quantity"].tolist() == [3.0]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"orders": {"file": "sals.csv"}}, "did you mean 'sales.csv'"),
        ({"orders": {"query": "select * from nowhere"}}, "no such table: nowhere"),
        ({"orders": {"query": "select [No such] from sales"}}, "no such column: No such"),
        ({"orders": {}}, "needs file: or query:"),
        ({"ordrs": {"file": "sales.csv"}}, "did you mean 'orders'"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_told(files, tmp_path, mapping, said):
    ended = reorder("import", "csv", files, tmp_path / "data", "--mapping", mapped(tmp_path, mapping))
    assert ended.code == 1 and said in ended.err


def test_a_column_that_yaml_takes_for_no_is_told(files, tmp_path):
    file = tmp_path / "map.yaml"
    file.write_text("orders:\n  file: sales.csv\n  separator: ';'\n  columns: {No: order}\n")
    ended = reorder("import", "csv", files, tmp_path / "data", "--mapping", file)
    assert ended.code == 1 and 'Put it into quotes: "No".' in ended.err


SHOPIFY = {
    "orders_export": "Name,Email,Created at,Fulfilled at,Cancelled at,Lineitem quantity,"
    """Lineitem sku,Lineitem price,Lineitem fulfillment status
#1001,a@x.example,2026-06-01 23:30:00 -0500,2026-06-01 23:45:00 -0500,,2,LAMP,20.00,fulfilled
#1001,,,,,1,BULB,5.00,pending
#1002,b@x.example,2026-06-02 08:00:00 -0500,,2026-06-03 08:00:00 -0500,4,LAMP,20.00,pending
#1002,,,,,1,,0.00,pending
""",
    "products_export": """Handle,Title,Vendor,Variant SKU,Variant Price,Cost per item,Variant Inventory Policy
lamp,Lamp,ACME,LAMP,20.00,8.00,continue
lamp,,,,,,
bulb,Bulb,Bolt,BULB,5.00,1.00,deny
""",
    "inventory_export": """Handle,SKU,Location,On hand (current)
lamp,LAMP,Main Street,7
bulb,BULB,Main Street,not stocked
""",
    "purchase_orders": "PO number,Supplier,SKU,Status,Ordered,Received,Cost price,Location,Created at,"
    """Expected on,Received at
PO1,ACME,LAMP,Received,10,10,8.00,Main Street,2026-05-01,2026-05-10,2026-05-12
PO2,ACME,LAMP,Ordered,12,5,8.00,Main Street,2026-06-01,2026-06-10,
PO3,Bolt,BULB,Draft,9,0,1.00,Main Street,2026-06-02,,
""",
}


def test_a_shopify_shop_that_bought_by_stocky_is_imported(tmp_path):
    files = written(tmp_path / "files", **SHOPIFY)
    ended = reorder("import", "stocky", files, tmp_path / "data", "--as-of", "2026-06-03")
    assert ended.code == 0, ended.err
    data = read(tmp_path / "data")
    orders = data.orders[["order", "sku", "quantity", "unit_price", "customer", "status"]]
    assert orders.to_numpy().tolist() == [
        ["#1001", "LAMP", 2.0, 20.0, "a@x.example", "shipped"],
        ["#1001", "BULB", 1.0, 5.0, "a@x.example", "open"],
        ["#1002", "LAMP", 4.0, 20.0, "b@x.example", "cancelled"],
    ]
    assert data.orders["ordered_at"].astype(str).tolist()[0] == "2026-06-01 23:30:00"
    assert data.orders["shipped_at"].dt.strftime("%m-%d").fillna("").tolist() == ["06-01", "", ""]
    products = data.products[["sku", "description", "supplier", "unit_cost", "backorder"]]
    assert products.to_numpy().tolist() == [
        ["BULB", "Bulb", "Bolt", 1.0, "refused"],
        ["LAMP", "Lamp", "ACME", 8.0, "allowed"],
    ]
    assert data.stock[["sku", "on_hand", "location"]].to_numpy().tolist() == [["LAMP", 7.0, "Main Street"]]
    assert data.stock["as_of"].astype(str).tolist() == ["2026-06-03"]
    bought = data.purchase_orders[["purchase_order", "quantity", "quantity_received", "status"]]
    assert bought.to_numpy().tolist() == [
        ["PO1", 10.0, 10.0, "received"],
        ["PO2", 12.0, 5.0, "open"],
        ["PO3", 9.0, 0.0, "draft"],
    ]


PLANNER = {
    "variants": """VARIANT_ID,SKU,TITLE,BARCODE,PRODUCT_ID,PRICE,CREATED_AT,UPDATED_AT,REMOVED
v1,LAMP,Lamp,,p1,20,2026-01-01,2026-01-01,false
v2,BULB,Bulb,,p2,5,2026-01-01,2026-01-01,False
""",
    "vendors": """VENDOR_ID,DISPLAY_NAME,CURRENCY,REMOVED,UPDATED_AT
n1,ACME,EUR,false,2026-01-01
""",
    "variant_vendors": """VARIANT_ID,VENDOR_ID,REMOVED,UPDATED_AT,COST_PRICE,MOQ,UOM
v1,n1,false,2026-01-01,8,10,5
""",
    "variant_warehouses": """VARIANT_ID,WAREHOUSE_ID,IN_STOCK,REMOVED,UPDATED_AT
v1,north,7,false,2026-06-03 10:00:00
""",
    "sales_orders": "ORDER_ID,ID,VARIANT_ID,WAREHOUSE,CURRENCY,QUANTITY,PRICE,CREATED_AT,REMOVED,UPDATED_AT,"
    """CUSTOMER,CANCELLED
l1,o1,v1,north,EUR,2,20,2026-06-01 10:00:00,false,2026-06-01,Ann,false
l2,o1,v2,north,EUR,-1,5,2026-06-01 10:00:00,false,2026-06-01,Ann,false
l3,o2,v2,north,EUR,3,5,2026-06-02 10:00:00,false,2026-06-02,Bob,true
""",
    "stock_orders": "ID,STATUS,WAREHOUSE,VENDOR,CREATED_DATE,LINE_ITEM_ID,VARIANT_ID,SKU,"
    """REPLENISHMENT,RECEIVED,RECEIVED_DATE,COST_PRICE,REMOVED,TYPE,EXPECTED_DATE
s1,open,north,n1,2026-05-01 09:00:00,a,v1,,10,10,2026-05-09 09:00:00,8,false,po,2026-05-08 00:00:00
s2,sent,north,n1,2026-06-01 09:00:00,b,v1,,10,4,2026-06-02 09:00:00,8,false,po,
s3,sent,north,n1,2026-06-01 09:00:00,c,v1,,10,0,,8,false,transfer,
""",
}


def test_the_files_of_inventory_planner_are_imported(tmp_path):
    files = written(tmp_path / "files", **PLANNER)
    ended = reorder("import", "inventory-planner", files, tmp_path / "data")
    assert ended.code == 0, ended.err
    data = read(tmp_path / "data")
    orders = data.orders[["order", "line", "sku", "quantity", "location", "customer", "status"]].astype(
        object
    )
    assert orders.where(orders.notna(), None).to_numpy().tolist() == [
        ["o1", "l1", "LAMP", 2.0, "north", "Ann", None],
        ["o2", "l3", "BULB", 3.0, "north", "Bob", "cancelled"],
    ]
    lamp = data.products.set_index("sku").loc["LAMP"]
    assert lamp[["supplier", "unit_cost", "min_order_quantity", "pack_size"]].tolist() == ["ACME", 8.0, 10, 5]
    assert data.stock["on_hand"].tolist() == [7.0]
    bought = data.purchase_orders[["purchase_order", "sku", "quantity_received", "status"]]
    assert bought.to_numpy().tolist() == [["s1", "LAMP", 10.0, "received"], ["s2", "LAMP", 4.0, "open"]]
    assert data.purchase_orders["received_at"].dt.strftime("%m-%d").fillna("").tolist() == ["05-09", ""]


def test_of_a_shipped_mapping_tables_without_files_are_left_out_and_told(tmp_path):
    files = written(tmp_path / "files", orders_export=SHOPIFY["orders_export"])
    ended = reorder("import", "stocky", files, tmp_path / "data")
    assert ended.code == 0 and "table stock is left out: its files are not in the folder" in ended.out
    assert not check(tmp_path / "data").problems


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_mapping_can_be_printed_corrected_and_named(name, tmp_path):
    command = name.replace("_", "-")
    printed = reorder("import", command, tmp_path, "--inspect")
    assert set(yaml.safe_load(printed.out)) >= {"orders", "products", "stock", "purchase_orders"}
    files = written(tmp_path / "files", **(SHOPIFY if name == "stocky" else PLANNER))
    (tmp_path / "mine.yaml").write_text(printed.out)
    for at, more in enumerate(((), ("--mapping", tmp_path / "mine.yaml"))):
        done = reorder("import", command, files, tmp_path / f"data{at}", "--as-of", "2026-06-03", *more)
        assert done.code == 0, done.err
    first, second = (sorted((tmp_path / f"data{at}").glob("*.parquet")) for at in (0, 1))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_what_is_wrong_is_told_of_their_files_and_of_the_mapping_that_they_wrote(files, tmp_path):
    mapping = {**MAPPING, "products": {"file": "Articles.csv", "columns": {"Artt": "sku"}}}
    ended = reorder("import", "csv", files, tmp_path / "data", "--mapping", mapped(tmp_path, mapping))
    assert ended.code == 1 and "Artt" in ended.err and "Articles.csv" in ended.err
    for ours in ("dataset.yaml", "products-Articles.csv", "their_orders.csv"):
        assert ours not in ended.err
    wrong = {**MAPPING, "products": {"file": "Articles.csv", "colums": {}}}
    ended = reorder("import", "csv", files, tmp_path / "data", "--mapping", mapped(tmp_path, wrong))
    assert ended.code == 1 and "map.yaml" in ended.err and "dataset.yaml" not in ended.err


@pytest.mark.parametrize("tool", ["stocky", "inventory-planner"])
def test_a_folder_without_any_of_a_tool_s_files_is_said_to_be_so(tmp_path, tool):
    ended = reorder("import", tool, written(tmp_path / "files", other="a,b\n"), tmp_path / "data")
    assert ended.code == 1
    assert "none of the files that" in ended.err and "--inspect prints which" in ended.err


def test_a_proposed_mapping_says_how_it_is_named_and_a_folder_that_is_none_is_told(files, tmp_path):
    proposed = reorder("import", "csv", files, "--inspect")
    assert "name it by --mapping" in proposed.out and "reorder check" not in proposed.out
    nowhere = reorder("import", "csv", tmp_path / "nowhere", "--inspect")
    assert nowhere.code == 1 and "is no folder of CSV files" in nowhere.err
