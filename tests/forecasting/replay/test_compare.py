"""Policies side by side: sums, intervals of differences, on runs small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.domain import Items, day_number
from forecasting.replay import compare
from forecasting.replay.measures import COSTS, MEASURES
from forecasting.simulation.flows import Flows
from tests.support.replay import BASE, BETTER, CHARGED, WORTH, costs_with, run_of, tallies


def test_the_parts_of_the_cost_by_hand():
    parts = compare.costs_of(BASE.flows, CHARGED)
    assert set(parts) == set(COSTS) - {"cost_ordering", "cost_waste"}
    expected = {
        "cost_holding": [[0.7, 1.4], [1.4, 2.1]],
        "cost_lost_business": [[6, 0], [8, 4]],
        "cost_goodwill": [[12 * 0.25 + 18 * 0.05 + 30 * 0.02, 6 * 0.05 + 6 * 0.02], [2, 1]],
        "cost_admin": [[6, 0], [2, 2]],
        "cost_word_of_mouth": [[3, 0], [0.5, 0.5]],
    }
    for name, amounts in expected.items():
        np.testing.assert_allclose(parts[name], amounts, err_msg=name)


def test_the_summary_by_hand():
    table = compare.summary([BASE, BETTER], CHARGED, WORTH, "min_max", seed=1, draws=50)
    base, better = (row for _, row in table.set_index("policy").iterrows())
    assert base["lines"] == 10
    assert base["units"] == 75
    assert base["backordered_lines"] == 2
    assert base["lost_lines"] == 2
    assert base["fill_rate"] == pytest.approx(1 - 15 / 75)
    assert base["line_fill_rate"] == pytest.approx(1 - 4 / 10)
    assert base["otif"] == pytest.approx(7 / 10)
    assert base["cycle_service"] == pytest.approx(1 / 4)
    assert base["average_on_hand_units"] == pytest.approx(210 / 14 + 35 / 14)
    assert base["average_on_hand_value"] == pytest.approx(2 * 210 / 14 + 10 * 35 / 14)
    assert base["purchase_orders"] == 3
    assert base["purchased_units"] == 70
    assert base["cost_ordering"] == 18
    assert base["cost_total"] == pytest.approx(5.6 + 18 + 7.92 + 10 + 4 + 18)
    assert base["cost_total"] == pytest.approx(sum(base[name] for name in COSTS))
    assert base["backorders_avoided"] == 0
    assert better["backorders_avoided"] == 3
    assert better["lost_units_difference"] == -3
    assert better["purchase_orders_difference"] == -1
    assert better["fill_rate_difference"] == pytest.approx(10 / 75, abs=1e-6)
    assert better["cost_saved"] == pytest.approx(base["cost_total"] - better["cost_total"])
    assert better["cost_total_difference"] == -better["cost_saved"]
    assert better["cost_saved_low"] == pytest.approx(-better["cost_total_difference_high"])


def test_the_summary_has_exactly_the_columns_that_are_promised():
    table = compare.summary([BASE], CHARGED, WORTH, "min_max", seed=1, draws=20)
    ends = ("", "_low", "_high")
    promised = ["policy", *MEASURES]
    promised += [f"{name}{end}" for name in ("backorders_avoided", "cost_saved") for end in ends]
    promised += [f"{name}_difference{end}" for name in MEASURES for end in ends]
    assert list(table.columns) == promised
    for name in ("lines", "backordered_lines", "lost_lines", "late_lines", "purchase_orders"):
        assert table[name].dtype == np.int64


def test_periods_and_items_add_up_to_the_summary():
    runs = [BASE, BETTER]
    edges = np.array([day_number("2011-01-03") + 7 * week for week in range(3)])
    who = Items(np.array(["main", "main"], dtype=object), np.array(["A", "B"], dtype=object))
    whole = compare.summary(runs, CHARGED, WORTH, "min_max", seed=1, draws=20).set_index("policy")
    by_period = compare.periods(runs, CHARGED, WORTH, edges)
    by_item = compare.items(runs, CHARGED, WORTH, who)
    assert list(by_period.columns) == ["policy", "period_start", *MEASURES]
    assert list(by_item.columns) == [
        "policy",
        "location",
        "sku",
        *(name for name in MEASURES if name != "purchase_orders"),
    ]
    assert by_period["period_start"].tolist()[:2] == [pd.Timestamp("2011-01-03"), pd.Timestamp("2011-01-10")]
    for name in (
        "lines",
        "units",
        "backordered_lines",
        "lost_units",
        "purchased_units",
        *COSTS,
        "cost_total",
    ):
        for table in (by_period, by_item):
            np.testing.assert_allclose(table.groupby("policy")[name].sum()[whole.index], whole[name])
    stock = by_item[by_item["policy"] == "min_max"]["average_on_hand_units"]
    assert stock.tolist() == [15, 2.5]
    # A period's average is over its own days; the two weeks then average to the whole.
    weeks = by_period[by_period["policy"] == "min_max"]["average_on_hand_units"]
    assert weeks.tolist() == [10 + 2, 20 + 3]


def test_shares_of_nothing_are_one_and_nothing_is_nan():
    idle = run_of("no_orders", tallies((2, 2)))
    table = compare.summary([idle], CHARGED, WORTH, "no_orders", seed=1, draws=20)
    assert not table.drop(columns="policy").isna().any(axis=None)
    for name in ("fill_rate", "line_fill_rate", "otif", "cycle_service"):
        assert table[name].item() == 1
    assert table["average_on_hand_units"].item() == 0


@st.composite
def pairs(draw):
    """Two policies on the same demand of some items over some periods."""
    shape = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    lines = generator.poisson(3, shape).astype(float)

    def one(policy):
        short = generator.binomial(lines.astype(int), 0.3).astype(float)
        flows = tallies(
            shape,
            lines=lines,
            units=5 * lines,
            backordered_lines=short,
            backordered_units=2 * short,
            in_full_lines=lines - short,
            late_lines=short,
            late_unit_days=generator.poisson(4, shape) * short,
            on_hand_unit_days=generator.poisson(30, shape),
            days=np.full(shape, 7.0),
            short_periods=short > 0,
        )
        return run_of(policy, flows, orders=generator.poisson(2, shape[1]))

    return one("baseline"), one("challenger")


@settings(deadline=None, max_examples=40, derandomize=True)
@given(pair=pairs(), seed=st.integers(0, 5))
def test_intervals_hold_the_difference_and_identical_policies_differ_by_nothing(pair, seed):
    base, other = pair
    n = len(base.flows.lines)
    charged = costs_with(n, holding_per_unit_day=0.1, goodwill_per_unit=1.0, admin_per_line=2.0)
    same = replace(base, policy="same")
    table = compare.summary([base, other, same], charged, np.ones(n), "baseline", seed, draws=60)
    for name in (*(f"{name}_difference" for name in MEASURES), "backorders_avoided", "cost_saved"):
        low, point, high = table[f"{name}_low"], table[name], table[f"{name}_high"]
        assert (low <= point + 1e-4).all()
        assert (point <= high + 1e-4).all()
        for row in (0, 2):
            assert (low[row], point[row], high[row]) == (0, 0, 0)


def test_intervals_are_as_wide_as_the_theory_says():
    """Differences independent between items, alike in all periods: only the draw of items matters.

    The standard deviation of the sum of n resampled differences is sqrt(n) times their own.
    """
    n, p = 400, 4
    generator = np.random.default_rng(3)
    extra = generator.normal(5, 2, n)
    base = run_of("base", tallies((n, p), on_hand_unit_days=np.full((n, p), 20.0), days=np.ones((n, p))))
    more = run_of("more", base.flows._replace(on_hand_unit_days=20 + np.repeat(extra[:, None], p, axis=1)))
    charged = costs_with(n, holding_per_unit_day=1.0)
    row = compare.summary([base, more], charged, np.ones(n), "base", seed=7, draws=4_000).iloc[1]
    half = 1.645 * p * np.sqrt(n) * extra.std()
    middle = p * extra.sum()
    # Resampled periods add nothing here but their number, which is always p.
    assert row["cost_holding_difference"] == pytest.approx(middle, abs=1e-3)
    assert row["cost_holding_difference_low"] == pytest.approx(middle - half, rel=0.01)
    assert row["cost_holding_difference_high"] == pytest.approx(middle + half, rel=0.01)


def test_the_seed_decides_the_intervals_and_nothing_else():
    def table(seed):
        return compare.summary([BASE, BETTER], CHARGED, WORTH, "min_max", seed, draws=40)

    pd.testing.assert_frame_equal(table(1), table(1))
    points = [name for name in table(1).columns if not name.endswith(("_low", "_high"))]
    pd.testing.assert_frame_equal(table(1)[points], table(2)[points])
    assert not table(1).equals(table(2))


def test_the_lots_that_weights_are_drawn_in_do_not_matter_to_the_paired_draws(monkeypatch):
    monkeypatch.setattr(compare, "TOGETHER", 6)
    table = compare.summary([BASE, replace(BASE, policy="same")], CHARGED, WORTH, "min_max", 1, draws=31)
    assert table.loc[1, "cost_total_difference_high"] == 0
    assert table.loc[1, "cost_total"] == table.loc[0, "cost_total"]


def test_a_baseline_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="odoo"):
        compare.summary([BASE], CHARGED, WORTH, "odoo", seed=1)


def test_tallies_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        Flows.of(**{**BASE.flows._asdict(), "lines": np.zeros((3, 2))})
