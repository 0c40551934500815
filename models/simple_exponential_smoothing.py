"""Simple exponential smoothing: the level moves a share ``alpha`` towards each new bucket.

Also called: SES, single exponential smoothing, exponentially weighted moving average (EWMA), Brown's method,
ETS(A,N,N), ARIMA(0,1,1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.recursion import fitted, levels
from models.shared.smoothing import per_bucket


def smoothed_levels(history: History, alpha: FloatArray, initial: FloatArray | None = None) -> FloatArray:
    """Levels of simple exponential smoothing, l_t = l_{t-1} + alpha (y_t - l_{t-1}).

    Args:
        history: n items, b buckets. An unknown bucket leaves the level as it was.
        alpha: float64, shape (n,), 0..1.
        initial: float64, shape (n,): l_0, the level before the first bucket, units. Where it is NaN (or None
            is given) the level starts as the running mean, until that moves slower than alpha would.

    Returns:
        float64, shape (b,), units per bucket; NaN where nothing is known yet.

    Source: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, section 2.3.

    Algerian exports from 1960 on, with alpha = .84 and l_0 = 39.54 (Hyndman, Athanasopoulos (2021),
    Forecasting: Principles and Practice, section 8.1):

    >>> exports = np.array([39.04, 46.24, 19.79, 24.68, 25.08])
    >>> smoothed_levels(History(exports, np.array([0, 5])), np.array([0.84]), np.array([39.54])).round(2)
    array([39.12, 45.1 , 23.84, 24.55, 24.99])

    """
    start = np.full(len(history), np.nan) if initial is None else initial
    return levels(_smoothed_levels, history, np.column_stack([alpha, start]))


@dataclass(frozen=True)
class SimpleExponentialSmoothing:
    """Alpha of each item: the best of ``alphas`` by the error of four-week sums in its own past.

    Attributes:
        alphas: candidates, per WEEK: a bucket's share is what fades as much over the same time.

    """

    alphas: tuple[float, ...] = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45)
    name: ClassVar[str] = "ses"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        alphas = per_bucket(self.alphas, history.season)
        grid = np.column_stack([alphas, np.full(len(alphas), np.nan)])
        return fitted(_smoothed_levels, history, grid, without_outliers)


@compiled
def _smoothed_levels(
    start: int, stop: int, data: FloatArray, indptr: IntArray, parameters: FloatArray, out: FloatArray
) -> None:
    """A kernel of ``models.shared.recursion``. A row of parameters: alpha; l_0, NaN = the running mean."""
    candidates = out.shape[1]
    level = np.empty(candidates)
    for i in range(start, stop):
        own = parameters[i if len(parameters) > 1 else 0]
        alpha, initial = own[:, 0].copy(), own[:, 1]
        for k in range(candidates):
            level[k] = initial[k]
        given = not np.isnan(initial[0])
        known = 0

        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if not np.isnan(y):
                known += 1
                if given:
                    for k in range(candidates):
                        level[k] += alpha[k] * (y - level[k])
                elif known == 1:
                    for k in range(candidates):
                        level[k] = y
                else:
                    # The gain of a running mean, until that is less than alpha.
                    slowest = 1.0 / known
                    for k in range(candidates):
                        level[k] += max(alpha[k], slowest) * (y - level[k])
            for k in range(candidates):
                out[t, k] = level[k]
