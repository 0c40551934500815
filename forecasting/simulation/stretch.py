"""The days that are simulated, and how what happens on them is counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import IntArray


@dataclass(frozen=True)
class Stretch:
    """A stretch of days.

    Attributes:
        first_day, last_day: the first and the last day simulated.
        count_from: int64, shape (n,): flows of an item before that day are simulated, not counted.
        period_edges: int64, shape (p + 1,), rising: period k is the days ``edges[k] <= day <
            edges[k + 1]``. They cover ``first_day..last_day``.

    Raises ValueError where they do not fit together.

    """

    first_day: int
    last_day: int
    count_from: IntArray
    period_edges: IntArray

    def __post_init__(self) -> None:
        if self.first_day > self.last_day:
            raise ValueError("the last day lies before the first")
        edges = np.asarray(self.period_edges, dtype=np.int64)
        rising = len(edges) >= 2 and bool(np.all(np.diff(edges) > 0))
        if not rising or edges[0] > self.first_day or self.last_day >= edges[-1]:
            raise ValueError("period_edges must rise, and cover the first to the last day")

    @property
    def days(self) -> IntArray:
        """int64, shape (days,): the days simulated."""
        return np.arange(self.first_day, self.last_day + 1)

    @property
    def period(self) -> IntArray:
        """int64, shape (days,): the period that each belongs to."""
        edges = np.asarray(self.period_edges, dtype=np.int64)
        return np.searchsorted(edges, self.days, side="right").astype(np.int64) - 1
