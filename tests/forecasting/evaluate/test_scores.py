"""The classes and the scores of a backtest, on numbers small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.evaluate.classes import are_new, patterns, speeds
from forecasting.evaluate.scores import scores
from forecasting.inputs.assumptions import Assumptions
from forecasting.reports.backtest.report import report
from forecasting.run import Result
from models.shared.history import History
from models.shared.scores import LEVELS, rmsse, scaled_squared_error


def histories(*series: list[float], season: int = 52) -> History:
    lengths = [len(one) for one in series]
    flat = np.array([value for one in series for value in one], dtype=np.float64)
    return History(flat, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), season)


def test_patterns_follow_the_published_cut_offs():
    series = {
        "smooth": [5, 6, 5, 6, 5, 6, 5, 6],
        "erratic": [1, 20, 1, 1, 1, 20, 1, 1],
        "intermittent": [0, 0, 5, 0, 0, 6, 0, 5],
        "lumpy": [0, 0, 1, 0, 20, 0, 0, 1],
        "no_demand": [0, 0, np.nan],
    }
    assert patterns(histories(*series.values())).tolist() == list(series)
    # 33 buckets with 25 demands are exactly 1.32 apart; one more demand, and it is regular.
    assert patterns(histories([1.0] * 25 + [0.0] * 8, [1.0] * 26 + [0.0] * 7)).tolist() == [
        "intermittent",
        "smooth",
    ]
    # Sizes 3 and 17: mean 10, deviation 7, so CV^2 is exactly .49.
    assert patterns(histories([3, 17], [3, 16])).tolist() == ["erratic", "smooth"]
    assert patterns(histories([np.nan, np.nan, np.nan, 5, 5])).tolist() == ["smooth"]
    assert patterns(histories([])).tolist() == ["no_demand"]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_the_fast_items_are_the_fewest_that_make_four_fifths(units):
    fast = speeds(histories(*[[float(one)] for one in units])) == "fast"
    sold = np.array(units, dtype=np.float64)
    assert sold[fast].sum() >= 0.8 * sold.sum()
    assert not fast.any() or sold[fast].sum() - sold[fast].min() < 0.8 * sold.sum()
    assert sold[fast].min(initial=np.inf) >= sold[~fast].max(initial=0)


def test_what_sold_longer_than_a_year_ago_makes_no_item_fast():
    assert speeds(histories([100.0, 0, 0, 0], [5.0], season=3)).tolist() == ["slow", "fast"]


def test_new_items_have_less_than_a_quarter_behind_them():
    assert are_new(histories([0.0] * 12, [0.0] * 13, [])).tolist() == [True, False, True]


def test_a_squared_error_is_held_against_the_changes_of_the_past():
    past = histories([1, 1, 3, 3, 1, 1, 9], [2, 2, 2, 2, 2, 2, 2], [1, 5])
    # Pairs of buckets of the first item: 1+3, 3+3, 3+1, 1+1, 1+9 follow buckets 0 to 4. Two apart they
    # change by 0, -4 and 6. The second item never changes; the third has no two pairs.
    got = scaled_squared_error(np.array([7.0, 5, 5]), np.array([5.0, 4, 4]), past, np.full(3, 2.0))
    np.testing.assert_allclose(got, [4 / ((0 + 16 + 36) / 3), np.nan, np.nan])
    assert np.isnan(scaled_squared_error(np.full(3, np.nan), np.zeros(3), past, np.full(3, 2.0))).all()


def test_over_one_bucket_it_is_the_published_score():
    generator = np.random.default_rng(2)
    past = histories(*generator.poisson(4, (5, 30)).astype(float))
    actual, mean = generator.poisson(4, 5).astype(float), np.full(5, 4.0)
    wanted = rmsse(actual[:, None], mean[:, None], past.take(np.arange(5)))
    # The first change, from bucket 0 to 1, is no change between two windows that FOLLOW a bucket.
    shorter = rmsse(
        actual[:, None], mean[:, None], histories(*[past.data[30 * i + 1 : 30 * i + 30] for i in range(5)])
    )
    got = np.sqrt(scaled_squared_error(actual, mean, past, np.ones(5)))
    np.testing.assert_allclose(got, shorter)
    assert not np.allclose(got, wanted)


def made(**columns) -> pd.DataFrame:
    """Rows of ``forecasts``, alike where nothing is said."""
    count = max(len(column) for column in columns.values())
    plain = {"model": "tsb", "origin": "2026-01-01", "location": "main", "chosen": "tsb", "pattern": "smooth"}
    plain |= {"speed": "fast", "new": False, "mean": 5.0, "cost": 1.0, "pinball": 0.1, "squared_error": 4.0}
    plain |= {f"q{level:g}": 6.0 for level in LEVELS}
    rows = {name: [value] * count for name, value in plain.items()}
    return pd.DataFrame({**rows, "sku": [str(row) for row in range(count)], **columns})


def test_scores_on_numbers_small_enough_to_work_out_by_hand():
    told = made(
        actual=[4.0, 6.0, 10.0, np.nan],
        origin=["2026-01-01", "2026-01-29", "2026-01-29", "2026-01-29"],
        sku=["a", "a", "b", "c"],
        cost=[1.0, 2.0, 4.0, np.nan],
        pinball=[0.2, 0.4, np.nan, np.nan],
        squared_error=[1.0, 7.0, 9.0, np.nan],
    )
    table = scores(told)
    row = table.iloc[0]
    assert row[["model", "class", "origin"]].tolist() == ["tsb", "overall", "all"]
    assert row[["windows", "left_out", "units", "cost"]].tolist() == [3, 1, 20.0, 7.0]
    assert row["pinball"] == pytest.approx(0.3)
    assert (row["at_or_below_q0.9"], row["below_q0.9"]) == (
        pytest.approx(2 / 3, abs=1e-6),
        pytest.approx(1 / 3, abs=1e-6),
    )
    assert row["bias"] == pytest.approx(15 / 20 - 1)
    assert row["rmsse"] == pytest.approx((2 + 3) / 2)
    by_origin = table[(table["class"] == "overall") & (table["origin"] != "all")]
    assert by_origin["windows"].tolist() == [1, 2]
    assert by_origin["left_out"].tolist() == [0, 1]
    assert table["class"].drop_duplicates().tolist() == ["overall", "smooth", "fast"]


def test_what_the_automatic_choice_took_is_a_class_of_its_own():
    told = made(
        actual=[4.0, 6.0, 4.0, 6.0],
        model=["auto", "auto", "tsb", "tsb"],
        chosen=["ses", "tsb", "tsb", "tsb"],
        sku=["a", "b", "a", "b"],
    )
    table = scores(told)
    own = table[table["class"].str.startswith("chosen_")]
    assert set(own["model"]) == {"auto"}
    assert own[own["origin"] == "all"]["class"].tolist() == ["chosen_ses", "chosen_tsb"]


def test_where_nothing_can_be_measured_nothing_is_said():
    row = scores(made(actual=[np.nan, np.nan])).iloc[0]
    assert (row["windows"], row["left_out"], row["cost"]) == (0, 2, 0.0)
    assert row[["pinball", "bias", "rmsse", "at_or_below_q0.9"]].isna().all()


def test_a_single_model_and_a_single_origin_have_a_report_too():
    run = {
        "horizon_days": 1,
        "as_of": "2026-01-02",
        "origins": ["2026-01-01"],
        "counts": {"items": 1, "windows": 1, "left_out": 0},
    }
    table = scores(made(actual=[0.0], pinball=[np.nan], squared_error=[np.nan]))
    page = report(Result({"scores": table, "assumptions": Assumptions().frame()}, run))
    assert "tsb cost 1." in page and "as nothing was sold" in page
    assert "1 items, demand of the day after 2026-01-01: 1 windows judged." in page
    assert "Nothing had to be assumed" in page
