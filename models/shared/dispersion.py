"""How much wider than a Poisson past errors were: each item's own, shrunk to that of items like it.

Also called: overdispersion, the reciprocal of the size (r, k) parameter of a negative binomial; partial
pooling, empirical Bayes.
"""

from __future__ import annotations

import numpy as np

from models.shared.history import FloatArray, IntArray
from models.shared.past_errors import Moments

OWN_WINDOWS = 3.0
"""The pooled c counts as this many windows of an item's own (overlapping windows count once)."""

CLASS_WINDOWS = 20.0
"""The c of the wider class counts as this many windows of the narrower one."""

UNKNOWN_DISPERSION = 1.0
"""c where no error has ever been seen: a rate that is exponentially distributed."""

LARGEST_DISPERSION = 25.0
"""One freak order makes c as large as the number of windows; no average survives many of those."""

SIZE_CLASSES = 16
"""Classes of a factor of two in the usual demand over the horizon, from 1/8 of a step up."""


def dispersion(moments: Moments, age: IntArray, horizon: FloatArray) -> FloatArray:
    """The c of each item, shrunk to that of its class (age x size), that to its age's, that to the panel's.

    c = sum(e^2 - p) / (P sum(p)), with e the errors, p what was predicted, P its mean.

    Args:
        moments: of n items, by a classes of age.
        age: int64, shape (n,): the class of age that each item has reached, 0..a - 1.
        horizon: float64, shape (n,): what the moments were measured over, buckets.

    Returns:
        float64, shape (n,), >= 0.

    A thousand windows that missed 10 by 5 on average say c = (25 - 10) / (10 x 10), and hardly lean on the
    c = 1 of one who has seen nothing:

    >>> one = np.ones((1, 1))
    >>> moments = Moments(1000 * one, 25_000 * one, 10_000 * one, 10_000 * one)
    >>> dispersion(moments, np.array([0]), np.array([1.0])).round(3)
    array([0.15])

    """
    predicted = moments.predicted
    # Windows overlap: h of them are worth about one.
    worth = moments.windows / np.maximum(horizon, 1.0)[:, None]
    worth = np.where(moments.windows > 0, np.maximum(worth, 1.0), 0.0)
    usual = predicted.sum(axis=1) / np.maximum(moments.windows.sum(axis=1), 1.0)
    size = np.floor(np.log2(np.maximum(usual, 0.125))).astype(np.int64) + 3
    size = np.minimum(size, SIZE_CLASSES - 1)

    by_class = _by_class(moments, worth, usual, size)[size, age]

    # The errors of an item's first month say nothing of it once it is older.
    counted = np.arange(predicted.shape[1]) >= np.minimum(age, 1)[:, None]
    excess = np.where(counted, moments.squared - predicted, 0.0).sum(axis=1)
    own = _ratio(excess, np.where(counted, predicted, 0.0).sum(axis=1) * usual)
    weight = np.where(counted, worth, 0.0).sum(axis=1)
    return np.maximum(_shrunk(weight, weight * own, by_class, OWN_WINDOWS), 0.0)


def _by_class(moments: Moments, worth: FloatArray, usual: FloatArray, size: IntArray) -> FloatArray:
    """The c of each class of size and age, shrunk to the wider ones: float64, shape (SIZE_CLASSES, a).

    Args:
        moments: of n items, by a classes of age.
        worth: float64, shape (n, a): independent windows.
        usual: float64, shape (n,): P.
        size: int64, shape (n,), 0..SIZE_CLASSES - 1.

    """
    each = _ratio(moments.squared - moments.predicted, moments.predicted * usual[:, None])
    shape = (SIZE_CLASSES, worth.shape[1])
    weight, total = np.zeros(shape), np.zeros(shape)
    np.add.at(weight, size, worth)
    np.add.at(total, size, worth * each)
    age_weight, age_total = weight.sum(axis=0), total.sum(axis=0)

    panel = _shrunk(age_weight.sum(), age_total.sum(), UNKNOWN_DISPERSION, CLASS_WINDOWS)
    by_age = _shrunk(age_weight, age_total, panel, CLASS_WINDOWS)
    return _shrunk(weight, total, by_age, CLASS_WINDOWS)


def _ratio(excess: FloatArray, scale: FloatArray) -> FloatArray:
    """``excess / scale``, 0 where that is of nothing, ``LARGEST_DISPERSION`` at most."""
    ratio = np.divide(excess, scale, out=np.zeros_like(excess), where=scale > 0)
    return np.minimum(ratio, LARGEST_DISPERSION)


def _shrunk(
    weight: FloatArray, total: FloatArray, towards: FloatArray | float, pseudo_windows: float
) -> FloatArray:
    """The mean ``total / weight``, shrunk as if ``towards`` had been seen in ``pseudo_windows``."""
    shrunk: FloatArray = (total + pseudo_windows * np.asarray(towards)) / (weight + pseudo_windows)
    return shrunk
