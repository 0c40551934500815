"""Whether demand has lately been at a level of its own that the forecast does not follow."""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from models.shared.history import History

LATELY, BEFORE = (4, 5, 6, 7, 8, 10, 13), 26
"""Weeks of the new level, and those before that it is held against."""

MONTHS_LATELY, MONTHS_BEFORE = (2, 3), 9
"""The same where buckets are months."""

APART = 1.4
"""The forecast does not follow where it is so many times the late level, or the other way round."""


def level_shift(history: History, bucket_days: float, daily: FloatArray) -> BoolArray:
    """Whether each of the last weeks lies beyond all before, and far from the forecast: bool, shape (n,).

    Args:
        history: demand so far, of n items.
        bucket_days: days in a bucket.
        daily: float64, shape (n,), units: what is forecast a day.

    """
    monthly = bucket_days > 7
    lengths, before = (MONTHS_LATELY, MONTHS_BEFORE) if monthly else (LATELY, BEFORE)
    step = 1 if monthly else max(round(7 / bucket_days), 1)
    shifted = np.zeros(len(history), dtype=bool)
    for lately in lengths:
        item = np.flatnonzero(history.lengths >= (lately + before) * step)
        weeks = _weeks(history, item, lately + before, step)
        late, old = weeks[:, before:], weeks[:, :before]
        highest = np.where(np.isnan(old), -np.inf, old).max(axis=1)
        lowest = np.where(np.isnan(old), np.inf, old).min(axis=1)
        beyond = (late.min(axis=1) > highest) | (late.max(axis=1) < lowest)

        level, forecast = late.mean(axis=1) / (step * bucket_days), daily[item]
        shifted[item] |= beyond & ((forecast > APART * level) | (level > APART * forecast))
    return shifted


def _weeks(history: History, item: IntArray, weeks: int, step: int) -> FloatArray:
    """Demand of the last ``weeks`` stretches of ``step`` buckets of some items: float64, shape (k, weeks)."""
    back = np.arange(weeks * step, 0, -1)
    values = history.data[(history.indptr[item + 1])[:, None] - back[None, :]]
    return np.asarray(values.reshape(len(item), weeks, step).sum(axis=2))
