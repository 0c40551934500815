"""What the same buckets of earlier years say of a window: of its item, of its category, of the whole range.

Also called: seasonal lags, group seasonal indices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.shared.cold_start import categories
from models.shared.group_moves import RunningTotals, Spans, log_moves
from models.shared.history import FloatArray, History, IntArray
from models.shared.window_statistics import OFFSET, Windows

YEARS = (1, 2)
"""So many years back is looked."""

BELIEVED = 0.6
"""Share of last year's move that is expected to come again, before anything was learnt of it."""

QUARTER_WEEKS, MONTH_WEEKS = 13.0, 4.0
"""A season moves from the quarter before it; so much of the quarter must be there."""

SEASON_NAMES = ("season_item", "season_group", "season_panel", "year_group", "year_panel")
"""Log ratios of the window's buckets, a year earlier, to the quarter before those (season) and to the year
that began with them (year); the mean over the years that are known; NaN where none is."""


@dataclass(frozen=True)
class Seasons:
    """Of r windows.

    Attributes:
        values: float64, shape (r, 5): a column each of ``SEASON_NAMES``.
        factor: float64, shape (r,): what their level is to be multiplied by; 1 where nothing is known.

    """

    values: FloatArray
    factor: FloatArray


def first_buckets(history: History, windows: Windows) -> IntArray:
    """The first bucket of each window, int64, shape (r,), counted from the oldest item's first bucket."""
    length = int(history.lengths.max(initial=0))
    return length - (history.indptr[1:][windows.item] - 1 - windows.origin)


def season_features(history: History, windows: Windows, totals: RunningTotals) -> Seasons:
    """What earlier years say of r windows; nothing after their origins is looked at.

    Args:
        history: n items.
        windows: r windows.
        totals: of the history, steps.

    """
    week, group = history.season / 52.0, categories(history)
    begin = first_buckets(history, windows)
    year = whole_year(history.season)
    # More than a year would reach beyond the origin.
    whole = np.clip(np.floor(windows.horizon + 0.5), 1, year).astype(np.int64)

    # Windows that begin on the same day and are as long share what is said of groups.
    pairs, which = np.unique(np.stack([begin, whole], axis=1), axis=0, return_inverse=True)
    which = which.ravel()
    of_group, of_panel = group[windows.item], np.full(len(which), -1)

    def moves(spans: Callable[[IntArray, IntArray, int], Spans]) -> tuple[FloatArray, FloatArray]:
        by_year = [log_moves(totals, group, spans(pairs[:, 0], pairs[:, 1], back), week) for back in years]
        mean = _mean_of_known(by_year)
        return mean[which, of_group], mean[which, of_panel]

    years = [back * year for back in YEARS]
    quarter, month = (max(1, round(weeks * week)) for weeks in (QUARTER_WEEKS, MONTH_WEEKS))

    def from_quarter(first: IntArray, length: IntArray, back: int) -> Spans:
        then = first - back
        early = np.where(then >= month, np.maximum(then - quarter, 0), -1)
        return Spans(early, then, then, then + length)

    def from_year(first: IntArray, length: IntArray, back: int) -> Spans:
        then = first - back
        return Spans(then, then + year, then, then + length)

    season_group, season_panel = moves(from_quarter)
    year_group, year_panel = moves(from_year)
    item = _mean_of_known(
        [_item_move(totals, windows, from_quarter(begin, whole, back), begin) for back in years]
    )
    values = np.stack([item, season_group, season_panel, year_group, year_panel], axis=1)
    return Seasons(values, np.exp(BELIEVED * np.nan_to_num(season_group)))


def whole_year(season: int) -> int:
    """Buckets after which a year comes again: of days a whole number of weeks, so that weekdays meet."""
    return 7 * round(season / 7) if season >= 364 else season


def _mean_of_known(values: list[FloatArray]) -> FloatArray:
    """The mean of arrays of one shape, of what is not NaN; NaN where all is."""
    known = sum((~np.isnan(value)).astype(np.float64) for value in values)
    total = sum(np.nan_to_num(value) for value in values)
    return np.where(np.asarray(known) > 0, total / np.maximum(known, 1.0), np.nan)


def _item_move(totals: RunningTotals, windows: Windows, spans: Spans, begin: IntArray) -> FloatArray:
    """The log ratio of each window's own item between two spans: float64, shape (r,); NaN where unknown."""
    # From a bucket of the panel to one of the item's.
    shift = windows.origin + 1 - begin
    oldest = totals.indptr[windows.item]

    def mean(first: IntArray, end: IntArray) -> FloatArray:
        a, b = np.maximum(first + shift, oldest), np.maximum(end + shift, oldest)
        known = totals.known[b] - totals.known[a]
        demand = totals.demand[b] - totals.demand[a]
        enough = (2 * known >= end - first) & (first >= 0) & (known > 0)
        return np.where(enough, demand / np.maximum(known, 1), np.nan)

    early, late = mean(spans.early_first, spans.early_end), mean(spans.late_first, spans.late_end)
    return np.log(late * windows.horizon + OFFSET) - np.log(early * windows.horizon + OFFSET)
