"""One item as a model of its own sees it: scaled, without outliers, with the drivers that move it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from models.shared.history import FloatArray, History
from models.shared.outliers import without_outliers
from models.shared.steps import steps

LONGEST_PERIOD = 60
"""A year of more buckets than this has a season of seven: days of the week."""


@dataclass(frozen=True)
class Series:
    """The m buckets of one item from its first known one to its last.

    Attributes:
        values: float64, shape (m,): demand y_t in ``unit``, without the part of outliers that is out of all
            proportion; NaN = unknown.
        levels: float64, shape (m,): what a slow-moving level expected of each bucket, in ``unit``.
        unit: one standard deviation of the item's demand, in units: numbers near 1 are estimated best.
        step: the item's own, in units.
        season: buckets in a year.
        gap: unknown buckets between the last known one and the end of the history.
        drivers: float64, shape (m + gap + a, k): what moves demand, from the same first bucket on, a
            buckets ahead; as usual (0) later.
        seed: of its simulation: from its own data, so that its neighbours do not matter.

    """

    values: FloatArray
    levels: FloatArray
    unit: float
    step: float
    season: int
    gap: int
    drivers: FloatArray
    seed: int

    @property
    def period(self) -> int:
        """Buckets in a season of which two are known at least; 0 = none."""
        period = 7 if self.season > LONGEST_PERIOD else self.season
        return period if period > 1 and np.sum(~np.isnan(self.values)) >= 2 * period else 0


def series_of(panel: History, levels: FloatArray) -> list[Series]:
    """Each item of a panel as its model sees it.

    Args:
        panel: n items, each with at least two different known buckets.
        levels: float64, shape of ``panel.data``: a slow-moving level at the close of each bucket, units.

    Three known buckets around an unknown one, before and after which nothing is known either:

    >>> demand = np.array([np.nan, 4.0, np.nan, 8.0, 6.0, np.nan])
    >>> one = series_of(History(demand, np.array([0, 6])), np.full(6, 5.0))[0]
    >>> (one.values * one.unit).round(6), one.gap
    (array([ 4., nan,  8.,  6.]), 1)

    """
    usual = without_outliers(panel).data
    ahead = 0 if panel.drivers is None else panel.drivers.ahead
    series = []
    for item, step in enumerate(steps(panel).tolist()):
        start, stop = int(panel.indptr[item]), int(panel.indptr[item + 1])
        known = np.flatnonzero(~np.isnan(panel.data[start:stop]))
        first, last = start + int(known[0]), start + int(known[-1]) + 1
        # Optimisers assume parameters of order 1.
        unit = float(np.nanstd(usual[first:last]))

        drivers = np.zeros((last - first, 0))
        if panel.drivers is not None:
            # An item's rows of drivers reach beyond its history, so each starts that much later.
            rows = slice(first + item * ahead, stop + (item + 1) * ahead)
            drivers = panel.drivers.values[rows].astype(np.float64)

        series.append(
            Series(
                values=usual[first:last] / unit,
                levels=np.append(np.nan, levels[first : last - 1]) / unit,
                unit=unit,
                step=step,
                season=panel.season,
                gap=stop - last,
                drivers=drivers,
                seed=_seed(panel.data[first:last], step),
            )
        )
    return series


def _seed(demand: FloatArray, step: float) -> int:
    """A number made of the demand in steps, rounded: the same series in another unit has the same chance."""
    counted = np.round(np.nan_to_num(demand / step, nan=-1.0), 3)
    return zlib.crc32(counted.tobytes())
