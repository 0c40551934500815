"""Random sums made from an item's own buckets, brought to the width that past errors call for.

A bootstrap knows the shape of demand, but takes its level for certain and its few buckets for all that
there can be. So its sums only give the shape: the mean and the variance are those of a calibrated forecast.
Where that is wider, each sum is multiplied by an uncertain level, a gamma variable of mean 1; where it is
narrower (a history with a shift in it) the sums are shrunk to their mean. And because the tail of few
buckets is not known, the calibrated forecast itself is mixed in, all the more the fewer they are.

Random numbers come from the item's own ups and downs: they depend neither on where the item stands in the
panel nor on which thread works on it, nor on the unit that it is counted in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.shared.calibrated_sums import calibrated
from models.shared.compile import compiled, over_items
from models.shared.distribution import Distribution, MeanVariance, mixture
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.random_numbers import UintArray, mixed

PATHS = 256
"""Sums made per item."""

Simulate = Callable[[IntArray, FloatArray, UintArray, FloatArray], None]
"""Writes sums: k items, int64 (k,), their horizon, float64 (k,), seeds, uint64 (k,), and what to write to,
float64 (k, PATHS), which comes as zeros and stays so where nothing is known."""


@dataclass(frozen=True)
class ResampledForecast:
    """The shape of simulated sums, the mean and the variance of ``base``.

    Attributes:
        base: n items.
        simulate: makes the sums.
        pseudo_windows: ``base`` is mixed in with the weight of this many independent windows.

    """

    base: LevelForecast
    simulate: Simulate
    pseudo_windows: float

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.base.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        base = self.base.demand_of(items, horizon)
        history = self.base.history.take(items)
        coming, step = np.asarray(horizon, dtype=np.float64)[items], self.base.step[items]
        seed = seeds(history)
        sums = np.zeros((len(items), PATHS))
        self.simulate(items, coming, seed, sums)

        # An item that never sold, or has no history, has no sums of its own: its base stands alone.
        simulated = sums.any(axis=1)
        target = MeanVariance(base.mean / step, base.variance / step**2)
        values = calibrated(sums, target, seed, base.values)
        values[simulated] *= step[simulated, None]

        known = np.bincount(history.item[~np.isnan(history.data)], minlength=len(items))
        windows = known / np.maximum(coming, 1.0)
        share = np.where(simulated, windows / (windows + self.pseudo_windows), 0.0)
        return mixture([Distribution(values), base], np.stack([share, 1.0 - share], axis=1))


def seeds(history: History) -> UintArray:
    """uint64, shape (n,): a number made of which bucket is above the one before, zero or unknown.

    The same ups and downs have the same seed, in whatever unit:

    >>> pair = seeds(History(np.array([1.0, 3.0, 0.0, 0.1, 0.3, 0.0]), np.array([0, 3, 6])))
    >>> bool(pair[0] == pair[1])
    True

    """
    out = np.empty(len(history), dtype=np.uint64)
    over_items(_seeds, len(history), history.data, history.indptr, out)
    return out


@compiled
def _seeds(start: int, stop: int, data: FloatArray, indptr: IntArray, out: UintArray) -> None:
    """``data``: float64, shape (b,); ``indptr``: int64, shape (n + 1,); ``out``: uint64, shape (n,)."""
    for i in range(start, stop):
        number = np.uint64(0)
        before = 0.0
        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            sign = np.uint64(0)
            if np.isnan(y):
                sign = np.uint64(1)
            elif y > before:
                sign = np.uint64(2)
            elif y < before:
                sign = np.uint64(3) if y > 0.0 else np.uint64(4)
            if not np.isnan(y):
                before = y
            number = mixed(number * np.uint64(5) + sign + np.uint64(1))
        out[i] = number
