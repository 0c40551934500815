"""Seasonal naive: the coming buckets sell what the same buckets sold a year before."""

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
        history: n items.
        horizon: float64, shape (n,), >= 0, buckets; beyond a year the last year is repeated.

    Returns:
        float64, shape of ``history.data``. Where there is no year before, or nothing known in that
        part of it: the mean of all that is known, NaN where nothing is.

    Source: Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice, section 5.2.

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
    season = int(year)
    for i in range(start, stop):
        first, n = indptr[i], indptr[i + 1] - indptr[i]
        total = np.zeros(n + 1)
        known = np.zeros(n + 1)
        for k in range(n):
            y = data[first + k]
            missing = np.isnan(y)
            total[k + 1] = total[k] + (0.0 if missing else y)
            known[k + 1] = known[k] + (0.0 if missing else 1.0)
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
