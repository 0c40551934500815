"""Whether late lines, and what their customers order next, are sold below the usual price.

The usual price of a line is that of ``prices`` on the day of the order; without one, the median of the item's
on-time lines in the same four weeks. What a customer always pays less is taken off: only what is below that
customer's own usual discount counts as a gesture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.backorder_costs.clusters import CONFIDENCE, UNKNOWN, Estimate
from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.inputs.line_fates import Fate, Lines
from forecasting.inputs.records import Records

FOLLOWING_DAYS = 30
"""Lines that the customer orders within so many days of a late line's settlement are those that follow it."""

BLOCK_DAYS = 28
FEWEST_LINES, FEWEST_CUSTOMERS = 50, 10
NOTICED = 0.005
"""A price is below the usual one if by more than this share: less is rounding."""


@dataclass(frozen=True)
class Discounts:
    """What late lines were sold below the usual price.

    Attributes:
        lines, customers: late lines with a price and a usual price, and whose they are.
        below: how many of them were sold below the customer's usual price.
        own: the discount on them, as a share of their value.
        following: that on the lines that follow, as a share of the late lines' value.

    """

    lines: int
    customers: int
    below: int
    own: Estimate
    following: Estimate


def discounts(lines: Lines, records: Records) -> Discounts:
    """Measured from the late lines of named customers."""
    settled = ~np.isin(lines.fate, (Fate.UNTOLD, Fate.NOT_LATE_YET))
    priced = (lines.customer >= 0) & (lines.value > 0) & (lines.units > 0) & settled
    usual = _usual_price(lines, records)
    priced &= usual > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        less = np.where(priced, 1.0 - lines.value / lines.units / usual, 0.0)

    late = priced & lines.late
    follows = priced & ~lines.late & _follows(lines)
    plain = priced & (lines.fate == Fate.ON_TIME) & ~follows
    weight = np.where(plain, lines.value, 0.0)
    customer = np.where(lines.customer >= 0, lines.customer, 0)
    bought = np.bincount(customer, weight)
    own = np.bincount(customer, weight * less) / np.where(bought > 0, bought, 1.0)
    beyond = np.where(bought[customer] > 0, less - own[customer], 0.0)

    customers = len(np.unique(customer[late]))
    if late.sum() < FEWEST_LINES or customers < FEWEST_CUSTOMERS:
        return Discounts(int(late.sum()), customers, 0, UNKNOWN, UNKNOWN)
    return Discounts(
        int(late.sum()),
        customers,
        int((late & (beyond > NOTICED)).sum()),
        _share(beyond * lines.value, late, lines.value, late, customer),
        _share(beyond * lines.value, follows, lines.value, late, customer),
    )


def _share(
    part: FloatArray, of: BoolArray, whole: FloatArray, among: BoolArray, customer: IntArray
) -> Estimate:
    """A ratio of sums with its interval, customers being independent (Taylor linearisation)."""
    top = np.bincount(customer[of], part[of], int(customer.max()) + 1)
    bottom = np.bincount(customer[among], whole[among], len(top))
    ratio = top.sum() / bottom.sum()
    apart = (top - ratio * bottom) / bottom.sum()
    there = int(np.count_nonzero(bottom))
    spread = np.sqrt(there / max(there - 1, 1) * (apart**2).sum())
    wide = special.stdtrit(max(there - 1, 1), (1 + CONFIDENCE) / 2) * spread
    # Sums that cancel leave a rest that is none.
    return Estimate(*(float(round(end, 9)) + 0.0 for end in (ratio, ratio - wide, ratio + wide)))


def _follows(lines: Lines) -> BoolArray:
    """bool, shape (m,): the customer's last late line was settled within FOLLOWING_DAYS before the order."""
    late = np.flatnonzero(lines.late & (lines.fate != Fate.WAITING) & (lines.customer >= 0))
    span = lines.as_of - lines.first_day + FOLLOWING_DAYS + 2
    settled = lines.day[late] + lines.waited[late] - lines.first_day
    key = np.sort(lines.customer[late] * span + settled)
    own = np.maximum(lines.customer, 0) * span + lines.ordered - lines.first_day
    before = np.searchsorted(key, own) - np.searchsorted(key, own - FOLLOWING_DAYS)
    return np.asarray((before > 0) & (lines.ordered - lines.first_day >= FOLLOWING_DAYS))


def _usual_price(lines: Lines, records: Records) -> FloatArray:
    """float64, shape (m,), money; NaN where nothing tells."""
    prices = records.prices
    usual = _median_of_block(lines)
    if not len(prices.item):
        return usual
    order = np.lexsort((prices.day, prices.item))
    item, day, price = prices.item[order], prices.day[order], prices.unit_price[order]
    base = min(int(day.min()), lines.first_day)
    span = max(int(day.max()), lines.as_of) - base + 2
    place = (
        np.searchsorted(item * span + day - base, lines.item * span + lines.ordered - base, side="right") - 1
    )
    known = (place >= 0) & (item[np.maximum(place, 0)] == lines.item)
    return np.where(known, price[np.maximum(place, 0)], usual)


def _median_of_block(lines: Lines) -> FloatArray:
    """The median price of the item's on-time lines in the same four weeks: float64, shape (m,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        price = lines.value / lines.units
    block = (lines.ordered - lines.first_day) // BLOCK_DAYS
    cell = lines.item * (int(block.max(initial=0)) + 1) + block
    row = np.flatnonzero((lines.fate == Fate.ON_TIME) & (price > 0))
    row = row[np.lexsort((price[row], cell[row]))]
    name, first, count = np.unique(cell[row], return_index=True, return_counts=True)
    median = price[row][first + (count - 1) // 2] if len(row) else np.zeros(0)
    if not len(name):
        return np.full(len(cell), np.nan)
    place = np.minimum(np.searchsorted(name, cell), len(name) - 1)
    return np.where(name[place] == cell, median[place], np.nan)
