"""The synthetic wholesaler, held against each promise of its page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forecasting.dataset import tables
from forecasting.dataset.tables import Kind, Table
from forecasting.errors import RequestError
from forecasting.sample import Sample, make_sample

MISTAKE = 50_000


@pytest.fixture(scope="module")
def sample() -> Sample:
    return make_sample()


def rules_broken(table: Table, frame: pd.DataFrame) -> list[str]:
    broken = [] if list(frame.columns) == [c.name for c in table.columns] else ["columns"]
    for column in table.columns:
        values = frame[column.name]
        given_values = values.dropna()
        if column.required and values.isna().any():
            broken.append(f"{column.name}: null")
        if column.kind is Kind.NUMBER:
            if column.minimum is not None and (given_values < column.minimum).any():
                broken.append(f"{column.name}: below minimum")
            if column.maximum is not None and (given_values > column.maximum).any():
                broken.append(f"{column.name}: above maximum")
            if column.above is not None and (given_values <= column.above).any():
                broken.append(f"{column.name}: not above")
        elif column.kind is Kind.CHOICE and not set(given_values.astype(object)) <= set(column.choices):
            broken.append(f"{column.name}: choice")
        elif column.kind is Kind.DATE and (given_values != given_values.dt.normalize()).any():
            broken.append(f"{column.name}: has a time")
        wanted = {Kind.NUMBER: "float64", Kind.DATE: "datetime64[us]", Kind.TIME: "datetime64[us]"}
        if str(values.dtype) != wanted.get(column.kind, "category"):
            broken.append(f"{column.name}: {values.dtype}")
    if table.key and frame[list(table.key)].dropna().duplicated().any():
        broken.append("key")
    return broken


def real(orders: pd.DataFrame) -> pd.DataFrame:
    """All lines but the absurd one."""
    return orders[orders["quantity"] < MISTAKE]


def demand_day(orders: pd.DataFrame) -> pd.Series:
    """The day on which a line is due to ship: at once, or when it was ordered for."""
    return orders["due"].where(orders["kind"] != "order", orders["ordered_at"].dt.normalize())


def short_share(sample: Sample) -> float:
    orders = real(sample.tables["orders"])
    orders = orders[demand_day(orders) <= orders["ordered_at"].max().normalize()]
    at_once = orders["shipped_at"].dt.normalize() == demand_day(orders)
    return float(1 - (at_once & (orders["quantity_shipped"] == orders["quantity"])).mean())


def by_item(frame: pd.DataFrame, value: str) -> pd.Series:
    return frame.groupby([frame["location"].astype(object), frame["sku"].astype(object)])[value].sum()


def check_stock_adds_up(sample: Sample) -> None:
    """Every snapshot = the opening + what was received - what was shipped up to then."""
    stock, orders = sample.tables["stock"], sample.tables["orders"]
    bought, flows = sample.tables["purchase_orders"], sample.truth["demand"]
    received = bought.assign(date=bought["received_at"].dt.normalize()).dropna(subset=["date"])
    for when in stock["as_of"].unique()[[0, 1, -2, -1]]:
        opening = by_item(stock[stock["as_of"] == stock["as_of"].min()], "on_hand")
        came = by_item(received[received["date"] <= when], "quantity_received")
        went = by_item(flows[flows["date"] <= when], "shipped")
        expected = opening.add(came, fill_value=0).sub(went, fill_value=0)
        found = by_item(stock[stock["as_of"] == when], "on_hand").reindex(expected.index, fill_value=0.0)
        pd.testing.assert_series_equal(found, expected, check_names=False, check_index_type=False)
    went, booked = by_item(flows, "shipped"), by_item(orders, "quantity_shipped")
    pd.testing.assert_series_equal(
        booked[booked > 0], went[went > 0], check_names=False, check_index_type=False
    )


def check_truth(sample: Sample) -> None:
    """What was asked for is shipped, lost or still owed; and it is never less than what is recorded."""
    flows, orders = sample.truth["demand"], real(sample.tables["orders"])
    assert (flows[["demanded", "shipped", "lost", "backordered", "unseen"]].to_numpy() >= 0).all()
    assert (flows["unseen"] <= flows["lost"]).all() and (flows["unseen"] <= flows["demanded"]).all()
    last = sample.tables["stock"]["as_of"].max()
    due = orders.assign(date=demand_day(orders))
    due = due[due["date"] <= last]
    waiting = due[due["status"] == "open"]
    owed = by_item(waiting.assign(left=waiting["quantity"] - waiting["quantity_shipped"]), "left")
    balance = by_item(flows, "demanded") - by_item(flows, "shipped") - by_item(flows, "lost")
    pd.testing.assert_series_equal(
        balance[balance != 0], owed[owed != 0], check_names=False, check_index_type=False
    )
    keys = ["date", "location", "sku"]
    recorded = (
        due.assign(**{key: due[key].astype(object) for key in keys[1:]}).groupby(keys)["quantity"].sum()
    )
    seen = flows.assign(**{key: flows[key].astype(object) for key in keys[1:]}).set_index(keys)
    seen = seen["demanded"] - seen["unseen"]
    pd.testing.assert_series_equal(
        recorded, seen[seen > 0].sort_index(), check_names=False, check_index_type=False
    )


def check_orders(sample: Sample) -> None:
    orders = sample.tables["orders"]
    shipped, asked = orders["quantity_shipped"], orders["quantity"]
    for column in ("shipped_at", "due"):
        assert (orders[column].dropna() >= orders["ordered_at"][orders[column].notna()]).all()
    cancelled = orders[orders["status"] == "cancelled"]
    assert (cancelled["cancelled_at"] > cancelled["ordered_at"]).all()
    assert not (cancelled["cancelled_at"] < cancelled["shipped_at"]).any()
    assert orders["cancelled_at"].notna().equals(orders["status"] == "cancelled")
    assert orders["shipped_at"].notna().equals(shipped > 0)
    assert (shipped == asked).equals(orders["status"] == "shipped")
    assert (
        (shipped <= asked).all() and (asked == np.rint(asked)).all() and (shipped == np.rint(shipped)).all()
    )
    assert orders["ordered_at"].is_monotonic_increasing
    place = orders.groupby("order", observed=True).cumcount() + 1
    assert (orders["line"].astype(object).astype(int) == place).all()


TABLES = [table for table in tables.TABLES if table is not tables.LOTS and not table.special]
"""The tables of a sample: its goods carry no dates."""


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_follows_the_contract(sample: Sample, table: Table) -> None:
    assert rules_broken(table, sample.tables[table.name]) == []
    assert len(sample.tables[table.name]) > 0


def test_stock_adds_up(sample: Sample) -> None:
    check_stock_adds_up(sample)


def test_the_truth_adds_up(sample: Sample) -> None:
    check_truth(sample)


def test_orders_are_consistent(sample: Sample) -> None:
    check_orders(sample)


def test_it_runs_out_now_and_then(sample: Sample) -> None:
    assert 0.03 < short_share(sample) < 0.12
    assert 60_000 < len(sample.tables["orders"]) < 120_000


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    first = make_sample(30, 120, seed=4).write(tmp_path / "first")
    second = make_sample(30, 120, seed=4).write(tmp_path / "second")
    other = make_sample(30, 120, seed=5).write(tmp_path / "other")
    assert [file.name for file in first] == [file.name for file in second]
    same = [a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True)]
    assert all(same)
    assert first[0].read_bytes() != other[0].read_bytes()


def test_the_files_hold_the_tables(tmp_path: Path) -> None:
    small = make_sample(20, 60)
    small.write(tmp_path)
    assert {file.stem for file in tmp_path.glob("*.parquet")} == {table.name for table in TABLES}
    assert {file.stem for file in (tmp_path / "truth").iterdir()} == {"demand", "parameters", "suppliers"}
    orders = pd.read_parquet(tmp_path / "orders.parquet")
    assert (orders["sku"].astype(object) == small.tables["orders"]["sku"].astype(object)).all()
    assert orders["ordered_at"].equals(small.tables["orders"]["ordered_at"])


def test_a_written_sample_reads_without_problems(tmp_path: Path) -> None:
    reader = pytest.importorskip("forecasting.dataset.read", reason="the reader is not there")
    small = make_sample(60, 200)
    small.write(tmp_path)
    dataset = reader.read(str(tmp_path))
    for table in TABLES:
        assert len(getattr(dataset, table.name)) == len(small.tables[table.name])


def test_products_differ_in_all_the_ways_promised(sample: Sample) -> None:
    products, parameters = sample.tables["products"], sample.truth["parameters"]
    assert set(parameters["class"]) == {"smooth", "regular", "intermittent", "lumpy"}
    assert products["category"].nunique() == 7
    assert set(products["backorder"].astype(object)) == {"allowed", "refused"}
    assert set(products["shown_as"].astype(object)) == {"on_backorder", "available"}
    for column in ("available_from", "ends_on", "shelf_life_days", "max_order_quantity", "storage_cost"):
        assert 0 < products[column].notna().sum() < len(products)
    assert products["pack_size"].nunique() > 2 and (products["min_order_quantity"] > 0).any()
    assert parameters["level_from"].notna().any() and (parameters["trend_per_year"] != 0).any()
    ranks = sample.tables["alternatives"]
    assert {1.0, 2.0} <= set(ranks["rank"]) and ranks["ratio"].nunique() > 1
    assert not (ranks["sku"].astype(object) == ranks["alternative"].astype(object)).any()


def test_money_is_exact_and_makes_sense(sample: Sample) -> None:
    tables = sample.tables
    for name in ("orders", "prices", "products", "purchase_orders", "price_breaks"):
        for column in {"unit_price", "unit_cost"} & set(tables[name].columns):
            money = tables[name][column]
            assert (money > 0).all() and (money == (money * 100).round() / 100).all()
    cost = tables["products"].set_index(tables["products"]["sku"].astype(object))["unit_cost"]
    for name in ("products", "orders", "prices"):
        sold = tables[name]
        assert (sold["unit_price"] > sold["sku"].astype(object).map(cost)).all()
    paid = tables["purchase_orders"]
    own_cost = paid["sku"].astype(object).map(cost)
    assert (paid["unit_cost"] <= own_cost).all() and (paid["unit_cost"] < own_cost).any()
    steps = tables["price_breaks"].groupby("sku", observed=True)["unit_cost"]
    assert (steps.first() > steps.last()).all()


def test_orders_are_sold_at_the_price_of_the_day(sample: Sample) -> None:
    orders = sample.tables["orders"].astype({"sku": object})
    prices = sample.tables["prices"].astype({"sku": object})[["from", "sku", "unit_price"]]
    listed = pd.merge_asof(
        orders, prices.sort_values("from"), left_on="ordered_at", right_on="from", by="sku",
        suffixes=("", "_listed"),
    )  # fmt: skip
    assert (listed["unit_price"] == listed["unit_price_listed"]).all()


def test_suppliers_differ(sample: Sample) -> None:
    suppliers, bought = sample.tables["suppliers"], sample.tables["purchase_orders"]
    assert len(suppliers) == 12 and suppliers["lead_time_days"].agg(["min", "max"]).tolist() == [7, 45]
    assert set(bought["status"].astype(object)) == {"received", "open", "draft", "cancelled"}
    received = bought[bought["status"] == "received"]
    late = (received["received_at"].dt.normalize() > received["expected_at"]).groupby(
        received["supplier"].astype(object)
    )
    assert (late.mean() == 0).any() and (late.mean() > 0.2).any()
    assert (received["quantity_received"] < received["quantity"]).any()
    assert (received["quantity_received"] > 0).all()
    assert (received["received_at"] >= received["expected_at"]).all()
    assert (bought["expected_at"].dropna() > bought["ordered_at"][bought["expected_at"].notna()]).all()


def test_purchase_orders_keep_the_terms(sample: Sample) -> None:
    sent = sample.tables["purchase_orders"].query("status in ['received', 'open']").astype({"sku": object})
    products = sample.tables["products"].astype({"sku": object}).set_index("sku")
    terms = products.loc[sent["sku"]].reset_index()
    quantity = sent["quantity"].reset_index(drop=True)
    assert (quantity % terms["pack_size"] == 0).all() and (quantity >= terms["min_order_quantity"]).all()
    assert not (quantity > terms["max_order_quantity"]).any()
    value = (quantity * terms["unit_cost"]).groupby(sent["purchase_order"].astype(object).to_numpy()).sum()
    whose = sent.groupby("purchase_order", observed=True)[["supplier", "ordered_at"]].first()
    suppliers = sample.tables["suppliers"].set_index("supplier")
    least = suppliers["min_order_value"].loc[whose["supplier"].astype(object)].to_numpy()
    assert (value.loc[whose.index.astype(object)].to_numpy() >= least).all()
    weekday = suppliers["review_weekday"].loc[whose["supplier"].astype(object)].astype(object).to_numpy()
    assert (whose["ordered_at"].dt.day_name().str.lower().to_numpy() == weekday).all()


def test_closed_days_and_promotions_are_announced(sample: Sample) -> None:
    orders, events, prices = (sample.tables[name] for name in ("orders", "events", "prices"))
    assert {"holiday", "closed", "promotion"} == set(events["kind"].astype(object))
    closed = events.loc[events["kind"] != "promotion", "date"]
    by_hand = orders[orders["kind"] != "standing"]
    assert not by_hand["ordered_at"].dt.normalize().isin(closed).any()
    assert not orders["shipped_at"].dt.normalize().isin(closed).any()
    last = orders["ordered_at"].max()
    assert (events["date"] > last).any() and prices["promotion"].notna().any()
    easter = events.loc[events["name"] == "Easter Monday", "date"].dt.date
    assert {date(2025, 4, 21), date(2026, 4, 6)} <= set(easter)


def test_promotions_lift_demand(sample: Sample) -> None:
    offers = sample.tables["events"].query("kind == 'promotion'")
    offers = set(zip(offers["date"], offers["sku"].astype(object), strict=True))
    demand = sample.truth["demand"].query("demanded > 0")
    known = sample.truth["parameters"].set_index(sample.truth["parameters"]["sku"].astype(object))
    pairs = list(zip(demand["date"], demand["sku"].astype(object), strict=True))
    promoted = np.array([pair in offers for pair in pairs])
    days = sample.tables["stock"]["as_of"].max()
    past = sum(day <= days for day, _ in offers)
    usual = (known["lines_per_open_day"] * known["units_per_line"]).loc[
        [sku for day, sku in offers if day <= days]
    ]
    assert demand["demanded"].to_numpy()[promoted].sum() / past > 1.3 * usual.mean() * 6 / 7


def test_orders_have_deadlines_and_come_in_all_kinds(sample: Sample) -> None:
    orders = sample.tables["orders"]
    assert set(orders["kind"].astype(object)) == {"order", "preorder", "standing"}
    assert set(orders["status"].astype(object)) == {"open", "shipped", "cancelled", "refused"}
    assert 0.2 < orders["due"].notna().mean() < 0.6
    assert 2 < len(orders) / orders["order"].nunique() < 6
    opens = sample.tables["products"].astype({"sku": object}).set_index("sku")["available_from"]
    ahead = orders[orders["kind"] == "preorder"]
    available = ahead["sku"].astype(object).map(opens)
    assert (ahead["ordered_at"] < available).all() and (ahead["due"] >= available).all()
    assert not (ahead["shipped_at"] < available).any()
    first = orders[orders["kind"] == "order"].groupby("sku", observed=True)["ordered_at"].min()
    launched = opens.dropna()
    first.index = first.index.astype(object)
    assert not (first.reindex(launched.index) < launched).any()
    standing = orders[orders["kind"] == "standing"].groupby(["customer", "sku"], observed=True)
    assert (standing["quantity"].nunique() <= 2).all() and (standing.size() > 90).any()
    assert (
        orders.loc[orders["kind"] == "standing", "due"] > orders["ordered_at"][orders["kind"] == "standing"]
    ).all()
    assert (standing["ordered_at"].diff().dropna() % pd.Timedelta(days=7) == pd.Timedelta(0)).all()


def test_one_absurd_order_is_taken_back(sample: Sample) -> None:
    orders = sample.tables["orders"]
    absurd = orders[orders["quantity"] >= MISTAKE]
    assert len(absurd) == 1 and (absurd["status"] == "cancelled").all()
    assert (absurd["cancelled_at"] - absurd["ordered_at"] == pd.Timedelta(minutes=15)).all()
    assert real(orders)["quantity"].max() > 20 * real(orders)["quantity"].mean()


def test_stock_outs_hide_demand_and_availability_tells(sample: Sample) -> None:
    availability, flows = sample.tables["availability"], sample.truth["demand"]
    assert (availability["share"] < 1).all() and (availability["share"].between(0.01, 0.99)).any()
    told = set(zip(availability["date"], availability["sku"].astype(object), strict=True))
    unseen = flows[flows["unseen"] > 0]
    assert len(unseen) > 100
    assert set(zip(unseen["date"], unseen["sku"].astype(object), strict=True)) <= told
    backorder = sample.tables["products"].astype({"sku": object}).set_index("sku")["backorder"]
    assert (availability["sku"].astype(object).map(backorder) == "refused").all()
    orders = sample.tables["orders"]
    refused = orders[orders["status"] == "refused"]
    assert (refused["quantity_shipped"] > 0).any() and (refused["quantity_shipped"] == 0).any()


def test_waiting_lines_are_served_oldest_deadline_first(sample: Sample) -> None:
    orders = real(sample.tables["orders"]).copy()
    orders["day"], orders["sku"] = demand_day(orders), orders["sku"].astype(object)
    orders["deadline"] = orders["due"].fillna(orders["day"])
    waited = orders[~(orders["shipped_at"].dt.normalize() <= orders["day"])]
    served = waited[waited["shipped_at"].notna()]
    pairs = served.merge(
        waited[waited["status"].isin(["shipped", "open"])], on="sku", suffixes=("", "_other")
    )
    # The other was waiting already when this one was served, had to be earlier, and was yet later.
    jumped = (
        (pairs["day_other"] < pairs["shipped_at"].dt.normalize())
        & (pairs["deadline_other"] < pairs["deadline"])
        & ~(pairs["shipped_at_other"] <= pairs["shipped_at"])
    )
    assert len(pairs) > 1000 and not jumped.any()


def test_two_locations_share_the_products() -> None:
    small = make_sample(25, 150, locations=("main", "north"))
    assert set(small.tables["orders"]["location"].astype(object)) == {"main", "north"}
    assert small.tables["orders"].groupby("order", observed=True)["location"].nunique().max() == 1
    assert len(small.tables["products"]) == 25 and len(small.truth["parameters"]) == 50
    check_stock_adds_up(small)
    check_truth(small)


@settings(deadline=None, max_examples=15, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(items=st.integers(1, 40), days=st.integers(14, 400), seed=st.integers(0, 2**31))
def test_any_sample_is_consistent(items: int, days: int, seed: int) -> None:
    small = make_sample(items, days, seed, end=date(2024, 3, 2))
    for table in TABLES:
        assert rules_broken(table, small.tables[table.name]) == []
    assert small.tables["stock"]["as_of"].max() == pd.Timestamp(2024, 3, 2)
    check_orders(small)
    check_stock_adds_up(small)
    check_truth(small)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"items": 0}, "at least 1 item"),
        ({"days": 13}, "at least 14 days"),
        ({"seed": -1}, "seed"),
        ({"locations": ()}, "locations"),
        ({"locations": ("a", "a")}, "locations"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(RequestError, match=says):
        make_sample(**arguments)  # type: ignore[arg-type]  # wrong on purpose


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RequestError, match="cannot write"):
        make_sample(3, 20).write(tmp_path / "file")
