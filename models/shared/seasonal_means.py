"""What an item sold in the last year, its season taken out, times the season of its category to come.

    E = level x (i_1 + ... + i_H)      level: demand of the last year / sum of its buckets' indices

An index is what the category sold in a part of the year over what it sold in an average one: over each item's
own last whole years, two weeks on either side averaged in, shrunk to the index of all items, and that to 1.
Nothing of it is learnt, so little of it is chance: what learns from all items starts from here.

Also called: classical multiplicative decomposition with group seasonal indices (GSI).

Source: Withycombe (1989), Forecasting with combined seasonal indices, International Journal of Forecasting 5.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.shared.cold_start import categories
from models.shared.compile import compiled, compiled_within, over_items
from models.shared.group_moves import RunningTotals
from models.shared.history import FloatArray, History, IntArray
from models.shared.window_statistics import Windows

DAYS_IN_WEEK = 7

NEIGHBOUR_WEEKS = 2.0
"""So many weeks on either side are averaged into an index: what a single week sold is mostly chance."""

PRIOR_STEPS = 20.0
"""An index counts as if so much more had sold in its part of the year, in the season of all items."""

MOST_LOOKS = 300_000_000
"""Origins times items times buckets. Where there are more, every second, third, .. item speaks for all."""


def seasonal_means(history: History, windows: Windows, totals: RunningTotals) -> FloatArray:
    """Demand expected in r windows by the last year and the season; nothing after their origins is looked at.

    Args:
        history: n items.
        windows: r windows, each with at least one bucket before it.
        totals: of the history, steps.

    Returns:
        float64, shape (r,), steps; NaN where nothing of the last year is known.

    Twenty items sell 1 a week for half of each year, and 3 for the other half. Two weeks amid the first half
    of the second year sell 2, two amid its other half 6:

    >>> year = np.repeat([1.0, 3.0], 26)
    >>> history = History(np.tile(year, 40), np.arange(0, 2081, 104))
    >>> totals = RunningTotals.of(history, np.ones(20))
    >>> windows = Windows(np.array([0, 1]), np.array([67, 104 + 93]), np.array([2.0, 2.0]))
    >>> seasonal_means(history, windows, totals).round(1)
    array([2., 6.])

    """
    days = DAYS_IN_WEEK if history.season >= 52 * DAYS_IN_WEEK else 1
    parts = history.season // days
    near = round(NEIGHBOUR_WEEKS * parts / 52)
    group = categories(history)

    # Days look at the season as it was known at the close of their week: a table a week is enough.
    ago = -(-(history.indptr[1:][windows.item] - 1 - windows.origin) // days) * days
    agos, which = np.unique(ago, return_inverse=True)
    order = np.argsort(which, kind="stable")
    first = np.searchsorted(which[order], np.arange(len(agos) + 1))
    asked = _Asked(agos, order, first, windows.item, windows.origin, windows.horizon)

    grid = _Grid(parts, days, near, 1 + len(agos) * len(history.data) // days // MOST_LOOKS)
    out = np.empty(len(ago))
    over_items(_seasonal_means, len(agos), totals, group, asked, grid, out)
    return out


class _Grid(NamedTuple):
    """How a year is cut up: into ``parts`` of ``days`` buckets; ``near`` on either side are averaged in.

    Every ``apart``-th item speaks for all.
    """

    parts: int
    days: int
    near: int
    apart: int


class _Asked(NamedTuple):
    """Windows by where they begin. int64 but for ``horizon``.

    Attributes:
        ago: shape (q,): the season is that of so many buckets before the end.
        order: shape (r,): window numbers, those of the first ``ago`` first.
        first: shape (q + 1,): where the windows of each ``ago`` begin in ``order``.
        item, origin, horizon: shape (r,): as in ``Windows``.

    """

    ago: IntArray
    order: IntArray
    first: IntArray
    item: IntArray
    origin: IntArray
    horizon: FloatArray


@compiled
def _seasonal_means(
    start: int, stop: int, totals: RunningTotals, group: IntArray, asked: _Asked, grid: _Grid, out: FloatArray
) -> None:
    """See ``seasonal_means``: the windows that begin ``asked.ago[start:stop]`` before the end."""
    groups = group.max() + 1
    for q in range(start, stop):
        index = _indices(asked.ago[q], totals, group, groups, grid)
        for place in range(asked.first[q], asked.first[q + 1]):
            row = asked.order[place]
            i = asked.item[row]
            end = asked.origin[row] + 1
            level = _level(end, totals.indptr[i], index[group[i]], totals, grid)
            out[row] = level * _ahead(asked.horizon[row], index[group[i]], grid)


@compiled
def _indices(ago: int, totals: RunningTotals, group: IntArray, groups: int, grid: _Grid) -> FloatArray:
    """The indices of the year to come, ``ago`` buckets before the end: (groups, parts), rows of mean 1."""
    # The last row is of all items.
    sold = np.zeros((groups + 1, grid.parts))
    usual = np.zeros((groups + 1, grid.parts))
    year = grid.parts * grid.days
    for i in range(0, len(group), grid.apart):
        end = totals.indptr[i + 1] - ago
        years = max(end - totals.indptr[i], 0) // year
        known = totals.known[end] - totals.known[end - years * year] if years > 0 else 0
        if known == 0:
            continue
        mean = (totals.demand[end] - totals.demand[end - years * year]) / known
        of_group, usual_of_group = sold[group[i]], usual[group[i]]
        before = end - years * year
        for _ in range(years):
            for part in range(grid.parts):
                after = before + grid.days
                of_group[part] += totals.demand[after] - totals.demand[before]
                usual_of_group[part] += (totals.known[after] - totals.known[before]) * mean
                before = after
    for g in range(groups):
        sold[groups] += sold[g]
        usual[groups] += usual[g]

    panel = _smoothed(sold[groups], usual[groups], np.ones(grid.parts), grid.near)
    index = np.empty((groups, grid.parts))
    for g in range(groups):
        index[g] = _smoothed(sold[g], usual[g], panel, grid.near)
    return index


@compiled_within
def _smoothed(sold: FloatArray, usual: FloatArray, prior: FloatArray, near: int) -> FloatArray:
    """What was sold over what is usual, neighbours averaged in, shrunk to ``prior``; mean 1. All (parts,)."""
    parts = len(sold)
    index = np.empty(parts)
    for part in range(parts):
        above, below = PRIOR_STEPS * prior[part], PRIOR_STEPS
        for other in range(part - near, part + near + 1):
            above += sold[other % parts]
            below += usual[other % parts]
        index[part] = above / below
    return index / index.mean()


@compiled
def _level(end: int, oldest: int, index: FloatArray, totals: RunningTotals, grid: _Grid) -> float:
    """Demand per bucket of the year before ``end``, the season taken out; NaN where nothing is known."""
    length = min(end - oldest, grid.parts * grid.days)
    usual = 0.0
    for part in range(grid.parts):
        after = end - part * grid.days
        before = max(after - grid.days, end - length)
        if after <= before:
            break
        usual += (totals.known[after] - totals.known[before]) * index[grid.parts - 1 - part]
    if usual <= 0.0:
        return np.nan
    return (totals.demand[end] - totals.demand[end - length]) / usual


@compiled
def _ahead(horizon: float, index: FloatArray, grid: _Grid) -> float:
    """The sum of the indices of the next ``horizon`` buckets."""
    year = grid.parts * grid.days
    years = np.floor(horizon / year)
    left, total = horizon - years * year, years * year
    for part in range(grid.parts):
        total += min(left, grid.days) * index[part]
        left -= grid.days
        if left <= 0.0:
            break
    return total
