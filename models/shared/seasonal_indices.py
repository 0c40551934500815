"""The indices of a season (1 = an average bucket), estimated from items together.

One item has too few years, and its own are full of chance. So the indices are those of its group, drawn
towards those of all items, and these towards 1: all the more the fewer cycles were seen, the less the
cycles repeat each other, and the less the items agree.
"""

from __future__ import annotations

import numpy as np

from models.shared.compile import compiled
from models.shared.history import FloatArray, History, IntArray

PRIOR_CYCLES = 0.5
"""What may be expected of a season counts as much as so many cycles seen to repeat, or not."""

REPEATED = 0.5
"""Share of the pattern of a single cycle that may be expected to come again."""

ITEM_DISPERSION = 0.5
"""Squared relative spread of an item's bucket beyond that of a Poisson: it bounds a big item's say."""

GROWTH_CYCLES = 0.25
"""No growth counts as much as so many cycles in which it was seen."""

ROUNDS = 2
"""An item that was there for a part of a cycle has a mean that its season shifts: put right in round two."""


def group_indices(
    history: History, step: FloatArray, group: IntArray, begin: IntArray, period: int, at: int
) -> FloatArray:
    """The indices of each group, from the first ``at`` buckets of the panel.

    Args:
        history: n items.
        step: float64, shape (n,): the unit that each item is sold in (``models.shared.steps.steps``).
        group: int64, shape (n,): 0..g - 1.
        begin: int64, shape (n,): buckets from the first of the oldest item to the first of each.
        period: buckets in a cycle; the cycle starts with the oldest item.
        at: buckets, at least ``period``.

    Returns:
        float64, shape (g, period), >= 0, each row of mean 1.

    """
    groups = int(group.max(initial=0)) + 1
    index = np.ones((groups, period))
    for _ in range(ROUNDS):
        moments = np.zeros((groups, at, 5))
        _group_moments(history.data, history.indptr, begin, group, step, index, moments)
        panel = drawn(*cycles(moments.sum(axis=0, keepdims=True), period), np.ones((1, period)))
        # The panel's are no news to a group that is all of it.
        index = panel if groups == 1 else drawn(*cycles(moments, period), panel)
    return index


def cycles(moments: FloatArray, period: int) -> tuple[FloatArray, FloatArray]:
    """The indices of each cycle, and how uncertain they are because the items are few and disagree.

    Args:
        moments: float64, shape (g, t, 5): of relative demand r and weights w, summed over the items of a
            group: w, w r, w^2, w^2 r, w^2 r^2. At least ``period`` buckets.
        period: buckets in a cycle.

    Returns:
        float64, shape (g, cycles, period), NaN where nothing is known; and float64, shape (g,): the
        variance of one of these indices, infinite where no two items speak of the same bucket.

    Source: Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice, section 3.4 (ratio to a
    moving average).

    """
    groups, length, _ = moments.shape
    weight, demand, weight2, demand2, square2 = np.moveaxis(moments, 2, 0)
    mean = _over(demand, weight)
    # Over a whole cycle the season cancels out: the mean of the nearest whole one is the trend.
    first = np.clip(np.arange(length) - period // 2, 0, length - period)
    total, count = (
        np.cumsum(np.pad(part, ((0, 0), (1, 0))), axis=1)
        for part in (np.nan_to_num(mean), 1.0 * (weight > 0))
    )
    trend = _over(total[:, first + period] - total[:, first], count[:, first + period] - count[:, first])
    trend = trend * _growth(trend, period)[:, None] ** (np.arange(length) - first - (period - 1) / 2)
    index = _over(mean, trend)
    others = np.nan_to_num(_over(weight**2, weight2)) - 1.0
    several = ~np.isnan(index) & (others > 1e-6)
    disagreement = _over(
        np.maximum(square2 - 2 * mean * demand2 + mean**2 * weight2, 0.0), (weight * trend) ** 2
    )
    disagreement = np.where(several, disagreement * (1.0 + 1.0 / np.where(several, others, 1.0)), 0.0)
    heard = several.sum(axis=1)
    variance = np.where(heard > 0, disagreement.sum(axis=1) / np.maximum(heard, 1), np.inf)
    padded = np.pad(index, ((0, 0), (0, -length % period)), constant_values=np.nan)
    return padded.reshape(groups, -1, period), variance


def drawn(cycle: FloatArray, variance: FloatArray, towards: FloatArray) -> FloatArray:
    """The mean over the cycles, drawn towards other indices by how much of it chance may have made.

    Args:
        cycle: float64, shape (g, c, period); NaN = unknown.
        variance: float64, shape (g,): of one cycle's index, as far as the items show it.
        towards: float64, shape (g or 1, period), mean 1.

    Returns:
        float64, shape (g, period), >= 0, mean 1.

    """
    known = ~np.isnan(cycle)
    times = known.sum(axis=1)
    mean = np.where(times > 0, np.where(known, cycle, 0.0).sum(axis=1) / np.maximum(times, 1), towards)
    count = np.maximum(times.mean(axis=1), 1e-9)
    away = ((mean - towards) ** 2).mean(axis=1)
    # One cycle cannot show how well it repeats; several can, and show what the items' chance does as well.
    pairs = np.maximum(times - 1, 0).sum(axis=1)
    seen = np.where(known, (cycle - mean[:, None, :]) ** 2, 0.0).sum(axis=(1, 2)) / np.maximum(pairs, 1)
    expected = np.minimum(variance, away)
    expected += (1.0 - REPEATED) * (away - expected)
    more = np.where(pairs > 0, np.maximum(count - 1.0, 0.0), 0.0)
    noise = (PRIOR_CYCLES * expected + more * seen) / (PRIOR_CYCLES + more) / np.maximum(count, 1.0)
    share = np.clip(1.0 - np.divide(noise, away, out=np.ones_like(away), where=away > 0), 0.0, 1.0)
    index = np.maximum(towards + share[:, None] * (mean - towards), 0.0)
    rescaled: FloatArray = index / index.mean(axis=1, keepdims=True)
    return rescaled


def _growth(trend: FloatArray, period: int) -> FloatArray:
    """The factor by which the trend grows a bucket, float64, shape (g,), from cycle to cycle.

    Near the ends no whole cycle is centred: without it a rise would look like a season. Buckets seen a
    second time tell the two apart, so 1 where there are none.
    """
    further = trend.shape[1] - period
    rise = _over(trend[:, -1:], trend[:, :1])[:, 0]
    rise = np.log(rise, out=np.zeros_like(rise), where=rise > 0)
    growth: FloatArray = np.exp(rise / (further + GROWTH_CYCLES * period))
    return growth


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
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
    out: FloatArray,
) -> None:
    """Add up the items by group and bucket. One of mean m steps weighs m / (1 + c m): as sure as it is."""
    length, period = out.shape[1], index.shape[1]
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
                out[g, t, 0] += weight
                out[g, t, 1] += weighted
                out[g, t, 2] += weight**2
                out[g, t, 3] += weight * weighted
                out[g, t, 4] += weighted**2
