"""The buckets of all items, each from its first one to the last ahead, as rows of one flat array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.domain import Calendar, FloatArray, IntArray
from models.shared.history import History

Column = npt.NDArray[np.float32]
"""One number a row of the grid."""


@dataclass(frozen=True)
class BucketGrid:
    """Rows for n items' buckets, of the past and ahead.

    Attributes:
        calendar: how days become buckets.
        edges: int64, shape (buckets + 1,): where they begin, and where the last one ends.
        ahead: buckets ahead.
        first, past, lengths: int64, shape (n,): each item's first bucket, how many lie in its past, and all.
        start: int64, shape (n + 1,): item i has the rows from ``start[i]`` to ``start[i + 1]``.
        days: float64, shape (buckets,): days of each bucket; a ``day`` bucket is one, closed days or not.

    """

    calendar: Calendar
    edges: IntArray
    ahead: int
    first: IntArray
    past: IntArray
    lengths: IntArray
    start: IntArray
    days: FloatArray

    @classmethod
    def of(cls, history: History, past: IntArray, to_come: IntArray, calendar: Calendar) -> BucketGrid:
        """The grid of a history whose buckets lie between the edges ``past``, and of those ``to_come``."""
        edges, ahead = np.concatenate([past[:-1], to_come]), len(to_come) - 1
        lengths = history.lengths + ahead
        return cls(
            calendar=calendar,
            edges=edges,
            ahead=ahead,
            first=len(past) - 1 - history.lengths,
            past=history.lengths,
            lengths=lengths,
            start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            days=np.ones(len(edges) - 1) if calendar.bucket == "day" else np.diff(edges).astype(np.float64),
        )

    def rows(self, item: IntArray) -> tuple[IntArray, IntArray]:
        """The rows of some items, item after item, and the bucket of each."""
        lengths = self.lengths[item]
        position = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        start, first = (np.repeat(each[item], lengths) for each in (self.start, self.first))
        return position + start, position + first

    def shares_of_days(self, item: IntArray, day: IntArray, *, closed_too: bool) -> Column:
        """The share of each row's days that are among the items' own, each counted once."""
        shares = np.zeros(self.start[-1], dtype=np.float32)
        bucket = self._bucket(day, closed_too=closed_too)
        inside = bucket >= self.first[item]
        item, day, bucket = item[inside], day[inside], bucket[inside]

        _, once = np.unique(item * (self.edges[-1] + 1) + day, return_index=True)
        item, bucket = item[once], bucket[once]
        day_share = (1.0 / self.days).astype(np.float32)[bucket]
        np.add.at(shares, self.start[item] + bucket - self.first[item], day_share)
        return shares

    def shares_of_buckets(self, day: IntArray, *, closed_too: bool) -> FloatArray:
        """The share of each bucket's days that are among ``day``: float64, shape (buckets,)."""
        bucket = self._bucket(day, closed_too=closed_too)
        return np.bincount(bucket[bucket >= 0], minlength=len(self.days)) / self.days

    def _bucket(self, day: IntArray, *, closed_too: bool) -> IntArray:
        """The bucket of each day; -1 outside of all, and for days without business unless ``closed_too``.

        Where buckets are days of business, a day without is in none of them.
        """
        bucket = np.searchsorted(self.edges, day, side="right") - 1
        inside = (day >= self.edges[0]) & (day < self.edges[-1])
        if not closed_too or self.calendar.bucket == "day":
            inside &= self.calendar.open(day)
        return np.where(inside, bucket, -1).astype(np.int64)
