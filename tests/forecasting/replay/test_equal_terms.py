"""Policies on equal terms: read off a frontier by hand, and in what a replay says first."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.replay.equal_terms import equal_terms
from forecasting.reports.replay.told_first import told_first

NAN = float("nan")


def rows(*points):
    names = ("policy", "aggressiveness", "average_on_hand_value", "backordered_lines", "cost_total")
    return pd.DataFrame(points, columns=list(names)).assign(lost_lines=1)


SWEPT = rows(
    ("cost_optimal", 0.5, 100.0, 19, 60.0),
    ("cost_optimal", 1.0, 160.0, 15, 40.0),
    ("cost_optimal", 2.0, 260.0, 5, 50.0),
    ("min_max", 14.0, 200.0, 19, 45.0),
)
SUMMARY = rows(
    ("min_max", 14.0, 200.0, 19, 45.0),
    ("cost_optimal", 1.0, 160.0, 15, 40.0),
    ("recorded", 0.0, 110.0, 29, NAN),
    ("no_orders", 0.0, 120.0, 15, 45.0),
)


def test_what_is_equal_lies_between_the_two_settings_next_to_it():
    table = equal_terms(SWEPT, SUMMARY).set_index(["policy", "against", "equal"])
    ours = table.loc[("cost_optimal", "min_max")]
    # Two fifths of the way from 160 to 260: 16 - 4 short, 40 + 4.
    stock = ours.loc["stock"]
    assert (stock.aggressiveness, stock.short_lines, stock.cost_total) == pytest.approx((1.4, 12, 44))
    assert (stock.backorders_avoided, stock.stock_saved, stock.cost_saved) == pytest.approx((8, 0, 1))
    # Of the two places that cost 45, not the one that saves stock at the wrong end.
    cost = ours.loc["cost"]
    assert (cost.average_on_hand_value, cost.short_lines) == pytest.approx((210, 11))
    # As many lines short as min_max, 20, at its boldest.
    service = ours.loc["service"]
    assert (service.average_on_hand_value, service.stock_saved, service.cost_saved) == (100, 100, -15)


def test_no_row_where_no_setting_is_equal_or_nothing_is_known_and_none_against_bounds():
    table = equal_terms(SWEPT, SUMMARY)
    assert set(table["against"]) == {"min_max", "recorded"}
    # More lines short than at any setting; a cost that is not known.
    assert table.loc[table["against"] == "recorded", "equal"].tolist() == ["stock"]
    assert table.loc[table["against"] == "recorded", "cost_saved"].isna().all()
    assert len(equal_terms(SWEPT[SWEPT["policy"] == "min_max"], SUMMARY)) == 0


def test_first_comes_what_was_recorded_then_equal_stock_then_cost_and_service():
    tables = {"summary": SUMMARY, "frontier": SWEPT, "equal_terms": equal_terms(SWEPT, SUMMARY)}
    assert told_first(tables, "min_max") == [
        "Against what was recorded, cost_optimal would have left 16 order lines short instead of 30 "
        "(47 % less), with stock worth 160 instead of 110 (45 % more).",
        "At equal stock (worth 110, as recorded) cost_optimal comes to 11 fewer backorders: "
        "19 order lines short instead of 30 (36 % less).",
        "At equal stock (worth 200, as with min_max) cost_optimal comes to 8 fewer backorders: "
        "12 order lines short instead of 20 (40 % less); cost in all 44 instead of 45 (2 % less).",
        "At equal cost (45 in all, as with min_max) cost_optimal comes to 9 fewer backorders: "
        "11 order lines short instead of 20 (45 % less); stock worth 210 instead of 200 (5 % more).",
        "At equal service (20 order lines short, as with min_max) cost_optimal comes to "
        "stock worth 100 instead of 200 (50 % less); cost in all 60 instead of 45 (33 % more).",
    ]


def test_a_cost_that_is_met_only_by_running_short_is_no_equal():
    cheap = SWEPT.assign(cost_total=[60.0, 40.0, 42.0, 45.0])
    table = equal_terms(cheap, SUMMARY)
    assert table.loc[table["against"] == "min_max", "equal"].tolist() == ["stock", "service"]
    said = told_first({"summary": SUMMARY, "frontier": cheap, "equal_terms": table}, "min_max")
    assert said[3] == (
        "At equal cost cost_optimal cannot be set beside min_max: at the most cautious of its settings it "
        "costs 42 instead of 45 (7 % less), and leaves 6 order lines short instead of 20 (70 % less)."
    )


def test_a_stock_that_no_setting_holds_is_said_to_be_out_of_reach():
    summary = SUMMARY.assign(average_on_hand_value=[400.0, 160.0, NAN, 120.0])
    tables = {"summary": summary, "frontier": SWEPT, "equal_terms": equal_terms(SWEPT, summary)}
    assert (
        "At equal stock cost_optimal cannot be set beside min_max, which holds stock worth 400: "
        "its settings hold 100 to 260."
    ) in told_first(tables, "min_max")
    assert told_first({"summary": summary}, "cost_optimal")[0].startswith(
        "Against what was recorded, min_max"
    )
    assert told_first({"summary": summary[:1]}, "min_max") == []
