"""By how much forecasts change their mind: what is bought for a far tail today may not be wanted tomorrow.

Also called: forecast evolution, forecast churn.
"""

from __future__ import annotations

import numpy as np

from models.shared.base import Forecast
from models.shared.history import BoolArray, FloatArray, History

FEWEST_ITEMS = 100
"""As many have to tell as a pooled model needs to learn from: a few may have been steady by chance."""

QUARTERS = 4
"""A forecast is held against what it was so long before, parts of a year."""


def quarter(history: History) -> int:
    """Buckets of a quarter of a year, 1 at least."""
    return max(1, round(history.season / QUARTERS))


def telling(history: History) -> BoolArray:
    """bool, shape (n,): items whose forecasts can have been revised: asked for, and half a year old."""
    asked = np.bincount(history.item, history.data > 0, len(history)) > 0
    return np.asarray(asked & (history.lengths >= 2 * quarter(history)))


def revision(before: Forecast, now: Forecast, history: History, horizon: FloatArray) -> float | None:
    """What the forecast of the n items was revised by within a quarter, as a share of what it was.

    The mean of the items by what was forecast of them; of those that had a quarter of history before it. None
    where there are fewer than ``FEWEST_ITEMS`` of them: then nothing is known of it.

    Args:
        before, now: forecasts of all items at the end of ``history``, and a quarter earlier.
        history: n items.
        horizon: float64, shape (n,), buckets: over which demand is summed.

    Source: the martingale model of forecast evolution takes each forecast as the last one times a revision;
    how large these are decides how much stock is worth (Heath and Jackson 1994, Modeling the evolution of
    demand forecasts with application to safety stock analysis, IIE Transactions 26).

    Of a hundred items half were said to sell 10 a month, and now 15; the others 30, as they still are: 5 of
    40 were revised.

    >>> class Said:
    ...     def __init__(self, *mean): self.mean = np.tile(mean, 50)
    ...     def demand(self, horizon): return self
    >>> history = History(np.ones(3000), np.arange(0, 3001, 30), season=52)
    >>> revision(Said(10.0, 30.0), Said(15.0, 30.0), history, np.full(100, 4.0))
    0.125

    """
    known = telling(history)
    was = np.where(known, before.demand(horizon).mean, 0.0)
    if known.sum() < FEWEST_ITEMS or was.sum() <= 0:
        return None
    moved = np.abs(now.demand(horizon).mean - was)
    return float(np.where(known, moved, 0.0).sum() / was.sum())
