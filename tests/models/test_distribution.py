"""The one representation of demand: exact at its levels, consistent between its methods."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.shared.distribution import (
    LEVELS,
    WEIGHTS,
    Distribution,
    empirical,
    mixture,
    negative_binomial,
    point,
)

QUICK = settings(deadline=None, max_examples=40, derandomize=True)


def test_levels_and_weights() -> None:
    assert np.all(np.diff(LEVELS) > 0)
    assert WEIGHTS.sum() == pytest.approx(1.0, abs=1e-12)
    assert {0.5, 0.8, 0.9, 0.95, 0.98} <= set(np.round(LEVELS, 10))


@QUICK
@given(mean=st.floats(0.01, 3000), factor=st.floats(1.0, 60.0))
def test_negative_binomial_equals_scipy(mean: float, factor: float) -> None:
    variance = mean * factor
    got = negative_binomial(np.array([mean]), np.array([variance])).values[0]
    if factor <= 1 + 1e-9:
        peer = stats.poisson(mean)
    else:
        peer = stats.nbinom(mean**2 / (variance - mean), mean / variance)
    wanted = peer.ppf(LEVELS)
    # A level that falls on a step of the distribution to within rounding may land on either side.
    differs = got != wanted

    assert np.all(np.abs(got - wanted)[differs] <= 1)
    edge = np.minimum(np.abs(peer.cdf(got) - LEVELS), np.abs(peer.cdf(wanted) - LEVELS))
    assert np.all(edge[differs] < 1e-9)


def test_poisson_where_variance_is_not_above_the_mean() -> None:
    mean = np.array([0.3, 4.0, 800.0])
    for variance in (mean, mean / 2, np.zeros(3)):
        got = negative_binomial(mean, variance).values
        np.testing.assert_array_equal(got, stats.poisson.ppf(LEVELS[None, :], mean[:, None]))


@pytest.mark.parametrize("mean", [1e5, 1e9])
def test_wide_counts_are_nearly_exact(mean: float) -> None:
    variance = 0.1 * mean**2
    got = negative_binomial(np.array([mean]), np.array([variance])).values[0]
    wanted = stats.nbinom.ppf(LEVELS, mean**2 / (variance - mean), mean / variance)
    np.testing.assert_allclose(got, wanted, rtol=1e-3)


def test_negative_binomial_without_demand() -> None:
    got = negative_binomial(np.array([0.0, 1e-9, 0.0]), np.array([0.0, 1e-9, 5.0]))
    assert np.all(got.values == 0)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_impossible_moments_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="every mean"):
        negative_binomial(np.array([bad]), np.array([1.0]))
    with pytest.raises(ValueError, match="every variance"):
        negative_binomial(np.array([1.0]), np.array([bad]))


@QUICK
@given(mean=st.floats(0.5, 500), factor=st.floats(1.0, 20.0))
def test_moments_survive_the_representation(mean: float, factor: float) -> None:
    got = negative_binomial(np.array([mean]), np.array([mean * factor]))
    # Rare, large outcomes lie beyond the last level: a skewed tail loses a little.
    assert got.mean[0] == pytest.approx(mean, rel=0.03, abs=0.03)
    assert got.variance[0] == pytest.approx(mean * factor, rel=0.12, abs=0.1)


@QUICK
@given(seed=st.integers(0, 1000))
def test_shortage_leftover_and_cdf_agree(seed: int) -> None:
    generator = np.random.default_rng(seed)
    mean = generator.lognormal(1, 1.5, 5)
    got = negative_binomial(mean, mean * generator.uniform(1, 10, 5))
    x = np.sort(generator.uniform(0, 4, (5, 9)) * mean[:, None], axis=1)
    shortage, leftover, cdf = got.shortage(x), got.leftover(x), got.cdf(x)

    np.testing.assert_allclose(shortage - leftover, got.mean[:, None] - x, atol=1e-9)
    assert np.all(np.diff(shortage, axis=1) <= 1e-12)
    assert np.all(np.diff(cdf, axis=1) >= 0)
    assert np.all((cdf >= 0) & (cdf <= 1))
    # The slope of the shortage is the chance to run short.
    slope = (got.shortage(x[:, 0] + 1e-6) - shortage[:, 0]) / 1e-6
    np.testing.assert_allclose(slope, cdf[:, 0] - 1, atol=1e-3)
    np.testing.assert_array_equal(got.cdf(x[:, 2]), cdf[:, 2])


def test_rows_must_fit() -> None:
    with pytest.raises(ValueError, match="3 rows for 2 items"):
        point(np.array([1.0, 2.0])).cdf(np.zeros(3))


def test_point() -> None:
    sure = point(np.array([0.0, 4.0]))
    assert len(sure) == 2
    np.testing.assert_allclose(sure.mean, [0, 4])
    np.testing.assert_allclose(sure.variance, [0, 0], atol=1e-9)
    np.testing.assert_array_equal(sure.quantile(0.3), [0, 4])
    np.testing.assert_allclose(sure.shortage(np.array([1.0, 1.0])), [0, 3])


def test_quantile_is_exact_at_levels_and_rises_between() -> None:
    got = negative_binomial(np.array([3.0, 200.0]), np.array([9.0, 4000.0]))
    for j in (0, 50, 100, len(LEVELS) - 1):
        np.testing.assert_array_equal(got.quantile(float(LEVELS[j])), got.values[:, j])
    grid = np.linspace(0, 1, 301)
    path = np.stack([got.quantile(float(q)) for q in grid])

    assert np.all(np.diff(path, axis=0) >= 0)
    assert np.all(path == np.round(path))
    np.testing.assert_array_equal(
        got.quantile(np.array([0.5, 0.9])), [got.quantile(0.5)[0], got.quantile(0.9)[1]]
    )


@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
def test_impossible_probabilities_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        point(np.array([1.0])).quantile(bad)


def test_pmf_is_the_distribution() -> None:
    got = negative_binomial(np.array([2.0]), np.array([5.0]))
    values, probability = got.pmf(0)

    assert probability.sum() == pytest.approx(1.0)
    assert np.all(np.diff(values) > 0)
    assert values @ probability == pytest.approx(got.mean[0])


def test_empirical() -> None:
    outcomes = np.array([5.0, 1.0, np.nan, 3.0, 2.0, 4.0, 7.0])
    got = empirical(outcomes, np.array([0, 6, 6, 7]))

    np.testing.assert_array_equal(got.quantile(0.5), [3, 0, 7])
    np.testing.assert_array_equal(got.quantile(0.98), [5, 0, 7])
    wanted = np.quantile([1, 2, 3, 4, 5], LEVELS - 1e-9, method="inverted_cdf")
    np.testing.assert_array_equal(got.values[0], wanted)


def test_mixture_lies_between_its_parts() -> None:
    parts = [negative_binomial(np.array([m, m]), np.array([2 * m, 2 * m])) for m in (2.0, 20.0)]
    got = mixture(parts, np.array([[1.0, 0.0], [0.25, 0.75]]))

    np.testing.assert_array_equal(got.values[0], parts[0].values[0])
    assert got.mean[1] == pytest.approx(0.25 * parts[0].mean[1] + 0.75 * parts[1].mean[1], rel=0.02)
    x = np.array([[6.0], [6.0]])
    wanted = 0.25 * parts[0].cdf(x)[1, 0] + 0.75 * parts[1].cdf(x)[1, 0]
    assert got.cdf(x)[1, 0] == pytest.approx(wanted, abs=0.01)
    assert mixture(parts[:1], np.ones((2, 1))) is parts[0]


def test_sample_follows_the_distribution() -> None:
    got = negative_binomial(np.array([4.0, 60.0]), np.array([12.0, 500.0]))
    sampled = got.sample(np.random.default_rng(0), 20_000)

    assert sampled.shape == (2, 20_000)
    np.testing.assert_allclose(sampled.mean(axis=1), got.mean, rtol=0.02)
    np.testing.assert_allclose(np.quantile(sampled, 0.9, axis=1), got.quantile(0.9), rtol=0.05)
    again = got.sample(np.random.default_rng(0), 20_000)
    np.testing.assert_array_equal(sampled, again)
    assert abs(np.corrcoef(sampled)[0, 1]) < 0.03


def test_take() -> None:
    got = point(np.array([1.0, 2.0, 3.0])).take(np.array([2, 0]))
    assert isinstance(got, Distribution)
    np.testing.assert_array_equal(got.quantile(0.5), [3, 1])


def test_an_items_moments_do_not_hang_on_those_beside_it() -> None:
    outcomes = np.floor(np.sort(np.random.default_rng(1).gamma(2.0, 10.0, (500, len(LEVELS))), axis=1))
    together = Distribution(outcomes)
    for size in (1, 7, 70):
        for first in range(0, 500, size):
            part = Distribution(outcomes[first : first + size])
            np.testing.assert_array_equal(part.mean, together.mean[first : first + size])
            np.testing.assert_array_equal(part.variance, together.variance[first : first + size])
