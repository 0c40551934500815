"""Demand of days on which an item could be sold for a part of the time, or not at all.

Sales stop when stock does, demand does not. What was asked for in the time that was open is seen; the
rest is estimated from it and from what was to be expected of the day:

    expected = level of the item around that day x weekday x how that day was for items of its kin.

Demand of a day is thought of as purchases that arrive at random (Poisson) at a rate which is itself
uncertain (gamma, around what was expected). The open part of the day is then an exposure of less than
one, and the posterior weighs what was seen in it against what was expected: the more of the day was
open, and the less sure the expectation, the more the day's own sales count. Sales divided by the open
share, the usual correction, is the limit of knowing nothing but the day itself.

Source: the gamma-Poisson model with exposure, Gelman et al. (2013), Bayesian Data Analysis, 2.6; demand
censored by stock, Nahmias (1994), Demand estimation in lost sales inventory systems, Naval Research
Logistics 41. ``docs/censoring.md`` says what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.shared.compile import compiled, over_items
from models.shared.history import FloatArray, IntArray

LEAN = 8.0
"""A day that was open for the share o of the item's most open one tells of OTHER days with weight
o ** LEAN: days on which stock ran out are days of high demand, and would make all days look like them."""

FAST, SLOW = 0.87, 0.985
"""Weight of a day for the level of the day beside it; of the level around, and of that of the season."""

FAST_SHAPE, SLOW_SHAPE, ITEM_SHAPE = 12.0, 4.0, 0.5
"""How far a level is from the wider one: a gamma of this shape. In purchases: what the wider one counts."""

WEEKDAY_SHAPE, DATE_SHAPE = 30.0, 16.0
"""The same, of a group's weekdays and dates, from those of the panel."""

RECORD_SHAPE = 10.0
"""An item's own share of refusals that are written down counts as its purchases over theirs and this many."""

FEW_PURCHASES = 10.0
"""An item's own size of a purchase counts as its purchases over theirs and this many."""

WHOLE = 0.9
"""Days open for at least this share of their demand show how much days differ."""

LEAST_SPREAD, MOST_SPREAD = 0.005, 2.0
"""Bounds of the squared coefficient of variation of a day's rate around what was expected."""


@dataclass(frozen=True)
class Days:
    """A ragged panel of ``n`` items and ``m`` days, item after item, dates ascending.

    Attributes:
        indptr: int64, shape (n + 1,): item ``i`` owns the days ``indptr[i]:indptr[i + 1]``.
        date: int64, shape (m,), >= 0: number of the day, the same for all items.
        weekday: int64, shape (m,): 0..6.
        seen: float64, shape (m,), >= 0: units asked for while the item could be sold.
        open: float64, shape (m,), 0..1: the share of the day's demand that usually comes in the time
            during which the item could be sold.
        refused: float64, shape (m,), >= 0: units known to have been asked for in the rest of the day;
            how much of all that was, is learnt from the panel.
        kin: int64, shape (n,), >= 0: items of one number go up and down on the same dates.
        purchase: float64, shape (n,), > 0: units of one purchase q, as E[q^2] / E[q].

    """

    indptr: IntArray
    date: IntArray
    weekday: IntArray
    seen: FloatArray
    open: FloatArray
    refused: FloatArray
    kin: IntArray
    purchase: FloatArray

    def __post_init__(self) -> None:
        columns = (self.date, self.weekday, self.seen, self.open, self.refused)
        if any(column.shape != (self.indptr[-1],) for column in columns):
            raise ValueError(f"each column of days must have shape ({self.indptr[-1]},)")
        if self.kin.shape != (len(self),) or self.purchase.shape != (len(self),):
            raise ValueError(f"kin and purchase must have shape ({len(self)},)")
        if not (np.all((self.open >= 0) & (self.open <= 1)) and np.all(self.purchase > 0)):
            raise ValueError("open must lie between 0 and 1, and purchase above 0")
        if not (np.all(np.isfinite(self.seen)) and np.all(np.isfinite(self.refused))):
            raise ValueError("seen and refused must be finite")

    def __len__(self) -> int:
        """How many items."""
        return len(self.indptr) - 1

    @property
    def item(self) -> IntArray:
        """int64, shape (m,): the item of each day."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.indptr))


@dataclass(frozen=True)
class Estimate:
    """Demand of each day: ``mean`` and standard deviation ``sd``, float64, shape (m,), units.

    A day that was open throughout has the units seen, and no deviation.
    """

    mean: FloatArray
    sd: FloatArray


def estimate(days: Days) -> Estimate:
    """The demand of every day, from what was seen of it and what was to be expected."""
    expected, spread = expectation(days)
    purchase = days.purchase[days.item]
    watched = np.clip(days.open + (1.0 - days.open) * _recorded(days, expected), 0.0, 1.0)
    # Where no time was open, what was sold all the same is the least that was asked for.
    blind = (watched <= 0) & (days.seen > 0)
    seen = np.where(blind, 0.0, days.seen + days.refused)
    shape = 1.0 / spread + seen / purchase
    rate = expected * shape / (1.0 / spread + watched * expected / purchase)
    hidden = (1.0 - watched) * rate
    variance = hidden**2 / shape + purchase * hidden
    row = np.flatnonzero(blind)
    hidden[row], variance[row] = at_least(hidden[row], variance[row], days.seen[row], purchase[row])
    return Estimate(seen + hidden, np.sqrt(variance))


def _recorded(days: Days, expected: FloatArray) -> FloatArray:
    """float64, shape (m,), 0..1: the share of demand that is written down as refused while none is sold.

    An item's own share, drawn to the panel's: where every refusal is recorded, nothing is hidden.
    """
    item, purchase = days.item, days.purchase[days.item]
    # A day on which stock ran out tells little: what emptied the shelf is a large order, often refused.
    shut = 1.0 - days.open
    weight = _leaning(days, shut) / purchase
    refused = np.bincount(item, weight * days.refused, len(days))
    asked = np.bincount(item, weight * shut * expected, len(days))
    panel = min(refused.sum() / (asked.sum() + RECORD_SHAPE), 1.0)
    share = (refused + RECORD_SHAPE * panel) / (asked + RECORD_SHAPE)
    return np.minimum(share, 1.0)[item]


def purchase_sizes(units: FloatArray, item: IntArray, items: int) -> FloatArray:
    """The size of a purchase q of each item, as E[q^2] / E[q]: float64, shape (items,), units, > 0.

    Purchases that arrive at random make a day's demand vary by this times its mean. Few purchases of
    an item are drawn to what is common among the items.

    Args:
        units: float64, shape (k,), > 0: of each purchase.
        item: int64, shape (k,): whose it was, 0..items - 1.

    """
    count = np.bincount(item, minlength=items)
    total = np.bincount(item, units, items)
    size = np.bincount(item, units**2, items) / np.where(total > 0, total, 1.0)
    common = float(np.median(size[total > 0])) if np.any(total > 0) else 1.0
    sizes: FloatArray = (count * size + FEW_PURCHASES * common) / (count + FEW_PURCHASES)
    return sizes


def at_least(
    mean: FloatArray, variance: FloatArray, least: FloatArray, purchase: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of demand that is known to be ``least`` or more; all float64, shape (k,), units.

    Demand is a gamma; half a purchase is taken off the bound, as demand comes in whole ones.
    """
    mean = np.maximum(mean, 1e-12)
    scale = np.maximum(variance / mean, 1e-12)
    shape = mean / scale
    bound = np.maximum(least - purchase / 2, 0.0) / scale
    beyond = special.gammaincc(shape, bound)
    # Far out in the tail the quotients are 0 / 0; what lies beyond is then exponential.
    far = beyond < 1e-12
    beyond = np.where(far, 1.0, beyond)
    first = np.where(far, (bound + 1) * scale, mean * special.gammaincc(shape + 1, bound) / beyond)
    second = mean * (mean + scale) * special.gammaincc(shape + 2, bound) / beyond
    spread = np.where(far, scale**2, np.maximum(second - first**2, 0.0))
    return np.maximum(first, least), spread


def expectation(days: Days) -> tuple[FloatArray, FloatArray]:
    """What was to be expected of each day; the day itself is left out of every sum that is taken for it.

    Returns:
        mean: float64, shape (m,), units, > 0 where anything was ever sold.
        spread: float64, shape (m,): squared coefficient of variation of the day's rate around it,
            that of the level included.

    """
    item = days.item
    purchase = days.purchase[item]
    weight = _leaning(days, days.open)
    seen, exposure = weight * days.seen, weight * days.open
    level = _usual(days, seen, exposure)
    for decay, shape in ((SLOW, SLOW_SHAPE), (FAST, FAST_SHAPE)):
        prior = shape * purchase / level
        around = _around(days, exposure, decay)
        level = (_around(days, seen, decay) + prior * level) / (around + prior)
    sure = FAST_SHAPE + around * level / purchase

    units = seen / purchase
    panel, kin = np.zeros(len(item), dtype=np.int64), days.kin[item]
    mean = level
    for period, shape in ((days.weekday, WEEKDAY_SHAPE), (days.date, DATE_SHAPE)):
        usual = exposure * mean / purchase
        factor = np.ones(len(item))
        for group in (panel, kin):
            factor = _relative(group, period, units, usual, shape, factor)
        mean = mean * factor
    return mean, np.minimum(_spread(days, mean) + 1.0 / sure, MOST_SPREAD)


def _leaning(days: Days, share: FloatArray) -> FloatArray:
    """float64, shape (m,), 0..1: the weight of each day, by its share against the item's largest one."""
    largest = np.zeros(len(days))
    np.maximum.at(largest, days.item, share)
    weight: FloatArray = (share / np.maximum(largest, 1e-12)[days.item]) ** LEAN
    return weight


def _usual(days: Days, seen: FloatArray, exposure: FloatArray) -> FloatArray:
    """float64, shape (m,): units a day that each item usually sells, the day itself left out."""
    item, kin = days.item, days.kin[days.item]

    def of_others(group: IntArray, values: FloatArray) -> FloatArray:
        # Differences of sums can end a hair below zero.
        return np.maximum(np.bincount(group, values)[group] - values, 0.0)

    # Nothing sold anywhere still leaves something possible: half a purchase in all the time there was.
    usual = (np.maximum(seen.sum() - seen, 0.0) + 0.5 * days.purchase[item]) / (
        exposure.sum() - exposure + 1.0
    )
    usual = (of_others(kin, seen) + usual) / (of_others(kin, exposure) + 1.0)
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

    Drawn to the factor of the wider group. ``units`` and ``usual`` are in purchases, and so ``shape``
    counts in them too.
    """
    periods = int(period.max(initial=0)) + 1
    cell = group * periods + period
    # Differences of sums can end a hair below zero.
    done = np.maximum(np.bincount(cell, units)[cell] - units, 0.0)
    due = np.maximum(np.bincount(cell, usual)[cell] - usual, 0.0)
    factor: FloatArray = (done + shape * wider) / (due + shape)
    return factor


def _spread(days: Days, mean: FloatArray) -> float:
    """Squared coefficient of variation of a day's rate: what purchases at random do not explain.

    The variance of a day is purchase x mean + spread x mean^2; least squares over the items, each by
    its whole days, errors in shares of what is expected of them.
    """
    whole = days.open >= WHOLE
    item = days.item[whole]
    due = (days.open * mean)[whole]
    count = np.bincount(item, minlength=len(days))
    total, square, error = (
        np.bincount(item, values, len(days)) for values in (due, due**2, (days.seen[whole] - due) ** 2)
    )
    enough = (count >= 5) & (total > 0)
    if not enough.any():
        return 1.0 / FAST_SHAPE
    purchase = days.purchase[enough]
    per_unit, ratio = square[enough] / total[enough], error[enough] / total[enough]
    weight = count[enough] / (purchase + per_unit) ** 2
    slope = np.sum(weight * per_unit * (ratio - purchase)) / np.sum(weight * per_unit**2)
    return float(np.clip(slope, LEAST_SPREAD, MOST_SPREAD))
