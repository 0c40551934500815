"""The year's orders: on which days what is bought of whom, and what that costs."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecasting.reviewing.calendar import as_rows, calendar, months_from
from forecasting.store.application.ahead import Levels, levels
from forecasting.store.application.plans import latest_plan

TODAY = date(2026, 6, 28)


def level(**given) -> Levels:
    """One item that sells two a day and is bought weekly, in packs of ten."""
    usual = {
        "quantity": 0,
        "value": 0,
        "counted_on": 100,
        "daily_demand": 2,
        "reorder_point": 60,
        "order_up_to": 120,
        "unit_cost": 3,
        "review_days": 7,
        "pack_size": 10,
        "smallest": 10,
        "largest": np.inf,
    }
    values = {name: np.array([float(given.get(name, figure))]) for name, figure in usual.items()}
    return Levels(["Acme"], np.array([given.get("orderable", True)]), **values)


def test_an_item_is_ordered_at_the_first_review_at_which_it_is_down_at_its_reorder_point():
    found = calendar(level(), TODAY).suppliers[0]
    # 100 last until 60 for 20 days: the third review. 58 are left then, and 62 up to 120 are 7 packs.
    assert found.dates[0] == date(2026, 7, 19)
    assert found.cash[:2] == [0.0, 7 * 10 * 3.0]
    # 128 after it: down at 60 after 34 days, which is the fifth review after that one.
    assert found.dates[1] == date(2026, 8, 23)


def test_the_order_that_stands_is_placed_today_and_counts_for_what_follows():
    found = calendar(level(quantity=40, value=120), TODAY).suppliers[0]
    assert found.dates[:2] == [TODAY, date(2026, 8, 9)]
    assert found.cash[0] == 120.0


def test_a_year_of_cash_buys_about_a_year_of_demand():
    found = calendar(level(), TODAY)
    assert found.cash == found.suppliers[0].cash
    assert sum(found.cash) == pytest.approx(2 * 365 * 3, rel=0.15)


@pytest.mark.parametrize("given", [{"orderable": False}, {"daily_demand": 0}, {"largest": 0}])
def test_what_cannot_be_ordered_or_is_not_asked_for_is_in_no_month(given):
    assert calendar(level(**given), TODAY).suppliers == []
    assert calendar(level(**given), TODAY).cash == [0.0] * 12


def test_months_go_on_into_the_next_year():
    assert months_from(date(2026, 11, 30))[:3] == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


def test_today_s_cash_of_a_plan_is_what_its_lines_come_to(store, result):
    with store.reading() as transaction:
        plan = latest_plan(transaction)
        found = calendar(levels(transaction, plan.run), plan.as_of)
    ordered = result.tables["recommendations"].query("quantity > 0").groupby("supplier")["value"].sum()
    first = {row.supplier: row.cash[0] for row in found.suppliers if row.dates[0] == plan.as_of}
    assert {name: round(money, 2) for name, money in first.items()} == ordered.round(2).to_dict()
    assert [row["supplier"] for row in as_rows(found)] == [row.supplier for row in found.suppliers]


def test_orders_of_who_is_not_open_every_day_go_on_the_order_day_before():
    open_days = [TODAY, date(2026, 7, 16), date(2026, 8, 30)]
    found = calendar(level(), TODAY, {"Acme": open_days}).suppliers[0]
    # July 19 and August 23 as above.
    assert found.dates[0] == date(2026, 7, 16)
    assert set(found.dates) <= set(open_days)
    assert found.cash == calendar(level(), TODAY).suppliers[0].cash
