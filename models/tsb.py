"""The method of Teunter, Syntetos and Babai: the chance of a demand fades while there is none.

Also called: TSB, Croston for obsolescence.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.recursion import fitted, levels
from models.shared.smoothing import per_bucket


def tsb_levels(history: History, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Levels p z: p the smoothed chance that a bucket has demand, z the smoothed size of a demand.

    p moves in every known bucket, z in those with demand; both start as running means until these
    move slower than the parameter would.

    Args:
        history: n items, b buckets.
        alpha: float64, shape (n,), 0..1: of the size, per bucket with demand.
        beta: float64, shape (n,), 0..1: of the chance, per bucket.

    Returns:
        float64, shape (b,), units per bucket; NaN where nothing is known yet.

    Source: Teunter, Syntetos, Babai (2011), Intermittent demand: linking forecasting to inventory
    obsolescence, European Journal of Operational Research 214, section 3.

    Alpha and beta of 1/2. The chance is 1, then halves with every bucket without demand; where 8 sell again
    it is 1/8 + 1/2 (1 - 1/8) = .5625, of a size that is (4 + 8) / 2:

    >>> sold = History(np.array([4.0, 0.0, 0.0, 0.0, 8.0]), np.array([0, 5]))
    >>> tsb_levels(sold, np.array([0.5]), np.array([0.5]))
    array([4.   , 2.   , 1.   , 0.5  , 3.375])

    """
    return levels(_tsb_levels, history, np.column_stack([alpha, beta]))


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
        """See ``models.shared.base.Model``."""
        grid = np.array(list(product(self.alphas, per_bucket(self.betas, history.season))))
        return fitted(_tsb_levels, history, grid, without_outliers)


@compiled
def _tsb_levels(
    start: int, stop: int, data: FloatArray, indptr: IntArray, parameters: FloatArray, out: FloatArray
) -> None:
    """A kernel of ``models.shared.recursion``. A row of parameters: alpha, beta."""
    candidates = out.shape[1]
    chance, size = np.empty(candidates), np.empty(candidates)
    for i in range(start, stop):
        own = parameters[i if len(parameters) > 1 else 0]
        alpha, beta = own[:, 0].copy(), own[:, 1].copy()
        chance[:] = 0.0
        size[:] = 0.0
        known, demands = 0, 0

        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if not np.isnan(y):
                known += 1
                # Both start as running means, whose gain falls until it is less than the parameter.
                slowest, sold = 1.0 / known, 1.0 if y > 0.0 else 0.0
                for k in range(candidates):
                    chance[k] += max(beta[k], slowest) * (sold - chance[k])
                if y > 0.0:
                    demands += 1
                    slowest = 1.0 / demands
                    for k in range(candidates):
                        size[k] += max(alpha[k], slowest) * (y - size[k])
            if known > 0:
                for k in range(candidates):
                    out[t, k] = chance[k] * size[k]
            else:
                out[t] = np.nan
