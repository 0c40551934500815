"""Random sums made from an item's own buckets, brought to the width that past errors call for.

A bootstrap knows the shape of demand, but takes its level for certain and its few buckets for all that
there can be. So its sums only give the shape: the mean and the variance are those of a calibrated forecast.
Where that is wider, each sum is multiplied by an uncertain level, a gamma variable of mean 1; where it is
narrower (a history with a shift in it) the sums are drawn towards their mean. And because the tail of few
buckets is not known, the calibrated forecast itself is mixed in, all the more the fewer they are.

Random numbers come from the item's own ups and downs: they depend neither on where the item stands in the
panel nor on which thread works on it, nor on the unit that it is counted in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

from models.shared.compile import compiled, over_items
from models.shared.distribution import LEVELS, Distribution, mixture
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray

UintArray = npt.NDArray[np.uint64]

PATHS = 256
"""Sums made per item."""

LEAST_WIDTH, MOST_WIDTH = 1e-4, 1e3
"""Range of the squared coefficient of variation of the level for which multipliers are kept."""

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
        """See ``models.shared.error_variance.LevelForecast.demand_of``."""
        base = self.base.demand_of(items, horizon)
        history = self.base.history.take(items)
        coming, step = np.asarray(horizon, dtype=np.float64)[items], self.base.step[items]
        seed = seeds(history)
        sums = np.zeros((len(items), PATHS))
        self.simulate(items, coming, seed, sums)
        values = base.values.copy()
        target = np.stack([base.mean, base.variance], axis=1) / np.stack([step, step**2], axis=1)
        over_items(_calibrated, len(items), sums, target, seed, multipliers(), LEVELS, values)
        simulated = sums.any(axis=1)
        values[simulated] *= step[simulated, None]
        known = np.bincount(history.item[~np.isnan(history.data)], minlength=len(items))
        windows = known / np.maximum(coming, 1.0)
        share = np.where(simulated, windows / (windows + self.pseudo_windows), 0.0)
        return mixture([Distribution(values), base], np.stack([share, 1.0 - share], axis=1))


def seeds(history: History) -> UintArray:
    """uint64, shape (n,): a number made of which bucket is above the one before, zero or unknown."""
    out = np.empty(len(history), dtype=np.uint64)
    over_items(_seeds, len(history), history.data, history.indptr, out)
    return out


@lru_cache(maxsize=1)
def multipliers() -> FloatArray:
    """Gamma variables of mean 1: the level, where its squared coefficient of variation is v.

    Returns:
        float64, shape (64, PATHS): a row for each v, in equal ratios from ``LEAST_WIDTH`` to
        ``MOST_WIDTH``; ascending, equally likely.

    """
    shape = 1.0 / np.geomspace(LEAST_WIDTH, MOST_WIDTH, 64)[:, None]
    middle = (np.arange(PATHS) + 0.5) / PATHS
    values = special.gammaincinv(shape, middle[None, :]) / shape
    mean: FloatArray = values.mean(axis=1, keepdims=True)
    return values / mean


@compiled
def mixed(number: np.uint64) -> np.uint64:
    """Scramble 64 bits. Source: Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


@compiled
def uniform(state: UintArray) -> float:
    """The next random number, 0 <= u < 1. ``state``: uint64, shape (1,), moves on (SplitMix64)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    return np.float64(mixed(state[0]) >> np.uint64(11)) / 9007199254740992.0


@compiled
def shuffled(values: FloatArray, state: UintArray) -> None:
    """Put values in random order, in place (Fisher and Yates)."""
    for j in range(len(values) - 1, 0, -1):
        k = int(uniform(state) * (j + 1))
        values[j], values[k] = values[k], values[j]


@compiled
def _seeds(start: int, stop: int, data: FloatArray, indptr: IntArray, out: UintArray) -> None:
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


@compiled
def _calibrated(
    start: int,
    stop: int,
    sums: FloatArray,
    target: FloatArray,
    seed: UintArray,
    multipliers: FloatArray,
    levels: FloatArray,
    values: FloatArray,
) -> None:
    """Quantiles, in whole steps, of sums brought to the mean and variance of ``target`` (in steps)."""
    state = np.empty(1, dtype=np.uint64)
    rows, paths = multipliers.shape
    last = rows - 1.0
    level = np.empty(paths)
    for i in range(start, stop):
        mean = np.mean(sums[i])
        if mean <= 0.0 or target[i, 0] <= 0.0:
            continue
        state[0] = mixed(seed[i] + np.uint64(1))
        shape = np.var(sums[i]) / (mean * mean)
        wanted = target[i, 1] / (target[i, 0] * target[i, 0])
        scaled = sums[i] / mean
        if wanted < shape:
            scaled = 1.0 + (scaled - 1.0) * np.sqrt(wanted / shape)
        else:
            width = (wanted - shape) / (1.0 + shape)
            if width > LEAST_WIDTH:
                row = np.log(width / LEAST_WIDTH) / np.log(MOST_WIDTH / LEAST_WIDTH) * last
                below = min(int(row), rows - 2)
                part = min(row - below, 1.0)
                for j in range(paths):
                    level[j] = (1.0 - part) * multipliers[below, j] + part * multipliers[below + 1, j]
                shuffled(level, state)
                scaled *= level
        total = np.sum(scaled)
        if total <= 0.0:
            scaled[:] = 1.0
            total = float(paths)
        scaled = np.sort(scaled) * (target[i, 0] * paths / total)
        # What rounding down leaves over is carried to the next sum, so that the mean stays.
        so_far, given = uniform(state), 0.0
        for j in range(paths):
            so_far += scaled[j]
            scaled[j] = max(np.floor(so_far - given), 0.0)
            given += scaled[j]
        scaled = np.sort(scaled)
        for j in range(len(levels)):
            values[i, j] = scaled[max(int(np.ceil(levels[j] * paths - 1e-9)) - 1, 0)]
