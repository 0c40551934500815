"""Predictive distributions of demand, for many items at once.

One representation serves every model: the quantiles of each item at the same fixed levels. An item's
demand is thought of as ``len(LEVELS)`` outcomes with common weights, so that a mean, a probability, an
expected shortage, a mixture over lead times or a sample is the same few lines whatever made it, and a
model that predicts quantiles directly needs no family at all. The levels are dense in the upper tail,
where safety stock lives. At a level the quantile is exact; between levels it is interpolated.

Also called: probabilistic (density, distributional) forecast, quantile function, percentiles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import special

from models.shared import distribution_kernels
from models.shared.compile import over_items
from models.shared.history import FloatArray, IntArray


def _levels() -> FloatArray:
    """Hundredths, finer where little is left: quarters of them from .9, tenths from .99, then the rarest."""
    return np.concatenate(
        [
            [0.0025, 0.005],
            np.arange(1, 90) / 100,
            np.arange(360, 396) / 400,
            np.arange(990, 999) / 1000,
            [0.999, 0.9995, 0.9999],
        ]
    )


def _weights(levels: FloatArray) -> FloatArray:
    """The probability nearest to each level, float64, of the levels' shape."""
    edges = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]])
    return np.diff(edges)


LEVELS: FloatArray = _levels()
"""float64, shape (G,): the probability levels at which every distribution holds its quantiles."""

WEIGHTS: FloatArray = _weights(LEVELS)
"""float64, shape (G,): the probability of each of the G outcomes; they sum to 1."""

MOST_COUNTS = 20_000
"""Counts whose probabilities are added up one by one; demand that reaches further is a gamma, rounded."""


class MeanVariance(NamedTuple):
    """The mean and the variance of demand of each of k items: float64, shape (k,)."""

    mean: FloatArray
    variance: FloatArray


@dataclass(frozen=True)
class Distribution:
    """The distribution of demand of ``n`` items: their quantiles at ``LEVELS``.

    Attributes:
        values: float64, shape (n, G): finite, never negative, never falling along a row. Units.

    A Poisson with a mean of 2, but for what so few outcomes make of its tail: P(D <= 2) is .677, and three
    in stock leave .218 unmet on average.

    >>> demand = negative_binomial(np.array([2.0]), np.array([2.0]))
    >>> demand.mean.round(2), demand.quantile(0.95), demand.cdf(np.array([2.0])).round(2)
    (array([2.01]), array([5.]), array([0.68]))
    >>> demand.shortage(np.array([3.0])).round(2), demand.leftover(np.array([3.0])).round(2)
    (array([0.22]), array([1.22]))

    """

    values: FloatArray

    def __len__(self) -> int:
        """How many items."""
        return len(self.values)

    @cached_property
    def mean(self) -> FloatArray:
        """float64, shape (n,): expected demand."""
        return _weighted(self.values)

    @property
    def variance(self) -> FloatArray:
        """float64, shape (n,)."""
        return np.maximum(_weighted(self.values**2) - self.mean**2, 0.0)

    def quantile(self, q: float | FloatArray) -> FloatArray:
        """The demand that is not exceeded with probability ``q``.

        Args:
            q: a probability, or float64 of shape (n,), one an item.

        Returns:
            float64, shape (n,), units. Between two levels it is interpolated, and then rounded to a
            whole number where both neighbours are whole.

        Raises ValueError where ``q`` is no probability.

        """
        wanted = np.broadcast_to(np.asarray(q, dtype=np.float64), (len(self),))
        if np.any((wanted < 0) | (wanted > 1) | np.isnan(wanted)):
            raise ValueError("q must lie between 0 and 1")
        right = np.clip(np.searchsorted(LEVELS, wanted - 1e-12), 1, len(LEVELS) - 1)
        rows = np.arange(len(self))
        low, high = self.values[rows, right - 1], self.values[rows, right]
        part = np.clip((wanted - LEVELS[right - 1]) / (LEVELS[right] - LEVELS[right - 1]), 0, 1)
        between = low + part * (high - low)
        whole = (low == np.floor(low)) & (high == np.floor(high))
        return np.where(whole, np.floor(between + 0.5), between)

    def cdf(self, x: FloatArray) -> FloatArray:
        """P(demand <= x). ``x``: float64, shape (n,) or (n, k), ascending rows, units; returns its shape.

        Raises ValueError where ``x`` has not n rows.
        """
        return self._evaluate(distribution_kernels.cdf, x)

    def shortage(self, x: FloatArray) -> FloatArray:
        """E[(demand - x)+], units: what ``x`` units in stock would leave unmet. Shapes as ``cdf``.

        Also called: expected shortage, first-order loss function, n(x).
        """
        return self._evaluate(distribution_kernels.shortage, x)

    def leftover(self, x: FloatArray) -> FloatArray:
        """E[(x - demand)+], units: what would be left of ``x``. Shapes as ``cdf``.

        Also called: expected overage, complementary loss function.
        """
        return self._evaluate(distribution_kernels.leftover, x)

    def _evaluate(self, kernel: Callable[..., None], x: FloatArray) -> FloatArray:
        points = np.ascontiguousarray(x, dtype=np.float64)
        flat = points.ndim == 1
        if flat:
            points = points[:, None]
        if len(points) != len(self):
            raise ValueError(f"x has {len(points)} rows for {len(self)} items")
        out = np.empty_like(points)
        over_items(kernel, len(self), self.values, WEIGHTS, points, out)
        return out[:, 0] if flat else out

    def pmf(self, item: int) -> tuple[FloatArray, FloatArray]:
        """The outcomes of one item, float64, ascending, units, and the probability of each, float64."""
        values, outcome = np.unique(self.values[item], return_inverse=True)
        probability = np.bincount(outcome, weights=WEIGHTS, minlength=len(values))
        return values, probability.astype(np.float64)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        """float64, shape (n, size): random demand, independent between items."""
        edges = np.cumsum(WEIGHTS)
        outcome = np.searchsorted(edges, generator.random((len(self), size)) * edges[-1])
        return np.take_along_axis(self.values, np.minimum(outcome, len(LEVELS) - 1), axis=1)

    def take(self, items: IntArray) -> Distribution:
        """The distributions of the given items, int64, shape (k,), in the given order."""
        return Distribution(self.values[items])


def _weighted(values: FloatArray) -> FloatArray:
    """The expectation of outcomes, (n, G): float64, shape (n,).

    A matrix product's last digit hangs on how many rows it has: an item's would hang on those beside it.
    """
    return np.einsum("ij,j->i", values, WEIGHTS)


def point(demand: FloatArray) -> Distribution:
    """Demand that is certain. ``demand``: float64, shape (n,), units.

    >>> point(np.array([3.0])).quantile(0.99)
    array([3.])

    """
    return Distribution(np.repeat(np.asarray(demand, dtype=np.float64)[:, None], len(LEVELS), 1))


def negative_binomial(mean: FloatArray, variance: FloatArray) -> Distribution:
    """Counts with the given moments; Poisson where the variance is not above the mean.

    Also called: NegBin, Polya, gamma-Poisson mixture; Pascal where its size is whole.

    Args:
        mean: float64, shape (n,), >= 0.
        variance: float64, shape (n,).

    Raises ValueError where a moment is negative or not finite.

    With a mean of 1 and a variance of 2 it is geometric, P(k) = 1/2^(k+1): half of the chance is at 0, an
    eighth at 2.

    >>> values, probability = negative_binomial(np.array([1.0]), np.array([2.0])).pmf(0)
    >>> values[:3], probability[:3].round(2)
    (array([0., 1., 2.]), array([0.5 , 0.25, 0.12]))

    """
    mean = np.ascontiguousarray(mean, dtype=np.float64)
    variance = np.ascontiguousarray(variance, dtype=np.float64)
    for name, moment in (("mean", mean), ("variance", variance)):
        if not np.all(np.isfinite(moment) & (moment >= 0)):
            raise ValueError(f"every {name} must be a finite number that is not negative")
    values = np.zeros((len(mean), len(LEVELS)))
    wide = mean + 10 * np.sqrt(np.maximum(variance, mean)) > MOST_COUNTS
    over_items(distribution_kernels.negative_binomial, len(mean), mean, variance, wide, LEVELS, values)
    wide &= mean > 0
    if wide.any():
        values[wide] = _rounded_gamma(mean[wide], np.maximum(variance, mean)[wide])
    return Distribution(values)


def _rounded_gamma(mean: FloatArray, variance: FloatArray) -> FloatArray:
    """Quantiles, float64, shape (k, G), of gammas with the given moments, both float64, shape (k,), > 0."""
    shape = (mean**2 / variance)[:, None]
    scale = (variance / mean)[:, None]
    return np.floor(special.gammaincinv(shape, LEVELS[None, :]) * scale + 0.5)


def empirical(outcomes: FloatArray, indptr: IntArray) -> Distribution:
    """Each item's own past outcomes, equally likely.

    Args:
        outcomes: float64, shape (b,), item after item, units; NaN is left out.
        indptr: int64, shape (n + 1,).

    An item without outcomes has zeros: whoever calls decides what stands in for it.

    >>> seen = empirical(np.array([4.0, np.nan, 1.0, 9.0, 1.0]), np.array([0, 5]))
    >>> [seen.quantile(q).item() for q in (0.5, 0.75, 0.8)]
    [1.0, 4.0, 9.0]

    """
    values = np.zeros((len(indptr) - 1, len(LEVELS)))
    over_items(
        distribution_kernels.empirical, len(values), np.ascontiguousarray(outcomes), indptr, LEVELS, values
    )
    return Distribution(values)


def mixture(parts: Sequence[Distribution], weights: FloatArray) -> Distribution:
    """Demand that follows ``parts[j]`` with probability ``weights[:, j]`` (a random lead time, say).

    Args:
        parts: m distributions of the same n items.
        weights: float64, shape (n, m), rows sum to 1.

    >>> mixed = mixture([point(np.array([2.0])), point(np.array([8.0]))], np.array([[0.25, 0.75]]))
    >>> mixed.quantile(0.24), mixed.quantile(0.26)
    (array([2.]), array([8.]))

    """
    if len(parts) == 1:
        return parts[0]
    stacked = np.ascontiguousarray(np.stack([part.values for part in parts], axis=1))
    values = np.empty((stacked.shape[0], stacked.shape[2]))
    shares = np.ascontiguousarray(weights, dtype=np.float64)
    over_items(distribution_kernels.mixture, len(values), stacked, shares, WEIGHTS, LEVELS, values)
    return Distribution(values)
