"""Holt's method with a damped trend: level and trend move towards each new bucket, the trend fades.

Also called: double exponential smoothing, linear trend method, ETS(A,A,N) and, damped, ETS(A,Ad,N).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.smoothing import best_parameters, mean_reach, per_bucket


def holt_levels(
    history: History, parameters: FloatArray, horizon: FloatArray, initial: FloatArray | None = None
) -> FloatArray:
    """Demand per bucket over the horizon, l_t + b_t (phi + .. + phi^k) averaged over its buckets k.

    With e_t = y_t - l_{t-1} - phi b_{t-1}, the error of the last forecast:
    l_t = l_{t-1} + phi b_{t-1} + alpha e_t and b_t = phi b_{t-1} + alpha beta e_t.

    Args:
        history: n items, b buckets. In an unknown bucket e_t is taken as 0: the trend carries on.
        parameters: float64, shape (n, 3): alpha, beta, phi, each 0..1. Phi 1 is not damped.
        horizon: float64, shape (n,), >= 0, buckets.
        initial: float64, shape (n, 2): l_0 and b_0, level and trend before the first bucket, units. Where
            the level is NaN (or None is given) it starts as the running mean, until that moves slower than
            alpha would, and the trend starts at 0.

    Returns:
        float64, shape (b,), units per bucket, >= 0; NaN where nothing is known yet.

    Source: Gardner, McKenzie (1985), Forecasting trends in time series, Management Science 31; the
    error-correction form is that of Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential
    Smoothing, section 2.3, where their beta is alpha beta here.

    Australia's population from 1960 on, in millions, one year ahead, with alpha = .9999, beta = .3267,
    l_0 = 10.05 and b_0 = .22 (Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice,
    section 8.2); and the last forecast as the mean of two years ahead, damped by .9:

    >>> population = History(np.array([10.28, 10.48, 10.74, 10.95]), np.array([0, 4]))
    >>> start = np.array([[10.05, 0.22]])
    >>> holt_levels(population, np.array([[0.9999, 0.3267, 1.0]]), np.ones(1), start).round(2)
    array([10.5 , 10.7 , 10.97, 11.17])
    >>> holt_levels(population, np.array([[0.9999, 0.3267, 0.9]]), np.full(1, 2.0), start)[-1:].round(2)
    array([11.2])

    """
    start = np.full((len(history), 2), np.nan) if initial is None else initial
    reach = mean_reach(horizon, parameters[:, 2])
    out = np.empty(len(history.data))
    over_items(_holt_levels, len(history), history.data, history.indptr, parameters, start, reach, out)
    return out


@dataclass(frozen=True)
class Holt:
    """The parameters of each item: the best by the error of four-week sums in its own past.

    A trend seldom pays on noisy demand, so no trend at all is among the candidates.

    Attributes:
        alphas: candidates, per WEEK: a bucket's share is what fades as much over the same time.
        trends: candidates (beta, phi), both per WEEK.

    """

    alphas: tuple[float, ...] = (0.05, 0.1, 0.2, 0.35)
    trends: tuple[tuple[float, float], ...] = ((0.0, 0.9), (0.1, 0.9), (0.1, 0.98), (0.3, 0.8))
    name: ClassVar[str] = "holt"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        beta, phi = np.array(self.trends).T
        trends = np.stack([per_bucket(beta, history.season), phi ** (52.0 / history.season)], axis=1)
        alphas = per_bucket(self.alphas, history.season)
        grid = np.array([(alpha, *trend) for alpha, trend in product(alphas, trends)])

        usual = without_outliers(history)
        chosen = best_parameters(usual, grid, lambda trial, span: holt_levels(usual, trial, span))
        return LevelForecast(history, lambda horizon: holt_levels(usual, chosen, horizon))


@compiled
def _holt_levels(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    parameters: FloatArray,
    initial: FloatArray,
    reach: FloatArray,
    out: FloatArray,
) -> None:
    """See ``holt_levels``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        parameters: float64, shape (n, 3): alpha, beta, phi.
        initial: float64, shape (n, 2): l_0 and b_0, NaN = not given.
        reach: float64, shape (n,): buckets' worth of the trend in the mean over the horizon.
        out: float64, shape (b,): written.

    """
    for i in range(start, stop):
        alpha, beta, phi = parameters[i]
        level, trend = initial[i]
        running = np.isnan(level)
        if running:
            trend = 0.0

        known = 0
        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            trend *= phi
            level += trend
            if not np.isnan(y):
                known += 1
                if np.isnan(level):
                    level = y
                else:
                    error = y - level
                    level += (1.0 / known if running and alpha * known < 1.0 else alpha) * error
                    # A running mean jumps about at first: the trend is not to learn from its jumps.
                    trend += alpha * beta * error
            ahead = level + trend * reach[i]
            out[t] = ahead if not ahead < 0.0 else 0.0
