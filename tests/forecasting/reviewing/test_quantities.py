"""A typed quantity comes to the order that the terms allow, with its price, its cost and its risk."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from forecasting.reviewing.quantities import (
    cover_days,
    effects,
    next_break,
    plain,
    price,
    snap,
    snapped_by,
    typed_quantity,
)
from forecasting.reviewing.refusals import NotAQuantityError
from forecasting.store.application.lines import Line

D = Decimal


def a_line(**given) -> Line:
    """A line whose figures are easy to follow; the rest is zero or empty."""
    plain_values = {
        "as_of": date(2026, 6, 28),
        "arrives_on": date(2026, 7, 12),
        "pack_size": D(12),
        "smallest": D(24),
        "largest": D(240),
        "list_cost": D("2.5"),
        "break_quantity": "100;200",
        "break_cost": "2.25;2",
        "curve_quantity": "0;24;48;96",
        "curve_cost": "100;60;40;55",
        "curve_risk": "0.5;0.3;0.1;0.02",
        "expected_cost": D(100),
        "daily_demand": D(2),
        "counted_on": D(10),
    }
    values = {**plain_values, **given}
    empty = {"int": 0, "str": "", "Decimal": D(0), "date": date(2026, 6, 28)}
    return Line(**{field.name: values.get(field.name, empty.get(str(field.type))) for field in fields(Line)})


@pytest.mark.parametrize(
    ("wanted", "ordered", "why"),
    [
        ("0", "0", ""),
        ("1", "24", "1 is below the smallest order of 24."),
        ("24", "24", ""),
        ("25", "36", "25 is no whole number of packs of 12: rounded up."),
        ("240", "240", ""),
        ("241", "240", "241 is above the largest order of 240."),
        ("1000", "240", "1,000 is above the largest order of 240."),
    ],
)
def test_an_order_is_packs_within_its_terms(wanted, ordered, why):
    assert snap(a_line(), D(wanted)) == D(ordered)
    assert snapped_by(a_line(), D(wanted)) == why


def test_terms_that_no_order_fits_give_none():
    line = a_line(smallest=D(48), largest=D(36))
    assert snap(line, D(40)) == 0
    assert snapped_by(line, D(40)) == "No order fits this item's terms."


def test_packs_may_be_parts_of_a_unit():
    line = a_line(pack_size=D("0.25"), smallest=D("0.25"), largest=None)
    assert snap(line, D("1.1")) == D("1.25")


@pytest.mark.parametrize(("quantity", "each"), [("0", "2.5"), ("99", "2.5"), ("100", "2.25"), ("240", "2")])
def test_all_units_have_the_price_of_the_break_that_is_reached(quantity, each):
    assert price(a_line(), D(quantity)) == D(each)


def test_the_next_price_break_is_an_order_that_reaches_it():
    assert next_break(a_line(), D(24)) == 108
    assert next_break(a_line(), D(108)) == 204
    assert next_break(a_line(), D(204)) is None
    assert next_break(a_line(largest=D(96)), D(24)) is None


def test_effects_are_the_plan_s_own_at_what_it_weighed_and_lie_between_elsewhere():
    does = effects(a_line(), D(48))
    assert (does.cost, does.risk, does.saving) == (D(40), D("0.1"), D(60))
    assert (does.packs, does.unit_cost, does.value) == (4, D("2.5"), D(120))
    between = effects(a_line(), D(36))
    assert (between.cost, between.risk) == (D(50), D("0.2"))
    # Beyond the last one cost goes on rising, by 15 for 48 units.
    beyond = effects(a_line(), D(144))
    assert (beyond.cost, beyond.risk) == (D(70), D("0.02"))
    assert beyond.value == 144 * D("2.25")


def test_cover_counts_what_the_decision_counts_on():
    does = effects(a_line(), D(48))
    assert (does.cover_days, does.covers_until) == (29, date(2026, 7, 27))
    assert cover_days(a_line(daily_demand=D(0)), D(48)) is None
    assert cover_days(a_line(daily_demand=D("0.001")), D(48)) is None
    assert cover_days(a_line(counted_on=D(-60)), D(48)) == 0


@pytest.mark.parametrize(("text", "units"), [("120", "120"), (" 1 200 ", "1200"), ("2.5", "2.5"), ("0", "0")])
def test_a_quantity_is_read_as_it_is_typed(text, units):
    assert typed_quantity(text) == D(units)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "-3",
        "1,5",
        "1e30",
        "1e3",
        "NaN",
        "Infinity",
        "2.1234567",
        "0x10",
        "1_0",
        "\u0661\u0662",
        ".",
    ],
)
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(NotAQuantityError, match="Nothing was changed"):
        typed_quantity(text)


@pytest.mark.parametrize(
    ("number", "text"), [("1200.000000", "1,200"), ("2.500000", "2.5"), ("0", "0"), ("100", "100")]
)
def test_figures_are_written_without_zeros_that_say_nothing(number, text):
    assert plain(D(number)) == text
