"""The two stronger simple rules: the mean in its season, and the mean with roots of it."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.policies.mean_root import MeanRoot
from forecasting.policies.seasonal_mean import SeasonalMean, seasonal_indices
from models.shared.history import History, Traits
from tests.support.builders import situation

YEARS = 3
WAVE = 1.0 + 0.6 * np.sin(2 * np.pi * np.arange(52 * YEARS + 20) / 52)


def seen(levels, lengths, category, end=52 * YEARS):
    """Items that sell level x wave, each for so many weeks up to ``end``."""
    data = np.concatenate([level * WAVE[end - n : end] for level, n in zip(levels, lengths, strict=True)])
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    traits = Traits(np.array(category, dtype=np.int64), np.full(len(levels), np.nan))
    history = History(data, indptr, 52, traits)
    return replace(situation([10.0] * len(levels), lead_days=14.0), history=history)


@pytest.mark.parametrize("end", [52 * YEARS, 52 * YEARS - 13, 52 * YEARS - 30])
def test_the_level_is_the_demand_of_the_weeks_to_come_in_season(end):
    at = seen([100.0, 40.0], [end, end], [3, 3], end)
    ahead = WAVE[end : end + 3].sum()
    for window in (28.0, 91.0, 364.0):
        level = SeasonalMean(window, 1.0).decide(at).order_up_to
        np.testing.assert_allclose(level, [100 * ahead, 40 * ahead], rtol=0.05)


def test_a_new_item_moves_with_the_season_of_its_category_and_not_with_another():
    end = 52 * YEARS - 13
    at = seen([100.0, 50.0, 50.0], [end, 8, 8], [0, 0, 1], end)
    level = SeasonalMean(91.0, 1.0).decide(at).order_up_to
    assert level[1] == pytest.approx(50 * WAVE[end : end + 3].sum(), rel=0.04)
    # Nothing is known of the other category's season: the mean of the eight weeks goes on.
    assert level[2] == pytest.approx(3 * 50 * WAVE[end - 8 : end].mean(), abs=0.5)


def test_indices_average_one_and_need_a_whole_year():
    at = seen([100.0], [52 * YEARS], [0]).history
    index = seasonal_indices(at, np.array([0]))
    assert index.shape == (1, 52)
    assert index.mean() == pytest.approx(1.0)
    young = seen([100.0], [40], [0]).history
    np.testing.assert_array_equal(seasonal_indices(young, np.array([0])), np.ones((1, 52)))


def test_a_larger_factor_orders_in_proportion_and_the_grid_begins_below_one():
    at = seen([100.0], [52 * YEARS], [0])
    once, twice = (SeasonalMean(91.0, factor).decide(at).order_up_to[0] for factor in (1.0, 2.0))
    assert twice == pytest.approx(2 * once, abs=1.0)
    assert len({each.describe() for each in SeasonalMean().candidates()}) == 32
    assert min(each.factor for each in SeasonalMean().candidates()) < 1.0


def test_mean_root_adds_roots_of_the_mean_and_never_goes_below_zero():
    # Ten a week over a protection interval of three weeks.
    at = situation([10.0], lead_days=14.0)
    assert MeanRoot(91.0, 2.0).decide(at).order_up_to[0] == np.floor(30 + 2 * np.sqrt(30) + 0.5)
    assert MeanRoot(91.0, -1.0).decide(at).order_up_to[0] == np.floor(30 - np.sqrt(30) + 0.5)
    assert MeanRoot(91.0, -20.0).decide(at).order_up_to[0] == 0.0
    assert MeanRoot(91.0, -20.0).decide(at).quantity[0] == 0.0
    assert len({each.describe() for each in MeanRoot().candidates()}) == 32
