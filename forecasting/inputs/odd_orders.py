"""Order lines so far beyond all others of their item that they say nothing of what it will sell.

A quantity that was mistyped, or a one-off that nobody marked as a project. A line of q units is odd where

    q > f max(q_k, d),    k = FEWEST_LINES + n RAREST

with f the setting ``odd_order_factor``, q_k the k-th largest of the item's n lines so far, and d its demand
per bucket in lines that are no larger than that. To models it is then the
largest line that is not odd. It stays what it is for all that is owed, shipped and counted.

What repeats is no oddity: after k lines of a new size q_k is of that size, and all of them are believed.
A heavy tail is not cut, for there the k-th largest line is not that much smaller than the largest.

Also called: outlier detection and winsorising by order statistics.
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray

FEWEST_LINES = 3
"""So many lines of one size are believed, however large."""

RAREST = 0.004
"""Of many lines, so large a share may be odd: mistakes come with every so many lines."""

FEWEST_OTHERS = 5
"""An item of fewer other lines has no usual size yet."""


def believed(
    item: IntArray,
    quantity: FloatArray,
    buckets: FloatArray,
    factor: float | None,
    ascending: IntArray | None = None,
) -> tuple[FloatArray, BoolArray]:
    """What each line counts for where demand is learnt, and whether it is odd.

    Args:
        item: int64, shape (m,), 0..n - 1.
        quantity: float64, shape (m,), > 0, units.
        buckets: float64, shape (n,): over how many an item's lines are spread.
        factor: f; None: nothing is odd.
        ascending: int64, shape (m,): the lines by item and quantity; sorted here where it is not given.

    Returns:
        float64, shape (m,), units; bool, shape (m,).

    >>> quantity = np.array([5.0, 1.0, 4.0, 3.0, 5.0, 2.0, 1e5])
    >>> taken, odd = believed(np.zeros(7, int), quantity, np.array([7.0]), 10.0)
    >>> taken.tolist(), odd.tolist()
    ([5.0, 1.0, 4.0, 3.0, 5.0, 2.0, 5.0], [False, False, False, False, False, False, True])

    """
    if factor is None or len(item) == 0:
        return quantity, np.zeros(len(item), dtype=bool)
    n = len(buckets)
    count = np.bincount(item, minlength=n)
    if ascending is None:
        ascending = np.lexsort((quantity, item))
    end = np.cumsum(count)

    # Rank k from above; an item of too few lines is compared with nothing.
    rank = FEWEST_LINES + np.floor(RAREST * count).astype(np.int64)
    enough = count > FEWEST_OTHERS
    usual = np.full(n, np.inf)
    usual[enough] = quantity[ascending[(end - rank)[enough]]]

    # Demand per bucket of what is not larger than that, lest the odd lines speak for themselves.
    small = quantity <= usual[item]
    per_bucket = np.bincount(item[small], quantity[small], n) / np.maximum(buckets, 1.0)
    limit = factor * np.maximum(usual, per_bucket)
    odd = quantity > limit[item]
    if not odd.any():
        return quantity, odd

    largest = np.zeros(n)
    np.maximum.at(largest, item[~odd], quantity[~odd])
    return np.where(odd, largest[item], quantity), odd
