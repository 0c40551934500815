"""A comparison in plain words."""

from __future__ import annotations

import pandas as pd

from forecasting.experimenting.paired import Saving
from forecasting.experimenting.verdict import verdict, warnings

NAMES = ("A", "B")


def saving(share, low, high, items=4012, cost=1000.0):
    return Saving(items, cost, share * cost, low * cost, high * cost, share, low, high)


def test_a_sure_saving_is_told_with_its_interval_and_where_it_is_worse():
    classes = {"smooth": saving(0.05, 0.02, 0.08), "lumpy": saving(-0.04, -0.06, -0.01)}
    assert verdict(NAMES, saving(0.031, 0.012, 0.049), classes) == (
        "B saves 3.1 % (1.2 to 4.9) against A on 4,012 items; on lumpy items it is worse."
    )


def test_a_sure_loss_is_told_as_what_it_costs_more():
    classes = {"smooth": saving(0.05, 0.02, 0.08)}
    assert verdict(NAMES, saving(-0.02, -0.03, -0.01), classes) == (
        "B costs 2.0 % (1.0 to 3.0) more against A on 4,012 items; on smooth items it is better."
    )


def test_what_cannot_be_told_is_not_told_and_classes_where_it_can_are():
    classes = {"smooth": saving(0.01, -0.02, 0.03), "lumpy": saving(-0.04, -0.06, -0.01)}
    assert verdict(NAMES, saving(0.003, -0.01, 0.016), classes) == (
        "No difference between B and A can be told: B saves 0.3 % (-1.0 to 1.6) on 4,012 items; "
        "B costs 4.0 % (1.0 to 6.0) more on lumpy items."
    )


def test_what_costs_more_by_the_figures_is_told_as_costing_more_though_it_is_not_sure():
    assert verdict(NAMES, saving(-0.071, -0.217, 0.06), {}) == (
        "No difference between B and A can be told: B costs 7.1 % (-6.0 to 21.7) more on 4,012 items."
    )


def test_contenders_of_other_worlds_and_few_windows_are_said_to_be_so():
    told = verdict(NAMES, saving(0.2, 0.1, 0.3), {}, ["lead_time_days"], windows=2)
    assert "The interval is over items alone: 2 windows say little of another time." in told
    assert "They differ in lead_time_days, and so in the world they were tried in" in told


def test_the_same_cost_is_said_to_be_the_same():
    assert verdict(NAMES, saving(0.0, 0.0, 0.0), {}) == "B and A cost the same on 4,012 items."


def test_a_window_that_decides_is_warned_of():
    def saved(*money):
        days = [f"2026-0{month}-01" for month in range(1, len(money) + 1)]
        table = {"first_day": days, "last_day": days, "policy": "B", "cost_saved": money}
        return warnings(NAMES, pd.DataFrame(table))

    assert saved(10.0, 12.0, 9.0, 11.0) == []
    (said,) = saved(-10.0, 40.0, -9.0, -5.0)
    assert said.startswith("One window decides, 2026-02-01 to 2026-02-01: B costs 16 less than A in all")


def test_a_hair_less_than_nothing_is_nothing():
    told = verdict(NAMES, saving(-0.0001, -0.0001, 0.002), {})
    assert "costs 0.0 % (-0.2 to 0.0) more" in told and "-0.0" not in told
