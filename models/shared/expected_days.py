"""What was to be expected of each day of each item, the day itself left out.

The level of the item around the day, on both sides, times the weekday, times how the date was for its peer
group: each a ratio of sums over other days, shrunk to the wider one (days around to the season, that to all
days of the item, that to its peer group, that to the panel).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import FloatArray, IntArray

OPEN_POWER = 8.0
"""A day that was open for the share o of the item's most open one tells of OTHER days with weight
o ** OPEN_POWER: days on which stock ran out are days of high demand, and would make all look like them."""

FAST, SLOW = 0.87, 0.985
"""Weight of a day for the level of the day beside it; of the level around, and of that of the season."""

FAST_SHAPE, SLOW_SHAPE, ITEM_SHAPE = 12.0, 4.0, 0.5
"""How far a level is from the wider one: a gamma of this shape. In purchases: what the wider one counts."""

WEEKDAY_SHAPE, DATE_SHAPE = 30.0, 16.0
"""The same, of a group's weekdays and dates, from those of the panel."""

WHOLE = 0.9
"""Days open for at least this share of their demand show how much days differ."""

FEWEST_DAYS = 5
"""An item needs so many of them to show it."""

LEAST_VARIATION, MOST_VARIATION = 0.005, 2.0
"""Bounds of the squared coefficient of variation of a day's rate around what was expected."""


@dataclass(frozen=True)
class Days:
    """A ragged panel of ``n`` items and ``m`` days, item after item, dates ascending.

    Attributes:
        indptr: int64, shape (n + 1,): item ``i`` owns the days ``indptr[i]:indptr[i + 1]``.
        date: int64, shape (m,), >= 0: number of the day, the same for all items.
        weekday: int64, shape (m,): 0..6.
        seen: float64, shape (m,), >= 0: units asked for while the item could be sold.
        open_share: float64, shape (m,), 0..1: the share of the day's demand that usually comes in the time
            during which the item could be sold.
        refused: float64, shape (m,), >= 0: units known to have been asked for in the rest of the day;
            how much of all that was, is learnt from the panel.
        peer_group: int64, shape (n,), >= 0: items of one number go up and down on the same dates.
        purchase: float64, shape (n,), > 0: units of one purchase q, as E[q^2] / E[q].

    Raises ValueError where the shapes do not fit together or a number is impossible.

    """

    indptr: IntArray
    date: IntArray
    weekday: IntArray
    seen: FloatArray
    open_share: FloatArray
    refused: FloatArray
    peer_group: IntArray
    purchase: FloatArray

    def __post_init__(self) -> None:
        columns = (self.date, self.weekday, self.seen, self.open_share, self.refused)
        if any(column.shape != (self.indptr[-1],) for column in columns):
            raise ValueError(f"each column of days must have shape ({self.indptr[-1]},)")
        if self.peer_group.shape != (len(self),) or self.purchase.shape != (len(self),):
            raise ValueError(f"peer_group and purchase must have shape ({len(self)},)")
        if not (np.all((self.open_share >= 0) & (self.open_share <= 1)) and np.all(self.purchase > 0)):
            raise ValueError("open_share must lie between 0 and 1, and purchase above 0")
        if not (np.all(np.isfinite(self.seen)) and np.all(np.isfinite(self.refused))):
            raise ValueError("seen and refused must be finite")

    def __len__(self) -> int:
        """How many items."""
        return len(self.indptr) - 1

    @property
    def item(self) -> IntArray:
        """int64, shape (m,): the item of each day."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.indptr))


def expectation(days: Days) -> tuple[FloatArray, FloatArray]:
    """What was to be expected of each day; the day itself is left out of every sum that is taken for it.

    Returns:
        mean: float64, shape (m,), units, > 0 where anything was ever sold.
        variation: float64, shape (m,): squared coefficient of variation of the day's rate around it,
            that of the level included.

    """
    item = days.item
    purchase = days.purchase[item]
    weight = availability_weight(days, days.open_share)
    seen, exposure = weight * days.seen, weight * days.open_share

    # From the item's usual level to that of the season, to that of the days around: each shrunk to the last.
    level = _usual(days, seen, exposure)
    for decay, shape in ((SLOW, SLOW_SHAPE), (FAST, FAST_SHAPE)):
        prior = shape * purchase / level
        around = _around(days, exposure, decay)
        level = (_around(days, seen, decay) + prior * level) / (around + prior)
    certainty = FAST_SHAPE + around * level / purchase

    # In purchases, a shape counts the same for bolts by the thousand as for single machines.
    units = seen / purchase
    panel, peers = np.zeros(len(item), dtype=np.int64), days.peer_group[item]
    mean = level
    for period, shape in ((days.weekday, WEEKDAY_SHAPE), (days.date, DATE_SHAPE)):
        usual = exposure * mean / purchase
        factor = np.ones(len(item))
        for group in (panel, peers):
            factor = _relative(group, period, units, usual, shape, factor)
        mean = mean * factor
    return mean, np.minimum(_variation(days, mean) + 1.0 / certainty, MOST_VARIATION)


def availability_weight(days: Days, share: FloatArray) -> FloatArray:
    """float64, shape (m,), 0..1: the weight of each day, by its share against the item's largest one."""
    largest = np.zeros(len(days))
    np.maximum.at(largest, days.item, share)
    weight: FloatArray = (share / np.maximum(largest, 1e-12)[days.item]) ** OPEN_POWER
    return weight


def _usual(days: Days, seen: FloatArray, exposure: FloatArray) -> FloatArray:
    """float64, shape (m,): units a day that each item usually sells, the day itself left out."""
    item, peers = days.item, days.peer_group[days.item]

    def of_others(group: IntArray, values: FloatArray) -> FloatArray:
        # Differences of sums can end a hair below zero.
        return np.maximum(np.bincount(group, values)[group] - values, 0.0)

    # Nothing sold anywhere still leaves something possible: half a purchase in all the time there was.
    usual = (np.maximum(seen.sum() - seen, 0.0) + 0.5 * days.purchase[item]) / (
        exposure.sum() - exposure + 1.0
    )
    usual = (of_others(peers, seen) + usual) / (of_others(peers, exposure) + 1.0)
    prior = ITEM_SHAPE * days.purchase[item]
    usual = (of_others(item, seen) + prior) / (of_others(item, exposure) + prior / usual)
    return np.maximum(usual, 1e-12)


def _around(days: Days, values: FloatArray, decay: float) -> FloatArray:
    """Sum of ``values`` over the other days of the item, a day k days away counting ``decay ** k``."""
    out = np.empty(len(values))
    over_items(_both_sides, len(days), days.indptr, days.date, values, decay, out)
    return out


@compiled
def _both_sides(
    start: int, stop: int, indptr: IntArray, date: IntArray, values: FloatArray, decay: float, out: FloatArray
) -> None:
    """See ``_around``.

    Args:
        start, stop: items.
        indptr: int64, shape (n + 1,).
        date: int64, shape (m,), ascending within an item: days.
        values: float64, shape (m,).
        decay: 0..1, per day.
        out: float64, shape (m,): written.

    """
    for i in range(start, stop):
        first, last = indptr[i], indptr[i + 1]
        total = 0.0
        for t in range(first, last):
            if t > first:
                total = (total + values[t - 1]) * decay ** (date[t] - date[t - 1])
            out[t] = total
        total = 0.0
        for t in range(last - 2, first - 1, -1):
            total = (total + values[t + 1]) * decay ** (date[t + 1] - date[t])
            out[t] += total


def _relative(
    group: IntArray,
    period: IntArray,
    units: FloatArray,
    usual: FloatArray,
    shape: float,
    wider: FloatArray,
) -> FloatArray:
    """How a group did in a period, the day itself left out, against what is usual: shape (m,).

    Shrunk to the factor of the wider group. ``units`` and ``usual`` are in purchases, and so ``shape``
    counts in them too.
    """
    periods = int(period.max(initial=0)) + 1
    cell = group * periods + period
    # Differences of sums can end a hair below zero.
    sold = np.maximum(np.bincount(cell, units)[cell] - units, 0.0)
    due = np.maximum(np.bincount(cell, usual)[cell] - usual, 0.0)
    factor: FloatArray = (sold + shape * wider) / (due + shape)
    return factor


def _variation(days: Days, mean: FloatArray) -> float:
    """Squared coefficient of variation of a day's rate: what purchases at random do not explain.

    The variance of a day is purchase x mean + variation x mean^2; least squares over the items, each by
    its whole days, errors in shares of what is expected of them.
    """
    whole = days.open_share >= WHOLE
    item = days.item[whole]
    due = (days.open_share * mean)[whole]
    count = np.bincount(item, minlength=len(days))
    total, square, error = (
        np.bincount(item, values, len(days)) for values in (due, due**2, (days.seen[whole] - due) ** 2)
    )
    enough = (count >= FEWEST_DAYS) & (total > 0)
    if not enough.any():
        return 1.0 / FAST_SHAPE

    purchase = days.purchase[enough]
    per_unit, ratio = square[enough] / total[enough], error[enough] / total[enough]
    weight = count[enough] / (purchase + per_unit) ** 2
    slope = np.sum(weight * per_unit * (ratio - purchase)) / np.sum(weight * per_unit**2)
    return float(np.clip(slope, LEAST_VARIATION, MOST_VARIATION))
