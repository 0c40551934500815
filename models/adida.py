"""Aggregate-disaggregate: smooth sums over several buckets, which are seldom zero, and share them out.

Also called: ADIDA, temporal aggregation (non-overlapping blocks), aggregate-disaggregate intermittent demand
approach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.error_variance import LevelForecast
from models.shared.gaps import known_only, spread_out
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.smoothing import best_on_grid, per_bucket

LEAST_SUMS = 3
"""An item's known buckets must hold this many sums, or shorter ones are taken."""


def demand_intervals(history: History) -> IntArray:
    """Known buckets per bucket with demand, rounded up: how many to add up until a zero is rare.

    Also called: average inter-demand interval (ADI).

    Returns:
        int64, shape (n,), >= 1; never more than a third of the item's known buckets, nor a year.

    >>> demand_intervals(History(np.array([0.0, 4.0, 0.0, 0.0, 2.0, 0.0]), np.array([0, 6])))
    array([2])

    """
    known = ~np.isnan(history.data)
    item = history.item[known]
    count = np.bincount(item, minlength=len(history))
    demands = np.bincount(item, history.data[known] > 0, minlength=len(history))
    interval = np.ceil(count / np.maximum(demands, 1.0)).astype(np.int64)
    return np.clip(interval, 1, np.clip(count // LEAST_SUMS, 1, history.season))


def adida_levels(history: History, width: IntArray, alpha: FloatArray) -> FloatArray:
    """Levels of simple exponential smoothing of sums over ``width`` buckets, per bucket.

    The sums known at the close of a bucket are those that end there, ``width`` earlier, and so on; so
    the level there goes back to the level ``width`` buckets before: l_t = l_{t-w} + alpha (S_t / w -
    l_{t-w}). It starts as the running mean, until that moves slower than alpha would.

    Args:
        history: n items, b buckets. Unknown buckets are left out before sums are formed.
        width: int64, shape (n,), >= 1: w, buckets in a sum.
        alpha: float64, shape (n,), 0..1, per sum.

    Returns:
        float64, shape (b,), units per bucket; NaN where nothing is known yet.

    Source: Nikolopoulos, Syntetos, Boylan, Petropoulos, Assimakopoulos (2011), An aggregate-disaggregate
    intermittent demand approach (ADIDA) to forecasting, Journal of the Operational Research Society 62,
    section 3; sums of the mean interval between demands are common practice.

    Sums over two buckets, at the close of the last one: 0 + 4 = 4, 0 + 0 = 0, 2 + 6 = 8, so l is 2 a bucket,
    then 2 + 1/2 (0 - 2) = 1, then 1 + 1/2 (4 - 1) = 2.5:

    >>> history = History(np.array([0.0, 4.0, 0.0, 0.0, 2.0, 6.0]), np.array([0, 6]))
    >>> adida_levels(history, np.array([2]), np.array([0.5]))[[1, 3, 5]]
    array([2. , 1. , 2.5])

    """
    out = np.empty(len(history.data))
    over_items(_adida_levels, len(history), history.data, history.indptr, width, alpha, out)
    return out


@dataclass(frozen=True)
class ADIDA:
    """Sums as long as the mean interval between demands; alpha of each item by its past errors.

    Attributes:
        alphas: candidates per sum, where buckets are weeks; in shorter buckets, as much less as fades
            as much over the same number of weeks.

    """

    alphas: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3, 0.5)
    name: ClassVar[str] = "adida"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        width = demand_intervals(history)
        grid = per_bucket(self.alphas, history.season)[:, None]
        usual = without_outliers(history)
        _, level = best_on_grid(usual, grid, lambda chosen: adida_levels(usual, width, chosen[:, 0]))
        return LevelForecast(history, lambda _: level)


@compiled_within
def smoothed_sums(known: FloatArray, width: int, alpha: float, out: FloatArray) -> None:
    """Levels per bucket of ONE series without gaps; running means before the first whole sum.

    Args:
        known: float64, shape (k,): demand y, units.
        width: w, buckets in a sum.
        alpha: 0..1.
        out: float64, shape (k,): written.

    """
    total = 0.0
    for t in range(len(known)):
        total += known[t]
        if t >= width:
            total = max(total - known[t - width], 0.0)
        sums = (t + 1) // width
        if sums == 0:
            out[t] = total / (t + 1)
        elif sums == 1:
            out[t] = total / width
        else:
            before = out[t - width]
            out[t] = before + max(alpha, 1.0 / sums) * (total / width - before)


@compiled
def _adida_levels(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    width: IntArray,
    alpha: FloatArray,
    out: FloatArray,
) -> None:
    """See ``adida_levels``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        width: int64, shape (n,): w.
        alpha: float64, shape (n,).
        out: float64, shape (b,): written.

    """
    for i in range(start, stop):
        series = data[indptr[i] : indptr[i + 1]]
        known = known_only(series)
        levels = np.empty(len(known))
        smoothed_sums(known, width[i], alpha[i], levels)
        spread_out(series, levels, out[indptr[i] : indptr[i + 1]])
