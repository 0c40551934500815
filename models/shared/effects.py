"""What promotions, prices and holidays do to demand: taken out of a history, put back into a forecast.

How much they do is estimated in ``models/shared/effect_coefficients.py``. A model learns from the history
without their effects, so that a promotion is not taken for a level, and its forecast is scaled by the drivers
that are known ahead.

Also called: promotional uplift and baseline, causal factors, regressors, price and holiday effects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.distribution import WEIGHTS, Distribution
from models.shared.effect_coefficients import LARGEST_EFFECT, coefficients
from models.shared.effect_stretches import SmallArray
from models.shared.history import BoolArray, FloatArray, History, IntArray
from models.shared.level_shift import at_present_level
from models.shared.steps import steps

LEAST_EFFECT = 0.25
"""Demand of a bucket that had less than this share of its usual demand says too little of the usual."""


@dataclass(frozen=True)
class Effects:
    """The effects of n items.

    Attributes:
        adjusted: the history as it would have been without the drivers and at its present level
            (``models.shared.level_shift``), and without the drivers' values.
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
        """float64, shape (n, a + 1): the sum of ``ahead`` over the first 0, 1, ... a buckets."""
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
    """Estimate the effects of ``history.drivers`` from all items at once. Costs nothing without drivers.

    Two years of weeks at 10, and 20 in every tenth, which is promoted; the week after next will be, too. The
    effect of 2 is found:

    >>> from models.shared.history import Drivers
    >>> promoted = np.where(np.arange(108) % 10 == 5, 1.0, 0.0)
    >>> promotions = Drivers(promoted[:, None].astype(np.float32), ("promotion",), ahead=4)
    >>> demand = 10.0 * (1.0 + promoted[:104])
    >>> effects = with_effects(History(demand, np.array([0, 104]), drivers=promotions))
    >>> np.exp(effects.coefficient).round(3)
    array([[2.]])
    >>> effects.ahead.round(3)
    array([[1., 2., 1., 1.]], dtype=float32)
    >>> effects.adjusted.data[:7]
    array([10., 10., 10., 10., 10., 10., 10.])

    """
    n = len(history)
    drivers = history.drivers
    if drivers is None or not drivers.names or n == 0:
        nothing = np.ones((n, 0), dtype=np.float32)
        return Effects(at_present_level(history), (), np.zeros((n, 0)), np.zeros(0), nothing)
    coefficient = coefficients(history, drivers)
    step = steps(history)

    # Each item's drivers reach ``ahead`` rows beyond its history, so its rows lie that much later in theirs.
    first = history.indptr[:-1] + np.arange(n) * drivers.ahead
    past = np.arange(len(history.data)) + np.repeat(first - history.indptr[:-1], history.lengths)
    to_come = (first + history.lengths)[:, None] + np.arange(drivers.ahead)
    touched = np.zeros(len(drivers.values), dtype=np.bool_)
    for driver in range(len(drivers.names)):
        touched |= drivers.values[:, driver] != 0

    effect = _effect(drivers.values, touched, past, coefficient, history.item)
    owner = np.repeat(np.arange(n), drivers.ahead)
    ahead = _effect(drivers.values, touched, to_come.ravel(), coefficient, owner)
    adjusted = at_present_level(replace(history, data=_without(history, effect, step), drivers=None))
    return Effects(adjusted, drivers.names, coefficient, step, ahead.reshape(n, drivers.ahead))


def _effect(
    values: SmallArray, touched: BoolArray, rows: IntArray, coefficient: FloatArray, item: IntArray
) -> SmallArray:
    """What demand is multiplied by in each of r ``rows``; exactly 1 where every driver is 0.

    Args:
        values: float32, shape (b, k): the drivers of all rows.
        touched: bool, shape (b,): where any of them is not 0.
        rows: int64, shape (r,).
        coefficient: float64, shape (n, k).
        item: int64, shape (r,): whose rows they are.

    Returns:
        float32, shape (r,).

    """
    effect = np.ones(len(rows), dtype=np.float32)
    moved = np.flatnonzero(touched[rows])
    log = np.einsum("ij,ij->i", values[rows[moved]], coefficient[item[moved]])
    effect[moved] = np.exp(np.clip(log, -np.log(LARGEST_EFFECT), np.log(LARGEST_EFFECT)))
    return effect


def _without(history: History, effect: SmallArray, step: FloatArray) -> FloatArray:
    """Demand over its effect, in whole steps: what rounding takes from one bucket the next one gets.

    Args:
        history: n items, b buckets.
        effect: float32, shape (b,).
        step: float64, shape (n,): the items' units.

    Returns:
        float64, shape (b,); NaN where the effect left too little to tell.

    """
    data, item = history.data.copy(), history.item
    touched = np.flatnonzero((effect != 1.0) & (data > 0))
    owner = item[touched]
    is_first = np.diff(owner, prepend=-1) != 0

    running = np.cumsum(data[touched] / effect[touched] / step[owner])
    before = np.concatenate([[0.0], running])[:-1][is_first]
    whole = np.floor(running - before[np.cumsum(is_first) - 1] + 0.5)
    data[touched] = np.where(is_first, whole, np.diff(whole, prepend=0.0)) * step[owner]
    data[effect < LEAST_EFFECT] = np.nan
    return data


def _scaled(values: FloatArray, factor: FloatArray, step: FloatArray) -> FloatArray:
    """Quantiles times a factor, in whole steps.

    A run of levels with one value is split where it must be, so that the mean is scaled too, of an item
    that sells one or two as well.

    Args:
        values: float64, shape (k, G): quantiles.
        factor: float64, shape (k,).
        step: float64, shape (k,): the items' units.

    Returns:
        float64, shape (k, G), never falling along a row.

    """
    outcomes, out = np.empty_like(values), np.empty_like(values)
    over_items(_scale, len(values), values, factor, step, WEIGHTS, outcomes)
    order = np.argsort(outcomes, axis=1, kind="stable")
    over_items(_quantiles, len(values), outcomes, order, WEIGHTS, out)
    return out


@compiled
def _scale(
    start: int,
    stop: int,
    values: FloatArray,
    factor: FloatArray,
    step: FloatArray,
    weights: FloatArray,
    out: FloatArray,
) -> None:
    """As ``_scaled``. ``weights``: float64, shape (G,), of the outcomes; ``out``: as ``values``."""
    for i in range(start, stop):
        _scale_outcomes(values[i], factor[i], step[i], weights, out[i])


@compiled_within
def _scale_outcomes(
    outcomes: FloatArray, factor: float, step: float, weights: FloatArray, scaled: FloatArray
) -> None:
    """The G ``outcomes`` of one item x ``factor``, in whole steps; outcomes of one value part if they must.

    Of a run of equal outcomes, those in its lower part are rounded down and those in its upper part up.
    """
    first = 0
    while first < len(outcomes):
        last, length = first, 0.0
        while last < len(outcomes) and outcomes[last] == outcomes[first]:
            length += weights[last]
            last += 1

        inside = 0.0
        for g in range(first, last):
            position = (inside + 0.5 * weights[g]) / length
            scaled[g] = np.floor(outcomes[first] * factor / step + position) * step
            inside += weights[g]
        first = last


@compiled
def _quantiles(
    start: int, stop: int, outcomes: FloatArray, order: IntArray, weights: FloatArray, out: FloatArray
) -> None:
    """Outcomes in ascending order, each at as many levels as its chance covers.

    A factor below 1 can leave some of a larger value below a smaller one; each keeps its chance.

    Args:
        start, stop: items.
        outcomes: float64, shape (k, G). ``weights``: float64, shape (G,), their chances.
        order: int64, shape (k, G): the places of an item's outcomes, the lowest first.
        out: float64, shape (k, G): written.

    """
    levels = len(weights)
    for i in range(start, stop):
        reached, below, g = 0.0, 0.0, 0
        for k in range(levels):
            reached += weights[order[i, k]]
            while g < levels and below + 0.5 * weights[g] <= reached + 1e-12:
                out[i, g] = outcomes[i, order[i, k]]
                below += weights[g]
                g += 1
        while g < levels:
            out[i, g] = outcomes[i, order[i, levels - 1]]
            g += 1
