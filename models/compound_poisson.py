"""Orders that arrive at random, times what an order takes: the tail is that of the sizes an item has seen.

The number of orders over the horizon is Poisson with a gamma-distributed rate, so a negative binomial; what
each takes is drawn from the item's own bucket sizes and, where these are few, from the relative sizes of its
category. The sum's distribution follows exactly, by Panjer's recursion. Its mean and variance are those of a
calibrated forecast: what the sizes do not explain of the variance is how uncertain the rate is. An item that
sells in most buckets is steadier than Poisson arrivals of what a bucket sells would be: there a bucket holds
several orders, each of which takes a part of it.

Also called: stuttering Poisson (where sizes are geometric), compound negative binomial, aggregate claims
distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from models.shared.compound_sums import compound_quantiles
from models.shared.distribution import Distribution, MeanVariance
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.tsb import TSB

SIZES = 24
"""Equally likely sizes that stand for all that an item, or a category, has seen."""

PSEUDO_SIZES = 4.0
"""The category's sizes count as this many of an item's own."""


def relative_sizes(history: History) -> tuple[FloatArray, FloatArray]:
    """What each item sells in a bucket with demand, over its mean.

    Returns:
        float64, shape (n, SIZES): quantiles of sizes over their mean at equally spaced levels, 0 where
        the item has no demand; and float64, shape (n,): how many demands they are taken from.

    >>> sizes, count = relative_sizes(History(np.array([1.0, 0.0, 3.0]), np.array([0, 3])))
    >>> sizes[0, [0, 11, 12, 23]], count
    (array([0.5, 0.5, 1.5, 1.5]), array([2.]))

    """
    sold = history.data > 0.0
    size, item = history.data[sold], history.item[sold]
    ascending = np.lexsort((size, item))
    size, item = size[ascending], item[ascending]

    count = np.bincount(item, minlength=len(history)).astype(np.float64)
    total = np.bincount(item, size, minlength=len(history))
    first = np.concatenate([[0.0], np.cumsum(count)[:-1]])
    has = count > 0
    at = (np.arange(SIZES) + 0.5) / SIZES
    place = (first[has, None] + np.floor(at * count[has, None])).astype(np.int64)

    sizes = np.zeros((len(history), SIZES))
    sizes[has] = size[place] / (total[has] / count[has])[:, None]
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
    several = count >= 2
    for one in np.unique(category[several]):
        members = sizes[several & (category == one)]
        middle = (np.arange(SIZES) + 0.5) / SIZES
        pooled[category == one] = np.quantile(members, middle, method="inverted_cdf")
    return pooled


class OrderSizes(NamedTuple):
    """What an order may take of each of n items: own sizes, then the category's.

    Attributes:
        size: float64, shape (n, 2 SIZES), units.
        weight: float64, shape (n, 2 SIZES): the probability of each; rows sum to 1.

    """

    size: FloatArray
    weight: FloatArray


@dataclass(frozen=True)
class CompoundPoissonForecast:
    """The mean of ``base``, and its variance or what whole sizes need; the shape is that of the sizes."""

    base: LevelForecast

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.base.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        base = self.base.demand_of(items, horizon)
        step = self.base.step[items]
        sizes = self._sizes
        values = compound_quantiles(
            MeanVariance(base.mean / step, base.variance / step**2),
            sizes.size[items] / step[:, None],
            sizes.weight[items],
            base.values / step[:, None],
        )
        return Distribution(values * step[:, None])

    @cached_property
    def _sizes(self) -> OrderSizes:
        history = self.base.history
        sizes, count = relative_sizes(history)
        alike = np.full(len(history), -1) if history.traits is None else history.traits.category
        pooled = pooled_sizes(sizes, count, alike)
        sold = np.where(history.data > 0, history.data, 0.0)
        mean = np.bincount(history.item, sold, minlength=len(history)) / np.maximum(count, 1.0)

        own = count / (count + PSEUDO_SIZES)
        weight = np.repeat(np.stack([own, 1.0 - own], axis=1) / SIZES, SIZES, axis=1)
        return OrderSizes(np.hstack([sizes, pooled]) * mean[:, None], weight)


@dataclass(frozen=True)
class CompoundPoisson:
    """The level and its errors are those of ``tsb``: a smoothed chance times a smoothed size."""

    name: ClassVar[str] = "compound_poisson"

    def fit(self, history: History) -> CompoundPoissonForecast:
        """See ``models.shared.base.Model``."""
        return CompoundPoissonForecast(TSB().fit(history))
