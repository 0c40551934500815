"""What a page draws and says of an item follows from its rows, and adds up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from forecasting.reviewing.projection import (
    DAYS,
    Weeks,
    arithmetic,
    percent,
    projection,
    sentence,
    short,
)
from forecasting.reviewing.quantities import effects
from forecasting.store.application.plans import rows_of_item
from tests.forecasting.reviewing.test_quantities import a_line
from tests.support.review import lines

D = Decimal
FLAT = Weeks(
    **{name: np.full(52, 7.0) for name in ("asked", "available", "odd")},
    **{name: np.full(13, 7.0) for name in ("mean", "q05", "q20", "q80", "q95")},
    sum_mean=np.cumsum(np.full(13, 7.0)),
    sum_q05=np.cumsum(np.full(13, 3.5)),
    sum_q20=np.cumsum(np.full(13, 5.0)),
    sum_q80=np.cumsum(np.full(13, 9.0)),
    sum_q95=np.cumsum(np.full(13, 10.5)),
)
"""A unit a day, give or take."""


def purchase(line, days, units, chance="0.9"):
    return {
        "likely_on": line.as_of + timedelta(days=days),
        "quantity": D(units),
        "chance": D(chance),
        "purchase_order": "P1",
    }


def test_the_arithmetic_of_every_line_adds_up_to_every_quantity(store):
    for line in lines(store, size=1_000):
        for quantity in (line.quantity, D(0), line.quantity * 2 + line.pack_size):
            added = D(0)
            for term in arithmetic(line, quantity):
                if term.total:
                    assert term.units == added, (line.sku, term.name)
                else:
                    added += term.units
            assert added == quantity


def test_stock_is_what_is_there_and_what_comes_less_what_is_asked_for():
    line = a_line(on_hand=D(30), backlog=D(4), arrives_on=a_line().as_of + timedelta(days=40))
    ahead = projection(line, FLAT, [purchase(line, 10, 20)], D(50))
    expected = ahead.expected
    assert len(expected) == DAYS + 1
    assert (expected[0], expected[9], expected[10]) == (26, 17, 36)
    assert (expected[39], expected[40]) == (26 + 20 - 39, 26 + 20 + 50 - 40)
    assert ahead.runs_out is None or ahead.runs_out == line.as_of + timedelta(days=96)
    assert [receipt.units for receipt in ahead.receipts] == [20, 50]
    assert np.all(ahead.q05 <= ahead.q20) and np.all(ahead.q20 <= expected)
    assert np.all(expected <= ahead.q80) and np.all(ahead.q80 <= ahead.q95)


def test_what_hardly_comes_or_comes_later_is_not_drawn():
    line = a_line(on_hand=D(30), arrives_on=a_line().as_of + timedelta(days=120))
    ahead = projection(line, FLAT, [purchase(line, 10, 20, "0.4"), purchase(line, 95, 20)], D(50))
    assert list(ahead.receipts) == []
    assert ahead.runs_out == line.as_of + timedelta(days=30)


def test_the_sentence_says_what_the_figures_say():
    line = a_line(on_hand=D(10), backlog=D(3), stockout_probability=D("0.38"))
    ahead = projection(line, FLAT, [], D(48))
    said = "".join(text for text, _ in sentence(line, effects(line, D(48)), ahead))
    assert said == (
        "Order 48 for 120.00. Expected to run out on 5 Jul (38 % before goods can arrive on 12 Jul); "
        "3 owed to customers; covers until 27 Jul."
    )
    nothing = sentence(line, effects(line, D(0)), projection(line, FLAT, [], D(0)))
    assert "".join(text for text, _ in nothing).startswith("Order nothing. ")


def test_every_item_can_be_drawn(store):
    for line in lines(store, size=1_000):
        this = (line.run, line.location, line.sku)
        with store.reading() as transaction:
            weeks = Weeks.of(rows_of_item(transaction, "item_weeks", *this)[0])
            purchases = rows_of_item(transaction, "open_purchases", *this)
        ahead = projection(line, weeks, purchases, line.quantity)
        assert np.isfinite(ahead.expected).all()
        assert ahead.expected[0] == float(line.on_hand - line.backlog)


@pytest.mark.parametrize(
    ("share", "text"),
    [("0", "0 %"), ("0.004", "<1 %"), ("0.38", "38 %"), ("0.995", ">99 %"), ("1", "100 %")],
)
def test_a_probability_is_never_said_to_be_surer_than_it_is(share, text):
    assert percent(D(share)) == text


def test_a_day_of_another_year_says_so():
    day = a_line().as_of
    assert (short(day), short(day, day)) == ("28 Jun", "28 Jun")
    assert short(day.replace(year=2027), day) == "28 Jun 2027"
