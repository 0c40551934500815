"""Croston's method with the correction of Syntetos and Boylan, for demand with many zero buckets.

Also called: SBA, Syntetos-Boylan approximation, bias-corrected Croston.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.recursion import fitted, levels


def croston_levels(history: History, alpha: FloatArray) -> FloatArray:
    """Levels (1 - alpha / 2) z / q: z the smoothed size of a demand, q the smoothed interval.

    Both move only in buckets with demand, and start as running means until these move slower than
    alpha would. The interval counts known buckets only, the one before the first demand included.

    Args:
        history: n items, b buckets.
        alpha: float64, shape (n,), 0..1, per bucket with demand.

    Returns:
        float64, shape (b,), units per bucket; NaN before the first demand.

    Source: Syntetos, Boylan (2005), The accuracy of intermittent demand estimates, International
    Journal of Forecasting 21, equation 4; Croston (1972), Forecasting and stock control for intermittent
    demands, Operational Research Quarterly 23.

    Sizes of 6, 2, 8 at intervals of 2, 4, 1 buckets, alpha = 1/2. Size and interval are 6 and 2, then their
    means 4 and 3, then 4 + 1/2 (8 - 4) = 6 and 3 + 1/2 (1 - 3) = 2; the level is 3/4 of their ratios:

    >>> sold = History(np.array([0.0, 6.0, 0.0, 0.0, 0.0, 2.0, 8.0]), np.array([0, 7]))
    >>> croston_levels(sold, np.array([0.5]))
    array([ nan, 2.25, 2.25, 2.25, 2.25, 1.  , 2.25])

    """
    return levels(_croston_levels, history, alpha[:, None])


@dataclass(frozen=True)
class CrostonSBA:
    """Alpha of each item: the best of ``alphas`` by the error of four-week sums in its own past.

    Attributes:
        alphas: candidates, per bucket with demand.

    """

    alphas: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3)
    name: ClassVar[str] = "croston_sba"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        grid = np.array(self.alphas)[:, None]
        return fitted(_croston_levels, history, grid, lambda part: part)


@compiled
def _croston_levels(
    start: int, stop: int, data: FloatArray, indptr: IntArray, parameters: FloatArray, out: FloatArray
) -> None:
    """A kernel of ``models.shared.recursion``. A row of parameters: alpha."""
    candidates = out.shape[1]
    size, interval, level = np.empty(candidates), np.empty(candidates), np.empty(candidates)
    for i in range(start, stop):
        alpha = parameters[i if len(parameters) > 1 else 0, :, 0].copy()
        size[:] = 0.0
        interval[:] = 0.0
        level[:] = np.nan
        since, demands = 0, 0

        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if not np.isnan(y):
                since += 1
                if y > 0.0:
                    demands += 1
                    for k in range(candidates):
                        # The gain of a running mean, until that is less than alpha.
                        gain = max(alpha[k], 1.0 / demands)
                        size[k] += gain * (y - size[k])
                        interval[k] += gain * (since - interval[k])
                        level[k] = (1.0 - alpha[k] / 2.0) * size[k] / interval[k]
                    since = 0
            for k in range(candidates):
                out[t, k] = level[k]
