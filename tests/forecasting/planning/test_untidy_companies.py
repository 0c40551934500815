"""Small companies whose records are late, odd or contradictory, and what a buyer would order there."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.planning.plan import plan
from tests.support.builders import order, records

TODAY = day_number("2026-03-29")


def sold(sku="A", a_day=1, last=TODAY, days=448, **more):
    return [order(sku, day_text(day), a_day, **more) for day in range(last - days + 1, last + 1)]


def counted(on_hand, sku="A", on="2026-03-29", **more):
    return {"as_of": on, "sku": sku, "on_hand": on_hand, **more}


def purchase(number, ordered, sku="A", quantity=30, **more):
    return {"purchase_order": number, "sku": sku, "quantity": quantity, "ordered_at": ordered, **more}


def planned(tmp_path, *settings, **tables):
    tables.setdefault("orders", sold())
    data = records(tmp_path, **tables)
    result = plan(data, load(None, settings), TODAY)
    return result.tables["recommendations"].set_index("sku"), result


def test_goods_that_were_expected_two_years_ago_do_not_starve_an_item(tmp_path):
    lost = purchase("P1", "2024-05-01", quantity=500, expected_at="2024-06-01", status="open")
    table, _ = planned(tmp_path, stock=[counted(0)], purchase_orders=[lost])
    assert 20 <= table.loc["A", "quantity"] <= 60
    assert "overdue" in table.loc["A", "flags"]
    assert table.loc["A", "on_order"] == 500 and table.loc["A", "on_order_late"] == 500


def test_two_items_of_one_supplier_have_each_its_lead_time(tmp_path):
    bought = []
    for number in range(10):
        on = TODAY - 400 + 30 * number
        for sku, days in (("A", 6), ("B", 61)):
            came = {"received_at": day_text(on + days), "supplier": "S"}
            bought.append(purchase(f"{sku}{number}", day_text(on), sku, **came))
    table, _ = planned(
        tmp_path,
        orders=sold() + sold("B"),
        products=[{"sku": sku, "supplier": "S"} for sku in "AB"],
        suppliers=[{"supplier": "S", "lead_time_days": 5}],
        stock=[counted(0), counted(0, "B")],
        purchase_orders=bought,
    )
    assert 4 <= table.loc["A", "lead_time_days"] <= 10 and 12 <= table.loc["A", "quantity"] <= 35
    assert 45 <= table.loc["B", "lead_time_days"] <= 66


def test_goods_that_always_come_faster_than_promised_are_not_bought_again(tmp_path):
    kept = [
        purchase(
            f"P{week}",
            day_text(TODAY - 90 + 7 * week),
            quantity=70,
            expected_at=day_text(TODAY - 70 + 7 * week),
            received_at=day_text(TODAY - 88 + 7 * week),
            status="received",
        )
        for week in range(10)
    ]
    coming = purchase("P99", day_text(TODAY), quantity=300, expected_at=day_text(TODAY + 20), status="open")
    table, _ = planned(
        tmp_path,
        orders=sold(a_day=10),
        products=[{"sku": "A", "supplier": "S", "unit_cost": 5, "unit_price": 10}],
        suppliers=[{"supplier": "S", "lead_time_days": 14}],
        stock=[counted(20)],
        purchase_orders=[*kept, coming],
    )
    assert table.loc["A", "quantity"] <= 20


def test_demand_moves_to_the_successor_once(tmp_path):
    table, _ = planned(
        tmp_path,
        orders=sold("OLD"),
        products=[{"sku": "OLD"}, {"sku": "NEW", "predecessor": "OLD", "available_from": "2026-04-10"}],
        stock=[counted(0, "OLD"), counted(0, "NEW")],
    )
    assert table.loc["OLD", "quantity"] == 0
    assert "ends on 2026-04-09" in table.loc["OLD", "reason"]
    assert 10 <= table.loc["NEW", "quantity"] <= 36


def test_an_item_that_sells_on_beside_its_successor_goes_on(tmp_path):
    table, _ = planned(
        tmp_path,
        orders=sold("OLD") + sold("NEW", days=60),
        products=[
            {"sku": "OLD"},
            {"sku": "NEW", "predecessor": "OLD", "available_from": day_text(TODAY - 60)},
        ],
        stock=[counted(0, "OLD"), counted(0, "NEW")],
    )
    assert table.loc["OLD", "quantity"] > 15 and table.loc["NEW", "quantity"] > 15


@pytest.mark.parametrize(("negative", "owed"), [("owed", 3), ("zero", 0)])
def test_stock_below_zero_is_owed_or_zero_and_noticed(tmp_path, negative, owed):
    table, result = planned(tmp_path, f"negative_stock={negative}", stock=[counted(-3)])
    assert (table.loc["A", "on_hand"], table.loc["A", "backlog"]) == (0, owed)
    assert 20 <= table.loc["A", "quantity"] <= 50
    assert result.tables["notices"]["what"].str.contains("stock below zero").any()


def test_expired_stock_is_ordered_for_and_noticed_with_its_money(tmp_path):
    table, result = planned(
        tmp_path,
        products=[{"sku": "A", "shelf_life_days": 10, "unit_cost": 2}],
        stock=[counted(1000, on="2025-12-19")],
    )
    assert 4 <= table.loc["A", "quantity"] <= 36 and "expired" in table.loc["A", "flags"]
    notices = result.tables["notices"].set_index("sku")
    assert notices.loc["A", "money"] == 2 * 900


def test_stock_at_another_location_than_the_sales_is_flagged(tmp_path):
    data = records(
        tmp_path,
        orders=sold(location="WH1"),
        stock=[counted(500)],
        purchase_orders=[purchase("P", "2026-03-20", quantity=60)],
    )
    result = plan(data, load(), TODAY)
    table = result.tables["recommendations"]
    assert table["flags"].str.contains("location_mismatch").all()
    assert result.tables["notices"]["what"].str.contains("location").any()


def test_locations_that_meet_are_not_flagged(tmp_path):
    data = records(
        tmp_path,
        orders=sold(location="WH1") + sold(location="WH2"),
        stock=[counted(5, location="WH1"), counted(5, location="WH2")],
    )
    assert not plan(data, load(), TODAY).tables["recommendations"]["flags"].str.contains("mismatch").any()


def test_what_is_on_order_is_open_received_or_closed_in_a_plan(tmp_path):
    part = purchase("P1", "2026-03-20", quantity=100, quantity_received=40, status="open")
    table, result = planned(
        tmp_path,
        stock=[counted(100, on="2026-03-19")],
        purchase_orders=[{**part, "expected_at": "2026-04-05"}],
    )
    assert (table.loc["A", "on_hand"], table.loc["A", "on_order"]) == (130, 60)
    assert result.tables["notices"]["what"].str.contains("1 receipt without a day").any()
    assert np.isclose(table.loc["A", "inventory_position"], 190)


def test_what_is_overdue_and_what_is_in_excess_are_tables(tmp_path):
    late = purchase("P7", "2026-03-01", quantity=20, expected_at="2026-03-15", status="open", unit_cost=4)
    coming = purchase("P8", "2026-03-20", quantity=20, expected_at="2026-04-10", status="open", unit_cost=4)
    _, result = planned(
        tmp_path,
        orders=[*sold(), order("A", "2026-03-28", 5, status="open"), order("B", "2026-03-28")],
        stock=[counted(0), counted(900, "B")],
        purchase_orders=[late, coming],
    )
    (row,) = result.tables["overdue"].itertuples()
    assert (row.purchase_order, row.sku, row.quantity, row.value) == ("P7", "A", 20, 80.0)
    assert (row.promised_on, row.days_overdue) == ("2026-03-15", 14)
    assert (row.waiting_lines, row.waiting_units) == (1, 5)
    assert 0 < row.chance < 0.9 and "2026-03-29" < row.likely_on < row.latest_on
    (much,) = result.tables["excess"].itertuples()
    assert much.sku == "B" and 800 < much.excess_units < 900


def followed(tmp_path, orders, *products, on_hand=0):
    """What is ordered of each item, where all have the same stock."""
    skus = sorted({product["sku"] for product in products})
    table, _ = planned(
        tmp_path,
        "model=negative_binomial",
        orders=orders,
        products=list(products),
        stock=[counted(on_hand, sku) for sku in skus],
    )
    return table["quantity"]


def test_a_successor_without_a_first_day_takes_over_at_once(tmp_path):
    bought = followed(tmp_path, sold("OLD"), {"sku": "OLD"}, {"sku": "NEW", "predecessor": "OLD"})
    assert bought["OLD"] == 0 and 20 <= bought["NEW"] <= 50


def test_a_successor_without_a_first_day_begins_after_its_predecessors_last(tmp_path):
    products = [{"sku": "OLD", "ends_on": "2026-08-31"}, {"sku": "NEW", "predecessor": "OLD"}]
    bought = followed(tmp_path, sold("OLD"), *products)
    assert 20 <= bought["OLD"] <= 50 and bought["NEW"] == 0


def test_demand_that_stays_with_the_predecessor_is_not_expected_of_the_successor_too(tmp_path):
    products = [{"sku": "OLD"}, {"sku": "NEW", "predecessor": "OLD", "available_from": "2026-03-01"}]
    bought = followed(tmp_path, sold("OLD"), *products)
    assert 20 <= bought["OLD"] <= 50 and bought["NEW"] <= 5


def test_two_successors_share_the_demand(tmp_path):
    begins = {"predecessor": "OLD", "available_from": "2026-04-10"}
    products = [{"sku": "OLD"}, {"sku": "N1", **begins}, {"sku": "N2", **begins}]
    bought = followed(tmp_path, sold("OLD", a_day=2), *products)
    assert bought["OLD"] == 0 and 45 <= bought["N1"] + bought["N2"] <= 90
    assert 15 <= bought["N1"] <= 45 and 15 <= bought["N2"] <= 45


@pytest.mark.parametrize(
    ("shelf", "lots", "kept"),
    [
        ({"shelf_life_days": 10}, [], 10),
        ({}, [("2026-04-02", 90), ("2026-12-31", 10)], 14),
        ({}, [("2026-12-31", 100)], 100),
        ({"shelf_life_days": 365}, [], 100),
    ],
)
def test_stock_that_expires_before_it_can_be_sold_is_not_counted_on(tmp_path, shelf, lots, kept):
    rows = [{"as_of": "2026-03-29", "sku": "A", "on_hand": units, "expires_on": day} for day, units in lots]
    table, _ = planned(
        tmp_path,
        "model=negative_binomial",
        products=[{"sku": "A", **shelf}],
        stock=[counted(100)],
        **({"lots": rows} if rows else {}),
    )
    row = table.loc["A"]
    assert row.on_hand == 100 and row.expiring == pytest.approx(100 - kept, abs=1)
    if kept == 100:
        assert row.quantity == 0 and "expires_soon" not in row["flags"]
    else:
        assert 5 <= row.quantity <= 50 - kept and "expires_soon" in row["flags"]
        assert f"of which {row.expiring} will expire unsold" in row.reason


@pytest.mark.parametrize(("backorder", "newcomer"), [("allowed", False), ("refused", True)])
def test_an_item_counted_at_none_for_a_year_was_not_asked_for_where_customers_wait(
    tmp_path, backorder, newcomer
):
    counts = [counted(0, "DEAD", on=day_text(TODAY - 30 * month)) for month in range(12)]
    table, _ = planned(
        tmp_path,
        products=[{"sku": "A"}, {"sku": "DEAD", "backorder": backorder}],
        stock=[counted(31), *counts],
    )
    assert (table.loc["DEAD", "quantity"] > 0) == newcomer


def test_stock_that_was_never_counted_is_not_stated_as_a_fact(tmp_path):
    table, _ = planned(tmp_path, orders=sold() + sold("B"), stock=[counted(20)])
    assert "0 on hand (assumed, never counted)" in table.loc["B", "reason"]
    assert "never counted" not in table.loc["A", "reason"]


def test_expired_stock_of_many_items_is_one_notice_and_a_flag_each(tmp_path):
    skus = "BCDEF"
    table, result = planned(
        tmp_path,
        products=[{"sku": sku, "shelf_life_days": 10, "unit_cost": 2} for sku in skus],
        stock=[counted(10, sku, on="2025-12-19") for sku in skus],
    )
    assert table.drop("A")["flags"].str.contains("expired").all()
    (notice,) = result.tables["notices"].query("what.str.contains('shelf life')").itertuples()
    assert "of 5 items" in notice.what and notice.money == 100


def test_stock_that_is_not_known_is_never_said_to_be_enough(tmp_path):
    table, _ = planned(
        tmp_path,
        orders=sold(last=TODAY) + sold("B"),
        stock=[counted(50, on="2026-03-10"), counted(111, on="2026-03-19"), counted(9, "B")],
        purchase_orders=[purchase("P", "2026-03-01", quantity=100, received_at="2026-03-15")],
    )
    row = table.loc["A"]
    assert row["quantity"] == 0 and "stock_contradiction" in row["flags"]
    assert "is enough" not in row["reason"] and "Count it" in row["reason"]


def test_what_is_only_listed_is_not_bought_and_what_is_announced_or_counted_is(tmp_path):
    # Forty items that sell, forty rows of the catalogue that never did, and four newcomers.
    selling = [f"S{number:02d}" for number in range(40)]
    dead = [f"D{number:02d}" for number in range(40)]
    bought = purchase("P1", "2026-03-20", "BOUGHT", 1, expected_at="2026-04-03", status="open")
    lines = [row for sku in selling for row in sold(sku, days=200)]
    table, _ = planned(
        tmp_path,
        orders=lines,
        products=[{"sku": sku} for sku in [*selling, *dead, "COUNTED", "BOUGHT"]]
        + [{"sku": "TODAY", "available_from": "2026-03-30"}, {"sku": "SOON", "available_from": "2026-04-06"}],
        stock=[counted(30, sku) for sku in selling] + [counted(0, "COUNTED")],
        purchase_orders=[bought],
    )
    assert (table.loc[dead, "quantity"] == 0).all()
    assert table.loc[dead, "flags"].str.contains("never_offered").all()
    assert table.loc["D00", "reason"].startswith("Nothing: it was never asked for, counted or bought")
    newcomers = ["COUNTED", "BOUGHT", "TODAY", "SOON"]
    assert (table.loc[newcomers, "quantity"] > 5).all()
    assert not table.loc[newcomers, "flags"].str.contains("never_offered").any()


def test_where_listed_items_often_begin_to_sell_one_may_be_bought(tmp_path):
    # A range of its own every week: of four new items, all have sold by the week after.
    lines, products = [], []
    for number in range(120):
        first = TODAY - 210 + 7 * (number // 4)
        lines += sold(f"N{number:03d}", 5, days=TODAY - first + 1)
        products.append({"sku": f"N{number:03d}"})
    table, _ = planned(tmp_path, orders=lines, products=[*products, {"sku": "NEXT"}])
    assert table.loc["NEXT", "quantity"] > 0


def test_a_product_nobody_ever_asked_for_is_listed(tmp_path):
    data = records(tmp_path, orders=[order("a", "2026-01-05", 3)], products=[{"sku": "a"}, {"sku": "new"}])
    table = plan(data, load(), day_number("2026-01-28")).tables["recommendations"].set_index("sku")
    assert "no_history" in table.loc["new", "flags"]
