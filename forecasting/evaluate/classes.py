"""Which class an item falls into, from its history before the origin alone."""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, FloatArray, TextArray
from models.shared.history import History

LONGEST_INTERVAL = 1.32
"""Mean buckets from one demand to the next (ADI) from which on demand is intermittent or lumpy."""

LARGEST_VARIATION = 0.49
"""Squared coefficient of variation of the sizes (CV^2) from which on demand is erratic or lumpy."""

PATTERNS = ("smooth", "erratic", "intermittent", "lumpy", "no_demand")
SPEEDS = ("fast", "slow")

FAST_SHARE = 0.8
"""The fast items are the fewest that together make this share of the units of the year before."""


def patterns(history: History) -> TextArray:
    """One of ``PATTERNS`` for each item; ``no_demand`` where it never had any. Text, shape (n,).

    Source: Syntetos, Boylan, Croston (2005), On the categorization of demand patterns, JORS 56.
    """
    n, known = len(history), ~np.isnan(history.data)
    sold = known & (history.data > 0)
    item, size = history.item[sold], history.data[sold]
    count = np.bincount(item, minlength=n)
    some = np.maximum(count, 1)
    mean = np.bincount(item, size, n) / some
    variance = np.bincount(item, (size - mean[item]) ** 2, n) / some
    sporadic = np.bincount(history.item[known], minlength=n) / some >= LONGEST_INTERVAL
    varied = variance >= LARGEST_VARIATION * mean**2
    return np.array(PATTERNS, dtype=object)[np.where(count > 0, 2 * sporadic + varied, 4)]


def speeds(history: History) -> TextArray:
    """One of ``SPEEDS`` for each item, among all of them. Text, shape (n,)."""
    units = _last_year(history)
    order = np.argsort(-units, kind="stable")
    before = np.empty(len(units))
    before[order] = np.cumsum(units[order]) - units[order]
    fast = (units > 0) & (before < FAST_SHARE * units.sum())
    return np.where(fast, *np.array(SPEEDS, dtype=object))


def are_new(history: History) -> BoolArray:
    """Whether each item has less than a quarter of a year behind it. bool, shape (n,)."""
    return history.lengths < history.season / 4


def _last_year(history: History) -> FloatArray:
    age = np.repeat(history.indptr[1:], history.lengths) - np.arange(len(history.data))
    counted = (age <= history.season) & ~np.isnan(history.data)
    return np.bincount(history.item[counted], history.data[counted], len(history)).astype(np.float64)
