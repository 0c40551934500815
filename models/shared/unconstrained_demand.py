"""Demand of days on which an item could be sold for a part of the time, or not at all.

Sales stop when stock does, demand does not. What was asked for in the time that was open is seen; the
rest is estimated from it and from what was to be expected of the day (``models/shared/expected_days.py``):

    expected = level of the item around that day x weekday x how that day was for its peer group.

Demand of a day is thought of as purchases that arrive at random (Poisson) at a rate which is itself
uncertain (gamma, around what was expected). The open part of the day is then an exposure of less than
one, and the posterior weighs what was seen in it against what was expected: the more of the day was
open, and the less sure the expectation, the more the day's own sales count. Sales divided by the open
share, the usual correction, is the limit of knowing nothing but the day itself.

Also called: demand unconstraining (uncensoring, untruncation), censored demand estimation, lost-sales
estimation.

Source: the gamma-Poisson model with exposure, Gelman et al. (2013), Bayesian Data Analysis, 2.6; demand
censored by stock, Nahmias (1994), Demand estimation in lost sales inventory systems, Naval Research
Logistics 41. ``docs/unconstrained-demand.md`` says what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.shared.expected_days import Days, availability_weight, expectation
from models.shared.history import FloatArray, IntArray

__all__ = ["Days", "Estimate", "at_least", "estimate", "purchase_sizes"]

RECORD_SHAPE = 10.0
"""An item's own share of refusals that are written down counts as its purchases over theirs and this many."""

FEW_PURCHASES = 10.0
"""An item's own size of a purchase counts as its purchases over theirs and this many."""


@dataclass(frozen=True)
class Estimate:
    """Demand of each of m days. A day that was open throughout has the units seen, and no deviation.

    Attributes:
        mean: float64, shape (m,), units.
        sd: float64, shape (m,), units: its standard deviation.

    """

    mean: FloatArray
    sd: FloatArray


def estimate(days: Days) -> Estimate:
    """The demand of every day, from what was seen of it and what was to be expected.

    An item of ten purchases a day, open for half of the last day, in which one was seen. Sales over the open
    share would say 2 and the days around it 10; on a share this large the two are weighed about alike:

    >>> seen, open_share = np.append(np.full(30, 10.0), 1.0), np.append(np.ones(30), 0.5)
    >>> date, one_item = np.arange(31), np.zeros(1, dtype=np.int64)
    >>> week = Days(np.array([0, 31]), date, date % 7, seen, open_share, np.zeros(31), one_item, np.ones(1))
    >>> demand = estimate(week)
    >>> demand.mean[[0, 30]].round(1), demand.sd[[0, 30]].round(1)
    (array([10. ,  5.7]), array([0. , 2.2]))

    """
    expected, variation = expectation(days)
    purchase = days.purchase[days.item]
    watched = np.clip(days.open_share + (1.0 - days.open_share) * _recorded(days, expected), 0.0, 1.0)
    # Where no time was open, what was sold all the same is the least that was asked for.
    at_least_sold = (watched <= 0) & (days.seen > 0)
    seen = np.where(at_least_sold, 0.0, days.seen + days.refused)

    shape = 1.0 / variation + seen / purchase
    rate = expected * shape / (1.0 / variation + watched * expected / purchase)
    hidden = (1.0 - watched) * rate
    variance = hidden**2 / shape + purchase * hidden

    row = np.flatnonzero(at_least_sold)
    hidden[row], variance[row] = at_least(hidden[row], variance[row], days.seen[row], purchase[row])
    return Estimate(seen + hidden, np.sqrt(variance))


def _recorded(days: Days, expected: FloatArray) -> FloatArray:
    """float64, shape (m,), 0..1: the share of demand that is written down as refused while none is sold.

    An item's own share, shrunk to the panel's: where every refusal is recorded, nothing is hidden.
    """
    item, purchase = days.item, days.purchase[days.item]
    # A day on which stock ran out tells little: what emptied the shelf is a large order, often refused.
    shut = 1.0 - days.open_share
    weight = availability_weight(days, shut) / purchase
    refused = np.bincount(item, weight * days.refused, len(days))
    asked = np.bincount(item, weight * shut * expected, len(days))
    panel = min(refused.sum() / (asked.sum() + RECORD_SHAPE), 1.0)
    share = (refused + RECORD_SHAPE * panel) / (asked + RECORD_SHAPE)
    return np.minimum(share, 1.0)[item]


def purchase_sizes(units: FloatArray, item: IntArray, items: int) -> FloatArray:
    """The size of a purchase q of each item, as E[q^2] / E[q]: float64, shape (items,), units, > 0.

    Purchases that arrive at random make a day's demand vary by this times its mean. Few purchases of
    an item are shrunk to what is common among the items.

    Args:
        units: float64, shape (k,), > 0: of each purchase.
        item: int64, shape (k,): whose it was, 0..items - 1.

    >>> purchase_sizes(np.array([1.0, 3.0]), np.array([0, 0]), 2)
    array([2.5, 2.5])

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

    Also called: moments of a truncated gamma.

    An exponential of mean 2 that exceeds 5 does so by 2 again:

    >>> at_least(np.array([2.0]), np.array([4.0]), np.array([5.5]), np.array([1.0]))
    (array([7.]), array([4.]))

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
    truncated = np.where(far, scale**2, np.maximum(second - first**2, 0.0))
    return np.maximum(first, least), truncated
