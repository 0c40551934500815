"""Stock that can be sold no more, or not for long: by its age, and by the day that its lots expire on.

The oldest goods leave first. What was counted is taken to have been fresh on the day of the count, but for
what must have lain there before: what an earlier count shows, less all that left since.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import LONG_AGO, FloatArray, IntArray, Receipts
from forecasting.inputs.records import Records


@dataclass(frozen=True)
class Level:
    """What lies there, whether it can be sold or not, at the close of ``day``.

    Attributes:
        day: the day.
        units: float64, shape (n,), NaN where nothing was ever counted.
        counted_on: int64, shape (n,), the day of the last count; LONG_AGO where there is none.
        moved: what came (quantity above zero) and left (below).

    """

    day: int
    units: FloatArray
    counted_on: IntArray
    moved: Receipts

    def between(self, sign: int, after: FloatArray, until: FloatArray) -> FloatArray:
        """Units that came (1) or left (-1) after one day of each item and by another: float64, shape (n,)."""
        moved, item = self.moved, self.moved.item
        inside = (sign * moved.quantity > 0) & (moved.day > after[item]) & (moved.day <= until[item])
        return _units(item[inside], np.abs(moved.quantity[inside]), len(self.units))

    @property
    def end(self) -> FloatArray:
        """``day``, for each item: float64, shape (n,)."""
        return np.full(len(self.units), float(self.day))


def usable(records: Records, level: Level) -> FloatArray:
    """What can still be sold at the close of a day: float64, shape (n,), NaN where nothing was counted."""
    units = np.minimum(level.units, level.units - _too_old(records, level))
    dead, _, gone = _lots(records, level)
    return np.maximum(np.minimum(units, level.units - np.maximum(dead - gone, 0.0)), 0.0)


def expiring(
    records: Records, level: Level, usable: FloatArray, until: FloatArray, daily: FloatArray
) -> FloatArray:
    """Of what can be sold, the units that are likely to expire unsold: float64, shape (n,).

    Args:
        records: what the company wrote down.
        level: what lies there.
        usable: float64, shape (n,), units of it that can be sold.
        until: float64, shape (n,): the day by which; what expires later is left out.
        daily: float64, shape (n,), units that are asked for a day.

    """
    n, there = len(usable), np.nan_to_num(usable)
    lost = np.zeros(n)

    def hold(item: IntArray, expires: FloatArray, by_then: FloatArray) -> None:
        # Of all that expires by a day, what is not asked for by then; the worst of these days counts.
        left = np.minimum(by_then, there[item]) - daily[item] * (expires - level.day)
        soon = (expires <= until[item]) & (expires > level.day)
        np.maximum.at(lost, item[soon], left[soon])

    shelf = records.products.number["shelf_life_days"]
    dated, moved = np.isfinite(shelf) & (level.counted_on > LONG_AGO), level.moved
    came = np.flatnonzero(dated[moved.item] & (moved.quantity > 0) & (moved.day <= level.day))
    came = came[moved.day[came] > level.counted_on[moved.item[came]]]
    item = np.concatenate([np.flatnonzero(dated), moved.item[came]])
    begins = np.concatenate([level.counted_on[dated], moved.day[came]])
    quantity = np.concatenate([np.full(int(dated.sum()), np.inf), moved.quantity[came]])
    order = np.lexsort((begins, item))
    item, expires = item[order], begins[order] + shelf[item[order]]
    younger = _summed(item[::-1], quantity[order][::-1])[::-1] - quantity[order]
    hold(item, expires, np.maximum(there[item] - np.nan_to_num(younger, nan=0.0), 0.0))

    dead, alive, gone = _lots(records, level)
    lots = records.lots
    row = alive[np.lexsort((lots.expires[alive], lots.item[alive]))]
    by_then = _summed(lots.item[row], lots.on_hand[row]) - np.maximum(gone - dead, 0.0)[lots.item[row]]
    hold(lots.item[row], lots.expires[row].astype(np.float64), np.maximum(by_then, 0.0))
    lost = np.maximum(lost, 0.0)
    return np.where(there == np.floor(there), np.floor(lost), lost)


def _too_old(records: Records, level: Level) -> FloatArray:
    """Units that must have lain there for longer than they keep: float64, shape (n,)."""
    shelf, n = records.products.number["shelf_life_days"], len(level.units)
    if not np.isfinite(shelf).any():
        return np.zeros(n)
    fresh_from = level.day - np.nan_to_num(shelf, nan=np.inf)
    counts = records.counts
    known = np.flatnonzero((counts.item >= 0) & (counts.day <= level.day))
    order = known[np.lexsort((counts.day[known], counts.item[known]))]
    item, day, units = counts.item[order], counts.day[order], counts.on_hand[order]

    # The last count before what is fresh now, carried on to that day.
    old, counted = np.zeros(n), np.full(n, -np.inf)
    before = day <= fresh_from[item]
    old[item[before]], counted[item[before]] = units[before], day[before]
    came, left = (level.between(sign, counted, fresh_from) for sign in (1, -1))
    old = np.where(np.isfinite(counted), np.maximum(old + came - left, 0.0), 0.0)

    # What a later count misses was thrown away: of the oldest, as what was sold.
    pair = np.flatnonzero((item[1:] == item[:-1]) & ~before[1:])
    since, net = day[pair], np.zeros(len(pair))
    for sign in (1, -1):
        net += sign * _moved_between(level, sign, item[pair], since, day[pair + 1])
    missing = np.maximum(units[pair] + net - units[pair + 1], 0.0)
    thrown = _units(item[pair], missing, n)
    return np.maximum(old - level.between(-1, fresh_from, level.end) - thrown, 0.0)


def _moved_between(level: Level, sign: int, item: IntArray, after: IntArray, until: IntArray) -> FloatArray:
    """Units of some items that came or left after one day and by another, each of shape (k,)."""
    moved = level.moved
    row = np.flatnonzero(sign * moved.quantity > 0)
    row = row[np.lexsort((moved.day[row], moved.item[row]))]
    total = np.append(0.0, np.abs(moved.quantity[row]).cumsum())
    low = int(min(moved.day.min(initial=0), after.min(initial=0)))
    span = int(max(moved.day.max(initial=0), until.max(initial=0))) - low + 2
    key = moved.item[row] * span + moved.day[row] - low
    first, last = (np.searchsorted(key, item * span + day - low, side="right") for day in (after, until))
    return np.asarray(total[last] - total[first])


def _lots(records: Records, level: Level) -> tuple[FloatArray, IntArray, FloatArray]:
    """Of the last lots of each item: units expired, float64, shape (n,); the rows that are not, int64; and
    the units that have gone since, float64, shape (n,).
    """
    lots, n = records.lots, len(level.units)
    last = np.full(n, LONG_AGO)
    seen = lots.day <= level.day
    np.maximum.at(last, lots.item[seen], lots.day[seen])
    mine = seen & (lots.day == last[lots.item])
    expired = mine & (lots.expires > LONG_AGO) & (lots.expires <= level.day)
    dead = _units(lots.item[expired], lots.on_hand[expired], n)
    if not mine.any():
        return dead, np.empty(0, dtype=np.int64), np.zeros(n)

    # First those that expire first: what has left since was of them, and what a later count misses.
    since = last.astype(np.float64)
    total = _units(lots.item[mine], lots.on_hand[mine], n)
    came, left = (level.between(sign, since, level.end) for sign in (1, -1))
    gone = np.maximum(left, np.nan_to_num(total + came - level.units))
    return dead, np.flatnonzero(mine & (lots.expires > level.day)), np.where(last > LONG_AGO, gone, 0.0)


def _units(item: IntArray, units: FloatArray, n: int) -> FloatArray:
    return np.asarray(np.bincount(item, units, n), dtype=np.float64)


def _summed(item: IntArray, units: FloatArray) -> FloatArray:
    """Running sums within each item; rows of one item stand together."""
    begins = np.append(True, item[1:] != item[:-1])[: len(item)]
    finite = np.where(np.isfinite(units), units, 0.0)
    total = finite.cumsum()
    first = (total - finite)[begins][np.cumsum(begins) - 1] if len(item) else total
    return np.asarray(total - first)
