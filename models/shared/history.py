"""The demand history of many items at once: a ragged panel, one flat array and where each item starts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Traits:
    """What is known of ``n`` items beside their demand; items of a kind lend each other strength.

    Attributes:
        category: int64, shape (n,): a number a category; -1 = not known.
        price: float64, shape (n,): what a unit sells for, money; NaN = not known.

    """

    category: IntArray
    price: FloatArray

    def take(self, items: IntArray) -> Traits:
        """The traits of the given items, int64, shape (k,), in the given order."""
        return Traits(self.category[items], self.price[items])


@dataclass(frozen=True)
class Drivers:
    """What moves demand and is known ahead: promotions, prices, holidays.

    Attributes:
        values: float32, shape (buckets of the history + n x ahead, k): item after item, each from the first
            bucket of its history to ``ahead`` buckets after the last. 0 = as usual.
        names: the k drivers.
        ahead: buckets after the end of the history that are known.

    """

    values: npt.NDArray[np.float32]
    names: tuple[str, ...]
    ahead: int


@dataclass(frozen=True)
class Weekdays:
    """Which weekday each bucket of a history by day is.

    Attributes:
        day: int64, 0 = Monday, ascending: at least those of the oldest item, and ``ahead`` that follow.
        ahead: buckets after the end of the history.

    """

    day: IntArray
    ahead: int


@dataclass(frozen=True)
class History:
    """Demand per bucket of ``n`` items, each from its own first bucket to one common last bucket.

    Attributes:
        data: float64, shape (indptr[-1],): demand per bucket, item after item, oldest first.
            NaN = unknown (the item could not be sold then, or nobody was there to ask).
        indptr: int64, shape (n + 1,): item ``i`` owns ``data[indptr[i]:indptr[i + 1]]``.
        season: buckets in a year (365 for days, 52 for weeks, 12 for months).
        traits: of the n items, where they are known.
        drivers: of the n items, where there are any.
        orders: float64, shape of ``data``: order lines per bucket, where they are known. How often an item
            is asked for tells its level with less noise than how much of it.
        unoffered: bool, shape (n,): items without history of which nothing says that they are, or will be,
            for sale: they are in the catalogue, no more. None: there are none.
        weekdays: of its buckets, where these are days.

    Raises ValueError where the shapes do not fit together.

    Also called: panel of time series, grouped (ragged, CSR-like) array.

    Two items, the second listed a week later and not on sale in its second week:

    >>> history = History(np.array([3.0, 0.0, 2.0, 7.0, np.nan]), np.array([0, 3, 5]))
    >>> len(history), history.lengths, history.item
    (2, array([3, 2]), array([0, 0, 0, 1, 1]))
    >>> history.until(1).data, history.take(np.array([1])).data
    (array([3., 0., 7.]), array([ 7., nan]))

    """

    data: FloatArray
    indptr: IntArray
    season: int = 52
    traits: Traits | None = None
    drivers: Drivers | None = None
    orders: FloatArray | None = None
    unoffered: BoolArray | None = None
    weekdays: Weekdays | None = None

    def __post_init__(self) -> None:
        if self.indptr.ndim != 1 or len(self.indptr) == 0 or self.indptr[0] != 0:
            raise ValueError("indptr must be one-dimensional and start at 0")
        if np.any(np.diff(self.indptr) < 0) or self.indptr[-1] != len(self.data):
            raise ValueError("indptr must never fall, and must end at the length of data")
        if self.season < 1:
            raise ValueError(f"season must be at least 1 bucket, not {self.season}")
        if self.orders is not None and self.orders.shape != self.data.shape:
            raise ValueError(f"orders must have shape {self.data.shape}, not {self.orders.shape}")
        if self.traits is not None and len(self.traits.category) != len(self):
            raise ValueError(f"there are traits of {len(self.traits.category)} items, not of {len(self)}")
        if self.drivers is not None:
            rows = len(self.data) + len(self) * self.drivers.ahead
            if self.drivers.values.shape != (rows, len(self.drivers.names)):
                raise ValueError(f"drivers must have shape ({rows}, {len(self.drivers.names)})")

    def __len__(self) -> int:
        """How many items."""
        return len(self.indptr) - 1

    @property
    def lengths(self) -> IntArray:
        """int64, shape (n,): buckets since each item's first one."""
        return np.diff(self.indptr)

    @property
    def item(self) -> IntArray:
        """int64, shape of ``data``: the item that each bucket belongs to."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.lengths)

    def until(self, buckets: int) -> History:
        """The history as it was ``buckets`` buckets ago; items that began since have none."""
        if buckets <= 0:
            return self
        lengths = np.maximum(self.lengths - buckets, 0)
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

        drivers = self.drivers
        if drivers is not None:
            everything = np.arange(len(self), dtype=np.int64)
            drivers = self._drivers(drivers, everything, lengths, drivers.ahead + buckets)

        weekdays = self.weekdays
        if weekdays is not None:
            weekdays = Weekdays(weekdays.day, weekdays.ahead + buckets)

        age = np.repeat(self.indptr[1:], self.lengths) - np.arange(len(self.data))
        orders = None if self.orders is None else self.orders[age > buckets]
        data = self.data[age > buckets]
        return History(data, indptr, self.season, self.traits, drivers, orders, self.unoffered, weekdays)

    def take(self, items: IntArray) -> History:
        """The history of the given items, int64, shape (k,), in the given order."""
        if len(items) == len(self) and np.array_equal(items, np.arange(len(self))):
            return self
        lengths = self.lengths[items]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        row = np.arange(indptr[-1]) + np.repeat(self.indptr[:-1][items] - indptr[:-1], lengths)

        traits = None if self.traits is None else self.traits.take(items)
        drivers = self.drivers
        if drivers is not None:
            drivers = self._drivers(drivers, items, lengths, drivers.ahead)
        orders = None if self.orders is None else self.orders[row]
        unoffered = None if self.unoffered is None else self.unoffered[items]
        data = self.data[row]
        return History(data, indptr, self.season, traits, drivers, orders, unoffered, self.weekdays)

    def _drivers(self, drivers: Drivers, items: IntArray, lengths: IntArray, ahead: int) -> Drivers:
        """The drivers of some items, whose history is now of another length; the last bucket ahead stays."""
        rows = lengths + ahead
        ends = (self.indptr[1:] + np.arange(1, len(self) + 1) * drivers.ahead)[items]
        starts = (self.indptr[:-1] + np.arange(len(self)) * drivers.ahead)[items]
        before_end = np.repeat(np.cumsum(rows), rows) - np.arange(rows.sum())
        row = np.repeat(ends, rows) - before_end

        # Before an item's first bucket nothing is known of it: as usual.
        known = row >= np.repeat(starts, rows)
        values = np.where(known[:, None], drivers.values[np.maximum(row, 0)], np.float32(0))
        return Drivers(values, drivers.names, ahead)

    def recent_mean(self, buckets: int) -> FloatArray:
        """float64, shape (n,): mean of the known ones of the last ``buckets`` buckets; 0 without any.

        >>> History(np.array([9.0, 1.0, np.nan, 2.0]), np.array([0, 4])).recent_mean(3)
        array([1.5])

        """
        return self._recent(self._totals, buckets)

    def recent_variance(self, buckets: int) -> FloatArray:
        """float64, shape (n,): variance of the known ones of the last ``buckets`` buckets; 0 without any."""
        mean = np.repeat(self.recent_mean(buckets), self.lengths)
        return self._recent(_running(np.nan_to_num(self.data - mean) ** 2), buckets)

    @cached_property
    def _totals(self) -> FloatArray:
        return _running(np.nan_to_num(self.data))

    @cached_property
    def _known(self) -> FloatArray:
        return _running(~np.isnan(self.data))

    def _recent(self, total: FloatArray, buckets: int) -> FloatArray:
        """The mean over each item's last known buckets, from running totals (0 where unknown)."""
        last = self.indptr[1:]
        first = np.maximum(last - buckets, self.indptr[:-1])
        count = self._known[last] - self._known[first]
        # A difference of running totals can end a hair below zero.
        return np.maximum(total[last] - total[first], 0.0) / np.maximum(count, 1.0)


def _running(values: npt.NDArray[Any]) -> FloatArray:
    """Totals before each value, and of all: one longer than ``values``."""
    return np.concatenate([[0.0], np.cumsum(values)])
