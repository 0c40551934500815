"""Croston's method with the correction of Syntetos and Boylan, for demand with many zero buckets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.compile import compiled, over_items
from models.history import FloatArray, History
from models.smoothing import best_on_grid
from models.spread import LevelForecast


def croston_levels(history: History, alpha: FloatArray) -> FloatArray:
    """Levels (1 - alpha / 2) z / q: z the smoothed size of a demand, q the smoothed interval.

    Both move only in buckets with demand, and start as running means until these move slower than
    alpha would. The interval counts known buckets only, the one before the first demand included.

    Args:
        history: n items.
        alpha: float64, shape (n,), 0..1, per bucket with demand.

    Returns:
        float64, shape of ``history.data``; NaN before the first demand.

    Source: Syntetos, Boylan (2005), The accuracy of intermittent demand estimates, International
    Journal of Forecasting 21, equation 4.

    """
    out = np.empty(len(history.data))
    over_items(_croston_levels, len(history), history.data, history.indptr, alpha, out)
    return out


@dataclass(frozen=True)
class CrostonSBA:
    """Alpha of each item: the best of ``alphas`` by the error of four-week sums in its own past."""

    alphas: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3)
    name: ClassVar[str] = "croston_sba"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.base.Model``."""
        grid = np.array(self.alphas)[:, None]
        _, level = best_on_grid(history, grid, lambda chosen: croston_levels(history, chosen[:, 0]))
        return LevelForecast(history, lambda _: level)


@compiled
def _croston_levels(start, stop, data, indptr, alpha, out):  # type: ignore[no-untyped-def]
    for i in range(start, stop):
        size, interval, level = 0.0, 0.0, np.nan
        since, demands = 0, 0
        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if not np.isnan(y):
                since += 1
                if y > 0.0:
                    demands += 1
                    gain = max(alpha[i], 1.0 / demands)
                    size += gain * (y - size)
                    interval += gain * (since - interval)
                    since = 0
                    level = (1.0 - alpha[i] / 2.0) * size / interval
            out[t] = level
