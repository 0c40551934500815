"""The history's own sums: what windows as long as the horizon have sold before, whatever their shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.negative_binomial import NegativeBinomial
from models.shared.compile import compiled, over_items
from models.shared.distribution import Distribution, empirical, mixture
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.window_sums import LEAST_KNOWN, window_sums


@dataclass(frozen=True)
class HistorySumsForecast:
    """Past windows of the last ``years``, mixed with the forecast that stands in for missing ones."""

    fallback: LevelForecast
    pseudo_windows: float
    years: float

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.fallback.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.error_variance.LevelForecast.demand_of``."""
        horizon = np.asarray(horizon, dtype=np.float64)
        other = self.fallback.demand_of(items, horizon)
        everything = np.array_equal(items, np.arange(len(self.fallback.history)))
        history = self.fallback.history if everything else self.fallback.history.take(items)
        coming = horizon[items]
        # Longer than half of the history there would be hardly two windows: scale up a shorter one.
        measured = np.minimum(coming, np.maximum(history.lengths // 2, 1))
        scale = np.divide(coming, measured, out=np.zeros_like(coming), where=measured > 0)
        sums = window_sums(history, measured, LEAST_KNOWN)
        windows = np.zeros(len(items))
        oldest = self.years * history.season + measured
        over_items(
            _recent, len(items), history.indptr, oldest, scale, self.fallback.step[items], sums, windows
        )
        share = windows / np.maximum(measured, 1.0)
        share = share / (share + self.pseudo_windows)
        return mixture([empirical(sums, history.indptr), other], np.stack([share, 1.0 - share], axis=1))


@dataclass(frozen=True)
class HistorySums:
    """Empirical, but honest about how few windows there are.

    Few windows know nothing of the tail, so ``negative_binomial`` is mixed in with the weight of
    ``pseudo_windows`` windows; windows that overlap count once.

    Attributes:
        years: how far back windows may start.

    """

    pseudo_windows: float = 10.0
    years: float = 1.0
    name: ClassVar[str] = "history_sums"

    def fit(self, history: History) -> HistorySumsForecast:
        """See ``models.shared.base.Model``."""
        return HistorySumsForecast(NegativeBinomial().fit(history), self.pseudo_windows, self.years)


@compiled
def _recent(start, stop, indptr, oldest, scale, step, sums, windows):  # type: ignore[no-untyped-def]
    """Forget, in place, the sums that are too old; bring the others to the horizon, in whole steps."""
    for i in range(start, stop):
        for t in range(indptr[i], indptr[i + 1]):
            if indptr[i + 1] - t > oldest[i]:
                sums[t] = np.nan
            elif not np.isnan(sums[t]):
                sums[t] = np.floor(sums[t] * scale[i] / step[i] + 0.5) * step[i]
                windows[i] += 1.0
