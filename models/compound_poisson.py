"""Orders that arrive at random, times what an order takes: the tail is that of the sizes an item has seen.

The number of orders over the horizon is Poisson with a gamma-distributed rate, so a negative binomial; what
each takes is drawn from the item's own bucket sizes and, where these are few, from the relative sizes of its
category. The sum's distribution follows exactly, by Panjer's recursion. Its mean and variance are those of a
calibrated forecast: what the sizes do not explain of the variance is how uncertain the rate is. An item that
sells in most buckets is steadier than Poisson arrivals of what a bucket sells would be: there a bucket holds
several orders, each of which takes a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.distribution import LEVELS, Distribution
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.tsb import TSB

SIZES = 24
"""Equally likely sizes that stand for all that an item, or a category, has seen."""

CELLS = 1024
"""Probabilities that the recursion works out; where demand spreads wider, a cell holds several steps."""

WHOLE = 0.5
"""Where past errors had this share of the variance that whole sizes need, they stay whole, as packs do."""

MOST_ORDERS = 400.0
"""Beyond this many orders the sum of sizes differs no more from the calibrated negative binomial."""

PSEUDO_SIZES = 4.0
"""The category's sizes count as this many of an item's own."""


def relative_sizes(history: History) -> tuple[FloatArray, FloatArray]:
    """What each item sells in a bucket with demand, over its mean.

    Returns:
        float64, shape (n, SIZES): quantiles of sizes over their mean at equally spaced levels, 0 where
        the item has no demand; and float64, shape (n,): how many demands they are taken from.

    """
    sizes = np.zeros((len(history), SIZES))
    count = np.zeros(len(history))
    over_items(_relative_sizes, len(history), history.data, history.indptr, sizes, count)
    return sizes, count


def pooled_sizes(sizes: FloatArray, count: FloatArray, category: IntArray) -> FloatArray:
    """The relative sizes of each item's category: every item counts alike, from its second demand on.

    Args:
        sizes: float64, shape (n, SIZES), and ``count``: as from ``relative_sizes``.
        category: int64, shape (n,); -1 = not known, which is a category of its own.

    Returns:
        float64, shape (n, SIZES).

    """
    pooled = np.ones_like(sizes)
    telling = count >= 2
    for one in np.unique(category[telling]):
        members = sizes[telling & (category == one)]
        middle = (np.arange(SIZES) + 0.5) / SIZES
        pooled[category == one] = np.quantile(members, middle, method="inverted_cdf")
    return pooled


@dataclass(frozen=True)
class CompoundPoissonForecast:
    """The mean of ``base``, and its variance or what whole sizes need, spread as the item's sizes would."""

    base: LevelForecast

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.base.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.error_variance.LevelForecast.demand_of``."""
        base = self.base.demand_of(items, horizon)
        step = self.base.step[items]
        sizes, own = self._sizes
        target = np.stack([base.mean / step, base.variance / step**2, own[items]], axis=1)
        values = base.values / step[:, None]
        over_items(_compound, len(items), target, sizes[items] / step[:, None], LEVELS, values)
        return Distribution(values * step[:, None])

    @cached_property
    def _sizes(self) -> tuple[FloatArray, FloatArray]:
        """Float64, shape (n, 2 SIZES): sizes, own and pooled; shape (n,): the weight of the own ones."""
        history = self.base.history
        sizes, count = relative_sizes(history)
        alike = np.full(len(history), -1) if history.traits is None else history.traits.category
        pooled = pooled_sizes(sizes, count, alike)
        sold = np.where(history.data > 0, history.data, 0.0)
        mean = np.bincount(history.item, sold, minlength=len(history)) / np.maximum(count, 1.0)
        return np.hstack([sizes, pooled]) * mean[:, None], count / (count + PSEUDO_SIZES)


@dataclass(frozen=True)
class CompoundPoisson:
    """The level and its errors are those of ``tsb``: a smoothed chance times a smoothed size."""

    name: ClassVar[str] = "compound_poisson"

    def fit(self, history: History) -> CompoundPoissonForecast:
        """See ``models.shared.base.Model``."""
        return CompoundPoissonForecast(TSB().fit(history))


@compiled
def _relative_sizes(
    start: int, stop: int, data: FloatArray, indptr: IntArray, sizes: FloatArray, count: FloatArray
) -> None:
    for i in range(start, stop):
        series = data[indptr[i] : indptr[i + 1]]
        own = np.sort(series[series > 0.0])
        count[i] = len(own)
        if len(own) > 0:
            for j in range(sizes.shape[1]):
                sizes[i, j] = own[int((j + 0.5) / sizes.shape[1] * len(own))] / np.mean(own)


@compiled
def panjer(orders: float, spread: float, size: FloatArray, out: FloatArray) -> None:
    """Probabilities of the sum of a negative binomial number of sizes, cell by cell.

    Args:
        orders: the mean number of orders, > 0.
        spread: squared coefficient of variation of its rate, >= 0; 0 is Poisson.
        size: float64, shape (s,): probability of each size in cells; ``size[0]`` is 0.
        out: float64, shape (cells,): proportional to the probabilities of the sum, up to its last cell.

    Source: Panjer (1981), Recursive evaluation of a family of compound distributions, ASTIN Bulletin 12.

    """
    a = spread * orders / (1.0 + spread * orders)
    b = (1.0 - spread) * orders / (1.0 + spread * orders)
    sizes = np.flatnonzero(size)
    out[:] = 0.0
    out[0] = 1.0
    for cell in range(1, len(out)):
        total = 0.0
        for k in sizes:
            if k > cell:
                break
            total += (a + b * k / cell) * size[k] * out[cell - k]
        out[cell] = total
        if total > 1e100:
            # What came before is then nothing beside what is to come.
            out[: cell + 1] *= 1e-100


@compiled
def _compound(
    start: int, stop: int, target: FloatArray, sizes: FloatArray, levels: FloatArray, values: FloatArray
) -> None:
    """Quantiles, in steps. ``target``: mean, variance, the weight of the first half of the sizes."""
    half = sizes.shape[1] // 2
    size = np.empty(CELLS)
    chance = np.empty(CELLS)
    for i in range(start, stop):
        mean, variance, own = target[i]
        first, second = 0.0, 0.0
        for j in range(2 * half):
            weight = (own if j < half else 1.0 - own) / half
            first += weight * sizes[i, j]
            second += weight * sizes[i, j] ** 2
        if mean <= 0.0 or first <= 0.0:
            continue
        # Poisson arrivals of whole sizes have a variance of second / first for each unit of the mean.
        part = max(variance / mean, 1.0) * first / second
        part = 1.0 if part > WHOLE else part
        reach = mean + 24.0 * np.sqrt(variance) + part * np.max(sizes[i])
        cell = max(1.0, np.ceil(reach / CELLS))
        cells = min(CELLS, int(reach / cell) + 2)
        # A size between two cells falls into both, so that its mean stays.
        size[:] = 0.0
        first, second = 0.0, 0.0
        for j in range(2 * half):
            weight = (own if j < half else 1.0 - own) / half
            place = min(max(part * sizes[i, j] / cell, 1.0), CELLS - 2.0)
            below = int(place)
            size[below] += weight * (1.0 - (place - below))
            size[below + 1] += weight * (place - below)
        for k in range(CELLS):
            first += k * size[k]
            second += k * k * size[k]
        orders = mean / cell / first
        if orders > MOST_ORDERS:
            continue
        spread = max(variance / (cell * cell) - orders * second, 0.0) / (orders * first) ** 2
        panjer(orders, spread, size, chance[:cells])
        total = np.sum(chance[:cells])
        k, below_k, passed = 0, 0.0, chance[0]
        for j in range(len(levels)):
            while passed < levels[j] * total * (1.0 - 1e-12) and k < cells - 1:
                k += 1
                below_k = passed
                passed += chance[k]
            # Within a wide cell demand lies evenly, about its middle.
            inside = (levels[j] * total - below_k) / max(passed - below_k, 1e-300)
            place = k * cell + (min(max(inside, 0.0), 1.0) - 0.5) * cell if cell > 1.0 and k > 0 else k * cell
            values[i, j] = max(np.floor(place + 0.5), 0.0)
