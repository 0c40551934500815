"""The Theta method: simple exponential smoothing that drifts by half of the slope of a line through all.

Also called: SES with drift, the standard (two-line) Theta model.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import ClassVar, NamedTuple

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.seasonality import LEAST_INDEX, Edition, Seasons, means_ahead, no_seasons, seasons
from models.shared.smoothing import best_parameters, mean_reach, per_bucket


def theta_levels(
    history: History,
    parameters: FloatArray,
    horizon: FloatArray,
    season: Seasons | None = None,
    least_span: float = 0.0,
    initial: FloatArray | None = None,
) -> FloatArray:
    """Demand per bucket over the horizon, l_t + (1 - 1 / theta) b_t (lag_t + k) averaged over its buckets k.

    l_t is the level of simple exponential smoothing, b_t the slope of the least-squares line through the
    known buckets so far, and lag_t how many buckets the level of a straight line would be behind it. With
    alpha constant lag_t + k = k - 1 + (1 - (1 - alpha)^t) / alpha, which is the published form; the
    recursion lag_t = (1 - alpha) (lag_{t-1} + 1) also holds where alpha is not constant and buckets are
    unknown.

    Args:
        history: n items, b buckets. An unknown bucket leaves the level as it was.
        parameters: float64, shape (n, 2): alpha, 0..1, and theta, >= 1. Theta 2 is the standard method,
            theta 1 simple exponential smoothing.
        horizon: float64, shape (n,), >= 0, buckets.
        season: of the items: demand is divided by its index at first, and the result multiplied by
            the mean index of the horizon (over one bucket the standard method; over more, within 1e-5
            of it unless the drift is steep).
        least_span: the slope is shrunk to 0 as if that many further buckets had shown none; a line
            through three points says nothing. 0 is the standard method.
        initial: float64, shape (n,): what the level expects of the first bucket, units. Where it is NaN (or
            None is given) the level starts as the running mean, until that moves slower than alpha would.

    Returns:
        float64, shape (b,), units per bucket, >= 0; NaN where nothing is known yet.

    Source: Assimakopoulos, Nikolopoulos (2000), The theta model, International Journal of Forecasting 16;
    Hyndman, Billah (2003), Unmasking the Theta method, International Journal of Forecasting 19, section 2.

    Where the level follows at once (alpha = 1), the next bucket is expected at the last one plus half of the
    slope, and one of two buckets on average three quarters of it higher:

    >>> line = History(np.array([2.0, 4.0, 6.0, 8.0]), np.array([0, 4]))
    >>> theta_levels(line, np.array([[1.0, 2.0]]), np.array([1.0]))
    array([2., 5., 7., 9.])
    >>> theta_levels(line, np.array([[1.0, 2.0]]), np.array([2.0]))[-1:]
    array([9.5])

    """
    season = no_seasons(history) if season is None else season
    items = Items(
        alpha=parameters[:, 0].copy(),
        theta=parameters[:, 1].copy(),
        initial=np.full(len(history), np.nan) if initial is None else initial,
        horizon=horizon,
        reach=mean_reach(horizon, np.ones(len(history))),
        begin=season.begin,
        group=season.group,
    )
    # The squares of n equally spaced buckets about their mean add up to (n^3 - n) / 12.
    flat = (least_span**3 - least_span) / 12.0 if least_span > 1.0 else 0.0
    out = np.empty(len(history.data))
    for edition in season.editions:
        over_items(_theta_levels, len(history), history.data, history.indptr, items, edition, flat, out)
    return out


@dataclass(frozen=True)
class Theta:
    """Alpha and theta of each item: the best by the error of four-week sums in its own past.

    Demand is seasonally adjusted first, as far as there is evidence of a season that items share.

    Attributes:
        alphas: candidates, per WEEK.
        thetas: candidates: 2 is the standard method, 1 has no drift.
        slope_weeks: the slope is shrunk to 0 as if so many weeks had shown none.

    """

    alphas: tuple[float, ...] = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45)
    thetas: tuple[float, ...] = (1.0, 2.0)
    slope_weeks: float = 26.0
    name: ClassVar[str] = "theta"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        usual = without_outliers(history)
        season = seasons(usual)
        least_span = self.slope_weeks * history.season / 52.0

        def levels(parameters: FloatArray, horizon: FloatArray) -> FloatArray:
            return theta_levels(usual, parameters, horizon, season, least_span)

        grid = np.array(list(product(per_bucket(self.alphas, history.season), self.thetas)))
        chosen = best_parameters(usual, grid, levels)
        return LevelForecast(history, lambda horizon: levels(chosen, horizon))


class Items(NamedTuple):
    """What the kernel needs of each of n items; every array of shape (n,), float64 but for the last two.

    Attributes:
        alpha: 0..1.
        theta: >= 1.
        initial: what the level expects of the first bucket, units; NaN = the running mean.
        horizon: buckets.
        reach: how far ahead the middle of the horizon lies, buckets.
        begin: int64: its first bucket, counted from the oldest item's.
        group: int64: whose indices it shares.

    """

    alpha: FloatArray
    theta: FloatArray
    initial: FloatArray
    horizon: FloatArray
    reach: FloatArray
    begin: IntArray
    group: IntArray


@compiled
def _theta_levels(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    items: Items,
    edition: Edition,
    flat: float,
    out: FloatArray,
) -> None:
    """See ``theta_levels``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        items: their parameters.
        edition: the indices to use, and the buckets whose levels are written.
        flat: squares of bucket numbers about their mean that are taken to have shown no slope.
        out: float64, shape (b,): written in the buckets of the edition.

    """
    index = edition.indices
    period = index.shape[1]
    inverse = np.empty(period)
    for i in range(start, stop):
        alpha, share, level = items.alpha[i], 1.0 - 1.0 / items.theta[i], items.initial[i]
        begin, group = items.begin[i], items.group[i]
        running = np.isnan(level)
        lag, slope, known = -1.0, 0.0, 0
        mean_time, mean_demand, squares, products = 0.0, 0.0, flat, 0.0

        ahead = means_ahead(index[group], items.horizon[i])
        for k in range(period):
            inverse[k] = 1.0 / index[group, k] if index[group, k] >= LEAST_INDEX else np.nan

        phase = begin % period - 1
        for age in range(min(indptr[i + 1] - indptr[i], edition.end - begin)):
            phase = phase + 1 if phase + 1 < period else 0
            y = data[indptr[i] + age] * inverse[phase]
            lag += 1.0
            if not np.isnan(y):
                known += 1
                gain = 1.0 / known if running and alpha * known < 1.0 else alpha
                level = y if np.isnan(level) else level + gain * (y - level)
                # A straight line, smoothed with the same gains, would be this far behind itself.
                lag *= 1.0 - gain
                if share > 0.0:
                    # Welford's running covariance: no difference of two huge sums.
                    late = age - mean_time
                    mean_time += late / known
                    mean_demand += (y - mean_demand) / known
                    squares += late * (age - mean_time)
                    products += late * (y - mean_demand)
            if begin + age >= edition.first:
                slope = products / squares if squares > 0.0 else 0.0
                forecast = (level + share * slope * (lag + items.reach[i])) * ahead[phase]
                out[indptr[i] + age] = forecast if not forecast < 0.0 else 0.0
