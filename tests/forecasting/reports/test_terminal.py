"""What commands say on a terminal: exactly this, from tables made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.replay import compare
from forecasting.reports import terminal
from forecasting.run import Result
from tests.support.replay import BASE, BETTER, CHARGED, WORTH

ASSUMED = pd.DataFrame({"setting": ["seed", "lead_time_days"], "value": ["1", "14"], "items": [1200, 3]})
RECOMMENDED = pd.DataFrame(
    {
        "location": "main",
        "sku": ["a", "b", "c"],
        "supplier": ["North", "", "North"],
        "quantity": [5, 7, 0],
        "value": [10.0, 21.5, 0.0],
        "expected_cost": [9.0, 30.0, 0.0],
        "expected_cost_if_ordered": [4.0, 5.0, 0.0],
        "reason": ["Order 5.", "Order 7.", "Nothing."],
    }
)


def summary_of(*runs, baseline="min_max") -> pd.DataFrame:
    return compare.summary(runs, CHARGED, WORTH, baseline, 1, 30)


def test_a_plan_begins_with_what_saves_most():
    run = {"as_of": "2026-06-28", "counts": {"notices": 0}, "notices": []}
    planned = Result({"recommendations": RECOMMENDED, "assumptions": ASSUMED}, run)
    assert terminal.plan_text(planned, Path("out")).splitlines() == [
        "2 of 3 items to order at the close of 2026-06-28, worth 31.50.",
        "",
        "To order first, by the money it saves:",
        "  b: saves 25.00. Order 7.",
        "  a from North: saves 5.00. Order 5.",
        "",
        "Assumed, where the dataset does not say (setting = value, items):",
        "  seed = 1               1,200",
        "  lead_time_days = 14        3",
        "",
        "Written to out: recommendations, assumptions, run.json",
    ]
    assert "Written" not in terminal.plan_text(planned, None)


def test_an_assumption_that_lists_many_columns_does_not_move_the_figures_of_all():
    without = "table products = without " + ", ".join(f"column_{number}" for number in range(9))
    table = pd.concat(
        [ASSUMED, pd.DataFrame({"setting": ["table products"], "value": [without[17:]], "items": [60]})]
    )
    assert terminal.assumptions_text(table)[1:] == [
        "  seed = 1               1,200",
        "  lead_time_days = 14        3",
        f"  {without}       60",
    ]


def test_what_looks_odd_is_said_shortly_with_how_much_more_there_is():
    run = {"counts": {"notices": 12}, "notices": ["table orders: one.", "table stock: two."]}
    assert terminal.notices_text(run, Path("out")) == [
        "",
        "What looks odd (12 notices):",
        "  table orders: one.",
        "  table stock: two.",
        "  ... and 10 more in out/notices.parquet",
    ]
    assert terminal.notices_text({"counts": {"notices": 0}, "notices": []}, None) == []


def test_where_there_is_nothing_to_say_that_is_said():
    assert terminal.first_orders(RECOMMENDED.iloc[2:]) == ["Nothing needs to be ordered."]
    assert terminal.assumptions_text(ASSUMED.iloc[:0]) == ["Nothing had to be assumed."]


def test_policies_stand_in_columns_however_long_their_names_are():
    other = replace(BETTER, policy="a_policy_of_a_long_name")
    header, *rows = terminal.policies_table(summary_of(BASE, other))
    assert len({len(line) for line in (header, *rows)}) == 1
    assert rows[0].split() == ["min_max", "4", "15", "80.0%", "55", "64"]
    assert "a_policy_of_a_long_name " in rows[1]
    # Names of the usual length leave the columns where they always were.
    assert terminal.policies_table(summary_of(BASE, BETTER))[0].index("short lines") == 21


def test_a_replay_says_what_was_avoided_and_saved():
    run = {
        "counts": {"items": 2, "order_lines": 10, "notices": 0},
        "notices": [],
        "from": "2011-01-03",
        "to": "2011-01-16",
        "baseline": "min_max",
        "parameters": {"min_max": "mean of 28 days"},
        "fitted": {"min_max": {"values": {"window_days": 28.0}, "tried": 32, "at_limit": []}},
        "recorded": {"realism": "", "gaps": ["No counts."]},
        "warnings": ["The stock lasts."],
    }
    tables = {"summary": summary_of(BASE, BETTER), "assumptions": ASSUMED}
    lines = terminal.replay_text(Result(tables, run), Path("out")).splitlines()
    assert lines[0] == "2 items, 10 order lines counted, 2011-01-03 to 2011-01-16."
    assert "  min_max: mean of 28 days, fitted on the time before, the best of 32" in lines
    (verdict,) = [line for line in lines if line.startswith("cost_optimal would")]
    assert "have left 3 fewer order lines short than min_max (of 4)" in verdict
    assert "less money in all" in verdict
    assert lines[2] == "Warning: The stock lasts."
    assert lines[-10:] == [
        "No counts.",
        "",
        "Beside what really happened: add recorded to --policies.",
        "At equal stock, cost or service: replay cost_optimal without --no-equal, or --frontier.",
        "",
        "Assumed, where the dataset does not say (setting = value, items):",
        "  seed = 1               1,200",
        "  lead_time_days = 14        3",
        "",
        "Written to out: summary, assumptions, report.html, run.json",
    ]


def test_what_the_baseline_cost_may_not_be_known():
    silent = replace(BASE, cost_ordering=np.full((2, 2), np.nan))
    result = Result({"summary": summary_of(silent, BETTER)}, {"baseline": "min_max"})
    (verdict,) = terminal.verdicts(result)
    assert verdict.startswith(
        "cost_optimal would have left 1 order lines short, 3 fewer than min_max, at a cost"
    )
    assert verdict.endswith("in all; what min_max cost is not known.")
