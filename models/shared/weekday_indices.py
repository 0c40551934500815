"""How demand spreads over the days of a week: of a category's items, from their last half year.

A window of four days is not four sevenths of a week: it may hold a weekend, or none. An index is what was
sold on a weekday over what was sold on an average day of the same weeks, of all items of a category, shrunk
to the index of all items, and that to 1. As with seasons (``seasonal_means.py``) nothing of it is learnt.

Also called: day-of-week (intra-weekly) seasonal indices; classical decomposition.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.shared.cold_start import categories
from models.shared.compile import compiled, over_items
from models.shared.group_moves import RunningTotals
from models.shared.history import FloatArray, History, IntArray, Weekdays
from models.shared.seasonal_means import DAYS_IN_WEEK
from models.shared.window_statistics import Windows

RECENT_WEEKS = 26
"""Indices are estimated from so many weeks."""

PRIOR_STEPS = 20.0
"""An index counts as if so much more had sold on its day, in the week of all items."""


def weekday_factors(history: History, windows: Windows, totals: RunningTotals) -> FloatArray:
    """What r windows sell over what as many average days do; nothing after their origins is looked at.

    Args:
        history: n items.
        windows: r windows.
        totals: of the history, steps.

    Returns:
        float64, shape (r,): the mean index of their days; 1 where the history knows no weekdays.

    Twenty items sell 6 on each Saturday and Sunday, and 1 on other days: 2.4 on an average day. A Saturday
    and its Sunday sell 2.5 times that, a Monday and its Tuesday .4 times:

    >>> week = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 6.0, 6.0])
    >>> weekdays = Weekdays(np.tile(np.arange(7), 11), ahead=7)
    >>> history = History(np.tile(week, 200), np.arange(0, 1401, 70), 365, weekdays=weekdays)
    >>> windows = Windows(np.array([0, 0]), np.array([67, 69]), np.array([2.0, 2.0]))
    >>> weekday_factors(history, windows, RunningTotals.of(history, np.ones(20))).round(1)
    array([2.5, 0.4])

    """
    out = np.ones(len(windows.item))
    if history.weekdays is None or len(history) == 0:
        return out
    week, group = _Week.of(history, history.weekdays), categories(history)
    ago = history.indptr[1:][windows.item] - 1 - windows.origin
    index = _indices(totals, group, week, int(ago.max(initial=0)))
    over_items(_mean_of_days, len(ago), ago, windows.horizon, group[windows.item], week, index, out)
    return out


class _Week(NamedTuple):
    """The weekdays of a history, ``week.day[week.last - k]`` that of its k-th last bucket.

    Attributes:
        day: int64: as of ``Weekdays``.
        last: the place in it of the last bucket of the history.
        days: of business in a week.

    """

    day: IntArray
    last: int
    days: int

    @staticmethod
    def of(history: History, weekdays: Weekdays) -> _Week:
        """Those of a history."""
        return _Week(weekdays.day, len(weekdays.day) - 1 - weekdays.ahead, round(history.season / 52))


def _indices(totals: RunningTotals, group: IntArray, week: _Week, oldest: int) -> FloatArray:
    """The indices as known 0, 1, .. weeks before the end: float64, shape (w, groups, 7).

    Args:
        totals: of n items.
        group: int64, shape (n,).
        week: of the history.
        oldest: buckets before the end that they go back to.

    """
    weeks = -(-oldest // week.days) + RECENT_WEEKS
    sold = np.zeros((weeks, int(group.max()) + 1, DAYS_IN_WEEK))
    usual = np.zeros_like(sold)
    over_items(_add_up, weeks, totals, group, week, sold, usual)
    sold, usual = _of_recent(sold), _of_recent(usual)

    panel_sold, panel_usual = sold.sum(axis=1, keepdims=True), usual.sum(axis=1, keepdims=True)
    panel = (panel_sold + PRIOR_STEPS) / (panel_usual + PRIOR_STEPS)
    index = (sold + PRIOR_STEPS * panel) / (usual + PRIOR_STEPS)
    # Days that are never open are none of the week.
    return np.asarray(index / index[:, :, np.unique(week.day)].mean(axis=2, keepdims=True))


def _of_recent(by_week: FloatArray) -> FloatArray:
    """Sums over each week and the ``RECENT_WEEKS`` - 1 before it; the last week first."""
    total = np.concatenate([np.zeros((1, *by_week.shape[1:])), np.cumsum(by_week, axis=0)])
    return np.asarray(total[RECENT_WEEKS:] - total[:-RECENT_WEEKS])


@compiled
def _add_up(
    start: int,
    stop: int,
    totals: RunningTotals,
    group: IntArray,
    week: _Week,
    sold: FloatArray,
    usual: FloatArray,
) -> None:
    """What each group sold on each weekday, and what it did on an average day of the week that it was in.

    Weeks ``start`` to ``stop`` before the end, of items that are known for all of them: (weeks, groups, 7).
    """
    for w in range(start, stop):
        for i in range(len(group)):
            end = totals.indptr[i + 1] - w * week.days
            first = end - week.days
            if first < totals.indptr[i] or totals.known[end] - totals.known[first] < week.days:
                continue
            mean = (totals.demand[end] - totals.demand[first]) / week.days
            for back in range(week.days):
                on = week.day[week.last - w * week.days - back]
                sold[w, group[i], on] += totals.demand[end - back] - totals.demand[end - back - 1]
                usual[w, group[i], on] += mean


@compiled
def _mean_of_days(
    start: int,
    stop: int,
    ago: IntArray,
    horizon: FloatArray,
    group: IntArray,
    week: _Week,
    index: FloatArray,
    out: FloatArray,
) -> None:
    """See ``weekday_factors``: of windows that begin ``ago`` buckets before the end."""
    for row in range(start, stop):
        # What was known at the close of the week.
        known = -(-ago[row] // week.days)
        place, left, total = week.last - ago[row] + 1, horizon[row], 0.0
        while left > 0.0:
            # Beyond the days that are known a day is like any other.
            on = index[known, group[row], week.day[place]] if place < len(week.day) else 1.0
            total += min(left, 1.0) * on
            left -= 1.0
            place += 1
        if horizon[row] > 0.0:
            out[row] = total / horizon[row]
