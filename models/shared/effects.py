"""What promotions, prices and holidays do to demand: taken out of a history, put back into a forecast.

Demand in bucket t of item i is m exp(x_t b_i), with x_t the drivers and m the item's usual level around
that bucket: a constant of its own in each stretch of about two months, so that season, trend and shifts of
level are not taken for effects. The constants drop out of the likelihood once the total of each stretch is
given, and what remains is a Poisson regression with fixed effects:

    sum over stretches of  sum_t y_t x_t b - S log sum_t exp(x_t b),   S = sum_t y_t

Source: Hausman, Hall, Griliches (1984), Econometric models for count data, Econometrica 52, section 2;
consistent whatever the spread of demand (Wooldridge 1999, Journal of Econometrics 90). How much more than
Poisson an item's demand spreads divides its evidence (quasi-likelihood).

Few items have seen many promotions, so b is drawn three times: the panel's towards no effect, a
category's towards the panel's, an item's towards its category's, each by the evidence that it has itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.shared.compile import compiled, over_items
from models.shared.distribution import WEIGHTS, Distribution
from models.shared.history import BoolArray, Drivers, FloatArray, History, IntArray
from models.shared.kernels import steps

SmallArray = npt.NDArray[np.float32]

PANEL_SPREAD = 1.0
"""Prior deviation of the panel's log effect of a typical promotion (price cut, holiday, ..) around 0."""

CATEGORY_SPREAD = 0.25
"""The same of a category's around the panel's."""

ITEM_SPREAD = 0.25
"""The same of an item's around its category's."""

PRIOR_BUCKETS = 5.0
"""An item's spread is drawn towards that of orders of its mean size as if seen in this many buckets."""

LARGEST_EFFECT = 20.0
"""No effect is above this, nor below one over it."""

LEAST_EFFECT = 0.25
"""Demand of a bucket that had less than this share of its usual demand says too little of the usual."""

ROUNDS = 12
"""Newton steps at most; a handful is the rule."""


@dataclass(frozen=True)
class Effects:
    """The effects of n items.

    Attributes:
        adjusted: the history as it would have been without the drivers, and without their values. It is the
            history itself where there are none.
        names: the k drivers.
        coefficient: float64, shape (n, k): log effect of one unit of each driver; 0 = none.
        step: float64, shape (n,): the unit that each item is sold in.
        ahead: float32, shape (n, a): what demand is multiplied by in each of the buckets to come.

    """

    adjusted: History
    names: tuple[str, ...]
    coefficient: FloatArray
    step: FloatArray
    ahead: SmallArray

    def factor(self, horizon: FloatArray) -> FloatArray:
        """Mean effect over the next ``horizon`` buckets; 1 in buckets of which nothing is known.

        Args and result: float64, shape (n,).
        """
        if not self.names:
            return np.ones(len(horizon))
        known = np.minimum(horizon, self.ahead.shape[1])
        whole = known.astype(np.int64)
        row = np.arange(len(horizon))
        part = self.ahead[row, np.minimum(whole, self.ahead.shape[1] - 1)]
        total = self._running[row, whole] + (known - whole) * part + (horizon - known)
        return np.divide(total, horizon, out=np.ones(len(horizon)), where=horizon > 0)

    @cached_property
    def _running(self) -> FloatArray:
        running = np.cumsum(self.ahead, axis=1, dtype=np.float64)
        return np.concatenate([np.zeros((len(running), 1)), running], axis=1)

    def apply(self, distribution: Distribution, items: IntArray, horizon: FloatArray) -> Distribution:
        """Demand with the drivers to come, from demand without.

        Args:
            distribution: of the k given items, learnt from ``adjusted``.
            items: int64, shape (k,).
            horizon: float64, shape (n,): that of every item, in buckets.

        Returns:
            k distributions. Items that nothing moves over their horizon keep theirs.

        """
        if not self.names:
            return distribution
        factor = self.factor(np.asarray(horizon, dtype=np.float64))[items]
        moved = np.flatnonzero(np.abs(factor - 1.0) > 1e-9)
        if len(moved) == 0:
            return distribution
        values = distribution.values.copy()
        values[moved] = _scaled(values[moved], factor[moved], self.step[items][moved])
        return Distribution(values)


def with_effects(history: History) -> Effects:
    """Estimate the effects of ``history.drivers`` from all items at once. Costs nothing without drivers."""
    n = len(history)
    drivers = history.drivers
    if drivers is None or not drivers.names or n == 0:
        return Effects(history, (), np.zeros((n, 0)), np.zeros(0), np.ones((n, 0), dtype=np.float32))
    coefficient = coefficients(history, drivers)
    step = steps(history)
    first = history.indptr[:-1] + np.arange(n) * drivers.ahead
    own = np.arange(len(history.data)) + np.repeat(first - history.indptr[:-1], history.lengths)
    to_come = (first + history.lengths)[:, None] + np.arange(drivers.ahead)
    touched = np.zeros(len(drivers.values), dtype=np.bool_)
    for driver in range(len(drivers.names)):
        touched |= drivers.values[:, driver] != 0
    effect = _effect(drivers.values, touched, own, coefficient, history.item)
    owner = np.repeat(np.arange(n), drivers.ahead)
    ahead = _effect(drivers.values, touched, to_come.ravel(), coefficient, owner)
    adjusted = replace(history, data=_without(history, effect, step), drivers=None)
    return Effects(adjusted, drivers.names, coefficient, step, ahead.reshape(n, drivers.ahead))


def coefficients(history: History, drivers: Drivers) -> FloatArray:
    """Log effect of a unit of each driver on each item: float64, shape (n, k)."""
    n, k = len(history), len(drivers.names)
    typical = _typical(drivers.values)
    block = max(6, history.season // 6)

    def evidence(each: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        slope, curve, spread = np.zeros((n, k)), np.zeros((n, k, k)), np.zeros((n, 4))
        over_items(
            _evidence, n, history.data, history.indptr, drivers.values, drivers.ahead, block,
            each / typical, slope, curve, spread,
        )  # fmt: skip
        return slope / typical, curve / (typical[:, None] * typical[None, :]), spread

    category = np.full(n, -1, dtype=np.int64) if history.traits is None else history.traits.category
    _, group = np.unique(category, return_inverse=True)
    level = np.zeros((n, k))
    for groups, deviation in (
        (np.zeros(n, dtype=np.int64), PANEL_SPREAD),
        (group, CATEGORY_SPREAD),
        (np.arange(n), ITEM_SPREAD),
    ):
        members = int(groups.max()) + 1
        towards = np.zeros((members, k))
        towards[groups] = level
        found = towards.copy()
        prior = np.eye(k) / deviation**2
        for _ in range(ROUNDS):
            slope, curve, spread = evidence(found[groups])
            weight = _weights(spread)
            total = np.zeros((members, k))
            np.add.at(total, groups, weight[:, None] * slope)
            bend = np.zeros((members, k, k))
            np.add.at(bend, groups, weight[:, None, None] * curve)
            move = np.linalg.solve(bend + prior, (total - (found - towards) @ prior)[:, :, None])[:, :, 0]
            found += np.clip(move, -1.0, 1.0)
            if np.abs(move).max() < 1e-3:
                break
        level = found[groups]
    bound: FloatArray = np.clip(level, -np.log(LARGEST_EFFECT), np.log(LARGEST_EFFECT)) / typical
    return bound


def _weights(spread: FloatArray) -> FloatArray:
    """What a unit of each item says, one over variance to mean: float64, shape (n,)."""
    # Orders of a constant size s would spread s times as wide as a Poisson.
    sold, demands = spread[:, 2], spread[:, 3]
    size = np.divide(sold, demands, out=np.ones(len(sold)), where=demands > 0)
    weight: FloatArray = (spread[:, 1] + PRIOR_BUCKETS) / (spread[:, 0] + PRIOR_BUCKETS * size)
    return weight


def _typical(values: SmallArray) -> FloatArray:
    """Root mean square of each driver where it is not 0: coefficients are compared at that size."""
    size = np.zeros(values.shape[1])
    for driver in range(values.shape[1]):
        column = values[:, driver].astype(np.float64)
        touched = max(int(np.count_nonzero(column)), 1)
        size[driver] = np.sqrt(float(column @ column) / touched)
    return np.where(size > 0, size, 1.0)


def _effect(
    values: SmallArray, touched: BoolArray, rows: IntArray, coefficient: FloatArray, item: IntArray
) -> SmallArray:
    """What demand is multiplied by in each of ``rows``, float32; exactly 1 where every driver is 0."""
    effect = np.ones(len(rows), dtype=np.float32)
    there = np.flatnonzero(touched[rows])
    log = np.einsum("ij,ij->i", values[rows[there]], coefficient[item[there]])
    effect[there] = np.exp(np.clip(log, -np.log(LARGEST_EFFECT), np.log(LARGEST_EFFECT)))
    return effect


def _without(history: History, effect: SmallArray, step: FloatArray) -> FloatArray:
    """Demand over its effect, in whole steps: what rounding takes from one bucket the next one gets."""
    data, item = history.data.copy(), history.item
    touched = np.flatnonzero((effect != 1.0) & (data > 0))
    owner = item[touched]
    new = np.diff(owner, prepend=-1) != 0
    running = np.cumsum(data[touched] / effect[touched] / step[owner])
    before = np.concatenate([[0.0], running])[:-1][new]
    whole = np.floor(running - before[np.cumsum(new) - 1] + 0.5)
    data[touched] = np.where(new, whole, np.diff(whole, prepend=0.0)) * step[owner]
    data[effect < LEAST_EFFECT] = np.nan
    return data


def _scaled(values: FloatArray, factor: FloatArray, step: FloatArray) -> FloatArray:
    """Quantiles times a factor, in whole steps. A run of levels with one value is split where it must be,
    so that the mean is scaled too, of an item that sells one or two as well.
    """
    out = np.empty_like(values)
    over_items(_scale, len(values), values, factor, step, WEIGHTS, out)
    return out


@compiled
def _scale(start, stop, values, factor, step, weights, out):  # type: ignore[no-untyped-def]
    levels = values.shape[1]
    for i in range(start, stop):
        scaled = np.empty(levels)
        first = 0
        while first < levels:
            last, length = first, 0.0
            while last < levels and values[i, last] == values[i, first]:
                length += weights[last]
                last += 1
            inside = 0.0
            for g in range(first, last):
                part = (inside + 0.5 * weights[g]) / length
                scaled[g] = np.floor(values[i, first] * factor[i] / step[i] + part) * step[i]
                inside += weights[g]
            first = last
        # Where a factor below 1 leaves some of a larger value below a smaller one, each keeps its chance.
        order = np.argsort(scaled, kind="mergesort")
        reached, middle, g = 0.0, 0.0, 0
        for outcome in order:
            reached += weights[outcome]
            while g < levels and middle + 0.5 * weights[g] <= reached + 1e-12:
                out[i, g] = scaled[outcome]
                middle += weights[g]
                g += 1
        while g < levels:
            out[i, g] = scaled[order[levels - 1]]
            g += 1


@compiled
def _evidence(  # type: ignore[no-untyped-def]
    start, stop, data, indptr, values, ahead, block, coefficient, slope, curve, spread
):
    k = values.shape[1]
    mean, square = np.zeros(k), np.zeros((k, k))
    for i in range(start, stop):
        first, end = indptr[i], indptr[i + 1]
        shift = i * ahead
        upper = end
        while upper > first:
            lower = max(upper - block, first)
            total, known, demands, squared = 0.0, 0, 0, 0.0
            moved = False
            for t in range(lower, upper):
                if not np.isnan(data[t]):
                    total += data[t]
                    squared += data[t] ** 2
                    known += 1
                    if data[t] > 0.0:
                        demands += 1
                    for j in range(k):
                        if values[t + shift, j] != 0.0:
                            moved = True
            if total > 0.0 and known > 1:
                weight = float(known)
                mean[:] = 0.0
                square[:] = 0.0
                if moved:
                    weight, squared = 0.0, 0.0
                    for t in range(lower, upper):
                        if not np.isnan(data[t]):
                            there = False
                            for j in range(k):
                                if values[t + shift, j] != 0.0:
                                    there = True
                            if not there:
                                weight += 1.0
                                squared += data[t] ** 2
                                continue
                            log = 0.0
                            for j in range(k):
                                log += values[t + shift, j] * coefficient[i, j]
                            share = np.exp(min(max(log, -30.0), 30.0))
                            weight += share
                            squared += data[t] ** 2 / share
                            for j in range(k):
                                x = values[t + shift, j]
                                mean[j] += share * x
                                slope[i, j] += data[t] * x
                                for m in range(k):
                                    square[j, m] += share * x * values[t + shift, m]
                    for j in range(k):
                        slope[i, j] -= total * mean[j] / weight
                        for m in range(k):
                            curve[i, j, m] += total * (
                                square[j, m] / weight - mean[j] * mean[m] / (weight * weight)
                            )
                # The sum of (y - m)^2 / m, with m = total x share / weight.
                spread[i, 0] += squared * weight / total - total
                spread[i, 1] += known - 1
                spread[i, 2] += total
                spread[i, 3] += demands
            upper = lower
