"""The indices of a season (1 = an average bucket), estimated from items together.

One item has too few years, and its own are full of chance. So the indices are those of its group, shrunk
to those of all items, and these to 1: all the more the fewer cycles were seen, the less the
cycles repeat each other, and the less the items agree.

Also called: group seasonal indices (GSI), seasonal factors, ratio to moving average, classical decomposition.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.shared.compile import compiled
from models.shared.history import FloatArray, History, IntArray

PRIOR_CYCLES = 0.5
"""What may be expected of a season counts as much as so many cycles seen to repeat, or not."""

REPEATED = 0.5
"""Share of the pattern of a single cycle that may be expected to come again."""

ITEM_DISPERSION = 0.5
"""Squared relative variation of an item's bucket beyond that of a Poisson: it bounds a big item's say."""

GROWTH_CYCLES = 0.25
"""No growth counts as much as so many cycles in which it was seen."""

ROUNDS = 2
"""An item that sold for a part of a cycle has a mean that its season shifts: put right in round two."""


class GroupMoments(NamedTuple):
    """Sums over the items of g groups, by bucket; every array float64, shape (g, t).

    r is an item's demand over its mean, w its weight.

    Attributes:
        weight: of w.
        demand: of w r.
        weight2: of w^2.
        demand2: of w^2 r.
        square2: of w^2 r^2.

    """

    weight: FloatArray
    demand: FloatArray
    weight2: FloatArray
    demand2: FloatArray
    square2: FloatArray

    @staticmethod
    def zeros(groups: int, buckets: int) -> GroupMoments:
        """Of nothing."""
        return GroupMoments(*(np.zeros((groups, buckets)) for _ in GroupMoments._fields))

    def pooled(self) -> GroupMoments:
        """Of all groups as one."""
        return GroupMoments(*(moment.sum(axis=0, keepdims=True) for moment in self))


def group_indices(
    history: History, step: FloatArray, group: IntArray, begin: IntArray, period: int, buckets: int
) -> FloatArray:
    """The indices of each group, from the first buckets of the panel.

    Args:
        history: n items.
        step: float64, shape (n,): the unit that each item is sold in (``models.shared.steps``).
        group: int64, shape (n,): 0..g - 1.
        begin: int64, shape (n,): buckets from the first of the oldest item to the first of each.
        period: buckets in a cycle; the cycle starts with the oldest item.
        buckets: how many of the panel are known, at least ``period``.

    Returns:
        float64, shape (g, period), >= 0, each row of mean 1.

    """
    groups = int(group.max(initial=0)) + 1
    index = np.ones((groups, period))
    for _ in range(ROUNDS):
        moments = GroupMoments.zeros(groups, buckets)
        _group_moments(history.data, history.indptr, begin, group, step, index, moments)
        panel = shrunk(*cycles(moments.pooled(), period), np.ones((1, period)))
        # The panel's are no news to a group that is all of it.
        index = panel if groups == 1 else shrunk(*cycles(moments, period), panel)
    return index


def cycles(moments: GroupMoments, period: int) -> tuple[FloatArray, FloatArray]:
    """The indices of each cycle, and how uncertain they are because the items are few and disagree.

    Args:
        moments: of g groups and at least ``period`` buckets.
        period: buckets in a cycle.

    Returns:
        float64, shape (g, cycles, period), NaN where nothing is known; and float64, shape (g,): the
        variance of one of these indices, infinite where no two items speak of the same bucket.

    Source: Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice, section 3.4 (ratio to a
    moving average).

    Two items of the same weight, in a cycle of two buckets: both sell .5 and 1.5 of their mean, and again in
    the second cycle:

    >>> once = np.full((1, 4), 2.0)
    >>> moments = GroupMoments(once, once * [0.5, 1.5, 0.5, 1.5], once, once * [0.5, 1.5, 0.5, 1.5],
    ...     once * [0.25, 2.25, 0.25, 2.25])
    >>> cycles(moments, 2)
    (array([[[0.5, 1.5],
            [0.5, 1.5]]]), array([0.]))

    """
    groups, length = moments.weight.shape
    mean = _over(moments.demand, moments.weight)
    trend = _trend(moments, mean, period)
    index = _over(mean, trend)

    # How much the items disagree: the variance of a weighted mean of as many as the weights are worth.
    others = np.nan_to_num(_over(moments.weight**2, moments.weight2)) - 1.0
    several = ~np.isnan(index) & (others > 1e-6)
    squares = moments.square2 - 2 * mean * moments.demand2 + mean**2 * moments.weight2
    disagreement = _over(np.maximum(squares, 0.0), (moments.weight * trend) ** 2)
    disagreement = np.where(several, disagreement * (1.0 + 1.0 / np.where(several, others, 1.0)), 0.0)
    measured = several.sum(axis=1)
    variance = np.where(measured > 0, disagreement.sum(axis=1) / np.maximum(measured, 1), np.inf)

    padded = np.pad(index, ((0, 0), (0, -length % period)), constant_values=np.nan)
    return padded.reshape(groups, -1, period), variance


def _trend(moments: GroupMoments, mean: FloatArray, period: int) -> FloatArray:
    """The mean of the nearest whole cycle around each bucket, in which the season cancels out: (g, t).

    Near the ends no whole cycle is centred: what the trend grows until its middle is put right.
    """
    length = mean.shape[1]
    first = np.clip(np.arange(length) - period // 2, 0, length - period)
    total, count = (
        np.cumsum(np.pad(part, ((0, 0), (1, 0))), axis=1)
        for part in (np.nan_to_num(mean), 1.0 * (moments.weight > 0))
    )
    trend = _over(total[:, first + period] - total[:, first], count[:, first + period] - count[:, first])
    off_centre = np.arange(length) - first - (period - 1) / 2
    grown: FloatArray = trend * _growth(trend, period)[:, None] ** off_centre
    return grown


def shrunk(cycle: FloatArray, variance: FloatArray, towards: FloatArray) -> FloatArray:
    """The mean over the cycles, shrunk to other indices by how much of it chance may have made.

    Args:
        cycle: float64, shape (g, c, period); NaN = unknown.
        variance: float64, shape (g,): of one cycle's index, as far as the items show it.
        towards: float64, shape (g or 1, period), mean 1.

    Returns:
        float64, shape (g, period), >= 0, mean 1.

    One cycle is half believed; four that repeat each other, seven eighths and more:

    >>> one, none = np.array([[[0.5, 1.5]]]), np.zeros(1)
    >>> shrunk(one, none, np.ones((1, 2))), shrunk(np.tile(one, (1, 4, 1)), none, np.ones((1, 2))).round(3)
    (array([[0.75, 1.25]]), array([[0.509, 1.491]]))

    """
    known = ~np.isnan(cycle)
    times = known.sum(axis=1)
    mean = np.where(times > 0, np.where(known, cycle, 0.0).sum(axis=1) / np.maximum(times, 1), towards)
    count = np.maximum(times.mean(axis=1), 1e-9)
    distance = ((mean - towards) ** 2).mean(axis=1)

    # One cycle cannot show how well it repeats; several can, and show what the items' chance does as well.
    pairs = np.maximum(times - 1, 0).sum(axis=1)
    seen = np.where(known, (cycle - mean[:, None, :]) ** 2, 0.0).sum(axis=(1, 2)) / np.maximum(pairs, 1)
    expected = np.minimum(variance, distance)
    expected += (1.0 - REPEATED) * (distance - expected)
    more = np.where(pairs > 0, np.maximum(count - 1.0, 0.0), 0.0)
    noise = (PRIOR_CYCLES * expected + more * seen) / (PRIOR_CYCLES + more) / np.maximum(count, 1.0)

    chance = np.divide(noise, distance, out=np.ones_like(distance), where=distance > 0)
    share = np.clip(1.0 - chance, 0.0, 1.0)
    index = np.maximum(towards + share[:, None] * (mean - towards), 0.0)
    rescaled: FloatArray = index / index.mean(axis=1, keepdims=True)
    return rescaled


def _growth(trend: FloatArray, period: int) -> FloatArray:
    """The factor by which the trend grows a bucket, float64, shape (g,), from cycle to cycle.

    Without it a rise would look like a season near the ends. Buckets seen a second time tell the two apart,
    so 1 where there are none.
    """
    further = trend.shape[1] - period
    rise = _over(trend[:, -1:], trend[:, :1])[:, 0]
    rise = np.log(rise, out=np.zeros_like(rise), where=rise > 0)
    growth: FloatArray = np.exp(rise / (further + GROWTH_CYCLES * period))
    return growth


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part / whole``, NaN where that is of nothing."""
    ratio: FloatArray = np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
    return ratio


@compiled
def _group_moments(
    data: FloatArray,
    indptr: IntArray,
    begin: IntArray,
    group: IntArray,
    step: FloatArray,
    index: FloatArray,
    out: GroupMoments,
) -> None:
    """Add up the items by group and bucket. One of mean m steps weighs m / (1 + c m): as sure as it is.

    Args:
        data: float64, shape (b,): demand, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        begin: int64, shape (n,): the first bucket of each item, counted from the oldest item's.
        group: int64, shape (n,).
        step: float64, shape (n,), units.
        index: float64, shape (g, period): what is known of the season so far.
        out: zeros; added to.

    """
    length, period = out.weight.shape[1], index.shape[1]
    for i in range(len(indptr) - 1):
        g = group[i]
        total, expected = 0.0, 0.0
        # An item's history begins BECAUSE it sold then: that bucket says nothing of the season.
        for t in range(begin[i] + 1, length):
            y = data[indptr[i] + t - begin[i]]
            if not np.isnan(y):
                total += y
                expected += index[g, t % period]
        if total <= 0.0 or expected <= 0.0:
            continue

        mean = total / expected
        weight = mean / step[i] / (1.0 + ITEM_DISPERSION * mean / step[i])
        for t in range(begin[i] + 1, length):
            y = data[indptr[i] + t - begin[i]]
            if not np.isnan(y):
                weighted = weight * y / mean
                out.weight[g, t] += weight
                out.demand[g, t] += weighted
                out.weight2[g, t] += weight**2
                out.demand2[g, t] += weight * weighted
                out.square2[g, t] += weighted**2
