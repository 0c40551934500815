"""Sums of demands that do not depend on each other, and outcomes of any weights as quantiles."""

from __future__ import annotations

import numpy as np

from models.shared.distribution import LEVELS, WEIGHTS, Distribution
from models.shared.history import FloatArray, IntArray

PARTS = 25
"""The second of two demands is added as so many equally likely outcomes."""

TICKS = 1 << 32
"""A probability of 1, where they are compared: finer than any level, coarser than what sums are off by."""


def at_levels(outcome: FloatArray, weight: FloatArray) -> FloatArray:
    """The quantiles of weighted outcomes at ``LEVELS``: float64, shape (n, G).

    Args:
        outcome: float64, shape (n, k), in any order.
        weight: float64, shape (n, k); rows sum to 1.

    """
    order = np.argsort(outcome, axis=1, kind="stable")
    outcome, weight = np.take_along_axis(outcome, order, axis=1), np.take_along_axis(weight, order, axis=1)
    # Rows are searched all at once: two apart, no row reaches into the next. They count in whole ticks, so
    # that a level that an outcome reaches exactly is reached in every row, whichever rows stand beside it.
    apart = 2 * TICKS * np.arange(len(outcome))[:, None]
    reached = _ticks(np.cumsum(weight, axis=1) - weight / 2) + apart
    found = np.searchsorted(reached.ravel(), (_ticks(LEVELS) + apart).ravel()).reshape(len(outcome), -1)
    within = np.minimum(found - np.arange(len(outcome))[:, None] * outcome.shape[1], outcome.shape[1] - 1)
    return np.take_along_axis(outcome, within, axis=1)


def _ticks(probability: FloatArray) -> IntArray:
    """Probabilities in whole ticks: int64, of the same shape."""
    return np.rint(probability * TICKS).astype(np.int64)


def added(demand: Distribution, more: Distribution) -> Distribution:
    """The distribution of the sum of two independent demands of the same n items.

    Also called: convolution.

    >>> from models.shared.distribution import negative_binomial
    >>> two, three = (negative_binomial(np.array([m]), np.array([m])) for m in (2.0, 3.0))
    >>> both = added(two, three)
    >>> both.mean.round(1), both.variance.round(1), both.quantile(0.95)
    (array([5.]), array([4.9]), array([9.]))

    """
    middle = (np.arange(PARTS) + 0.5) / PARTS
    parts = np.stack([more.quantile(probability) for probability in middle], axis=1)
    # So few outcomes vary less than the whole: they are moved to its mean.
    parts += (more.mean - parts.mean(axis=1))[:, None]
    n = len(demand)
    outcome = (demand.values[:, :, None] + np.maximum(parts, 0.0)[:, None, :]).reshape(n, -1)
    weight = np.broadcast_to(np.repeat(WEIGHTS / PARTS, PARTS), outcome.shape)
    values = at_levels(outcome, weight)
    whole = np.all(demand.values == np.floor(demand.values), axis=1)
    whole &= np.all(more.values == np.floor(more.values), axis=1)
    return Distribution(np.where(whole[:, None], np.floor(values + 0.5), values))
