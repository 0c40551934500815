"""What came of forecasts, and of lines on which the suggestion was not followed: figures by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecasting.reviewing.trust import accuracy, by_person, demand_since, outcomes
from forecasting.store.application.past import Asked, Forecasts

TODAY = date(2026, 6, 28)
THEN = date(2026, 5, 31)
"""Four weeks before."""

ASKED = Asked({("main", "A"): 0, ("main", "B"): 1}, np.array([[7.0] * 48 + [0, 7, 14, 21], [0.0] * 52]))


def test_demand_since_a_day_is_that_of_the_days_after_it():
    rows, days = np.array([0, 0, 0]), np.array([7.0, 10.0, 28.0])
    # The first week had none, the second one a day, the third two.
    assert demand_since(ASKED, rows, 28, days).tolist() == [0.0, 3.0, 42.0]


def test_what_is_not_over_or_began_before_the_records_is_not_known():
    rows = np.array([0, 0])
    assert np.isnan(demand_since(ASKED, rows, 28, np.array([29.0, 90.0]))).all()
    assert np.isnan(demand_since(ASKED, rows, 400, np.array([7.0, 7.0]))).all()


def test_a_forecast_is_judged_on_the_items_whose_time_is_over():
    levels = {
        name: np.array([value, 0.0, 99.0])
        for name, value in (("demand_q50", 20.0), ("demand_q80", 21.0), ("demand_q95", 50.0))
    }
    made = Forecasts(
        [("main", "A"), ("main", "B"), ("main", "new")],
        np.array([21.0, 28.0, 7.0]),
        np.array([24.0, 3.0, 1.0]),
        levels,
    )
    found = accuracy(made, THEN, ASKED, TODAY)
    assert (found.items, found.expected, found.asked) == (2, 27.0, 21.0)
    assert found.bias == pytest.approx(27 / 21 - 1) and found.error == pytest.approx(6 / 21)
    # 21 of A are above its middle and at its 80 % level; none of B is at or below all of its levels.
    assert found.below == {0.5: 0.5, 0.8: 1.0, 0.95: 1.0}
    assert accuracy(made, TODAY, ASKED, TODAY) is None


def edited(**given):
    usual = {
        "run": "r",
        "location": "main",
        "sku": "A",
        "description": "",
        "as_of": THEN,
        "changed_by": "ann",
        "status": "approved",
        "reason": "",
        "suggested": 30,
        "ordered": 10,
        "unit_cost": 10,
        "protection_days": 28,
        "expected_short_units": 2,
        "shortage_cost": 8,
        "counted_on": 5,
        "daily_demand": 2,
    }
    return {**usual, **given}


def test_an_edit_that_left_customers_waiting_did_worse_and_one_that_left_less_over_did_better():
    # 42 were asked for: with 30 and the 5 there are 7 short, with 10 there are 27; each costs 8 / 2.
    worse = outcomes([edited()], ASKED, TODAY, 0.365, {"r": 1.0})[0]
    assert (worse.asked, worse.saved) == (42.0, (7 - 27) * 4.0)
    # None of B was asked for: 35 are left with the suggestion, 5 without; each day a unit costs 0.01.
    better = outcomes([edited(sku="B", status="rejected", ordered=0)], ASKED, TODAY, 0.365, {"r": 1.0})[0]
    assert better.saved == pytest.approx(35 / 2 * 35 / 2 * 0.01 - 5 / 2 * 5 / 2 * 0.01)


def test_where_a_plan_expected_no_shortage_a_unit_short_costs_what_it_does_on_average():
    found = outcomes([edited(expected_short_units=0.0, shortage_cost=0)], ASKED, TODAY, 0.365, {"r": 3.0})
    assert found[0].saved == (7 - 27) * 3.0


def test_each_person_s_edits_are_counted_and_summed():
    rows = [
        edited(),
        edited(sku="B", ordered=0, status="rejected"),
        edited(changed_by="bob"),
        edited(sku="C"),
        edited(as_of=TODAY),
    ]
    found = by_person(outcomes(rows, ASKED, TODAY, 0.365, {"r": 1.0}))
    assert found["ann"][:2] == (2, 1) and found["bob"] == (1, 0, -80.0)
