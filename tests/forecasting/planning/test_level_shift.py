"""A forecast that does not follow a new level of demand is flagged, and steady or lumpy demand is not."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.planning.level_shift import level_shift
from models.shared.history import History


def shifted(data, daily, bucket_days=7.0):
    values = np.asarray(data, dtype=np.float64)
    return bool(
        level_shift(History(values, np.array([0, len(values)]), 52), bucket_days, np.array([daily]))[0]
    )


@pytest.mark.parametrize("weeks", [4, 6, 8])
def test_a_level_that_the_forecast_does_not_follow_is_flagged(weeks):
    dropped = [70] * 50 + [7] * weeks
    assert shifted(dropped, 8.0) and shifted(dropped[::-1][weeks:] + [700] * weeks, 20.0)
    assert not shifted(dropped, 1.1)


def test_days_and_months_are_looked_at_too():
    assert shifted([10] * 300 + [1] * 42, 8.0, 1.0)
    assert shifted([300] * 20 + [30] * 2, 8.0, 30.4375)


def test_what_stays_as_it_was_is_not_flagged():
    draw = np.random.default_rng(1)
    steady, lumpy = draw.poisson(20, (200, 80)), draw.poisson(0.2, (200, 80)) * 30
    assert not any(shifted(row, row[-4:].mean() / 7 + 3) for row in (*steady, *lumpy))
    assert not shifted([5] * 20 + [50] * 4, 1.0)
    assert not shifted([np.nan] * 30 + [50] * 4, np.nan)
