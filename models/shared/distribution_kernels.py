"""The inner loops of ``models.shared.distribution``: each works on the items ``start`` to ``stop``.

Arrays that all of them share:

* ``values``: float64, shape (n, G): quantiles of demand, never falling along a row, units;
* ``levels``: float64, shape (G,): the probabilities that they belong to, ascending;
* ``weights``: float64, shape (G,): the probability of each as an outcome;
* ``x``: float64, shape (n, k), ascending rows: units in stock;
* ``out``: float64, shape (n, k): written.
"""

from __future__ import annotations

import numpy as np

from models.shared.ascending import ascending
from models.shared.compile import compiled
from models.shared.history import BoolArray, FloatArray, IntArray


@compiled
def cdf(
    start: int, stop: int, values: FloatArray, weights: FloatArray, x: FloatArray, out: FloatArray
) -> None:
    """P(demand <= x) at the ascending points of each row."""
    for i in range(start, stop):
        j = 0
        below = 0.0
        for k in range(x.shape[1]):
            while j < len(weights) and values[i, j] <= x[i, k]:
                below += weights[j]
                j += 1
            out[i, k] = min(below, 1.0)


@compiled
def shortage(
    start: int, stop: int, values: FloatArray, weights: FloatArray, x: FloatArray, out: FloatArray
) -> None:
    """E[(demand - x)+] at the ascending points of each row."""
    for i in range(start, stop):
        # From the right: the weight above x, and the weighted demand above x.
        j = len(weights) - 1
        weight = 0.0
        demand = 0.0
        for k in range(x.shape[1] - 1, -1, -1):
            while j >= 0 and values[i, j] > x[i, k]:
                weight += weights[j]
                demand += weights[j] * values[i, j]
                j -= 1
            out[i, k] = max(demand - weight * x[i, k], 0.0)


@compiled
def leftover(
    start: int, stop: int, values: FloatArray, weights: FloatArray, x: FloatArray, out: FloatArray
) -> None:
    """E[(x - demand)+] at the ascending points of each row."""
    for i in range(start, stop):
        # From the left: the weight below x, and the weighted demand below x.
        j = 0
        weight = 0.0
        demand = 0.0
        for k in range(x.shape[1]):
            while j < len(weights) and values[i, j] < x[i, k]:
                weight += weights[j]
                demand += weights[j] * values[i, j]
                j += 1
            out[i, k] = max(weight * x[i, k] - demand, 0.0)


@compiled
def negative_binomial(
    start: int,
    stop: int,
    mean: FloatArray,
    variance: FloatArray,
    skip: BoolArray,
    levels: FloatArray,
    values: FloatArray,
) -> None:
    """Quantiles of counts: walk the probabilities upwards once, noting each level as it is passed.

    Args:
        start, stop: items.
        mean, variance: float64, shape (n,); a Poisson where the variance is not above the mean.
        skip: bool, shape (n,): items that are left as they are.
        levels: float64, shape (G,).
        values: float64, shape (n, G), zeros: written.

    """
    for i in range(start, stop):
        mu = mean[i]
        if skip[i] or mu <= 0.0:
            continue
        poisson = variance[i] <= mu * (1.0 + 1e-9)
        size = 1.0
        ratio = 0.0  # p(k + 1) / p(k) = ratio * (k + size) / (k + 1), or mu / (k + 1)
        if not poisson:
            size = mu * mu / (variance[i] - mu)
            ratio = (variance[i] - mu) / variance[i]
        k = 0.0
        log_p = -mu if poisson else size * np.log1p(-ratio)
        if log_p < -600.0:
            # Zero is out of reach of a float: start nine deviations below the mean instead.
            k = max(0.0, np.floor(mu - 9.0 * np.sqrt(max(variance[i], mu))))
            log_p = _log_poisson(k, mu) if poisson else _log_negative_binomial(k, size, ratio)

        p = np.exp(log_p)
        below = p
        highest = mu + 60.0 * np.sqrt(max(variance[i], mu)) + 60.0
        for j in range(len(levels)):
            while below < levels[j] - 1e-12 and k < highest:
                p *= mu / (k + 1.0) if poisson else ratio * (k + size) / (k + 1.0)
                k += 1.0
                below += p
            values[i, j] = k


@compiled
def _log_poisson(k: float, mean: float) -> float:
    """Log of the probability of the count ``k``."""
    return k * np.log(mean) - mean - log_gamma(k + 1.0)


@compiled
def _log_negative_binomial(k: float, size: float, ratio: float) -> float:
    """The same of a negative binomial of mean size x ratio / (1 - ratio)."""
    return (
        log_gamma(k + size)
        - log_gamma(size)
        - log_gamma(k + 1.0)
        + size * np.log1p(-ratio)
        + k * np.log(ratio)
    )


@compiled
def log_gamma(x: float) -> float:
    """Log Gamma(x) for x > 0: Stirling's series after shifting x above 8.

    >>> round(log_gamma(5.0), 6), round(float(np.log(24.0)), 6)
    (3.178054, 3.178054)

    """
    shift = 0.0
    while x < 8.0:
        shift -= np.log(x)
        x += 1.0
    inverse = 1.0 / (x * x)
    series = (1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse / 1260.0)) / x
    return shift + (x - 0.5) * np.log(x) - x + 0.9189385332046727 + series


@compiled
def empirical(
    start: int, stop: int, outcomes: FloatArray, indptr: IntArray, levels: FloatArray, values: FloatArray
) -> None:
    """The smallest outcome that at least each level's share of an item's outcomes does not exceed.

    ``outcomes``: float64, shape (b,), NaN is left out; ``indptr``: int64, shape (n + 1,); ``values``: zeros.
    """
    longest = 0
    for i in range(start, stop):
        longest = max(longest, indptr[i + 1] - indptr[i])
    known = np.empty(longest)
    for i in range(start, stop):
        count = 0
        for t in range(indptr[i], indptr[i + 1]):
            if not np.isnan(outcomes[t]):
                known[count] = outcomes[t]
                count += 1
        if count == 0:
            continue
        ascending(known, count)
        for j in range(len(levels)):
            rank = int(np.ceil(levels[j] * count - 1e-9)) - 1
            values[i, j] = max(known[max(rank, 0)], 0.0)


@compiled
def mixture(
    start: int,
    stop: int,
    stacked: FloatArray,
    shares: FloatArray,
    weights: FloatArray,
    levels: FloatArray,
    values: FloatArray,
) -> None:
    """Merge the parts' outcomes in ascending order, noting each level as it is passed.

    Args:
        start, stop: items.
        stacked: float64, shape (n, m, G): the values of m distributions.
        shares: float64, shape (n, m): the probability of each, rows sum to 1.
        weights, levels: float64, shape (G,).
        values: float64, shape (n, G): written.

    """
    parts, outcomes = stacked.shape[1], stacked.shape[2]
    position = np.empty(parts, dtype=np.int64)
    for i in range(start, stop):
        position[:] = 0
        below = 0.0
        value = 0.0
        for j in range(len(levels)):
            while below < levels[j] - 1e-12:
                # The smallest outcome of any part that has not been counted yet.
                best = -1
                for m in range(parts):
                    if (
                        position[m] < outcomes
                        and shares[i, m] > 0.0
                        and (best < 0 or stacked[i, m, position[m]] < stacked[i, best, position[best]])
                    ):
                        best = m
                if best < 0:
                    break
                value = stacked[i, best, position[best]]
                below += shares[i, best] * weights[position[best]]
                position[best] += 1
            values[i, j] = value
