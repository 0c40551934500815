"""Aggregate-disaggregate at several lengths at once: the average over all of them needs no choice of one.

Also called: IMAPA, intermittent multiple aggregation prediction algorithm; multiple temporal aggregation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.adida import demand_intervals, smoothed_sums
from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast
from models.shared.gaps import known_only, spread_out
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.smoothing import best_on_grid, per_bucket


def imapa_levels(history: History, widest: IntArray, alpha: FloatArray) -> FloatArray:
    """The mean of ``adida_levels`` over sums of 1, 2, ... ``widest`` buckets.

    Args:
        history: n items, b buckets. Unknown buckets are left out before sums are formed.
        widest: int64, shape (n,), >= 1.
        alpha: float64, shape (n,), 0..1, per sum of any width: wide sums remember longer.

    Returns:
        float64, shape (b,), units per bucket; NaN where nothing is known yet.

    Source: Petropoulos, Kourentzes (2015), Forecast combinations for intermittent demand, Journal of the
    Operational Research Society 66, section 3.3, with simple exponential smoothing at every width.

    Single buckets of 0, 4, 0, 2 have the levels 0, 2, 1, 1.5 under alpha = 1/2. The pairs 0 + 4 and 0 + 2 are
    2 and 1 a bucket, with the levels 2 and 1.5; the pair 4 + 0 in between is 2 a bucket. These are averaged:

    >>> history = History(np.array([0.0, 4.0, 0.0, 2.0]), np.array([0, 4]))
    >>> imapa_levels(history, np.array([2]), np.array([0.5]))
    array([0. , 2. , 1.5, 1.5])

    """
    out = np.empty(len(history.data))
    over_items(_imapa_levels, len(history), history.data, history.indptr, widest, alpha, out)
    return out


@dataclass(frozen=True)
class IMAPA:
    """Sums of up to the mean interval between demands; alpha of each item by its past errors.

    Attributes:
        widest_weeks: no sum is longer, however seldom the item sells.
        alphas: as in ``models.adida.ADIDA``.

    """

    widest_weeks: float = 13.0
    alphas: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3, 0.5)
    name: ClassVar[str] = "imapa"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        longest = max(1, round(self.widest_weeks * history.season / 52))
        widest = np.minimum(demand_intervals(history), longest)
        grid = per_bucket(self.alphas, history.season)[:, None]
        usual = without_outliers(history)
        _, level = best_on_grid(usual, grid, lambda chosen: imapa_levels(usual, widest, chosen[:, 0]))
        return LevelForecast(history, lambda _: level)


@compiled
def _imapa_levels(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    widest: IntArray,
    alpha: FloatArray,
    out: FloatArray,
) -> None:
    """See ``imapa_levels``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        widest: int64, shape (n,).
        alpha: float64, shape (n,).
        out: float64, shape (b,): written.

    """
    for i in range(start, stop):
        series = data[indptr[i] : indptr[i + 1]]
        known = known_only(series)
        mean = np.zeros(len(known))
        levels = np.empty(len(known))
        for width in range(1, widest[i] + 1):
            smoothed_sums(known, width, alpha[i], levels)
            for t in range(len(known)):
                mean[t] += levels[t] / widest[i]
        spread_out(series, mean, out[indptr[i] : indptr[i + 1]])
