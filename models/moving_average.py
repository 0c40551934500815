"""The plain mean of the last weeks: what most ordering systems call a forecast.

Also called: simple moving average (SMA), average weekly usage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray


@dataclass(frozen=True)
class MovingAverage:
    """Each of the last ``weeks`` weeks counts alike, whatever was ordered in it.

    It is here to be compared with: in a replay it shows what a forecast is worth to a rule.
    """

    weeks: float = 13.0
    name: ClassVar[str] = "moving_average"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        buckets = max(1, round(self.weeks * history.season / 52))
        return LevelForecast.of_parts(history, lambda items, part, _: moving_means(part, buckets))


def moving_means(history: History, buckets: int) -> FloatArray:
    """The mean of the known ones of the last ``buckets`` buckets, at the close of each.

    Returns:
        float64, shape of ``history.data``, units per bucket; NaN where none of them is known.

    >>> moving_means(History(np.array([4.0, 2.0, np.nan, 6.0]), np.array([0, 4])), 2)
    array([4., 3., 2., 6.])

    """
    out = np.empty(len(history.data))
    over_items(_moving_means, len(history), history.data, history.indptr, buckets, out)
    return out


@compiled
def _moving_means(
    start: int, stop: int, data: FloatArray, indptr: IntArray, buckets: int, out: FloatArray
) -> None:
    """``data`` and ``out``: float64, shape (b,); ``indptr``: int64, shape (n + 1,)."""
    for i in range(start, stop):
        for t in range(indptr[i], indptr[i + 1]):
            total, known = 0.0, 0
            # Summed afresh: a running sum would carry the rounding of huge demand into small.
            for s in range(max(indptr[i], t - buckets + 1), t + 1):
                if not np.isnan(data[s]):
                    total += data[s]
                    known += 1
            out[t] = total / known if known > 0 else np.nan
