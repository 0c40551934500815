"""Demand of which a part is already known: the distribution of the rest."""

from __future__ import annotations

import numpy as np

from models.shared.distribution import WEIGHTS, Distribution
from models.shared.history import FloatArray
from models.shared.sums import at_levels


def thinned(demand: Distribution, share: FloatArray, size: FloatArray, step: FloatArray) -> Distribution:
    """Demand of which each order line is kept with probability u, independently of the others.

    An outcome of v units is about v / b lines of b units. Of these remain u v units on average, with a
    variance of u (1 - u) v b: half of the chance a deviation above, half below, or where so little remains
    that this would be below zero, one chance in so many of anything at all; then rounded to whole steps.

    Also called: (binomial) thinning of a compound process.

    Args:
        demand: of n items.
        share: float64, shape (n,): u, 0..1; 1 leaves an item's demand as it is, to the last digit.
        size: float64, shape (n,), > 0: b, units of an order line.
        step: float64, shape (n,), > 0: the units that demand is counted in.

    Of 40 single units, a quarter is left: 10, with a variance of 40 x 1/4 x 3/4 = 7.5.

    >>> from models.shared.distribution import point
    >>> rest = thinned(point(np.array([40.0])), np.array([0.25]), np.ones(1), np.ones(1))
    >>> rest.mean.round(1), rest.variance.round(1)
    (array([10.]), array([9.]))

    """
    rows = np.flatnonzero((share < 1.0) & (demand.values[:, -1] > 0))
    if len(rows) == 0:
        return demand
    u, b, v = share[rows, None], size[rows, None], demand.values[rows]
    mean, variance = u * v, u * (1.0 - u) * v * b

    # Two outcomes for each: they keep its mean and variance.
    few = variance > mean**2
    chance = np.where(few, mean**2 / np.maximum(mean**2 + variance, 1e-300), 0.5)
    deviation = np.sqrt(variance)
    low = np.where(few, 0.0, mean - deviation)
    high = np.where(few, mean + variance / np.maximum(mean, 1e-300), mean + deviation)
    outcome = np.concatenate([low, high], axis=1)
    weight = np.concatenate([(1.0 - chance) * WEIGHTS, chance * WEIGHTS], axis=1)

    values = demand.values.copy()
    unit = step[rows, None]
    values[rows] = np.floor(at_levels(outcome, weight) / unit + 0.5) * unit
    return Distribution(values)
