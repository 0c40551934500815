"""How much a sum to come varies, as told by how an item's buckets vary: before any past forecast came true.

With m the mean of an item's n known buckets and v their variance, c = (v - m) / m^2 is what a bucket varies
beyond a Poisson. Were buckets independent, a sum of H of them around the level that n of them tell would vary
by

    p + p H / n + c p^2 (1 / H + 1 / n),   p = H m

They are not, and levels move: ``MOVES`` p^2 is added for that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.shared.dispersion import LARGEST_DISPERSION, UNKNOWN_DISPERSION
from models.shared.history import FloatArray, History

MOVES = 0.05
"""What a level moves within a quarter, as a share of its square."""

OWN_BUCKETS = 6.0
"""The c of the panel counts as so many buckets of an item's own."""


@dataclass(frozen=True)
class BucketDispersion:
    """What the buckets of n items vary; each float64, shape (n,).

    Attributes:
        buckets: how many are known, 1 at least.
        level: their mean, in steps; above 0, which zeros cannot rule out.
        of_bucket: c of one bucket, >= 0: the item's own, shrunk to the panel's.

    """

    buckets: FloatArray
    level: FloatArray
    of_bucket: FloatArray

    def over(self, horizon: FloatArray) -> FloatArray:
        """What a sum varies beyond a Poisson, as a share of the square of its mean: float64, shape (n,), > 0.

        ``horizon``: float64, shape (n,), buckets.
        """
        dispersion: FloatArray = 1.0 / (self.buckets * self.level) + MOVES
        return dispersion + self.of_bucket * (1.0 / np.maximum(horizon, 1.0) + 1.0 / self.buckets)


def bucket_dispersion(history: History, step: FloatArray) -> BucketDispersion:
    """What each item's known buckets tell.

    Args:
        history: n items.
        step: float64, shape (n,): the unit that each item is sold in.

    Four weeks of 8 and 12 vary less than a Poisson: only the level is uncertain, by its four buckets of 10.

    >>> history = History(np.tile([8.0, 12.0], 200), np.arange(0, 401, 4))
    >>> bucket_dispersion(history, np.ones(100)).over(np.full(100, 4.0))[:1]
    array([0.075])

    """
    known = ~np.isnan(history.data)
    item = history.item[known]
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

    return BucketDispersion(buckets, np.maximum(mean, 0.5 / (buckets + 1.0)), of_bucket)
