"""How each supplier keeps its word, as it really did: the distribution behind a promised date.

The plan's beliefs (``inputs/lead_time_beliefs.py``) give each item a level and a deviation, with a smooth
bell around it. For a date that a customer is told that is too smooth: most suppliers come on the very day,
and are late now and then, by a lot. So here a supplier's own deliveries speak, each as the logarithm of how
long it took against what was stated, the older ones less; the smooth belief counts as a few more of them.
Where an item's level, or a supplier's of late, is far from those deliveries, the belief alone is believed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.inputs.lead_time_beliefs import Beliefs, Deliveries

FADES = 0.98
"""What a delivery still counts, once another one of its supplier has come."""

PRIOR, POINTS = 2.0, 20
"""The belief counts as so many deliveries, and is put down as so many points."""

FEWEST = 3.0
"""A supplier of fewer deliveries is judged by the belief alone."""

FAR = 1.0
"""An item whose level is so many deviations from its supplier's deliveries is not like them."""

LEVELS = 200
"""Quantiles kept of each supplier, at the middles of as many equal parts."""


@dataclass(frozen=True)
class Punctuality:
    """What to expect of the suppliers' deliveries against what was stated.

    Attributes:
        y: float64, shape (s, LEVELS), rising: quantiles of log(1 + days) - log(1 + days stated).
        holds: bool, shape (n,): whether an item goes by its supplier's deliveries.

    """

    y: FloatArray
    holds: BoolArray


def punctuality(seen: Deliveries, believed: Beliefs, supplier: IntArray, suppliers: int) -> Punctuality:
    """How punctual suppliers have been.

    Args:
        seen: their deliveries, oldest first.
        believed: of the n items.
        supplier: int64, shape (n,): of each item.
        suppliers: how many there are.

    """
    weight = _faded(seen, suppliers)
    count = np.bincount(seen.supplier, weight, suppliers)
    total = np.maximum(count, 1e-9)
    mean = np.bincount(seen.supplier, weight * seen.y, suppliers) / total
    spread = np.bincount(seen.supplier, weight * (seen.y - mean[seen.supplier]) ** 2, suppliers) / total

    # A supplier's belief is the mean of its items'.
    items = np.maximum(np.bincount(supplier, minlength=suppliers), 1)
    level = np.bincount(supplier, believed.level, suppliers) / items
    sd = np.bincount(supplier, believed.sd, suppliers) / items
    bell = special.stdtrit(4, (np.arange(POINTS) + 0.5) / POINTS) / np.sqrt(2.0)
    points = level[:, None] + sd[:, None] * bell

    y = _quantiles(
        np.concatenate([seen.supplier, np.repeat(np.arange(suppliers), POINTS)]),
        np.concatenate([seen.y, points.ravel()]),
        np.concatenate([weight, np.full(suppliers * POINTS, PRIOR / POINTS)]),
        suppliers,
    )
    tolerated = np.maximum(FAR * np.sqrt(spread), 0.05)[supplier]
    like = np.abs(believed.level - mean[supplier]) <= tolerated
    return Punctuality(y, like & (count[supplier] >= FEWEST))


def _faded(seen: Deliveries, suppliers: int) -> FloatArray:
    """What each delivery still counts: float64, shape (m,)."""
    order = np.argsort(seen.supplier, kind="stable")
    run = np.cumsum(seen.share[order])
    last = np.bincount(seen.supplier, seen.share, suppliers).cumsum()[seen.supplier[order]]
    weight = np.empty(len(order))
    weight[order] = seen.share[order] * FADES ** (last - run)
    return weight


def _quantiles(group: IntArray, value: FloatArray, weight: FloatArray, groups: int) -> FloatArray:
    """Weighted quantiles at the middles of ``LEVELS`` equal parts: float64, shape (groups, LEVELS)."""
    order = np.lexsort((value, group))
    group, value, weight = group[order], value[order], weight[order]
    total = np.bincount(group, weight, groups)
    before = np.cumsum(total) - total
    reached = np.minimum((np.cumsum(weight) - before[group]) / total[group], 1.0)

    # One search for all groups: group g is reached at g to g + 1.
    wanted = np.arange(groups)[:, None] + (np.arange(LEVELS) + 0.5) / LEVELS
    place = np.searchsorted(group + reached - 1e-12, wanted.ravel())
    return value[np.minimum(place, len(value) - 1)].reshape(groups, LEVELS)
