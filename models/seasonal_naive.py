"""Seasonal naive: the coming buckets sell what the same buckets sold a year before.

Also called: SNaive, same period last year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray


def seasonal_levels(history: History, horizon: FloatArray) -> FloatArray:
    """Mean demand per bucket over the coming ``horizon`` buckets' counterparts of one year before.

    Args:
        history: n items, b buckets.
        horizon: float64, shape (n,), >= 0, buckets; beyond a year the last year is repeated.

    Returns:
        float64, shape (b,), units per bucket. Where there is no year before, or nothing known in that
        part of it: the mean of all that is known, NaN where nothing is.

    Source: Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice, section 5.2.

    Two years of quarters. At the end, the next two are expected as a year ago, the mean of 50 and 60; after
    the first year, as then, that of 10 and 20; before that there is only the mean so far:

    >>> quarters = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0])
    >>> seasonal_levels(History(quarters, np.array([0, 8]), season=4), np.array([2.0]))
    array([10., 15., 20., 15., 25., 35., 45., 55.])

    """
    out = np.empty(len(history.data))
    over_items(
        _seasonal_levels, len(history), history.data, history.indptr, horizon, float(history.season), out
    )
    return out


@dataclass(frozen=True)
class SeasonalNaive:
    """Needs a year of history to differ from the plain mean."""

    name: ClassVar[str] = "seasonal_naive"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        return LevelForecast.of_parts(history, lambda items, part, horizon: seasonal_levels(part, horizon))


@compiled
def _seasonal_levels(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    horizon: FloatArray,
    year: float,
    out: FloatArray,
) -> None:
    """See ``seasonal_levels``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        horizon: float64, shape (n,), buckets.
        year: buckets.
        out: float64, shape (b,): written.

    """
    season = int(year)
    for i in range(start, stop):
        first, n = indptr[i], indptr[i + 1] - indptr[i]
        # Running totals: the sum over any stretch is one difference.
        total = np.zeros(n + 1)
        known = np.zeros(n + 1)
        for k in range(n):
            y = data[first + k]
            missing = np.isnan(y)
            total[k + 1] = total[k] + (0.0 if missing else y)
            known[k + 1] = known[k] + (0.0 if missing else 1.0)

        # The horizon is whole years, then whole buckets of a year before, then a part of one.
        years = np.floor(horizon[i] / year)
        rest = horizon[i] - years * year
        whole = int(rest)
        part = rest - whole
        for k in range(1, n + 1):
            if k >= season:
                begin = k - season
                end = begin + whole
                summed = years * (total[k] - total[begin]) + total[end] - total[begin]
                share = years * (known[k] - known[begin]) + known[end] - known[begin]
                if part > 0.0:
                    summed += part * (total[end + 1] - total[end])
                    share += part * (known[end + 1] - known[end])
                if share > 0.0:
                    out[first + k - 1] = max(summed, 0.0) / share
                    continue
            out[first + k - 1] = total[k] / known[k] if known[k] > 0.0 else np.nan
