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
"""c where no demand has ever been seen: a rate that is exponentially distributed."""

LARGEST_DISPERSION = 25.0
"""One freak order makes c as large as the number of windows; no average survives many of those."""

SIZE_CLASSES = 16
"""Classes of a factor of two in the usual demand over the horizon, from 1/8 of a step up."""


def dispersion(moments: Moments, age: IntArray, horizon: FloatArray, prior: FloatArray) -> FloatArray:
    """The c of each item, shrunk to that of its class (age x size), that to its age's, that to the panel's.

    c = sum(e^2 - p) / (P sum(p)), with e the errors, p half of what was predicted and half of what came of it
    (a level that was hardly known may be next to nothing, and would make any error endless), P its mean.

    Args:
        moments: of n items, by a classes of age.
        age: int64, shape (n,): the class of age that each item has reached, 0..a - 1.
        horizon: float64, shape (n,): what the moments were measured over, buckets.
        prior: float64, shape (n,): the c of each item as far as no errors are known
            (``models/shared/bucket_dispersion.py``).

    Returns:
        float64, shape (n,), >= 0.

    A thousand windows that missed 10 by 5 on average say c = (25 - 10) / (10 x 10), and hardly lean on the
    prior of c = 1:

    >>> one = np.ones((1, 1))
    >>> moments = Moments(1000 * one, 25_000 * one, 10_000 * one, 10_000 * one)
    >>> dispersion(moments, np.array([0]), np.ones(1), np.ones(1)).round(3)
    array([0.15])

    """
    predicted = (moments.predicted + moments.followed) / 2
    # What follows a launch is mostly more: the errors of first months are of what they predicted.
    predicted[:, 0] = moments.predicted[:, 0]
    # Windows overlap: h of them are worth about one.
    worth = moments.windows / np.maximum(horizon, 1.0)[:, None]
    worth = np.where(moments.windows > 0, np.maximum(worth, 1.0), 0.0)
    usual = predicted.sum(axis=1) / np.maximum(moments.windows.sum(axis=1), 1.0)
    size = np.floor(np.log2(np.maximum(usual, 0.125))).astype(np.int64) + 3
    size = np.minimum(size, SIZE_CLASSES - 1)

    each = _ratio(moments.squared - predicted, predicted * usual[:, None])
    of_class = _of_class(worth, worth * each, size, age, prior)

    # The errors of an item's first month say nothing of it once it is older.
    counted = np.arange(predicted.shape[1]) >= np.minimum(age, 1)[:, None]
    excess = np.where(counted, moments.squared - predicted, 0.0).sum(axis=1)
    own = _ratio(excess, np.where(counted, predicted, 0.0).sum(axis=1) * usual)
    weight = np.where(counted, worth, 0.0).sum(axis=1)
    return np.maximum(_shrunk(weight, weight * own, of_class, OWN_WINDOWS), 0.0)


def _of_class(
    weight: FloatArray, total: FloatArray, size: IntArray, age: IntArray, prior: FloatArray
) -> FloatArray:
    """The c of each item's class of size and age, shrunk to the wider ones: float64, shape (n,).

    Args:
        weight: float64, shape (n, a): independent windows, by the age of their origins.
        total: float64, shape (n, a): their c, times these.
        size: int64, shape (n,), 0..SIZE_CLASSES - 1.
        age: int64, shape (n,), 0..a - 1.
        prior: float64, shape (n,): what the widest is shrunk to.

    """
    shape = (SIZE_CLASSES, weight.shape[1])
    weights, totals = np.zeros(shape), np.zeros(shape)
    np.add.at(weights, size, weight)
    np.add.at(totals, size, total)
    by_age = weights.sum(axis=0), totals.sum(axis=0)

    # Of the panel without its first months: levels known from a bucket or two say nothing of later ones.
    c = _shrunk(by_age[0][1:].sum(), by_age[1][1:].sum(), prior, CLASS_WINDOWS)
    c = _shrunk(by_age[0][age], by_age[1][age], c, CLASS_WINDOWS)
    return _shrunk(weights[size, age], totals[size, age], c, CLASS_WINDOWS)


def _ratio(excess: FloatArray, scale: FloatArray) -> FloatArray:
    """``excess / scale``, 0 where that is of nothing, ``LARGEST_DISPERSION`` at most."""
    ratio = np.divide(excess, scale, out=np.zeros_like(excess), where=scale > 0)
    return np.minimum(ratio, LARGEST_DISPERSION)


def _shrunk(weight: FloatArray, total: FloatArray, towards: FloatArray, pseudo_windows: float) -> FloatArray:
    """The mean ``total / weight``, shrunk as if ``towards`` had been seen in ``pseudo_windows``."""
    shrunk: FloatArray = (total + pseudo_windows * towards) / (weight + pseudo_windows)
    return shrunk
