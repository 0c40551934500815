"""Every kernel against its slow twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.holtwinters import SimpleExpSmoothing

from models.croston_sba import croston_levels
from models.history_sums import _recent
from models.negative_binomial import blended_levels
from models.seasonal_naive import seasonal_levels
from models.shared.distribution import LEVELS, WEIGHTS, Distribution, mixture
from models.shared.history import History
from models.shared.past_errors import error_moments
from models.shared.steps import STEPS, floors, steps
from models.shared.window_sums import window_sums
from models.simple_exponential_smoothing import smoothed_levels
from models.tsb import tsb_levels
from tests.reference import kernels as reference
from tests.support.histories import split

SEASON = 7


def panel(seed: int, items: int = 12, unit: float = 1.0) -> History:
    generator = np.random.default_rng(seed)
    lengths = generator.integers(0, 40, items)
    lengths[:2] = 0, 1
    data = generator.poisson(1.5, lengths.sum()) * generator.integers(1, 6, lengths.sum()) * unit
    data[generator.random(len(data)) < 0.15] = np.nan
    return History(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), SEASON)


def same(history: History, flat: np.ndarray, twin) -> None:
    for i, (y, got) in enumerate(zip(split(history, history.data), split(history, flat), strict=True)):
        np.testing.assert_allclose(got, np.array(twin(i, y), dtype=float), rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(seed=st.integers(0, 10_000), horizon=st.sampled_from([0.0, 0.4, 1.0, 2.43, 3.0, 9.5]))
def test_window_sums(seed: int, horizon: float) -> None:
    history = panel(seed)
    for least in (0.5, 1.0):
        got = window_sums(history, np.full(len(history), horizon), least)
        same(history, got, lambda _, y, least=least: reference.window_sums(y, horizon, least))


@settings(deadline=None, max_examples=25, derandomize=True)
@given(seed=st.integers(0, 10_000), parameter=st.floats(0.01, 1.0), other=st.floats(0.01, 1.0))
def test_recursions(seed: int, parameter: float, other: float) -> None:
    history = panel(seed)
    a, b = np.full(len(history), parameter), np.full(len(history), other)

    same(history, smoothed_levels(history, a), lambda _, y: reference.smoothed_levels(y, parameter))
    same(history, croston_levels(history, a), lambda _, y: reference.croston_levels(y, parameter))
    same(history, tsb_levels(history, a, b), lambda _, y: reference.tsb_levels(y, parameter, other))
    got = blended_levels(history, parameter, 10 * other)
    same(history, got, lambda _, y: reference.blended_levels(y, parameter, 10 * other))


@settings(deadline=None, max_examples=25, derandomize=True)
@given(seed=st.integers(0, 10_000), horizon=st.sampled_from([0.0, 0.4, 2.43, 7.0, 9.5, 21.3]))
def test_seasonal_levels(seed: int, horizon: float) -> None:
    history = panel(seed)
    got = seasonal_levels(history, np.full(len(history), horizon))
    same(history, got, lambda _, y: reference.seasonal_levels(y, horizon, SEASON))


@pytest.mark.parametrize("unit", [1.0, 0.25])
def test_error_moments(unit: float) -> None:
    history = panel(5, unit=unit)
    horizon = np.full(len(history), 2.5)
    sums = window_sums(history, horizon, 0.5)
    level = tsb_levels(history, np.full(len(history), 0.2), np.full(len(history), 0.9))
    ages = np.array([3.0, 10.0])
    got = error_moments(history, sums, level, horizon, np.full(len(history), unit), ages)
    for i, (y, s, x) in enumerate(
        zip(split(history, history.data), split(history, sums), split(history, level), strict=True)
    ):
        rows = np.stack([each[i] for each in got], axis=1)
        np.testing.assert_allclose(rows, reference.error_moments(y, s, x, 2.5, unit, ages), rtol=1e-9)

    assert got.windows.sum() > 100


@pytest.mark.parametrize("unit", [1.0, 3.0, 0.5, 0.25, 0.1, 0.01, 0.001, 0.0137, 1e9])
def test_steps(unit: float) -> None:
    history = panel(6, unit=unit)
    got = steps(history)
    expected = [reference.step(y, STEPS) for y in split(history, history.data)]

    np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert np.all(got > 0)


def test_recent() -> None:
    history = panel(7)
    n = len(history)
    sums = window_sums(history, np.full(n, 2.0), 0.5)
    before, windows = sums.copy(), np.zeros(n)
    oldest, scale, unit = np.full(n, 12.0), np.full(n, 1.7), np.full(n, 1.0)
    _recent(0, n, history.indptr, oldest, scale, unit, sums, windows)
    pieces = split(history, before)
    for i, got in enumerate(split(history, sums)):
        np.testing.assert_allclose(got, np.array(reference.recent(pieces[i], 12, 1.7, 1.0), dtype=float))
        assert windows[i] == np.sum(~np.isnan(got))


def test_smoothing_equals_statsmodels() -> None:
    generator = np.random.default_rng(1)
    for alpha, initial in ((0.1, 3.0), (0.37, 0.0), (0.9, 12.5)):
        y = generator.poisson(4.0, 60).astype(float)
        history = History(y, np.array([0, 60]))
        got = smoothed_levels(history, np.array([alpha]), np.array([initial]))[-1]
        peer = SimpleExpSmoothing(y, initialization_method="known", initial_level=initial)
        expected = peer.fit(smoothing_level=alpha, optimized=False).forecast(1)[0]
        assert got == pytest.approx(expected, abs=1e-9)


def test_floors_fall_with_what_is_known() -> None:
    np.testing.assert_allclose(floors(np.array([0.0, 1.0, 9.0]), np.array([1.0, 1.0, 2.0])), [0.5, 0.25, 0.1])


@settings(deadline=None, max_examples=20, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_distribution_kernels(seed: int) -> None:
    generator = np.random.default_rng(seed)
    parts = [np.sort(generator.poisson(m, (4, len(LEVELS))), axis=1).astype(float) for m in (2.0, 9.0)]
    shares = generator.dirichlet([1.0, 1.0], 4)
    mixed = mixture([Distribution(part) for part in parts], shares)
    x = np.sort(generator.uniform(-1, 15, (4, 6)), axis=1)
    first = Distribution(parts[0])
    cdf, shortage = first.cdf(x), first.shortage(x)
    for i in range(4):
        twin = reference.mixture([part[i] for part in parts], shares[i], WEIGHTS, LEVELS)
        np.testing.assert_allclose(mixed.values[i], twin)
        for k in range(6):
            assert cdf[i, k] == pytest.approx(reference.mean_below(parts[0][i], WEIGHTS, x[i, k]))
            assert shortage[i, k] == pytest.approx(
                reference.mean_shortage(parts[0][i], WEIGHTS, x[i, k]), abs=1e-12
            )
