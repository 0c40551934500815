"""Holt, Theta and seasonal smoothing: against slow twins, against statsmodels, and what they are for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.datasets import co2, nile, sunspots
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing, SimpleExpSmoothing
from statsmodels.tsa.holtwinters import Holt as HoltPeer
from statsmodels.tsa.seasonal import seasonal_decompose

from models.holt import Holt, holt_levels
from models.seasonal_smoothing import SeasonalAdditive, SeasonalMultiplicative, seasonal_levels
from models.shared.base import Model
from models.shared.history import History, Traits
from models.shared.past_errors import error_moments, squared_error, squared_errors
from models.shared.seasonal_indices import (
    ITEM_DISPERSION,
    GroupMoments,
    _group_moments,
    cycles,
    group_indices,
    shrunk,
)
from models.shared.seasonality import Edition, Seasons, groups_of, means_ahead, no_seasons, period_of, seasons
from models.shared.smoothing import best_on_grid, best_parameters, mean_reach
from models.shared.steps import steps
from models.shared.window_sums import window_sums
from models.simple_exponential_smoothing import SimpleExponentialSmoothing, smoothed_levels
from models.theta import Theta, theta_levels
from tests.reference import smoothing as reference

TOLERANCE = 1e-9
"""Relative: how far a forecast may be from that of statsmodels, given the same parameters and start."""

HORIZONS = st.sampled_from([0.4, 1.0, 2.43, 3.0, 7.0, 9.5, 21.3])
SHARES = st.floats(0.01, 1.0)


def history(*series, season: int = 52, traits: Traits | None = None) -> History:
    indptr = np.concatenate([[0], np.cumsum([len(one) for one in series])]).astype(np.int64)
    return History(np.concatenate([np.asarray(one, dtype=float) for one in series]), indptr, season, traits)


def panel(seed: int, items: int = 10, season: int = 7) -> History:
    generator = np.random.default_rng(seed)
    series = []
    for item in range(items):
        y = generator.poisson(2.0, item if item < 2 else generator.integers(2, 45)) * 1.5
        y[generator.random(len(y)) < 0.15] = np.nan
        series.append(y)
    return history(*series, season=season)


def split(panel: History, flat: np.ndarray) -> list[np.ndarray]:
    return np.split(flat, panel.indptr[1:-1])


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
    some = panel(seed)
    n = len(some)
    parameters, span = np.tile([alpha, beta, phi], (n, 1)), np.full(n, horizon)
    got = holt_levels(some, parameters, span)

    same(some, got, lambda _, y: reference.holt_levels(y, alpha, beta, phi, horizon))
    got = holt_levels(some, parameters, span, np.tile([2.0, -0.3], (n, 1)))
    same(some, got, lambda _, y: reference.holt_levels(y, alpha, beta, phi, horizon, 2.0, -0.3))


@settings(deadline=None, max_examples=25, derandomize=True)
@given(seed=st.integers(0, 10_000), alpha=SHARES, theta=st.sampled_from([1.0, 2.0, 5.0]), horizon=HORIZONS)
def test_theta_equals_its_twin(seed: int, alpha: float, theta: float, horizon: float) -> None:
    some = panel(seed)
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
    some = panel(seed)
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
    some = panel(seed, items=12)
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


# ------------------------------------------------------------------ statsmodels, on its own example data


NILE = np.asarray(nile.load_pandas().data["volume"], dtype=float)
# Raised, so that no forecast is clipped at 0.
SUNSPOTS = 100 + np.asarray(sunspots.load_pandas().data["SUNACTIVITY"], dtype=float)
EXAMPLES = {"nile": NILE, "sunspots": SUNSPOTS}


def monthly_co2() -> np.ndarray:
    return np.asarray(co2.load_pandas().data["co2"].resample("MS").mean().interpolate(), dtype=float)


def last_sum(levels: np.ndarray, horizon: int) -> float:
    return float(levels[-1] * horizon)


@pytest.mark.parametrize("example", sorted(EXAMPLES))
@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
def test_simple_smoothing_equals_statsmodels(example: str, alpha: float) -> None:
    y = EXAMPLES[example]
    peer = SimpleExpSmoothing(y, initialization_method="known", initial_level=y[0] + 1)
    expected = peer.fit(smoothing_level=alpha, optimized=False).forecast(5).sum()
    got = smoothed_levels(history(y), np.array([alpha]), np.array([y[0] + 1]))

    assert last_sum(got, 5) == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("example", sorted(EXAMPLES))
@pytest.mark.parametrize("alpha, beta, phi", [(0.8, 0.2, 1.0), (0.3, 0.1, 0.98), (0.5, 0.9, 0.8)])
@pytest.mark.parametrize("horizon", [1, 8])
def test_holt_equals_statsmodels(example: str, alpha: float, beta: float, phi: float, horizon: int) -> None:
    y = EXAMPLES[example]
    level, trend = float(y[0]), 2.5
    damping = {} if phi == 1.0 else {"damping_trend": phi}
    peer = HoltPeer(
        y, damped_trend=phi < 1.0, initialization_method="known", initial_level=level, initial_trend=trend
    ).fit(smoothing_level=alpha, smoothing_trend=beta, optimized=False, **damping)
    expected = peer.forecast(horizon).sum()

    assert expected > 0
    got = holt_levels(
        history(y), np.array([[alpha, beta, phi]]), np.array([float(horizon)]), np.array([[level, trend]])
    )
    assert last_sum(got, horizon) == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("example", sorted(EXAMPLES))
@pytest.mark.parametrize("theta", [1.0, 2.0, 4.0])
def test_theta_equals_statsmodels(example: str, theta: float) -> None:
    y = EXAMPLES[example]
    peer = ThetaModel(y, deseasonalize=False, period=1).fit()
    expected = peer.forecast(6, theta=theta).sum()
    alpha = float(peer.params["alpha"])
    got = theta_levels(history(y), np.array([[alpha, theta]]), np.array([6.0]), initial=y[:1])

    assert last_sum(got, 6) == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("horizon, tolerance", [(1, TOLERANCE), (15, 1e-5)])
def test_theta_with_a_season_equals_statsmodels(horizon: int, tolerance: float) -> None:
    y = monthly_co2()
    peer = ThetaModel(y, period=12, deseasonalize=True, use_test=False, method="multiplicative").fit()
    index = np.asarray(seasonal_decompose(y, model="multiplicative", period=12).seasonal)[None, :12]
    one = history(y, season=12)
    found = Seasons(
        12, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), (Edition(0, len(y), index),)
    )
    alpha = float(peer.params["alpha"])
    got = theta_levels(
        one,
        np.array([[alpha, 2.0]]),
        np.array([float(horizon)]),
        found,
        initial=np.array([y[0] / index[0, 0]]),
    )

    assert last_sum(got, horizon) == pytest.approx(peer.forecast(horizon).sum(), rel=tolerance)


@pytest.mark.parametrize("alpha, gamma", [(0.3, 0.1), (0.7, 0.25), (0.05, 0.9)])
@pytest.mark.parametrize("horizon", [1, 5, 12, 30])
@pytest.mark.parametrize("kind", ["add", "mul"])
def test_seasonal_smoothing_equals_statsmodels(alpha: float, gamma: float, horizon: int, kind: str) -> None:
    y = monthly_co2()
    index = np.linspace(0.97, 1.03, 12)
    initial = index if kind == "mul" else (index - 1) * 340.0
    peer = ExponentialSmoothing(
        y,
        seasonal=kind,
        seasonal_periods=12,
        initialization_method="known",
        initial_level=315.0,
        initial_seasonal=initial,
    ).fit(smoothing_level=alpha, smoothing_seasonal=gamma, optimized=False)
    # Its states, not its forecast: that forgets what the last bucket has said of the season.
    level, season = float(peer.level[-1]), np.resize(peer.season[-12:], horizon)
    expected = (level * season if kind == "mul" else level + season).sum()
    zero = np.zeros(1, dtype=np.int64)
    found = Seasons(12, zero, zero, (Edition(0, len(y), index[None, :]),))
    got = seasonal_levels(
        history(y, season=12),
        found,
        np.array([[alpha, gamma, 1.0]]),
        np.array([float(horizon)]),
        kind == "mul",
        np.array([[315.0, 340.0]]),
    )

    assert last_sum(got, horizon) == pytest.approx(expected, rel=TOLERANCE)
    if horizon < 12:
        assert peer.forecast(horizon).sum() == pytest.approx(expected, rel=TOLERANCE)


# ------------------------------------------------------------------ the shared season


def yearly(
    generator: np.random.Generator, index: np.ndarray, rates: np.ndarray, lengths: np.ndarray
) -> list[np.ndarray]:
    """Weekly demand, its last bucket one common week; ``index`` runs from the longest one's first."""
    longest = int(lengths.max())
    path = np.resize(index, longest)
    return [generator.poisson(rate * path[longest - n :]) for rate, n in zip(rates, lengths, strict=True)]


WAVE = 1 + 0.8 * np.sin(2 * np.pi * np.arange(52) / 52)


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
    some = panel(3, season=12)
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
    some = panel(11, season=52)
    grid = np.array([[0.1], [0.5]])
    chosen, level = best_on_grid(some, grid, lambda p: smoothed_levels(some, p[:, 0]))
    again = best_parameters(some, grid, lambda p, _: smoothed_levels(some, p[:, 0]))

    np.testing.assert_array_equal(chosen, again)
    np.testing.assert_array_equal(level, smoothed_levels(some, chosen[:, 0]))


def test_squared_errors_equal_those_of_the_moments() -> None:
    """Whole units and levels above the least possible one: then the two say the same."""
    some = panel(13)
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
    some = panel(12)
    parameters, span = np.tile([0.2, 2.0], (len(some), 1)), np.full(len(some), 3.0)

    np.testing.assert_array_equal(
        theta_levels(some, parameters, span), theta_levels(some, parameters, span, no_seasons(some))
    )
