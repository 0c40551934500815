"""Customers' order lines that count as demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain.arrays import BoolArray, FloatArray, IntArray


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
        project: bool, shape (m,): a one-off, which is served and never forecast; None: no line is.

    """

    NEVER = np.iinfo(np.int64).max

    indptr: IntArray
    day: IntArray
    due: IntArray
    quantity: FloatArray
    order: IntArray
    known_until: IntArray
    known_from: IntArray
    project: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.day)

    @property
    def item(self) -> IntArray:
        """int64, shape (m,): the item of each line."""
        return np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int64), np.diff(self.indptr))

    @property
    def usual(self) -> BoolArray:
        """bool, shape (m,): demand of the kind that may come again, which is all but projects."""
        return np.ones(len(self), dtype=bool) if self.project is None else ~self.project

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
            None if self.project is None else self.project[keep],
        )
