"""What deliveries teach about lead times: how far each item's own lie from what was stated, and how sure.

One delivery is one observation, however many lines it brought. It is held against what was stated: against
the terms (of the product, else of the supplier) for the lead time of a new order, against the promise for an
order that is open. What is learnt is the logarithm of the ratio,

    y = log(1 + days) - log(1 + days stated)

so that 0 means that the statement holds. Each item's level is pooled partially towards its supplier's, and
that towards 0. Old deliveries fade, and with them what was stated: after a few of them a promise that was
never kept is not believed any more. Three surprises in a row on one side are a change: what was before is
forgotten. (Harvey, "Forecasting, structural time series models and the Kalman filter", 1989, local level;
Gelman and Hill, "Data analysis using regression and multilevel models", 2007, chapter 12, partial pooling.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.domain import FloatArray, IntArray
from models.shared.compile import compiled, compiled_within

FADES = 0.9
"""What a delivery still counts, once another one has come."""

ITEM_PRIOR = 2.0
"""An item's own level counts its supplier's for so many deliveries."""

SD_PRIOR = 4.0
"""The deviation that is stated, or usual, counts for so many deliveries."""

SURPRISE, SURPRISES = 1.5, 3
"""So many deliveries in a row, this many deviations away on one side, are a change: of one item, or, where
they are of several, of their supplier."""

LARGEST = 4.0
"""An error beyond so many deviations moves a belief no further than one of so many."""

SHAPE_PRIOR, SHAPE_WINDOW = 40, 1500
"""The shape of the residuals: that of so many latest ones, and of the normal distribution for these many."""


@dataclass(frozen=True)
class Deliveries:
    """Deliveries, oldest first, each attribute of shape (m,).

    Attributes:
        supplier, item: int64.
        y: float64: log(1 + days) less that of the days stated.
        share: float64, 0..1: what the row counts for its supplier: a delivery counts once, however many
            items it brought.

    """

    supplier: IntArray
    item: IntArray
    y: FloatArray
    share: FloatArray

    @classmethod
    def of(
        cls, supplier: IntArray, item: IntArray, ordered: IntArray, came: IntArray, y: FloatArray
    ) -> Deliveries:
        """Those of one supplier that were ordered on one day and came on one are one; each shape (m,)."""
        if len(y) == 0:
            return cls(supplier, item, y, np.zeros(0))
        keys = np.stack([supplier, ordered, came])
        _, number, rows = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
        return cls(supplier, item, y, 1.0 / rows[number])


@dataclass(frozen=True)
class Beliefs:
    """What is believed of n items after the deliveries.

    Attributes:
        level: float64, shape (n,): the centre of y.
        sd: float64, shape (n,): the deviation of y around it.
        seen: float64, shape (n,): deliveries of the item's supplier that it rests on, faded.
        shape: float64, shape (k,), ascending: standardized residuals, of all deliveries together.

    """

    level: FloatArray
    sd: FloatArray
    seen: FloatArray
    shape: FloatArray

    def quantile(self, probability: float) -> FloatArray:
        """float64, shape (n,): quantile of y."""
        return self.level + self.sd * float(np.quantile(self.shape, probability))


def beliefs(
    deliveries: Deliveries, supplier: IntArray, suppliers: int, sd: FloatArray, prior: float
) -> Beliefs:
    """What the deliveries teach.

    Args:
        deliveries: oldest first.
        supplier: int64, shape (n,): of each item.
        suppliers: how many there are.
        sd: float64, shape (suppliers,), > 0: the deviation of y that is stated, or usual.
        prior: what was stated counts for so many deliveries.

    """
    of_supplier, of_item = np.zeros((suppliers, 11)), np.zeros((len(supplier), 11))
    of_supplier[:, WEIGHT_STATED] = prior
    of_supplier[:, SQUARES], of_supplier[:, SQUARES_WEIGHT] = SD_PRIOR * sd**2, SD_PRIOR
    of_item[:, WEIGHT_STATED] = ITEM_PRIOR

    residual = np.zeros(len(deliveries.y))
    _learn(
        deliveries.supplier,
        deliveries.item,
        deliveries.y,
        deliveries.share,
        of_supplier,
        of_item,
        residual,
    )

    before = of_item[:, CHANGES] < of_supplier[supplier, CHANGES]
    of_item[before, WEIGHT], of_item[before, WEIGHT_STATED] = 0.0, ITEM_PRIOR

    middle = (np.arange(SHAPE_PRIOR) + 0.5) / SHAPE_PRIOR
    # An item's own deviation is pooled towards its supplier's as its level is.
    pooled = (of_supplier[:, SQUARES] / of_supplier[:, SQUARES_WEIGHT])[supplier]
    squares = of_item[:, SQUARES] + ITEM_PRIOR * pooled
    around = np.sqrt(squares / (of_item[:, SQUARES_WEIGHT] + ITEM_PRIOR))
    rests_on = np.maximum(of_item[:, WEIGHT] + of_item[:, WEIGHT_STATED], 1.0)
    return Beliefs(
        level=_level(of_item, _level(of_supplier, np.zeros(suppliers))[supplier]),
        # The level itself is not known better than the deliveries that it rests on allow.
        sd=around * np.sqrt(1.0 + 1.0 / rests_on),
        seen=of_supplier[supplier, WEIGHT],
        shape=np.sort(np.concatenate([special.ndtri(middle), residual[-SHAPE_WINDOW:]])),
    )


def chance_by(days: FloatArray, stated_days: FloatArray, level: FloatArray, sd: FloatArray) -> FloatArray:
    """The probability that goods take at most so many days, with a long tail (Student's t of 4 degrees).

    Args:
        days, stated_days: float64, >= 0, of one shape, days since the order.
        level, sd: of y, of the same shape.

    """
    y = np.log1p(np.maximum(days, 0.0)) - np.log1p(np.maximum(stated_days, 0.0))
    return np.asarray(special.stdtr(4, (y - level) / sd * np.sqrt(2.0)))


def days_at(
    probability: FloatArray, stated_days: FloatArray, level: FloatArray, sd: FloatArray
) -> FloatArray:
    """The days within which goods come with a probability: the inverse of ``chance_by``, float64."""
    y = level + sd * special.stdtrit(4, probability) / np.sqrt(2.0)
    return np.asarray(np.expm1(np.log1p(np.maximum(stated_days, 0.0)) + y))


WEIGHT, MEAN, WEIGHT_STATED, STREAK, STREAK_SUM, STREAK_SQUARES, CHANGES = range(7)
SQUARES, SQUARES_WEIGHT, FIRST, SEVERAL = range(7, 11)
"""Columns of a state: how many deliveries it rests on, their mean, what the level above counts for; the
surprises in a row, signed, their sum, and what they added to the supplier's squares; how many changes of the
supplier there were; squared errors, and their weight. Of suppliers alone: the item that began the streak, and
whether other items are in it too.
"""


def _level(state: FloatArray, above: FloatArray) -> FloatArray:
    weight = state[:, WEIGHT] + state[:, WEIGHT_STATED]
    return np.asarray(
        (state[:, WEIGHT] * state[:, MEAN] + state[:, WEIGHT_STATED] * above) / np.maximum(weight, 1e-12)
    )


@compiled
def _learn(
    supplier: IntArray,
    item: IntArray,
    y: FloatArray,
    share: FloatArray,
    of_supplier: FloatArray,
    of_item: FloatArray,
    residual: FloatArray,
) -> None:
    """Walk the m deliveries in time, each of which counts ``share``, shape (m,), for its supplier.

    ``of_supplier``, shape (s, 11), and ``of_item``, shape (n, 11), come out as they are after the last one,
    ``residual``, shape (m,), as what each was off by, in deviations.
    """
    for k in range(len(y)):
        s, i = of_supplier[supplier[k]], of_item[item[k]]
        # What an item was before its supplier changed says little.
        if i[CHANGES] < s[CHANGES]:
            i[WEIGHT], i[WEIGHT_STATED], i[STREAK] = 0.0, ITEM_PRIOR, 0.0
            i[CHANGES] = s[CHANGES]

        above = s[WEIGHT] * s[MEAN] / max(s[WEIGHT] + s[WEIGHT_STATED], 1e-12)
        level = (i[WEIGHT] * i[MEAN] + i[WEIGHT_STATED] * above) / (i[WEIGHT] + i[WEIGHT_STATED])
        sd = max(np.sqrt(s[SQUARES] / s[SQUARES_WEIGHT]), 1e-6)
        error = y[k] - level
        residual[k] = error / sd

        # The same change is not learnt twice: an item's own first, its supplier's where it is of several.
        side = 0.0 if abs(residual[k]) <= SURPRISE else np.sign(error)
        if side != 0.0 and (s[STREAK] == 0.0 or s[STREAK] * side < 0):
            s[FIRST], s[SEVERAL] = item[k], 0.0
        if s[FIRST] != item[k]:
            s[SEVERAL] = 1.0
        item_changed = _surprised(i, side, y[k], 1.0)
        supplier_changed = _surprised(s, side, y[k], share[k]) and s[SEVERAL] > 0
        if item_changed or supplier_changed:
            # What began a change was no error.
            s[SQUARES] -= i[STREAK_SQUARES] if item_changed else s[STREAK_SQUARES]
            s[SQUARES] = max(s[SQUARES], 1e-6 * s[SQUARES_WEIGHT])
        if item_changed:
            _begin_anew(i)
            i[SQUARES], i[SQUARES_WEIGHT] = 0.0, 0.0
        if supplier_changed:
            _begin_anew(s)
            s[CHANGES] += 1.0
        if item_changed or supplier_changed:
            continue

        # One surprise alone may be anything: it moves the belief as much as the largest usual error would.
        error = min(max(error, -LARGEST * sd), LARGEST * sd)
        fades = FADES ** share[k]
        s[SQUARES] = fades * s[SQUARES] + share[k] * error**2
        s[SQUARES_WEIGHT] = fades * s[SQUARES_WEIGHT] + share[k]
        i[SQUARES], i[SQUARES_WEIGHT] = FADES * i[SQUARES] + error**2, FADES * i[SQUARES_WEIGHT] + 1.0
        if side != 0.0:
            i[STREAK_SQUARES] += share[k] * error**2
            s[STREAK_SQUARES] += share[k] * error**2
        _move(s, level + error, share[k])
        _move(i, level + error, 1.0)


@compiled_within
def _surprised(state: FloatArray, side: float, y: float, share: float) -> bool:
    """Count a surprise on one side (-1, 1; 0: none) for a share: whether there have been enough in a row."""
    if side == 0.0 or state[STREAK] * side < 0:
        state[STREAK], state[STREAK_SUM], state[STREAK_SQUARES] = 0.0, 0.0, 0.0
    state[STREAK] += side * share
    state[STREAK_SUM] += side * side * share * y
    return abs(state[STREAK]) >= SURPRISES - 1e-9


@compiled
def _move(state: FloatArray, y: float, share: float) -> None:
    """Move a level towards what was seen, as far as a delivery that counts ``share`` can."""
    fades = FADES**share
    state[WEIGHT] = fades * state[WEIGHT] + share
    state[MEAN] += share * (y - state[MEAN]) / state[WEIGHT]
    state[WEIGHT_STATED] *= fades


@compiled_within
def _begin_anew(state: FloatArray) -> None:
    """Believe the surprises of the streak, and nothing else."""
    state[MEAN] = state[STREAK_SUM] / abs(state[STREAK])
    state[WEIGHT] = float(SURPRISES)
    state[WEIGHT_STATED], state[STREAK], state[STREAK_SUM], state[STREAK_SQUARES] = 0.0, 0.0, 0.0, 0.0
