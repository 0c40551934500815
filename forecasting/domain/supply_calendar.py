"""On which days an order can be placed and goods can arrive, and so when an order of a day really comes.

A supplier that is closed takes no orders and delivers nothing. So an order of the close of day t begins on
the
first day after it on which the supplier is open; its lead time then counts every day, or, where it is in
business days, Monday to Friday less the supplier's closings; and it arrives on the first day from there on
that
is one of the supplier's delivery weekdays, on which the supplier is open, and on which something is
received at
the location.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.domain.arrays import BoolArray, IntArray
from forecasting.domain.days import weekday

FREE = 0
"""The group of those who are always open: an order of day t arrives on t + 1 + L."""


@dataclass(frozen=True)
class Days:
    """The days of one supplier at one location.

    Attributes:
        business: whether its lead times count Monday to Friday only.
        deliveries: its delivery weekdays, 0 = Monday; none: any.
        closed: stretches (first and last day) in which the supplier is closed.
        unreceived: stretches in which nothing is received.

    """

    business: bool = False
    deliveries: tuple[int, ...] = ()
    closed: Sequence[tuple[int, int]] = ()
    unreceived: Sequence[tuple[int, int]] = ()

    def works(self, day: IntArray) -> BoolArray:
        """bool, of the shape of ``day``: whether the supplier takes orders then."""
        closed = _within(day, self.closed)
        return ~closed & (weekday(day) < 5) if self.business else ~closed

    def receives(self, day: IntArray) -> BoolArray:
        """bool, of the shape of ``day``: whether goods can arrive then."""
        fits = self.works(day) & ~_within(day, self.unreceived)
        return np.asarray(fits & np.isin(weekday(day), self.deliveries) if self.deliveries else fits)


def _within(day: IntArray, stretches: Sequence[tuple[int, int]]) -> BoolArray:
    inside = np.zeros(day.shape, dtype=np.bool_)
    for begin, end in stretches:
        inside |= (begin <= day) & (day <= end)
    return inside


@dataclass(frozen=True)
class SupplyCalendar:
    """The days of all suppliers and locations, from day ``first`` on, in groups that are alike.

    Attributes:
        first: a day number. Before it, and beyond the last day that is laid out, everyone is open.
        group: int64, shape (suppliers, locations): ``FREE``, or the number of its rows below.
        location: int64, shape (n,): the location of each item.
        opens: int64, shape (groups, days): the first day from this one on, as a place, that the supplier
            works.
        counted: int64, of the same shape: how many days that count lie before it; ``reached``: the place of
        the
            day that is the k-th of them. Where lead times are in business days these are days of work.
        arrives: int64, of the same shape: the first day from this one on, as a place, that goods can arrive.

    """

    first: int
    group: IntArray
    location: IntArray
    opens: IntArray
    counted: IntArray
    reached: IntArray
    arrives: IntArray

    @classmethod
    def of(
        cls, groups: Sequence[Days], group: IntArray, location: IntArray, first: int, days: int
    ) -> SupplyCalendar:
        """The calendar of ``days`` days; ``groups[0]`` is of those who are always open."""
        day = np.arange(first, first + days, dtype=np.int64)
        rows = [_laid_out(each, day) for each in groups]
        return cls(first, group, location, *(np.stack(part) for part in zip(*rows, strict=True)))

    def of_items(self, supplier: IntArray, item: IntArray) -> IntArray:
        """int64, the group of each of ``item`` bought from ``supplier``, of one shape."""
        return np.asarray(self.group[supplier, self.location[item]])

    def arrival(self, group: IntArray, day: IntArray, lead_days: IntArray) -> IntArray:
        """From which day on what is ordered at the close of ``day`` can be used: int64, of their
        common shape.
        """
        group, day, lead_days = np.broadcast_arrays(group, day, lead_days)
        last = self.opens.shape[1] - 1
        place = day + 1 - self.first
        inside = (group != FREE) & (place >= 0) & (place <= last)
        begins = self.opens[group, np.clip(place, 0, last)]

        # So many counted days further on; what lies beyond the last day is not laid out, and counts as free.
        count = self.counted[group, np.clip(begins, 0, last)] + lead_days
        beyond = np.maximum(count - last, 0)
        reached = self.reached[group, np.minimum(count, last)] + beyond
        there = np.where(reached <= last, self.arrives[group, np.minimum(reached, last)], reached)
        return np.where(inside, there + self.first, day + 1 + lead_days).astype(np.int64)

    def next_open(self, group: IntArray, day: IntArray) -> IntArray:
        """The first day from ``day`` on at which an order can be placed: int64, of their common shape."""
        group, day = np.broadcast_arrays(group, day)
        place, last = day - self.first, self.opens.shape[1] - 1
        inside = (group != FREE) & (place >= 0) & (place <= last)
        return np.where(inside, self.opens[group, np.clip(place, 0, last)] + self.first, day)

    def last_order(
        self, group: IntArray, earliest: IntArray, latest: IntArray, lead_days: IntArray
    ) -> IntArray:
        """The last day of work up to ``latest`` whose order arrives as early as is wanted: after ``latest``,
        as long as one of ``earliest`` takes; ``earliest`` where none does. int64, shape (k,) each.
        """
        takes = self.arrival(group, earliest, lead_days) - earliest
        found, left = latest.copy(), (group != FREE) & (latest > earliest)
        wanted = latest + takes
        while left.any():
            open_then = self.next_open(group, found) == found
            left &= (found > earliest) & ~(open_then & (self.arrival(group, found, lead_days) <= wanted))
            found = found - left
        return found


def _laid_out(days: Days, day: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """``opens``, ``counted``, ``reached`` and ``arrives`` of one group."""
    works = days.works(day)
    counts = works if days.business else np.ones(len(day), dtype=np.bool_)
    places = np.flatnonzero(counts)
    # As many more as are asked for: each after the last one is a day later.
    more = len(day) + np.arange(len(day) - len(places))
    return (
        _next(works),
        np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        np.concatenate([places, more]).astype(np.int64),
        _next(days.receives(day)),
    )


def _next(true: BoolArray) -> IntArray:
    """The first place from each one on where it is true; the number of places where none is."""
    place = np.where(true, np.arange(len(true)), len(true))
    return np.minimum.accumulate(place[::-1])[::-1].astype(np.int64)
