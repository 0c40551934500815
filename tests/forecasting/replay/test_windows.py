"""A replay cut into windows: they add up to the whole, and one that decides is named."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting import bootstrap
from forecasting.config import load
from forecasting.domain import day_number
from forecasting.errors import RequestError
from forecasting.inputs.read_records import read_records
from forecasting.replay import compare
from forecasting.replay.measures import COSTS, MEASURES, SHARES
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from forecasting.replay.windows import cut, intervals, one_decides, windows, windows_that_decide
from tests.support.replay import BASE, BETTER, CHARGED, WORTH, costs_with, run_of, tallies

START = day_number("2011-01-03")
AVERAGES = {"average_on_hand_units", "average_on_hand_value"}
ADDITIVE = [name for name in MEASURES if name not in SHARES | AVERAGES]


def edges(periods: int) -> np.ndarray:
    return START + 7 * np.arange(periods + 1)


def holding(policy, units):
    """A policy whose only cost is what it holds: a unit and day is charged 1. ``units``: items x periods."""
    held = np.array(units, dtype=float)
    return run_of(policy, tallies(held.shape, on_hand_unit_days=held, days=np.full(held.shape, 7.0)))


def saving(*saved):
    """The table of a policy that saves this much in each window."""
    baseline, ours = holding("min_max", [[100.0] * len(saved)]), holding("ours", [100.0 - np.array(saved)])
    cuts = np.arange(len(saved) + 1)
    charged = costs_with(1, holding_per_unit_day=1.0)
    return windows([baseline, ours], charged, np.ones(1), edges(len(saved)), cuts, "min_max")


@pytest.mark.parametrize(
    ("periods", "count", "sizes"),
    [
        (52, 4, [13, 13, 13, 13]),
        (26, 4, [7, 7, 6, 6]),
        (5, 5, [1, 1, 1, 1, 1]),
        (9, 1, [9]),
        (52, None, [9, 9, 9, 9, 8, 8]),
        (26, None, [9, 9, 8]),
        (15, None, [15]),
        (3, None, [3]),
    ],
)
def test_windows_are_as_even_as_they_go_and_of_about_eight_weeks_unless_asked_otherwise(
    periods, count, sizes
):
    assert np.diff(cut(periods, count)).tolist() == sizes


@pytest.mark.parametrize("count", [0, 4])
def test_periods_are_not_cut_into_more_windows_than_there_are(count):
    with pytest.raises(ValueError, match="cannot be cut"):
        cut(3, count)


def test_windows_of_one_period_are_the_periods():
    runs = [BASE, BETTER]
    table = windows(runs, CHARGED, WORTH, edges(2), cut(2, 2), "min_max")
    assert list(table.columns) == [
        "window",
        "first_day",
        "last_day",
        "policy",
        "backorders_avoided",
        "cost_saved",
        *MEASURES,
    ]
    assert table["policy"].tolist() == ["min_max", "cost_optimal"] * 2
    assert table["window"].tolist() == [1, 1, 2, 2]
    assert table["last_day"].tolist()[::2] == [pd.Timestamp("2011-01-09"), pd.Timestamp("2011-01-16")]
    by_policy = table.sort_values(["policy", "window"], ascending=[False, True], ignore_index=True)
    periods = compare.periods(runs, CHARGED, WORTH, edges(2))
    pd.testing.assert_frame_equal(by_policy[list(MEASURES)], periods[list(MEASURES)])
    assert table["backorders_avoided"].tolist() == [0, 2, 0, 1]


def test_one_window_is_the_summary():
    runs = [BASE, BETTER]
    table = windows(runs, CHARGED, WORTH, edges(2), cut(2, 1), "min_max")
    whole = compare.summary(runs, CHARGED, WORTH, "min_max", seed=1, draws=20)
    same = ["policy", "backorders_avoided", "cost_saved", *MEASURES]
    pd.testing.assert_frame_equal(table[same], whole[same])


def test_uneven_windows_of_a_real_replay_add_up_to_its_summary(sample):
    first, last = day_number("2026-04-20"), day_number("2026-06-10")  # Seven weeks and three days.
    names = ["no_orders", "cost_optimal", "recorded"]
    request = ReplayRequest(first, last, names, "no_orders", windows=3)
    # Stock so dear that the last window decides.
    config = load(None, ["model=ses", "interval_draws=20", "warmup=none", "holding_rate=1"])
    done = replay(read_records(str(sample)), config, request)
    table, whole = done.tables["windows"], done.tables["summary"].set_index("policy")

    days = table.drop_duplicates("window")
    assert [f"{day:%m-%d}" for day in days["first_day"]] == ["04-20", "05-11", "06-01"]
    assert [f"{day:%m-%d}" for day in days["last_day"]] == ["05-10", "05-31", "06-10"]
    assert len(table) == 3 * len(names)
    sums = table.groupby("policy")[[*ADDITIVE, "cost_saved", "backorders_avoided"]].sum(min_count=3)
    counts = ["lines", "backordered_lines", "lost_lines", "late_lines", "purchase_orders"]
    assert sums[counts].loc[names].equals(whole[counts].loc[names])
    for name in sums:
        # Each window is rounded to 4 decimals.
        np.testing.assert_allclose(sums.loc[names, name], whole.loc[names, name], rtol=0, atol=3e-4)
    parts = table[list(COSTS)].sum(axis=1, min_count=len(COSTS))
    np.testing.assert_allclose(parts, table["cost_total"], rtol=0, atol=7e-4)
    decides = windows_that_decide(table, "no_orders")
    assert len(decides) == 1
    assert done.run["warnings"][-1:] == decides
    assert done.run["windows"] == {"number": 3, "cost_saved_interval": {}}


def test_the_number_of_windows_changes_no_other_table_and_gives_the_same_bytes_twice(sample, tmp_path):
    days = day_number("2026-06-01"), day_number("2026-06-27")
    for name, count in (("one", 4), ("again", 4), ("other", None)):
        request = ReplayRequest(*days, ["no_orders", "cost_optimal"], "no_orders", windows=count)
        config = load(None, ["model=ses", "interval_draws=50", "warmup=none"])
        bootstrap.replay(str(sample), config, request, out=tmp_path / name, csv=True)

    def bytes_of(name):
        return {file.name: file.read_bytes() for file in (tmp_path / name).iterdir() if file.is_file()}

    one, again, other = bytes_of("one"), bytes_of("again"), bytes_of("other")
    assert {name for name in one if one[name] != again[name]} <= {"run.json"}  # Its timings.
    differing = {name for name in one if one[name] != other[name]}
    assert differing == {"windows.parquet", "windows.csv", "report.html", "run.json"}
    told = json.loads(one["run.json"])["windows"]
    low, high = told["cost_saved_interval"]["cost_optimal"]
    saved = pd.read_parquet(tmp_path / "one" / "summary.parquet").set_index("policy")["cost_saved"]
    assert told["number"] == 4
    assert low <= saved["cost_optimal"] <= high
    assert low < high
    assert json.loads(other["run.json"])["windows"] == {"number": 1, "cost_saved_interval": {}}


@pytest.mark.parametrize("count", [0, 5])
def test_more_windows_than_weeks_are_refused_with_what_to_do(sample, count):
    days = day_number("2026-06-01"), day_number("2026-06-25")  # Three weeks and four days.
    request = ReplayRequest(*days, ["min_max"], "min_max", windows=count)
    with pytest.raises(RequestError, match=f"--windows {count}: .* there are 4: ask for 1 to 4, or"):
        replay(read_records(str(sample)), load(), request)


def test_whole_windows_are_drawn_so_that_what_cancels_out_within_one_is_no_doubt():
    # Every window of eight weeks saves 4 x 10 - 4 x 8, whatever its weeks do.
    units = [[100.0] * 32]
    ours = [100 - np.tile(np.repeat([10.0, -8.0], 4), 4)]
    runs = [holding("min_max", units), holding("ours", ours)]
    charged = costs_with(1, holding_per_unit_day=1.0)
    ends = intervals(runs, charged, np.ones(1), cut(32), "min_max", seed=1, draws=200)
    assert ends == {"ours": [32.0, 32.0]}
    by_weeks = compare.summary(runs, charged, np.ones(1), "min_max", seed=1, draws=200).iloc[1]
    assert by_weeks["cost_saved_low"] < 0 < 32 < by_weeks["cost_saved_high"]


def test_an_interval_over_windows_is_as_wide_as_the_theory_says():
    """Of one item nothing but the windows is drawn: sqrt(w) times their standard deviation."""
    saved = np.random.default_rng(3).normal(5, 2, (1, 200))
    runs = [holding("min_max", np.full((1, 200), 100.0)), holding("ours", 100 - saved)]
    charged = costs_with(1, holding_per_unit_day=1.0)
    ends = intervals(runs, charged, np.ones(1), cut(200, 200), "min_max", seed=7, draws=4_000)
    half = 1.645 * np.sqrt(200) * saved.std()
    assert ends["ours"] == pytest.approx([saved.sum() - half, saved.sum() + half], rel=0.01)


def test_few_windows_are_not_resampled_and_an_unknown_cost_has_no_interval():
    silent = holding("recorded", [[np.nan] * 4])
    runs = [holding("min_max", [[3.0] * 4]), holding("ours", [[2.0] * 4]), silent]
    charged = costs_with(1, holding_per_unit_day=1.0)
    assert intervals(runs, charged, np.ones(1), cut(4, 3), "min_max", 1, 20) == {}
    assert intervals(runs, charged, np.ones(1), cut(4, 4), "min_max", 1, 20) == {"ours": [4.0, 4.0]}
    assert intervals(runs, charged, np.ones(1), cut(4, 4), "recorded", 1, 20) == {}
    table = windows(runs, charged, np.ones(1), edges(4), cut(4, 2), "recorded")
    assert table["cost_saved"].isna().all()
    assert one_decides(table, "ours", "recorded") == ""


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ((-10, 30, -5), "costs 15 less than min_max in all, and without that window 15 more."),
        ((10, 30, 10), "costs 50 less than min_max in all, and 60% of that comes from that window alone."),
        ((-10, -30, -10), "costs 50 more than min_max in all, and 60% of that comes from that window alone."),
        ((5, -30, 10), "costs 15 more than min_max in all, and without that window 15 less."),
        ((0, 30, 0), "costs 30 less than min_max in all, and without that window as much."),
        ((-10, 30), "costs 20 less than min_max in all, and without that window 10 more."),
    ],
)
def test_a_window_that_decides_is_named(saved, said):
    assert one_decides(saving(*saved), "ours", "min_max") == (
        f"One window decides, 2011-01-10 to 2011-01-16: ours {said}"
    )


@pytest.mark.parametrize("saved", [(10, 10, 12), (10, 20, 10), (10, 30), (30,), (0, 0, 0), (10, -10)])
def test_where_no_window_decides_nothing_is_said(saved):
    assert one_decides(saving(*saved), "ours", "min_max") == ""


def test_a_run_warns_of_ours_or_else_of_every_policy_that_can_be_followed():
    def warned(*names):
        whole = saving(0, 30, 0)
        others = [whole[whole["policy"] == "ours"].assign(policy=name) for name in names]
        return [text.split()[6] for text in windows_that_decide(pd.concat([whole, *others]), "min_max")]

    assert warned("no_orders", "recorded", "textbook") == ["ours", "textbook"]
    assert warned("textbook", "cost_optimal") == ["cost_optimal"]


def test_what_is_bought_in_a_window_is_held_in_the_next():
    """Flows are those of one simulation: nothing begins anew where a window does."""
    more = replace(BETTER, flows=BASE.flows._replace(on_hand_unit_days=np.array([[70.0, 999.0], [14, 21]])))
    table = windows([BASE, more], CHARGED, WORTH, edges(2), cut(2, 2), "min_max")
    held = table[table["policy"] == "cost_optimal"]["cost_holding"]
    assert held.tolist() == pytest.approx([0.7 + 1.4, 9.99 + 2.1])
