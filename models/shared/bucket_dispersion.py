"""How much a sum to come varies, as told by how an item's buckets vary: before any past forecast came true.

With m the mean of an item's n known buckets and v their variance, c = (v - m) / m^2 is what a bucket varies
beyond a Poisson. Were buckets independent, a sum of H of them around the level that n of them tell would vary
by

    p + p H / n + c p^2 (1 / H + 1 / n),   p = H m

They are not, and levels move: ``MOVES`` p^2 is added for that.
"""

from __future__ import annotations

import numpy as np

from models.shared.dispersion import LARGEST_DISPERSION, UNKNOWN_DISPERSION
from models.shared.history import FloatArray, History

MOVES = 0.05
"""What a level moves within a quarter, as a share of its square."""

OWN_BUCKETS = 6.0
"""The c of the panel counts as so many buckets of an item's own."""


def bucket_dispersion(history: History, horizon: FloatArray, step: FloatArray) -> FloatArray:
    """What a sum over ``horizon`` varies beyond a Poisson, as a share of the square of its mean.

    Args:
        history: n items.
        horizon: float64, shape (n,), buckets, 1 at least.
        step: float64, shape (n,): the unit that each item is sold in.

    Returns:
        float64, shape (n,), > 0.

    Four weeks of 8 and 12 vary less than a Poisson: only the level is uncertain, by its four buckets of 10.

    >>> history = History(np.tile([8.0, 12.0], 200), np.arange(0, 401, 4))
    >>> bucket_dispersion(history, np.full(100, 4.0), np.ones(100))[:1]
    array([0.075])

    """
    known = ~np.isnan(history.data)
    item = np.repeat(np.arange(len(history)), history.lengths)[known]
    units = history.data[known] / step[item]
    buckets = np.maximum(np.bincount(item, minlength=len(history)), 1).astype(np.float64)
    mean = np.bincount(item, units, minlength=len(history)) / buckets
    squared = np.bincount(item, (units - mean[item]) ** 2, minlength=len(history))

    # What differs from the mean of n buckets tells as much as n - 1 of them do.
    free = np.where(mean > 0, buckets - 1.0, 0.0)
    beyond = squared / np.maximum(free, 1.0) - mean
    own = np.divide(beyond, mean**2, out=np.zeros_like(mean), where=mean > 0)
    own = free * np.minimum(own, LARGEST_DISPERSION)
    panel = (own.sum() + OWN_BUCKETS * UNKNOWN_DISPERSION) / (free.sum() + OWN_BUCKETS)
    of_bucket = np.maximum((own + OWN_BUCKETS * panel) / (free + OWN_BUCKETS), 0.0)

    level = np.maximum(mean, 0.5 / (buckets + 1.0))
    dispersion: FloatArray = 1.0 / (buckets * level) + MOVES
    return dispersion + of_bucket * (1.0 / np.maximum(horizon, 1.0) + 1.0 / buckets)
