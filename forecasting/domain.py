"""The things that the business is about, as columns over items. Standard library and numpy only.

An item is a SKU at a location. All arrays of one dataset number its items alike: 0..n-1, ordered by
(location, sku). A day is an integer, counted from 1970-01-01 (``numpy.datetime64[D]`` as int64).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]


def day_number(date: object) -> int:
    """The day number of anything that numpy takes as a date."""
    return int(np.datetime64(date, "D").astype(np.int64))  # type: ignore[call-overload]


def day_text(day: int) -> str:
    """The day as ``2011-09-04``."""
    return str(np.datetime64(int(day), "D"))


@dataclass(frozen=True)
class Items:
    """Who the items are. ``location`` and ``sku``: text, shape (n,)."""

    location: TextArray
    sku: TextArray

    def __len__(self) -> int:
        return len(self.sku)


@dataclass(frozen=True)
class DemandLines:
    """Order lines that count as demand, ordered by (item, day, time of day, place in the file).

    Attributes:
        indptr: int64, shape (n + 1,): item ``i`` owns the lines ``indptr[i]:indptr[i + 1]``.
        day: int64, shape (m,): the day on which the line is due to ship from stock.
        due: int64, shape (m,): the customer's deadline; ``day`` where none was given.
        quantity: float64, shape (m,), > 0, units.
        order: int64, shape (m,): number of the customer order that the line belongs to.
        known_until: int64, shape (m,): the last day on which the line counted as demand; a line that
            was cancelled or returned on day c counts until c - 1. NEVER where it counts for good.
        known_from: int64, shape (m,): the first day on which the line could be seen (``day``, or
            earlier where it was ordered ahead).

    """

    NEVER = np.iinfo(np.int64).max

    indptr: IntArray
    day: IntArray
    due: IntArray
    quantity: FloatArray
    order: IntArray
    known_until: IntArray
    known_from: IntArray

    def __len__(self) -> int:
        return len(self.day)

    @property
    def item(self) -> IntArray:
        """int64, shape (m,): the item of each line."""
        return np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int64), np.diff(self.indptr))

    def where(self, keep: BoolArray) -> DemandLines:
        """Only the lines where ``keep`` (bool, shape (m,)) is true."""
        counts = np.bincount(self.item[keep], minlength=len(self.indptr) - 1)
        return DemandLines(
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            self.day[keep],
            self.due[keep],
            self.quantity[keep],
            self.order[keep],
            self.known_until[keep],
            self.known_from[keep],
        )


@dataclass(frozen=True)
class Stock:
    """What there is, at the close of one day. Each float64, shape (n,), units, >= 0."""

    on_hand: FloatArray
    on_order: FloatArray
    backlog: FloatArray

    @property
    def position(self) -> FloatArray:
        """float64, shape (n,): inventory position = on hand + on order - backlog."""
        return self.on_hand + self.on_order - self.backlog

    def take(self, items: IntArray) -> Stock:
        """The stock of the given items."""
        return Stock(self.on_hand[items], self.on_order[items], self.backlog[items])
