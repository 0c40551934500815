"""Business days and buckets: how days become the buckets that demand is gathered in.

Buckets are counted backwards from the day of the forecast, so that the last one is always complete: a
week is seven days ending on that day, whatever its weekday. A `day` bucket is a day of business; days
on which the business is closed are not there at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasting.domain.arrays import BoolArray, FloatArray, IntArray
from forecasting.domain.days import months_after, weekday

Bucket = Literal["day", "week", "month"]
SEASON = {"day": 365, "week": 52, "month": 12}
"""Buckets in a year."""

DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12}
"""Days in a bucket, on average, where no day is closed."""


@dataclass(frozen=True)
class Calendar:
    """Which days are closed, and the bucket.

    Attributes:
        bucket: ``day``, ``week`` or ``month``.
        closed_weekdays: int64: weekdays without business, 0 = Monday.
        closed_days: int64, ascending: single days without business.

    """

    bucket: Bucket
    closed_weekdays: IntArray
    closed_days: IntArray

    @property
    def season(self) -> int:
        """Buckets in a year."""
        if self.bucket == "day":
            return max(1, round(365 * (7 - len(self.closed_weekdays)) / 7))
        return SEASON[self.bucket]

    def open(self, day: IntArray) -> BoolArray:
        """Whether there is business on each of ``day``."""
        return ~(np.isin(day, self.closed_days) | np.isin(weekday(day), self.closed_weekdays))

    def edges(self, first: int, last: int) -> IntArray:
        """Where buckets begin: int64, ascending, from the first bucket that begins on or after day
        ``first`` to ``last + 1``, which ends the last one. Bucket k is edges[k] <= day < edges[k + 1].
        """
        end = last + 1
        if self.bucket == "day":
            days = np.arange(first, end, dtype=np.int64)
            return np.concatenate([days[self.open(days)], [end]]).astype(np.int64)
        if self.bucket == "week":
            return np.arange(end - (end - first) // 7 * 7, end + 1, 7, dtype=np.int64)
        months = (end - first) // 28 + 1
        days = np.array([months_after(end, -back) for back in range(months, -1, -1)], dtype=np.int64)
        return days[days >= first]

    def periods(self, as_of: int, horizon_days: int) -> IntArray:
        """Where days, weeks or months from the day after ``as_of`` on begin, closed days or not, so many that
        they hold ``horizon_days`` days; and where the last one ends: int64, ascending.
        """
        begin, end = as_of + 1, as_of + 1 + horizon_days
        if self.bucket == "month":
            months = range(horizon_days // 28 + 2)
            days = np.array([months_after(begin, ahead) for ahead in months], dtype=np.int64)
        else:
            step = 1 if self.bucket == "day" else 7
            days = np.arange(begin, end + step, step, dtype=np.int64)
        return days[: np.searchsorted(days, end) + 1]

    def edges_ahead(self, as_of: int) -> IntArray:
        """Where the buckets of the year after ``as_of`` begin, and where the last one ends: int64."""
        begin = as_of + 1
        if self.bucket == "day":
            return self.edges(begin, as_of + 365)
        if self.bucket == "week":
            return np.arange(begin, begin + 7 * self.season + 1, 7, dtype=np.int64)
        return np.array([months_after(begin, ahead) for ahead in range(self.season + 1)], dtype=np.int64)

    def buckets(self, as_of: int, days: FloatArray) -> FloatArray:
        """How many buckets the ``days`` days after ``as_of`` are; a part of one counts as a part."""
        if self.bucket != "day":
            return days / DAYS[self.bucket]
        furthest = int(np.ceil(days.max(initial=0.0)))
        business = self.open(np.arange(as_of + 1, as_of + 1 + furthest, dtype=np.int64))
        return np.interp(days, np.arange(furthest + 1), np.concatenate([[0], np.cumsum(business)]))

    def without_business(self, edges: IntArray) -> BoolArray:
        """Whether each bucket between ``edges`` has no day of business at all."""
        if len(edges) < 2:
            return np.zeros(0, dtype=bool)
        business = self.open(np.arange(edges[0], edges[-1], dtype=np.int64))
        total = np.concatenate([[0], np.cumsum(business)])
        return np.diff(total[edges - edges[0]]) == 0
