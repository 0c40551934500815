"""A level that is new for certain is believed within weeks; what chance, season or silence make is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.registry import CANDIDATES, model
from models.selection import choose
from models.shared.history import History
from models.shared.level_shift import at_present_level


def weeks(*stretches: tuple[float, int], seed: int = 1) -> np.ndarray:
    """Poisson weeks: (mean, number) after (mean, number)."""
    generator = np.random.default_rng(seed)
    return np.concatenate([generator.poisson(mean, number) for mean, number in stretches]).astype(float)


def one(data: np.ndarray, season: int = 52) -> History:
    return History(data, np.array([0, len(data)]), season)


@pytest.mark.parametrize(("old", "new", "since"), [(70, 7, 6), (7, 350, 8), (20, 80, 5), (50, 10, 4)])
def test_a_clear_jump_is_believed_within_weeks(old: float, new: float, since: int) -> None:
    steady = [weeks((10, 80), seed=seed) for seed in range(2, 8)]
    data = [weeks((old, 80 - since), (new, since)), *steady]
    history = History(np.concatenate(data), np.arange(0, 80 * len(data) + 1, 80))
    three = np.full(len(data), 3.0)
    choice = choose([model(name) for name in CANDIDATES], history, three, np.full(len(data), 0.9))

    mean = choice.fit(history).demand(three).mean
    assert mean[0] == pytest.approx(3 * new, rel=0.25)
    np.testing.assert_allclose(mean[1:], 30, rtol=0.2)


@pytest.mark.parametrize(
    "data",
    [
        weeks((10, 60), (11, 6)),
        weeks((10, 60), (20, 6)),
        weeks((10, 60), (80, 3)),
        weeks((10, 60), (0, 8)),
        weeks((0.1, 60), (12, 8)),
        weeks((20, 20), (100, 6)),
        np.tile(weeks((10, 40), (90, 12)), 2)[: 52 + 48],
    ],
    ids=["chance", "twice", "three weeks", "silence", "a first demand", "a short past", "a season"],
)
def test_what_is_no_new_level_changes_nothing(data: np.ndarray) -> None:
    history = one(data)
    assert at_present_level(history) is history


def test_the_past_keeps_its_shape_in_whole_units_and_what_is_unknown() -> None:
    data = np.concatenate([np.tile([8.0, 12.0], 20), [50.0] * 6])
    data[3] = np.nan
    history = replace(one(data), orders=np.where(np.isnan(data), np.nan, 2.0))
    moved = at_present_level(history)

    assert np.isnan(moved.data[3]) and np.isnan(moved.orders[3])
    old = moved.data[~np.isnan(moved.data)][:-6]
    assert old.mean() == pytest.approx(50, abs=1)
    np.testing.assert_array_equal(old, np.round(old))
    np.testing.assert_array_equal(moved.data[-6:], 50.0)
    assert moved.data[1] / moved.data[0] == pytest.approx(1.5, abs=0.05)


def test_days_are_gathered_into_weeks_and_months_are_taken_as_they_are() -> None:
    days = one(np.concatenate([weeks((3, 300)), weeks((30, 42))]), 365)
    assert at_present_level(days).data[:300].mean() == pytest.approx(30, rel=0.05)
    months = one(np.concatenate([weeks((40, 14)), weeks((400, 2))]), 12)
    assert at_present_level(months).data[:14].mean() == pytest.approx(400, rel=0.1)
