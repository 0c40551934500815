"""Searching many items' whole numbers at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecasting.domain import BoolArray, FloatArray

POINTS = 33
"""Numbers looked at, at once; the search then narrows to the gaps beside the best of them."""


def lowest(cost_of: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """The whole number from ``low`` to ``high`` of each item that costs least; of equals the smallest.

    Tries ``POINTS`` numbers over the range, then goes on between the neighbours of the best one until
    every number there has been looked at. Each item's costs need one valley only at that scale.

    Args:
        cost_of: from float64, shape (n, k) with ascending rows, to the same shape.
        low, high: float64, shape (n,).

    """
    low, high = np.floor(low), np.floor(np.maximum(low, high))
    steps = np.linspace(0.0, 1.0, POINTS)
    rows = np.arange(len(low))
    while True:
        points = np.round(low[:, None] + (high - low)[:, None] * steps)
        at = np.argmin(cost_of(points), axis=1)
        best: FloatArray = points[rows, at]
        wide = high - low >= POINTS
        if not wide.any():
            return best
        low = np.where(wide, points[rows, np.maximum(at - 1, 0)], best)
        high = np.where(wide, points[rows, np.minimum(at + 1, POINTS - 1)], best)


def last_true(
    holds: Callable[[FloatArray], BoolArray], low: FloatArray, high: FloatArray, unit: FloatArray
) -> FloatArray:
    """The highest level ``k * unit``, k from low to high, at which ``holds``, which never holds again above.

    ``low * unit`` where it holds nowhere above it. All float64, shape (n,); ``low`` and ``high`` whole.
    """
    while np.any(high > low):
        middle = np.ceil((low + high) / 2)
        true = holds(middle * unit)
        low = np.where(true & (high > low), middle, low)
        high = np.where(~true & (high > low), middle - 1.0, high)
    return low * unit
