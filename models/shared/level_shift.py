"""A level of demand that is new for certain: the past is brought to it, so that models need not wait.

Smoothing believes a jump after as many buckets as its memory is long; a model that learns from all items
has hardly seen one. But where every one of the last weeks lies beyond all that was asked for in the half
year before, and far from it, chance has no part in it.

Also called: structural break, level shift, change point.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.history import FloatArray, History, IntArray
from models.shared.steps import steps

FEWEST_LATE, MOST_LATE = 4, 13
"""Weeks of the new level: with fewer it may be a promotion, with more every model has seen it."""

FEWEST_BEFORE, MOST_BEFORE = 26, 65
"""Weeks that it is held against: half a year at least, and a whole one with its season where there is one."""

MONTHS_LATE, MONTHS_BEFORE = (2, 3), (9, 15)
"""The same where buckets are months."""

FACTOR = 3.0
"""The new level is so many times the old one, or the other way round."""

GAP = 1.5
"""And its least week so many times the best one before. Jumps that are less clear often go back."""


def at_present_level(history: History) -> History:
    """The history as if each item had always had the level that it has come to; the same one without a jump.

    Six weeks ago demand of ten a week became one of fifty:

    >>> past = at_present_level(History(np.array([9.0, 10, 11] * 10 + [50.0] * 6), np.array([0, 36])))
    >>> past.data[[0, 1, 2, -1]]
    array([45., 50., 55., 50.])

    """
    late, before, step = spans(history.season)
    weeks, factor = np.zeros(len(history)), np.ones(len(history))
    over_items(_shifts, len(history), history.data, history.indptr, late, before, step, (weeks, factor))

    moved = np.flatnonzero(weeks > 0)
    if not len(moved):
        return history
    unit, data = steps(history), history.data.copy()
    orders = None if history.orders is None else history.orders.copy()
    for i in moved:
        old = slice(history.indptr[i], history.indptr[i + 1] - int(weeks[i]) * step)
        data[old] = _scaled(data[old], factor[i], unit[i])
        if orders is not None:
            orders[old] = _scaled(orders[old], factor[i], 1.0)
    return replace(history, data=data, orders=orders)


def spans(season: int) -> tuple[IntArray, IntArray, int]:
    """The shortest and longest late span, those before, both int64, shape (2,), and the buckets of a unit.

    The unit is a week, and a month where buckets are months.
    """
    if season <= 12:
        return np.array(MONTHS_LATE), np.array(MONTHS_BEFORE), 1
    step = max(1, round(season / 52))
    return np.array([FEWEST_LATE, MOST_LATE]), np.array([FEWEST_BEFORE, MOST_BEFORE]), step


def _scaled(data: FloatArray, factor: float, unit: float) -> FloatArray:
    """Demand of one item times a factor, in whole units: what rounding takes from a bucket the next gets."""
    known = ~np.isnan(data)
    scaled = data.copy()
    scaled[known] = np.diff(np.floor(np.cumsum(data[known]) * factor / unit + 0.5), prepend=0.0) * unit
    return scaled


@compiled
def _shifts(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    late: IntArray,
    before: IntArray,
    step: int,
    out: tuple[FloatArray, FloatArray],
) -> None:
    """How many weeks each item has been at a new level, 0 for none, and that over the old one.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        late, before: int64, shape (2,): the fewest and the most weeks.
        step: buckets in a week.
        out: both float64, shape (n,): weeks and factors, written.

    """
    most = late[1] + before[1]
    weekly = np.empty(most)
    for i in range(start, stop):
        whole = min((indptr[i + 1] - indptr[i]) // step, most)
        for week in range(whole):
            # The newest first. A week of which a day is unknown is unknown.
            weekly[week] = 0.0
            for bucket in range(step):
                weekly[week] += data[indptr[i + 1] - 1 - week * step - bucket]
        for length in range(late[0], late[1] + 1):
            if whole - length < before[0]:
                break
            end = min(whole, length + before[1])
            known, _, least, most_sold, mean = _describe(weekly, 0, length)
            known_old, sold_old, least_old, most_old, mean_old = _describe(weekly, length, end)
            if known < length or known_old < before[0]:
                continue
            # Silence is another thing than a lower level, and a first demand than a higher one.
            lives = least > 0.0 and 2 * sold_old >= end - length
            if lives and (least > GAP * most_old or GAP * most_sold < least_old):
                factor = mean / mean_old
                if max(factor, 1.0 / factor) >= FACTOR:
                    out[0][i], out[1][i] = length, factor


@compiled_within
def _describe(weekly: FloatArray, first: int, end: int) -> tuple[int, int, float, float, float]:
    """Of the weeks ``first`` to before ``end``: how many are known, and of those with demand; the least, the
    most and the mean of the known ones, units.
    """
    known, sold, least, most, total = 0, 0, np.inf, -np.inf, 0.0
    for week in range(first, end):
        units = weekly[week]
        if np.isnan(units):
            continue
        known += 1
        sold += 1 if units > 0.0 else 0
        least, most = min(least, units), max(most, units)
        total += units
    return known, sold, least, most, total / max(known, 1)
