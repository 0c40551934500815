"""The method of Teunter, Syntetos and Babai: the chance of a demand fades while there is none."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from models.compile import compiled, over_items
from models.history import FloatArray, History
from models.smoothing import best_on_grid, per_bucket
from models.spread import LevelForecast


def tsb_levels(history: History, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Levels p z: p the smoothed chance that a bucket has demand, z the smoothed size of a demand.

    p moves in every known bucket, z in those with demand; both start as running means until these
    move slower than the parameter would.

    Args:
        history: n items.
        alpha: float64, shape (n,), 0..1: of the size, per bucket with demand.
        beta: float64, shape (n,), 0..1: of the chance, per bucket.

    Returns:
        float64, shape of ``history.data``; NaN where nothing is known yet.

    Source: Teunter, Syntetos, Babai (2011), Intermittent demand: linking forecasting to inventory
    obsolescence, European Journal of Operational Research 214, section 3.

    """
    out = np.empty(len(history.data))
    over_items(_tsb_levels, len(history), history.data, history.indptr, alpha, beta, out)
    return out


@dataclass(frozen=True)
class TSB:
    """The parameters of each item: the best pair by the error of four-week sums in its own past.

    Attributes:
        alphas: candidates for the size, per bucket with demand.
        betas: candidates for the chance of a demand, per WEEK.

    """

    alphas: tuple[float, ...] = (0.1, 0.3)
    betas: tuple[float, ...] = (0.05, 0.1, 0.2, 0.35)
    name: ClassVar[str] = "tsb"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.base.Model``."""
        grid = np.array(list(product(self.alphas, per_bucket(self.betas, history.season))))
        _, level = best_on_grid(history, grid, lambda chosen: tsb_levels(history, chosen[:, 0], chosen[:, 1]))
        return LevelForecast(history, lambda _: level)


@compiled
def _tsb_levels(start, stop, data, indptr, alpha, beta, out):  # type: ignore[no-untyped-def]
    for i in range(start, stop):
        chance, size = 0.0, 0.0
        known, demands = 0, 0
        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if not np.isnan(y):
                known += 1
                chance += max(beta[i], 1.0 / known) * ((1.0 if y > 0.0 else 0.0) - chance)
                if y > 0.0:
                    demands += 1
                    size += max(alpha[i], 1.0 / demands) * (y - size)
            out[t] = chance * size if known > 0 else np.nan
