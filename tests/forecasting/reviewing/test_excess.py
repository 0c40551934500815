"""What there is too much of: moved where it is bought, returned or marked down down to its worth, or kept."""

from __future__ import annotations

import pytest

from forecasting.reviewing.excess import advise


def item(**other):
    """100 of 150 axes too many; one costs 10, sells for 25, and a tenth of one is sold a day."""
    usual = {
        "location": "main",
        "sku": "axe",
        "supplier": "smith",
        "on_hand": 150,
        "excess_units": 100,
        "list_cost": 10,
        "unit_price": 25,
        "daily_demand": 0.1,
    }
    return {**usual, **other}


def said(*rows, wanted=(), salvage=0.0, move=5.0):
    return advise(rows, wanted, 0.25, salvage, move)


def wanted(location, quantity, unit_cost=10, sku="axe"):
    return {"sku": sku, "location": location, "quantity": quantity, "unit_cost": unit_cost}


def test_a_unit_too_many_is_worth_what_it_spares_less_what_it_costs_to_hold():
    (each,) = said(item())
    # The middle one of them is wanted in (150 - 50) / 0.1 = 1000 days.
    assert each.sold_after_days == pytest.approx(1000)
    assert each.worth == pytest.approx(10 - 2.5 * 1000 / 365)
    assert (each.does, each.to, each.units) == ("return", "smith", 100)
    assert each.gain == pytest.approx(100 * (10 - each.worth))
    assert each.holding == pytest.approx(250)
    assert each.markdown == pytest.approx(1 - each.worth / 25)


def test_what_is_not_sold_at_all_is_worth_what_it_fetches_unsold():
    (each,) = said(item(daily_demand=0.0), salvage=0.2)
    assert (each.sold_after_days, each.worth, each.gain) == (None, 2.0, 800)
    (nothing,) = said(item(daily_demand=0.0, supplier=""))
    assert (nothing.does, nothing.worth, nothing.markdown) == ("mark_down", 0.0, 1.0)


def test_what_is_sold_within_half_a_year_is_kept():
    (each,) = said(item(daily_demand=1.0))
    assert (each.does, each.gain) == ("keep", 0.0)


def test_what_another_place_is_about_to_buy_is_moved_there_once():
    rows = [item(), item(location="east")]
    first, second = said(*rows, wanted=[wanted("north", 60, 11)])
    assert (first.does, first.to, first.units) == ("transfer", "north", 60)
    assert first.gain == pytest.approx(60 * (11 - first.worth) - 5)
    assert second.does == "return"


@pytest.mark.parametrize("place", [wanted("main", 60), wanted("north", 60, sku="saw"), wanted("north", 1, 5)])
def test_it_is_not_moved_to_itself_nor_for_less_than_moving_costs(place):
    (each,) = said(item(), wanted=[place])
    assert each.does == "return"


def test_an_item_without_a_price_has_no_markdown():
    (each,) = said(item(unit_price=0))
    assert each.markdown is None and each.worth == pytest.approx(10 - 2.5 * 1000 / 365)
