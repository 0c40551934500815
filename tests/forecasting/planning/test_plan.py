"""The main job: a plan's tables, its reasons and assumptions, and where they are written."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pandas as pd
import pytest

from forecasting import bootstrap
from forecasting.config import Secrets, load
from forecasting.dataset.read import read
from forecasting.domain import day_number
from forecasting.errors import RequestError
from forecasting.inputs.read_records import read_records
from forecasting.planning.forecast import forecast
from forecasting.planning.plan import plan
from forecasting.store.figures import exact_value
from tests.support.builders import order, records

AS_OF = day_number("2026-06-28")
COLUMNS = """run as_of location sku supplier policy model quantity packs unit_cost value order_by arrives_on
on_hand on_order backlog inventory_position on_order_late ordered_ahead unseen_demand expiring next_receipt
lead_time_days
protection_days demand_mean demand_q50 demand_q80 demand_q95 demand_q98 safety_stock reorder_point
order_up_to stockout_probability
stockout_probability_if_ordered expected_short_units expected_short_units_if_ordered expected_cost
expected_cost_if_ordered marginal_value reason flags rule""".split()


def secrets(url: str) -> Secrets:
    return Secrets(database_url=url)


@pytest.fixture(scope="module")
def planned(sample):
    return plan(read_records(str(sample)), load(), AS_OF)


@pytest.fixture(scope="module")
def table(planned):
    return planned.tables["recommendations"]


def test_the_columns_are_the_contract(table):
    assert list(table.columns) == COLUMNS


def test_every_item_is_planned_or_listed_with_the_reason(sample, table):
    products = read(str(sample)).products
    assert set(products["sku"].astype(str)) == set(table["sku"])
    assert table["reason"].str.len().min() > 20
    assert 0 < (table["quantity"] > 0).sum() < len(table)


def at_the_minimum(sample, table):
    products = read(str(sample)).products.set_index("sku").reindex(table["sku"])
    smallest = products["min_order_quantity"].fillna(0).to_numpy()
    return table["sku"][table["quantity"].to_numpy() < smallest + products["pack_size"].fillna(1).to_numpy()]


def test_the_numbers_of_a_row_agree(sample, table):
    assert (table["on_hand"] + table["on_order"] - table["backlog"] == table["inventory_position"]).all()
    assert table["value"].to_numpy() == pytest.approx(table["quantity"] * table["unit_cost"], abs=5e-5)
    assert table["safety_stock"].to_numpy() == pytest.approx(
        table["reorder_point"] - table["demand_mean"], abs=1e-3
    )
    quantiles = table[["demand_q50", "demand_q80", "demand_q95", "demand_q98"]].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    for name in ("stockout_probability", "stockout_probability_if_ordered"):
        assert table[name].between(0, 1).all()
    # What fills an order up to free freight saves there, and may cost something by itself.
    alone = ~table["flags"].str.contains("free_freight")
    assert (table["expected_cost_if_ordered"] <= table["expected_cost"] + 1e-9)[alone].all()
    assert (table["expected_short_units_if_ordered"] <= table["expected_short_units"] + 1e-9).all()
    assert (table.loc[table["quantity"] > 0, "order_by"] == "2026-06-28").all()
    # Only a unit that a minimum forces upon us, or that an order line less pays for, may lose money.
    forced = table["sku"].isin(at_the_minimum(sample, table))
    lines_cost = read(str(sample)).suppliers.set_index("supplier")["line_cost"]
    forced |= lines_cost.reindex(table["supplier"]).fillna(0).to_numpy() > 0
    assert (table.loc[~forced, "marginal_value"] >= 0).all()
    assert not table.drop(columns=["order_by", "next_receipt"]).isna().any().any()


def test_packs_and_minimums_are_kept(sample, table):
    products = read(str(sample)).products.set_index("sku")
    bought = table[table["quantity"] > 0].set_index("sku")
    terms = products.loc[bought.index]
    pack = terms["pack_size"].fillna(1)
    assert (bought["quantity"] % pack == 0).all()
    assert (bought["quantity"] >= terms["min_order_quantity"].fillna(0)).all()
    assert (bought["packs"] * pack == bought["quantity"]).all()


def test_assumptions_are_listed_with_the_items_they_touch(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", f"2026-01-{day:02d}", 3) for day in range(1, 29)]
        + [order("b", "2026-01-09", 1, unit_price=4)],
        products=[{"sku": "a", "unit_cost": 2.5, "pack_size": 6}],
    )
    said = plan(data, load(), day_number("2026-01-28")).tables["assumptions"].set_index("setting")
    assert said.loc["lead_time_days", ["value", "items"]].tolist() == ["14", 2]
    assert said.loc["on_hand", "items"] == 2
    assert said.loc["unit_price", "items"] == 1
    assert said.loc["unit_cost_share", "items"] == 1
    assert said.loc["pack_size", "items"] == 1


def test_assumptions_name_the_tables_and_columns_that_were_not_given(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", f"2026-01-{day:02d}", 3, due="2026-02-01") for day in range(1, 29)],
        products=[{"sku": "a", "unit_cost": 2.5}],
    )
    said = plan(data, load(), day_number("2026-01-28")).tables["assumptions"].set_index("setting")
    assert said.loc["table stock", ["value", "items"]].tolist() == ["not given", 1]
    lacks = said.loc["table orders", "value"].removeprefix("without ").split(", ")
    assert "status" in lacks and "shipped_at" in lacks and "due" not in lacks and "sku" not in lacks
    # A cost of its own that no product has is told of by the setting that stands for it.
    assert "holding_rate" not in said.loc["table products", "value"] and "holding_rate" in said.index


def test_stock_on_order_and_backlog_are_as_of_the_day(tmp_path):
    rows = [
        order("a", f"2026-01-{day:02d}", 3, status="shipped", shipped_at=f"2026-01-{day:02d}")
        for day in range(1, 11)
    ]
    rows.append(order("a", "2026-01-09", 5, status="shipped", shipped_at="2026-01-20"))
    rows.append(order("a", "2026-01-10", 4, status="open", quantity_shipped=1))
    rows.append(order("a", "2026-01-10", 7, status="refused"))
    rows.append(order("a", "2026-01-12", 9, status="open"))
    data = records(
        tmp_path,
        orders=rows,
        stock=[
            {"as_of": "2026-01-03", "sku": "a", "on_hand": 50},
            {"as_of": "2026-01-08", "sku": "a", "on_hand": 12},
            {"as_of": "2026-01-11", "sku": "a", "on_hand": 99},
        ],
        purchase_orders=[
            {
                "purchase_order": "1",
                "sku": "a",
                "quantity": 20,
                "ordered_at": "2026-01-02",
                "received_at": "2026-01-12",
            },
            {
                "purchase_order": "2",
                "sku": "a",
                "quantity": 30,
                "ordered_at": "2026-01-02",
                "received_at": "2026-01-09",
            },
            {
                "purchase_order": "3",
                "sku": "a",
                "quantity": 40,
                "ordered_at": "2026-01-02",
                "expected_at": "2027-01-12",
                "status": "open",
            },
            {
                "purchase_order": "4",
                "sku": "a",
                "quantity": 50,
                "ordered_at": "2026-01-02",
                "status": "draft",
            },
            {"purchase_order": "5", "sku": "a", "quantity": 60, "ordered_at": "2026-01-11", "status": "open"},
        ],
    )
    row = plan(data, load(), day_number("2026-01-10")).tables["recommendations"].iloc[0]
    assert (row.on_hand, row.on_order, row.backlog) == (12 + 30 - 3 - 3 - 1, 60, 5 + 3)
    assert {"late_purchase_order", "owed"} <= set(row["flags"].split(";"))
    assert "of which 42 too late to help" in row.reason


def test_stock_moves_on_from_its_last_count(tmp_path):
    data = records(
        tmp_path,
        orders=[
            order("a", "2026-01-20", 9, status="shipped", shipped_at="2026-01-20"),
            order("a", "2026-01-25", 2, status="shipped", shipped_at="2026-01-25"),
            order("a", "2026-01-26", 3, status="shipped", shipped_at="2026-01-27"),
            order("a", "2026-01-28", 4, status="open", quantity_shipped=0),
            order("a", "2026-01-28", 5, status="shipped", shipped_at="2026-01-29"),
        ],
        stock=[{"as_of": "2026-01-25", "sku": "a", "on_hand": 5}],
        purchase_orders=[
            {
                "purchase_order": "1",
                "sku": "a",
                "quantity": 50,
                "quantity_received": 48,
                "ordered_at": "2026-01-02",
                "received_at": "2026-01-27",
            }
        ],
    )
    row = plan(data, load(), day_number("2026-01-28")).tables["recommendations"].iloc[0]
    assert (row.on_hand, row.on_order, row.backlog) == (5 + 48 - 3, 0, 4 + 5)


def test_a_far_away_purchase_order_does_not_hide_a_shortage(tmp_path):
    def quantity(folder, expected):
        data = records(
            folder,
            orders=[order("a", f"2026-01-{day:02d}", 3) for day in range(1, 29)],
            purchase_orders=[
                {
                    "purchase_order": "1",
                    "sku": "a",
                    "quantity": 500,
                    "ordered_at": "2026-01-20",
                    "expected_at": expected,
                }
            ],
        )
        return plan(data, load(), day_number("2026-01-28")).tables["recommendations"]["quantity"][0]

    assert quantity(tmp_path / "soon", "2026-02-05") == 0
    assert quantity(tmp_path / "far", "2026-12-05") > 0


def test_an_item_that_ends_is_not_bought_again(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", f"2026-01-{day:02d}", 3) for day in range(1, 29)],
        products=[{"sku": "a", "ends_on": "2026-02-05"}],
    )
    row = plan(data, load(), day_number("2026-01-28")).tables["recommendations"].iloc[0]
    assert row.quantity == 0
    assert row.reason == "Nothing: the item ends on 2026-02-05, before an order could arrive on 2026-02-12."


@pytest.mark.parametrize(
    ("settings", "as_of", "said"),
    [
        ([], "2020-01-01", "before the first order line"),
        ([], "2027-06-28", "unknown, not nothing"),
        (["policy=min_maxx"], "2026-06-28", "did you mean 'min_max'"),
        (["policy=perfect_foresight"], "2026-06-28", "knows the future"),
        (["model=arima"], "2026-06-28", "did you mean .*Known are auto"),
    ],
)
def test_a_request_that_cannot_be_answered_says_why(sample, settings, as_of, said):
    with pytest.raises(RequestError, match=said):
        plan(read_records(str(sample)), load(None, settings), day_number(as_of))


@pytest.mark.parametrize("bucket", ["day", "month"])
def test_other_buckets_plan_much_the_same(sample, table, bucket):
    other = plan(read_records(str(sample)), load(None, [f"bucket={bucket}"]), AS_OF).tables["recommendations"]
    assert other["demand_mean"].sum() == pytest.approx(table["demand_mean"].sum(), rel=0.35)


def test_two_runs_write_the_same_bytes(sample, tmp_path):
    for name in ("one", "two"):
        planned = bootstrap.plan(str(sample), load(), AS_OF, out=tmp_path / name, csv=True)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    written = [f"{table}.{kind}" for table in planned.tables for kind in ("csv", "parquet")]
    assert names == sorted([*written, "run.json"])
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    one, two = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("one", "two"))
    one.pop("timings"), two.pop("timings")
    assert one == two


def test_a_database_holds_the_same_and_writing_again_changes_nothing(sample, tmp_path, table):
    file = tmp_path / "runs.sqlite"
    for _ in range(2):
        bootstrap.plan(str(sample), load(), AS_OF, out=None, csv=False, secrets=secrets(f"sqlite:///{file}"))
    with sqlite3.connect(file) as connection:
        stored = pd.read_sql("select * from recommendations order by location, sku", connection)
        runs = connection.execute("select run, command from runs").fetchall()
    connection.close()
    assert len(stored) == len(table)
    assert runs == [(table["run"][0], "plan")]
    for name in ("quantity", "value", "expected_cost", "demand_mean"):
        assert stored[name].to_numpy() == pytest.approx(table[name].to_numpy(), abs=1e-6)
    assert stored["reason"].tolist() == table["reason"].tolist()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "not a database"),
        ("sqlite:////no/such/folder/x.sqlite", "does not answer"),
        ("postgresql://user:secret@127.0.0.1:1/none", "does not answer"),
    ],
)
def test_a_database_that_does_not_answer_is_named_without_its_password(sample, url, said):
    with pytest.raises(RequestError, match=said) as error:
        bootstrap.plan(str(sample), load(), AS_OF, out=None, csv=False, secrets=secrets(url))
    assert "secret" not in str(error.value)


def test_a_folder_that_cannot_be_written_is_named(sample, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RequestError, match="cannot be written"):
        bootstrap.plan(str(sample), load(), AS_OF, out=tmp_path / "file", csv=False)


def test_a_forecast_is_one_row_an_item_with_rising_quantiles(sample):
    data = read_records(str(sample))
    table = forecast(data, load(), AS_OF, 28, (0.5, 0.8, 0.95))
    assert list(table.columns) == ["location", "sku", "model", "mean", "q0.5", "q0.8", "q0.95"]
    assert (np.diff(table[["q0.5", "q0.8", "q0.95"]], axis=1) >= 0).all()
    longer = forecast(data, load(), AS_OF, 56, (0.5,))
    # As asked over twice the time, an item may go to another model: only the whole must about double.
    assert longer["mean"].sum() == pytest.approx(2 * table["mean"].sum(), rel=0.2)


def test_a_forecast_per_period_adds_up_to_its_sum(sample):
    table = forecast(read_records(str(sample)), load(), AS_OF, 21, (0.5,), per_period=True)
    total = table[table["period"] == 0].set_index("sku")["mean"]
    parts = table[table["period"] > 0].groupby("sku")["mean"].sum()
    assert table["period"].max() == 3
    assert parts.sum() == pytest.approx(total.sum(), rel=0.02)
    assert table.loc[table["period"] == 2, "starts_on"].unique().tolist() == ["2026-07-06"]


def test_money_is_multiplied_exactly():
    assert exact_value(np.array([3.0, 7.0]), np.array([0.1, 0.07])).tolist() == [0.3, 0.49]


def test_postgresql_holds_exact_decimals(sample, postgresql_url, table):
    import sqlalchemy as sa

    for _ in range(2):
        bootstrap.plan(str(sample), load(), AS_OF, out=None, csv=False, secrets=secrets(postgresql_url))
    engine = sa.create_engine(postgresql_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("select sku, quantity, unit_cost, value, order_by from recommendations")
        ).all()
    engine.dispose()
    assert len(rows) == len(table)
    assert all(row.quantity * row.unit_cost == row.value for row in rows)
    assert {row.sku for row in rows} == set(table["sku"])
