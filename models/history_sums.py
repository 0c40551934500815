"""The history's own sums: what windows as long as the horizon have sold before, whatever their shape.

Also called: empirical distribution of lead-time demand, overlapping temporal aggregation, historical
simulation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.negative_binomial import NegativeBinomial
from models.shared.compile import compiled, over_items
from models.shared.distribution import Distribution, empirical, mixture
from models.shared.error_variance import LevelForecast, measurable
from models.shared.history import FloatArray, History, IntArray
from models.shared.window_sums import LEAST_KNOWN, window_sums


@dataclass(frozen=True)
class HistorySumsForecast:
    """Past windows of the last ``years``, mixed with the forecast that stands in for missing ones.

    Attributes:
        fallback: of n items.
        pseudo_windows: ``fallback`` is mixed in with the weight of this many independent windows.
        years: how far back windows may start.

    """

    fallback: LevelForecast
    pseudo_windows: float
    years: float

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.fallback.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        horizon = np.asarray(horizon, dtype=np.float64)
        other = self.fallback.demand_of(items, horizon)
        history = self.fallback.history.take(items)
        coming, step = horizon[items], self.fallback.step[items]

        # Longer than half of the history there would be hardly two windows: scale up a shorter one.
        measured = measurable(coming, history)
        scale = np.divide(coming, measured, out=np.zeros_like(coming), where=measured > 0)
        oldest = self.years * history.season + measured
        sums, windows = recent_sums(history, measured, oldest, scale, step)

        share = windows / np.maximum(measured, 1.0)
        share = share / (share + self.pseudo_windows)
        return mixture([empirical(sums, history.indptr), other], np.stack([share, 1.0 - share], axis=1))


@dataclass(frozen=True)
class HistorySums:
    """Empirical, but honest about how few windows there are.

    Few windows know nothing of the tail, so ``negative_binomial`` is mixed in with the weight of
    ``pseudo_windows`` windows; windows that overlap count once.

    Attributes:
        pseudo_windows: see above.
        years: how far back windows may start.

    """

    pseudo_windows: float = 10.0
    years: float = 1.0
    name: ClassVar[str] = "history_sums"

    def fit(self, history: History) -> HistorySumsForecast:
        """See ``models.shared.base.Model``."""
        return HistorySumsForecast(NegativeBinomial().fit(history), self.pseudo_windows, self.years)


def recent_sums(
    history: History, horizon: FloatArray, oldest: FloatArray, scale: FloatArray, step: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Past sums over a horizon, those that are not too old, in whole steps.

    Args:
        history: n items, b buckets.
        horizon: float64, shape (n,), buckets.
        oldest: float64, shape (n,), buckets before the end: older origins are left out.
        scale: float64, shape (n,): what sums are multiplied by.
        step: float64, shape (n,): the items' units.

    Returns:
        float64, shape (b,), units, NaN = none; and how many there are, float64, shape (n,).

    Sums of two buckets, from origins no more than four buckets back, scaled up to three:

    >>> history = History(np.array([9.0, 1.0, 2.0, 3.0, 4.0]), np.array([0, 5]))
    >>> two, four, half_more = np.array([2.0]), np.array([4.0]), np.array([1.5])
    >>> recent_sums(history, two, four, half_more, np.ones(1))
    (array([nan,  8., 11., nan, nan]), array([2.]))

    """
    sums, windows = window_sums(history, horizon, LEAST_KNOWN), np.zeros(len(history))
    over_items(_recent, len(history), history.indptr, oldest, scale, step, sums, windows)
    return sums, windows


@compiled
def _recent(
    start: int,
    stop: int,
    indptr: IntArray,
    oldest: FloatArray,
    scale: FloatArray,
    step: FloatArray,
    sums: FloatArray,
    windows: FloatArray,
) -> None:
    """Forget, in place, the sums that are too old; bring the others to the horizon, in whole steps.

    Args:
        start, stop: items.
        indptr: int64, shape (n + 1,).
        oldest, scale, step: float64, shape (n,): see ``recent_sums``.
        sums: float64, shape (b,), units: changed.
        windows: float64, shape (n,), zeros: how many are left.

    """
    for i in range(start, stop):
        for t in range(indptr[i], indptr[i + 1]):
            if indptr[i + 1] - t > oldest[i]:
                sums[t] = np.nan
            elif not np.isnan(sums[t]):
                sums[t] = np.floor(sums[t] * scale[i] / step[i] + 0.5) * step[i]
                windows[i] += 1.0
