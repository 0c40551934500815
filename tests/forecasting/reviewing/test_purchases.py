"""What to ask suppliers for: sooner where customers pay for it, later or not at all where nobody waits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from forecasting.reviewing.purchases import Terms, late, purchases, to_ask

TODAY = date(2026, 6, 28)
TERMS = Terms(TODAY, holding_rate=0.25, work=2.5)


def line(order="PO-1", number=1, days=30, **other):
    """A line of 100 units at 10, of an item whose position is its order-up-to level of 200; 1 a day."""
    usual = {
        "purchase_order": order,
        "number": number,
        "location": "main",
        "sku": "axe",
        "quantity": 100,
        "value": 1000,
        "likely_on": TODAY + timedelta(days=days),
        "inventory_position": 200,
        "order_up_to": 200,
        "daily_demand": 1.0,
        "pack_size": 1,
    }
    return {**usual, **other}


def asked(*rows, overdue=(), served=(), sooner=(), terms=TERMS):
    return purchases(rows, overdue, served, sooner, terms)


def customer(number, quantity, order="PO-1"):
    return {
        "purchase_order": order,
        "location": "main",
        "sku": "axe",
        "number": number,
        "quantity": quantity,
    }


def expedite(number, saves, cost, order="PO-1", there=TODAY + timedelta(days=5)):
    of = {"what": order, "location": "main", "sku": "axe", "number": number}
    return {**of, "saves": saves, "cost": cost, "net": saves - cost, "new_date": there}


def test_nothing_is_asked_for_where_the_item_needs_what_comes():
    (each,) = asked(line())
    assert each.act is None and to_ask([each]) == []


def test_what_lies_beyond_the_order_up_to_level_is_deferred_until_it_is_wanted():
    (each,) = asked(line(inventory_position=260))
    assert (each.act.does, each.act.units) == ("defer", 60)
    assert each.act.until == TODAY + timedelta(days=30 + 60)
    # 60 units of 10, held for 60 days less at a quarter a year.
    assert each.act.saves == pytest.approx(600 * 0.25 * 60 / 365)
    assert each.act.net == pytest.approx(each.act.saves - 2.5)


def test_what_would_lie_for_more_than_half_a_year_is_cancelled_and_not_paid_for():
    (each,) = asked(line(inventory_position=400))
    assert (each.act.does, each.act.units, each.act.until, each.act.frees) == ("cancel", 100, None, 1000)
    (dead,) = asked(line(inventory_position=250, daily_demand=0.0))
    assert (dead.act.does, dead.act.units, dead.act.saves) == ("cancel", 50, 500 * 0.25)


def test_the_last_to_come_is_put_off_first_and_never_what_a_customer_waits_for():
    first, last = line("PO-1", 1, 20, inventory_position=330), line("PO-2", 2, 60, inventory_position=330)
    a, b = asked(first, last, served=[customer(7, 30, "PO-2")])
    assert (b.act.units, a.act.units) == (70, 60)
    assert [row["number"] for row in b.customers] == [7] and not a.customers


@pytest.mark.parametrize(
    "row",
    [
        line(days=7, inventory_position=260),  # it has left the supplier
        line(inventory_position=210),  # wanted within two weeks
        line(inventory_position=260, value=1),  # does not pay for the work
        line(inventory_position=260, pack_size=72),  # less than a pack
    ],
)
def test_nobody_asks_where_it_does_not_help(row):
    (each,) = asked(row)
    assert each.act is None


def test_an_order_is_expedited_where_the_lines_that_gain_pay_for_it():
    sooner = [expedite(7, 40, 15), expedite(8, 1, 15)]
    (each,) = asked(line(inventory_position=400), sooner=sooner)
    assert (each.act.does, each.saved) == ("expedite", 1)
    assert (each.act.saves, each.act.costs, each.act.until) == (40, 15, TODAY + timedelta(days=5))
    (not_worth,) = asked(line(), sooner=[expedite(8, 1, 15)])
    assert not_worth.act is None
    (another,) = asked(line("PO-2"), sooner=sooner)
    assert another.act is None


def test_what_is_worth_most_is_asked_first_and_overdue_lines_keep_their_order():
    rows = [line("PO-1", 1, sku="axe", inventory_position=260), line("PO-2", 2, sku="saw")]
    overdue = [{**row, "number": 3 - row["number"]} for row in rows]
    every = asked(*rows, overdue=overdue, sooner=[{**expedite(7, 90, 15, "PO-2"), "sku": "saw"}])
    assert [each.row["sku"] for each in to_ask(every)] == ["saw", "axe"]
    assert [each.row["sku"] for each in late(every)] == ["saw", "axe"]
