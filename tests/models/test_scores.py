"""Scores on numbers small enough to work out by hand."""

import numpy as np
import pytest

from models.shared.history import History
from models.shared.scores import bias, coverage, pinball, rmsse, scaled_pinball


def test_pinball() -> None:
    np.testing.assert_allclose(pinball(np.array([10.0, 2.0, 5.0]), np.array([5.0]), 0.9), [4.5, 0.3, 0])
    np.testing.assert_allclose(pinball(np.array([3.0]), np.array([1.0]), np.array([0.5])), [1.0])


def test_pinball_is_least_at_the_quantile() -> None:
    actual = np.random.default_rng(0).poisson(20, 5000).astype(float)
    orders = np.arange(10.0, 40.0)
    best = orders[np.argmin([pinball(actual, order, 0.8).mean() for order in orders])]
    assert best == np.quantile(actual, 0.8)


def test_scaled_pinball() -> None:
    quantiles = np.array([[4.0, 8.0], [0.0, 0.0], [1.0, 1.0]])
    got = scaled_pinball(
        np.array([6.0, 0.0, 1.0]), quantiles, np.array([0.5, 0.9]), np.array([4.0, 2.0, 0.0])
    )

    np.testing.assert_allclose(got, [(1.0 + 0.2) / 2 / 4, 0.0, np.nan])


def test_coverage_brackets() -> None:
    actual = np.array([1.0, 2.0, 3.0, np.nan])
    assert coverage(actual, np.array([2.0, 2.0, 2.0, 2.0])) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert np.isnan(coverage(np.array([np.nan]), np.array([1.0]))).all()


def test_bias() -> None:
    assert bias(np.array([4.0, 6.0, np.nan]), np.array([6.0, 6.0, 9.0])) == pytest.approx(0.2)
    assert np.isnan(bias(np.zeros(2), np.ones(2)))


def test_rmsse() -> None:
    history = History(np.array([1.0, 3.0, np.nan, 4.0, 2.0, 5.0, 5.0]), np.array([0, 5, 7]))
    actual = np.array([[4.0, np.nan], [6.0, 6.0]])
    got = rmsse(actual, np.array([[2.0, 0.0], [5.0, 5.0]]), history)

    # Known steps of the first item: 1 -> 3 and 4 -> 2; the second never changed.
    np.testing.assert_allclose(got, [np.sqrt(4.0 / 4.0), np.nan])
