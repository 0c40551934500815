"""Simple exponential smoothing: the level moves a share ``alpha`` towards each new bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.compile import compiled, over_items
from models.history import FloatArray, History
from models.smoothing import best_on_grid, per_bucket
from models.spread import LevelForecast


def smoothed_levels(history: History, alpha: FloatArray, initial: FloatArray | None = None) -> FloatArray:
    """Levels of simple exponential smoothing, l_t = l_{t-1} + alpha (y_t - l_{t-1}).

    Args:
        history: n items. An unknown bucket leaves the level as it was.
        alpha: float64, shape (n,), 0..1.
        initial: float64, shape (n,): the level before the first bucket. Where it is NaN (or None is
            given) the level starts as the running mean, until that moves slower than alpha would.

    Returns:
        float64, shape of ``history.data``; NaN where nothing is known yet.

    Source: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, section 2.3.

    """
    start = np.full(len(history), np.nan) if initial is None else initial
    out = np.empty(len(history.data))
    over_items(_smoothed_levels, len(history), history.data, history.indptr, alpha, start, out)
    return out


@dataclass(frozen=True)
class SimpleExponentialSmoothing:
    """Alpha of each item: the best of ``alphas`` by the error of four-week sums in its own past.

    Attributes:
        alphas: candidates, per WEEK: a bucket's share is what fades as much over the same time.

    """

    alphas: tuple[float, ...] = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45)
    name: ClassVar[str] = "ses"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.base.Model``."""
        candidates = per_bucket(self.alphas, history.season)
        _, level = best_on_grid(
            history, candidates[:, None], lambda chosen: smoothed_levels(history, chosen[:, 0])
        )
        return LevelForecast(history, lambda _: level)


@compiled
def _smoothed_levels(start, stop, data, indptr, alpha, initial, out):  # type: ignore[no-untyped-def]
    for i in range(start, stop):
        level = initial[i]
        gain = alpha[i]
        known = 0
        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if not np.isnan(y):
                known += 1
                if np.isnan(initial[i]):
                    gain = max(alpha[i], 1.0 / known)
                level = y if np.isnan(level) else level + gain * (y - level)
            out[t] = level
