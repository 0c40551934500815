"""Demand that nobody wrote down, on days on which an item could not be sold for all of the time.

From order lines to the panel of days that ``models.shared.unconstrained_demand`` estimates on, and back.
Only items that were ever out are looked at, and only what was known by the day that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, Calendar, FloatArray, IntArray, weekday
from models.shared.intraday_profile import HOURS, open_by_hours, open_by_share, profiles
from models.shared.unconstrained_demand import Days, estimate, purchase_sizes


@dataclass(frozen=True)
class IntradaySales:
    """Who buys like whom, and when in the day.

    Attributes:
        peer_group: int64, shape (n,): items of one number go up and down together.
        item, day, hour: int64, shape (l,): of each line whose time of day is known, of an item that was
            ever out, on a day on which it was not.
        quantity: float64, shape (l,), units.

    """

    peer_group: IntArray
    item: IntArray
    day: IntArray
    hour: IntArray
    quantity: FloatArray


@dataclass(frozen=True)
class Availability:
    """The share of a day during which an item could be sold, where it is below 1.

    Attributes:
        item, day: int64, shape (k,): no two rows agree in both.
        share: float64, shape (k,), 0..1.
        refused: float64, shape (k,): units of that day's lines that were asked for in the rest of it.
            None where no line was.
        hours: float64, shape (k, 24), 0..1: the part of each hour during which it could be sold; NaN
            where only the share of the day is known. None where that is so of all.
        intraday: None where nothing is known of them.

    """

    item: IntArray
    day: IntArray
    share: FloatArray
    refused: FloatArray | None = None
    hours: FloatArray | None = None
    intraday: IntradaySales | None = None

    def without_days(self, days: IntArray, items: int) -> Availability:
        """The same, and that nothing is known of any of the n items on these days (int64, shape (d,))."""
        kept = self.take(~np.isin(self.day, days))
        item, day = (each.ravel() for each in np.meshgrid(np.arange(items), days, indexing="ij"))
        more = len(item)
        return Availability(
            np.concatenate([kept.item, item]),
            np.concatenate([kept.day, day]),
            np.concatenate([kept.share, np.zeros(more)]),
            None if kept.refused is None else np.concatenate([kept.refused, np.zeros(more)]),
            None if kept.hours is None else np.concatenate([kept.hours, np.zeros((more, HOURS))]),
            kept.intraday,
        )

    def take(self, rows: IntArray | BoolArray) -> Availability:
        """Only the given rows."""
        return Availability(
            self.item[rows],
            self.day[rows],
            self.share[rows],
            None if self.refused is None else self.refused[rows],
            None if self.hours is None else self.hours[rows],
            self.intraday,
        )


@dataclass(frozen=True)
class KnownLines:
    """Lines of demand as known at the close of ``as_of``: int64, int64 and float64, shape (l,)."""

    item: IntArray
    day: IntArray
    quantity: FloatArray


def open_and_hidden(
    seen: KnownLines, as_of: int, calendar: Calendar, begins: IntArray, unavailable: Availability
) -> tuple[Availability, FloatArray, FloatArray]:
    """What share of each such day's demand was open to be seen, and how much of it was not seen.

    Args:
        begins: int64, shape (n,): the first day of each item's history; past ``as_of`` where it has none.
        unavailable: days on which items could not be sold for all of the time.

    Returns:
        The rows that matter: days of business from ``begins`` to ``as_of`` with a share below 1.
        share: float64, shape (k,), 0..1.
        hidden: float64, shape (k,), units beyond those of the lines.

    """
    in_history = (unavailable.day >= begins[unavailable.item]) & (unavailable.day <= as_of)
    unavailable = unavailable.take((unavailable.share < 1) & in_history)
    unavailable = unavailable.take(calendar.open(unavailable.day))
    if len(unavailable.day) == 0:
        return unavailable, np.zeros(0), np.zeros(0)

    chosen, item = np.unique(unavailable.item, return_inverse=True)
    index = np.full(len(begins), -1, dtype=np.int64)
    index[chosen] = np.arange(len(chosen))
    dates = np.arange(begins[chosen].min(), as_of + 1, dtype=np.int64)
    dates = dates[calendar.open(dates)]
    first = np.searchsorted(dates, begins[chosen])
    lengths = len(dates) - first
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    offset = indptr[:-1] - first

    own = np.flatnonzero(index[seen.item] >= 0)
    who, quantity = index[seen.item[own]], seen.quantity[own]
    # What came on a closed day counts with the last open one before it, as it does in a history.
    date = np.maximum(np.searchsorted(dates, seen.day[own], side="right") - 1, first[who])
    units = np.bincount(offset[who] + date, quantity, indptr[-1]).astype(np.float64)

    purchase = purchase_sizes(quantity, who, len(chosen))
    share = _open_share(unavailable, item, chosen, purchase, as_of)
    row = offset[item] + np.searchsorted(dates, unavailable.day)
    refused, opened = np.zeros(indptr[-1]), np.ones(indptr[-1])
    opened[row] = share
    if unavailable.refused is not None:
        refused[row] = np.minimum(unavailable.refused, units[row])
    position = np.arange(indptr[-1]) - np.repeat(offset, lengths)
    made = estimate(
        Days(
            indptr=indptr,
            date=position - position.min(),
            weekday=weekday(dates[position]),
            seen=units - refused,
            open_share=opened,
            refused=refused,
            peer_group=_peer_groups(unavailable, chosen),
            purchase=purchase,
        )
    )
    return unavailable, share, np.maximum(made.mean[row] - units[row], 0.0)


def _open_share(
    unavailable: Availability, item: IntArray, chosen: IntArray, purchase: FloatArray, as_of: int
) -> FloatArray:
    """float64, shape (k,): the share of a day's demand that the time usually carries in which it was open.

    ``item`` numbers the rows among the ``chosen`` ones, whose ``purchase`` sizes are given.
    """
    intraday = unavailable.intraday
    if intraday is None:
        return unavailable.share

    index = np.searchsorted(chosen, intraday.item)
    index = np.where(index < len(chosen), index, 0)
    counted = (chosen[index] == intraday.item) & (intraday.day <= as_of)
    cell = index[counted] * HOURS + intraday.hour[counted]
    bought = np.bincount(cell, intraday.quantity[counted], len(chosen) * HOURS).reshape(-1, HOURS)

    # Purchases, not units, say when people come: one large line must not make an hour of its own.
    profile = profiles(bought / purchase[:, None], _peer_groups(unavailable, chosen))
    share = open_by_share(unavailable.share, profile, item)
    if unavailable.hours is None:
        return share
    by_hour = ~np.isnan(unavailable.hours[:, 0])
    share[by_hour] = open_by_hours(unavailable.hours[by_hour], profile, item[by_hour])
    return share


def _peer_groups(unavailable: Availability, chosen: IntArray) -> IntArray:
    """int64, shape of ``chosen``: the peer group of each, numbered among themselves."""
    if unavailable.intraday is None:
        return np.zeros(len(chosen), dtype=np.int64)
    return np.unique(unavailable.intraday.peer_group[chosen], return_inverse=True)[1].astype(np.int64)


def whole_units(hidden: FloatArray, indptr: IntArray) -> FloatArray:
    """The same in whole units whose running total stays within half a unit: float64, shape of ``hidden``.

    Rounded one by one, an item that sells one in five days would have had no demand while it was out.
    """
    total = np.concatenate([[0.0], np.cumsum(hidden)])
    lengths = np.diff(indptr)
    before = np.repeat(total[indptr[:-1]], lengths)
    after = np.floor(total[1:] - before + 0.5)
    whole: FloatArray = after - np.floor(total[:-1] - before + 0.5)
    return whole
