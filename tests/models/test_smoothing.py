"""Holt, Theta and seasonal smoothing: against slow twins, against statsmodels, and what they are for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.holt import Holt, holt_levels
from models.seasonal_smoothing import SeasonalAdditive, SeasonalMultiplicative, seasonal_levels
from models.shared.base import Model
from models.shared.history import History
from models.shared.past_errors import error_moments, squared_error, squared_errors
from models.shared.seasonal_indices import (
    ITEM_DISPERSION,
    GroupMoments,
    _group_moments,
    cycles,
)
from models.shared.seasonality import Edition, Seasons, means_ahead, no_seasons
from models.shared.smoothing import best_on_grid, best_parameters, mean_reach
from models.shared.steps import steps
from models.shared.window_sums import window_sums
from models.simple_exponential_smoothing import SimpleExponentialSmoothing, smoothed_levels
from models.theta import Theta, theta_levels
from tests.reference import smoothing as reference
from tests.support.histories import history, ragged, split
from tests.support.seasons import WAVE, yearly

HORIZONS = st.sampled_from([0.4, 1.0, 2.43, 3.0, 7.0, 9.5, 21.3])
SHARES = st.floats(0.01, 1.0)


def same(panel: History, flat: np.ndarray, twin) -> None:
    for i, (y, got) in enumerate(zip(split(panel, panel.data), split(panel, flat), strict=True)):
        np.testing.assert_allclose(got, np.array(twin(i, y), dtype=float), rtol=1e-8, atol=1e-8)


def random_seasons(panel: History, seed: int, period: int = 7) -> Seasons:
    """Two groups, two editions, and a bucket of the cycle in which next to nothing is sold."""
    generator = np.random.default_rng(seed)
    longest = int(panel.lengths.max())
    early, late = generator.uniform(0.1, 2.0, (2, 2, period))
    group = np.arange(len(panel)) % 2
    editions = (Edition(0, 15, early), Edition(15, longest, late))
    return Seasons(period, longest - panel.lengths, group, editions)


def one_edition_after_the_other(found: Seasons, i: int, twin) -> list[float]:
    out: list[float] = []
    for edition in found.editions:
        levels = twin(edition.indices[found.group[i]], int(found.begin[i]))
        until = max(edition.end - int(found.begin[i]), 0)
        out += levels[len(out) : until]
    return out


# ------------------------------------------------------------------ the slow twins


@settings(deadline=None, max_examples=25, derandomize=True)
@given(seed=st.integers(0, 10_000), alpha=SHARES, beta=SHARES, phi=st.floats(0.0, 1.0), horizon=HORIZONS)
def test_holt_equals_its_twin(seed: int, alpha: float, beta: float, phi: float, horizon: float) -> None:
    some = ragged(seed)
    n = len(some)
    parameters, span = np.tile([alpha, beta, phi], (n, 1)), np.full(n, horizon)
    got = holt_levels(some, parameters, span)

    same(some, got, lambda _, y: reference.holt_levels(y, alpha, beta, phi, horizon))
    got = holt_levels(some, parameters, span, np.tile([2.0, -0.3], (n, 1)))
    same(some, got, lambda _, y: reference.holt_levels(y, alpha, beta, phi, horizon, 2.0, -0.3))


@settings(deadline=None, max_examples=25, derandomize=True)
@given(seed=st.integers(0, 10_000), alpha=SHARES, theta=st.sampled_from([1.0, 2.0, 5.0]), horizon=HORIZONS)
def test_theta_equals_its_twin(seed: int, alpha: float, theta: float, horizon: float) -> None:
    some = ragged(seed)
    n = len(some)
    parameters, span = np.tile([alpha, theta], (n, 1)), np.full(n, horizon)
    got = theta_levels(some, parameters, span, initial=np.full(n, 1.5))
    same(some, got, lambda _, y: reference.theta_levels(y, alpha, theta, horizon, initial=1.5))
    found, extra = random_seasons(some, seed), (5.0**3 - 5.0) / 12
    got = theta_levels(some, parameters, span, found, least_span=5.0)

    def twin(i: int, y: np.ndarray) -> list[float]:
        return one_edition_after_the_other(
            found,
            i,
            lambda index, begin: reference.theta_levels(y, alpha, theta, horizon, index, begin, extra),
        )

    same(some, got, twin)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    alpha=SHARES,
    gamma=st.floats(0.0, 1.0),
    share=st.floats(0.0, 1.0),
    horizon=HORIZONS,
    multiplicative=st.booleans(),
)
def test_seasonal_smoothing_equals_its_twin(
    seed: int, alpha: float, gamma: float, share: float, horizon: float, multiplicative: bool
) -> None:
    some = ragged(seed)
    n = len(some)
    found = random_seasons(some, seed)
    parameters = np.tile([alpha, gamma, share], (n, 1))
    for initial in ((np.nan, np.nan), (3.0, 1.0)):
        got = seasonal_levels(
            some, found, parameters, np.full(n, horizon), multiplicative, np.tile(initial, (n, 1))
        )

        def twin(i: int, y: np.ndarray, initial: tuple[float, float] = initial) -> list[float]:
            def levels(index: np.ndarray, begin: int) -> list[float]:
                season = multiplicative + share * (index - 1)
                return reference.seasonal_levels(
                    y, alpha, gamma, season, begin, horizon, multiplicative, *initial
                )

            return one_edition_after_the_other(found, i, levels)

        same(some, got, twin)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(seed=st.integers(0, 10_000), period=st.sampled_from([2, 7, 12]))
def test_group_moments_and_cycles_equal_their_twins(seed: int, period: int) -> None:
    some = ragged(seed, items=12)
    length = int(some.lengths.max()) - 1
    begin = some.lengths.max() - some.lengths
    group = np.arange(12) % 2
    index = np.random.default_rng(seed).uniform(0.2, 2.0, (2, period))
    step = steps(some)
    moments = GroupMoments.zeros(2, length)
    _group_moments(some.data, some.indptr, begin, group, step, index, moments)
    got = np.stack(moments, axis=2)
    series = split(some, some.data)
    for g in range(2):
        own = [i for i in range(12) if group[i] == g]
        expected = reference.group_moments(
            [series[i] for i in own], begin[own], index[g], step[own], ITEM_DISPERSION, length
        )
        np.testing.assert_allclose(got[g], expected, rtol=1e-9)
    if length >= period:
        ratios, variance = cycles(moments, period)
        for g in range(2):
            rows, expected = reference.cycles(got[g].tolist(), period)
            np.testing.assert_allclose(ratios[g], rows, rtol=1e-9)
            assert variance[g] == pytest.approx(expected, rel=1e-6)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(seed=st.integers(0, 10_000), horizon=HORIZONS, phi=st.sampled_from([0.0, 0.3, 0.9, 0.9999999, 1.0]))
def test_means_over_a_horizon(seed: int, horizon: float, phi: float) -> None:
    season = np.random.default_rng(seed).uniform(0, 2, 7)
    for phase, got in enumerate(means_ahead(season, horizon)):
        assert got == pytest.approx(reference.ahead(season, phase, horizon))
    expected = reference.over_horizon(horizon, lambda k: sum(phi**j for j in range(1, k + 1)))

    assert mean_reach(np.array([horizon]), np.array([phi]))[0] == pytest.approx(expected, rel=1e-6)


def test_no_horizon_has_no_reach() -> None:
    assert mean_reach(np.zeros(2), np.array([0.5, 1.0])).tolist() == [0.0, 0.0]
    assert means_ahead(np.array([0.5, 1.5]), 0.0).tolist() == [1.0, 1.0]


# ------------------------------------------------------------------ what the models are for


def error(model: Model, some: History, horizon: float, actual: np.ndarray) -> float:
    mean = model.fit(some).demand(np.full(len(some), horizon)).mean
    return float(np.abs(mean - actual).sum() / actual.sum())


@pytest.mark.parametrize("model", [SeasonalAdditive(), SeasonalMultiplicative(), Theta()])
def test_an_item_seen_for_one_season_uses_that_of_its_category(model: Model) -> None:
    generator = np.random.default_rng(6)
    lengths = np.concatenate([np.full(60, 182), np.full(20, 52)])
    whole = yearly(generator, WAVE, generator.uniform(2, 12, 80), lengths)
    ahead = 13
    # Half a year into the cycle demand is low; the next quarter it is lower still, then it rises.
    some = history(*[y[:-ahead] for y in whole])
    actual = np.array([y[-ahead:].sum() for y in whole])
    plain = error(SimpleExponentialSmoothing(), some, ahead, actual)

    assert error(model, some, ahead, actual) < 0.75 * plain
    young = np.arange(60, 80)
    mean = model.fit(some).demand(np.full(80, float(ahead))).mean[young]
    assert mean.sum() == pytest.approx(actual[young].sum(), rel=0.2)


@pytest.mark.parametrize("model", [SeasonalAdditive(), SeasonalMultiplicative(), Theta()])
def test_three_days_of_a_week(model: Model) -> None:
    """A weekend ahead sells what weekends do; a week ahead, what weeks do."""
    generator = np.random.default_rng(7)
    week = np.array([0.4, 0.5, 0.5, 0.6, 1.0, 1.9, 2.1])
    days = np.resize(week, 7 * 30 + 5)
    rates = generator.uniform(2, 12, 50)
    some = history(*[generator.poisson(rate * days) for rate in rates], season=365)
    demand = model.fit(some)
    two, seven = (demand.demand(np.full(50, h)).mean for h in (2.0, 7.0))

    assert two.sum() == pytest.approx(4.0 * rates.sum(), rel=0.06)
    assert seven.sum() == pytest.approx(7.0 * rates.sum(), rel=0.06)


def test_an_item_on_its_own_learns_its_week() -> None:
    generator = np.random.default_rng(8)
    days = np.resize([0.2, 0.2, 0.2, 0.2, 0.2, 3.0, 3.0], 7 * 40 + 5)
    alone = history(generator.poisson(10 * days), season=365)
    two = SeasonalMultiplicative().fit(alone).demand(np.array([2.0])).mean[0]

    assert two == pytest.approx(60.0, rel=0.1)


@pytest.mark.parametrize("model", [Holt(), Theta()])
def test_a_trend_is_followed(model: Model) -> None:
    generator = np.random.default_rng(9)
    path = np.linspace(20, 40, 112)
    some = history(*[generator.poisson(path[:104]) for _ in range(60)])
    actual = np.full(60, path[104:].sum())

    assert error(model, some, 8.0, actual) < 0.85 * error(SimpleExponentialSmoothing(), some, 8.0, actual)


@pytest.mark.parametrize("model", [Holt(), Theta()])
def test_a_fall_ends_at_nothing(model: Model) -> None:
    some = history(*[np.maximum(np.linspace(60 + i, -20, 100), 0) for i in range(20)])
    demand = model.fit(some).demand(np.full(20, 26.0))
    assert np.all(demand.values >= 0)
    assert demand.mean.mean() < 26


def test_a_short_history_has_no_slope() -> None:
    """Three rising buckets are no trend, though the line through them is steep."""
    some = history(*[[float(i), i + 4.0, i + 8.0] for i in range(1, 21)])
    mean = Theta(thetas=(2.0,)).fit(some).demand(np.full(20, 8.0)).mean
    assert np.all(mean < 8 * 1.15 * np.array([i + 4.0 for i in range(1, 21)]))


def test_the_unknown_carries_on() -> None:
    """An unknown bucket moves the trend on, and takes its turn in the season."""
    rising = [10.0, 12.0, 14.0, np.nan, np.nan, 20.0]
    got = holt_levels(history(rising), np.array([[0.5, 0.5, 1.0]]), np.array([1.0]), np.array([[8.0, 2.0]]))

    np.testing.assert_allclose(got, [12, 14, 16, 18, 20, 22])
    waves = [2.0, 6.0, np.nan, 6.0, 2.0, np.nan]
    zero = np.zeros(1, dtype=np.int64)
    found = Seasons(2, zero, zero, (Edition(0, 6, np.array([[0.5, 1.5]])),))
    got = seasonal_levels(history(waves), found, np.array([[0.3, 0.2, 1.0]]), np.array([1.0]), True)
    np.testing.assert_allclose(got, [6, 2, 6, 2, 6, 2])


def test_best_on_grid_is_best_parameters_of_levels_without_a_horizon() -> None:
    some = ragged(11, season=52)
    grid = np.array([[0.1], [0.5]])
    chosen, level = best_on_grid(some, grid, lambda p: smoothed_levels(some, p[:, 0]))
    again = best_parameters(some, grid, lambda p, _: smoothed_levels(some, p[:, 0]))

    np.testing.assert_array_equal(chosen, again)
    np.testing.assert_array_equal(level, smoothed_levels(some, chosen[:, 0]))


def test_squared_errors_equal_those_of_the_moments() -> None:
    """Whole units and levels above the least possible one: then the two say the same."""
    some = ragged(13)
    n, span = len(some), np.full(len(some), 2.5)
    sums, level = window_sums(some, span, 0.5), 1.0 + smoothed_levels(some, np.full(len(some), 0.3))
    squared, windows = squared_errors(some, sums, level[:, None], span)
    moments = error_moments(some, sums, level, span, np.ones(n), np.empty(0))

    np.testing.assert_allclose(windows, moments.windows[:, 0])
    np.testing.assert_allclose(squared, moments.squared, rtol=1e-9)
    for one, of_several in zip(squared_error(some, sums, level, span), (squared[:, 0], windows), strict=True):
        np.testing.assert_array_equal(one, of_several)
    assert windows.sum() > 50


def test_no_seasons_is_the_default_of_theta() -> None:
    some = ragged(12)
    parameters, span = np.tile([0.2, 2.0], (len(some), 1)), np.full(len(some), 3.0)

    np.testing.assert_array_equal(
        theta_levels(some, parameters, span), theta_levels(some, parameters, span, no_seasons(some))
    )
