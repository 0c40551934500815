"""What is added to one series in each bucket: the drivers that matter to it, and a long season as waves.

Also called: exogenous variables, external regressors, Fourier terms (harmonic regression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.shared.history import FloatArray, IntArray
from models.shared.innovations import aicc
from models.shared.series import Series

WAVES = 2
"""Pairs of sine and cosine that make a long season."""

LEAST_TOUCHED = 3
"""A driver must have been at work in this many known buckets of an item to be learnt from them."""

LEAST_T = 2.0
"""Drivers whose effect is below this many of its standard errors are left out."""


@dataclass(frozen=True)
class Regressors:
    """What is added to a series in each bucket, times a coefficient each.

    Attributes:
        drivers: float64, shape (r, k), from the first bucket of the series; as usual (0) later.
        period: buckets in a season made of waves; 0 = none.

    """

    drivers: FloatArray
    period: int = 0

    def between(self, first: int, last: int) -> FloatArray:
        """float64, shape (last - first, columns): the buckets from ``first`` up to before ``last``.

        >>> Regressors(np.array([[0.0], [1.0]])).between(1, 4)
        array([[1.],
               [0.],
               [0.]])

        """
        bucket = np.arange(first, last)
        inside = bucket < len(self.drivers)
        rows = np.zeros((len(bucket), self.drivers.shape[1]))
        rows[inside] = self.drivers[bucket[inside]]
        if not self.period:
            return rows
        angle = 2 * np.pi * np.outer(bucket, np.arange(1, WAVES + 1)) / self.period
        return np.concatenate([rows, np.sin(angle), np.cos(angle)], axis=1)


def season_matters(series: Series, period: int) -> bool:
    """Whether a season made of waves is worth estimating: it lowers the AICc of a plain regression.

    Of demand less its slow-moving level, which follows a season too late to hide it.
    """
    deviation = series.values - series.levels
    known = ~np.isnan(deviation)
    deviation = deviation[known]

    waves = Regressors(np.zeros((0, 0)), period).between(0, len(known))[known]
    design = np.column_stack([np.ones(len(waves)), waves])
    effect = np.linalg.lstsq(design, deviation, rcond=None)[0]
    without = deviation - deviation.mean()
    return aicc(deviation - design @ effect, design.shape[1]) < aicc(without, 1)


def relevant_drivers(series: Series) -> FloatArray:
    """The drivers that matter to an item, within the range that it has known.

    A driver matters where least squares of demand less its slow-moving level, on all drivers at once, gives
    it an effect of at least ``LEAST_T`` standard errors. Of drivers that always go together one is kept.

    Also called: variable selection by t-statistics.

    Returns:
        float64, shape of ``series.drivers`` with fewer columns.

    """
    known = ~np.isnan(series.values) & ~np.isnan(series.levels)
    past = series.drivers[: len(series.values)][known]
    deviation = (series.values - series.levels)[known]
    columns = np.flatnonzero(np.count_nonzero(past, axis=0) >= LEAST_TOUCHED)
    columns = _independent(past - past.mean(axis=0), columns)
    if len(columns) == 0 or len(deviation) <= 2 * len(columns) + 2:
        return np.zeros((len(series.drivers), 0))

    design = np.column_stack([np.ones(len(past)), past[:, columns]])
    inverse = np.linalg.inv(design.T @ design)
    effect = inverse @ (design.T @ deviation)
    variance = np.sum((deviation - design @ effect) ** 2) / (len(deviation) - design.shape[1])
    relevant = np.abs(effect) >= LEAST_T * np.sqrt(variance * np.diag(inverse))
    kept = columns[relevant[1:]]

    # Beyond what was ever tried, the effect is taken to grow no further.
    low, high = np.minimum(past.min(axis=0), 0.0), np.maximum(past.max(axis=0), 0.0)
    return np.clip(series.drivers, low, high)[:, kept]


def _independent(centred: FloatArray, columns: IntArray) -> IntArray:
    """Those of the columns that are no combination of the ones before. ``centred``: float64, shape (m, k)."""
    kept: list[int] = []
    for column in columns:
        with_it = centred[:, [*kept, column]]
        size = np.linalg.norm(with_it, axis=0)
        if size[-1] > 0 and np.linalg.matrix_rank(with_it / size, tol=1e-6) == len(kept) + 1:
            kept.append(int(column))
    return np.array(kept, dtype=np.int64)
