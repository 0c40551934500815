"""A negative binomial on a blend of what an item sells lately and what it has sold since it is listed.

Also called: exponentially weighted mean (EWMA) blended with the long-run mean, overdispersed counts (NegBin).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers


def blended_levels(history: History, recent_share: float, half_life: float) -> FloatArray:
    """Levels ``recent_share`` w + (1 - ``recent_share``) m, w the recent and m the overall mean.

    Args:
        history: n items, b buckets. Unknown buckets count in neither mean.
        recent_share: 0..1.
        half_life: buckets after which a bucket weighs half in w, whose weights are made to sum to 1
            however short the history is.

    Returns:
        float64, shape (b,), units per bucket; NaN where nothing is known yet.

    With a half-life of one bucket, 3 after 0 is a recent mean of (3 + 0 / 2) / 1.5 = 2 beside a mean of 1.5:

    >>> blended_levels(History(np.array([0.0, 3.0]), np.array([0, 2])), 0.75, 1.0)
    array([0.   , 1.875])

    """
    out = np.empty(len(history.data))
    keep = 0.5 ** (1.0 / half_life)
    over_items(_blended_levels, len(history), history.data, history.indptr, recent_share, keep, out)
    return out


@dataclass(frozen=True)
class NegativeBinomial:
    """No parameter is fitted per item, which is what makes it hard to beat on short, noisy histories.

    A third part, the mean of 13 weeks, was measured and dropped: no better on weekly wholesale, worse
    on daily retail series.

    Attributes:
        recent_share: of the recent mean in the level, 0..1.
        half_life_weeks: after which demand weighs half in it.

    """

    recent_share: float = 0.75
    half_life_weeks: float = 3.0
    name: ClassVar[str] = "negative_binomial"

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        half_life = max(1.0, self.half_life_weeks * history.season / 52)
        return LevelForecast.of_parts(
            history,
            lambda items, part, _: blended_levels(without_outliers(part), self.recent_share, half_life),
        )


@compiled
def _blended_levels(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    recent_share: float,
    keep: float,
    out: FloatArray,
) -> None:
    """See ``blended_levels``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        recent_share: 0..1.
        keep: 0..1: what a bucket leaves of the weight of those before it.
        out: float64, shape (b,): written.

    """
    for i in range(start, stop):
        faded, weight = 0.0, 0.0
        total, known = 0.0, 0
        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if not np.isnan(y):
                faded = keep * faded + y
                weight = keep * weight + 1.0
                total += y
                known += 1
            out[t] = np.nan
            if known > 0:
                out[t] = recent_share * faded / weight + (1.0 - recent_share) * total / known
