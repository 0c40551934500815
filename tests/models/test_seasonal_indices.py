"""The season that items share: what is found, and how far it is believed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.shared.history import Traits
from models.shared.seasonal_indices import (
    group_indices,
    shrunk,
)
from models.shared.seasonality import groups_of, period_of, seasons
from models.shared.steps import steps
from tests.support.histories import history, ragged
from tests.support.seasons import WAVE, yearly


def test_the_season_of_a_category_is_found() -> None:
    generator = np.random.default_rng(1)
    lengths = np.full(60, 156)
    up = yearly(generator, WAVE, generator.uniform(1, 9, 60), lengths)
    down = yearly(generator, 2 - WAVE, generator.uniform(1, 9, 60), lengths)
    traits = Traits(np.repeat([3, 8], 60), np.full(120, np.nan))
    some = history(*up, *down, traits=traits)
    begin = np.zeros(120, dtype=np.int64)
    index = group_indices(some, steps(some), groups_of(some), begin, 52, 156)

    assert np.abs(index[0] - WAVE).mean() < 0.06
    assert np.abs(index[1] - (2 - WAVE)).mean() < 0.06
    np.testing.assert_allclose(index.mean(axis=1), 1.0)
    # Without categories the two cancel out, and no season is left.
    assert np.abs(group_indices(some, steps(some), begin, begin, 52, 156) - 1).mean() < 0.03


def test_items_seen_for_a_part_of_the_year_do_not_bend_the_season() -> None:
    """They are listed as the season begins, and have a mean that only it explains."""
    generator = np.random.default_rng(2)
    lengths = np.concatenate([np.full(20, 104), np.full(80, 40)])
    some = history(*yearly(generator, WAVE, np.full(100, 6.0), lengths))
    begin = lengths.max() - lengths
    index = group_indices(some, steps(some), np.zeros(100, dtype=np.int64), begin, 52, 104)

    assert np.abs(index - WAVE).mean() < 0.12


def shape(times: int, chance: float, variance: float) -> float:
    """How much of a known season is left, on average, of ``times`` cycles with that much chance in each."""
    generator = np.random.default_rng(5)
    season = WAVE + chance * generator.normal(size=(1, times, 52))
    left = shrunk(season, np.array([variance]), np.ones((1, 52)))[0] - 1
    return float(left @ (WAVE - 1) / ((WAVE - 1) @ (WAVE - 1)))


def test_evidence_decides_how_far_indices_leave_1() -> None:
    assert shape(1, 0.0, 0.0) == pytest.approx(0.5)
    assert 0.8 < shape(2, 0.0, 0.0) < shape(4, 0.0, 0.0) < 1.0
    assert shape(1, 0.0, 0.16) < 0.3 < shape(1, 0.0, 0.08) < 0.5
    assert shape(1, 0.0, math.inf) == 0.0
    assert shape(4, 1.0, 0.0) < shape(4, 0.3, 0.0)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(seed=st.integers(0, 10_000), groups=st.integers(1, 3), count=st.integers(1, 4))
def test_indices_are_never_negative_and_have_mean_1(seed: int, groups: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    seen = generator.exponential(1.0, (groups, count, 6))
    seen[generator.random(seen.shape) < 0.4] = np.nan
    towards = generator.dirichlet(np.ones(6), 1) * 6
    index = shrunk(seen, generator.choice([0.0, 0.1, np.inf], groups), towards)

    assert np.all(index >= 0)
    np.testing.assert_allclose(index.mean(axis=1), 1.0)


def test_noise_makes_no_season() -> None:
    generator = np.random.default_rng(3)
    some = history(*[generator.poisson(1.0, 110) for _ in range(200)])
    assert np.abs(seasons(some).editions[-1].indices - 1).max() < 0.05


def test_an_edition_knows_nothing_of_what_comes_after() -> None:
    generator = np.random.default_rng(4)
    some = history(*yearly(generator, WAVE, np.full(40, 5.0), np.full(40, 130)))
    found = seasons(some)

    assert len(found.editions) > 3
    for edition in found.editions[1:]:
        back = 130 - (edition.first + 1)
        before = seasons(some.until(back)).editions[-1]
        np.testing.assert_array_equal(edition.indices, before.indices)


def test_editions_cover_every_bucket_once() -> None:
    some = ragged(3, season=12)
    found = seasons(some)

    assert found.editions[0].first == 0 and np.all(found.editions[0].indices == 1)
    assert found.editions[-1].end == some.lengths.max()
    for before, after in zip(found.editions[:-1], found.editions[1:], strict=True):
        assert before.end == after.first


def test_groups_are_categories_that_have_enough_items() -> None:
    category = np.array([7] * 6 + [-1] * 2 + [2] * 5 + [9] * 4)
    some = history(*[[1.0]] * len(category), traits=Traits(category, np.full(len(category), np.nan)))
    assert groups_of(some).tolist() == [1] * 6 + [2] * 2 + [0] * 5 + [2] * 4
    assert groups_of(history([1.0], [2.0])).tolist() == [0, 0]


def test_days_have_a_season_of_a_week() -> None:
    assert period_of(history([1.0], season=365)) == 7
    assert period_of(history([1.0], season=52)) == 52
    assert period_of(history([1.0], season=12)) == 12
