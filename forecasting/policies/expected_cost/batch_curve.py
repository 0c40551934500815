"""The cost of ordering in batches, where an order line costs something or a larger one is cheaper.

An order that takes the position to ``y`` lasts until demand has taken it to the reorder point s. With G(x)
the cost of one review from the position x (``cost_curve``, what turns out not to be needed included) and d
the demand of a review, it costs until then, and lasts for

    C(y) = n0 G(y) + 1/d  integral of G(x) over x from s to y - e       n0 = 1 / (1 - exp(-d / line))
    N(y) = n0 + (y - e - s) / d  reviews                                e  = d n0 - d / 2 - line

The position stays at ``y`` until the first line comes (for n0 reviews, where lines of exponential size come
at exponential distances), then passes what lies below evenly: that is the renewal measure of those lines,
and ``e`` allows for an order that waits for the next review. Time passes at the mean demand. How uncertain
the mean is, is part of G; it must not make stock look as if it saved orders. Ordering up to y, whenever the
position is at s or below, costs per review

    (K + C(y) + U(y) - U(S0)) / N(y) + d x price of a unit

with K the cost of an order line, U that of stock that turns out not to be needed and S0 the level that
orders at each review go to: what is bought for later reviews pays for that as a whole, once. The lowest such
cost is g, and s the highest level from which one more review without an order costs g or more: G(s) = g, as
in an (r,Q) or an (s,S) policy (Zheng 1992; Zheng and Federgruen 1991). Without K, S is S0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, OrderTerms, SomeItems
from forecasting.policies.expected_cost.cost_curve import LONGEST_DAYS, CostCurve
from forecasting.policies.expected_cost.kernels import between_levels
from forecasting.policies.expected_cost.order_crossover import CrossoverCost
from forecasting.policies.expected_cost.review_cost import PARTS
from forecasting.policies.expected_cost.search import last_true, lowest
from forecasting.policies.situation import Situation
from models.shared.compile import over_items

LEVELS = 64
"""Levels of an item at which the integral is known, closer together where they are low."""

ROUNDS = 6
"""g and s follow from each other: so often they are worked out anew."""

RAREST_LINE_DAYS = 3640.0
"""That an order line comes more rarely than this makes no difference any more."""


@dataclass(frozen=True)
class BatchCurve(SomeItems):
    """Cost of n of the items as a function of the position after ordering, until the next order.

    Attributes:
        one: G, the cost of one review.
        excess: U, what stock costs that turns out not to be needed, and what is thrown away.
        crossover: what goods on order cost that the order overtakes.
        each: S0, the level that orders at each review go to.
        levels: float64, shape (n, LEVELS + 1), units, rising.
        integral: the same shape: of G over the positions from the lowest level on.
        reorder: s, units. ``idle``: n0, reviews. ``step``: e, units. ``review_demand``: d, units.
            ``line_cost``: K, money. Each float64, shape (n,).
        smallest: of the usual order, units. ``usual_cost``: money, the price of a unit of it. Float64, (n,).
        terms: packs and prices.

    """

    one: CostCurve
    excess: CostCurve
    crossover: CrossoverCost | None
    each: FloatArray
    levels: FloatArray
    integral: FloatArray
    reorder: FloatArray
    idle: FloatArray
    step: FloatArray
    review_demand: FloatArray
    line_cost: FloatArray
    smallest: FloatArray
    usual_cost: FloatArray
    terms: OrderTerms

    def lasting(self, y: FloatArray, reorder: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """C, money, with all that it costs once but K, and N, reviews: float64, (n, k), rows ascending.

        ``reorder``: what takes the place of s; float64, shape (n, k), rows ascending.
        """
        low = self.reorder[:, None] if reorder is None else reorder
        cost = self.idle[:, None] * self.one.cost(y) + self._passed(self.integral, y, low) + self._once(y)
        if self.crossover is not None:
            cost[self.crossover.items] += self.crossover.cost(y[self.crossover.items])
        return cost, self.idle[:, None] + self._further(y, low) / self.review_demand[:, None]

    def rate(self, y: FloatArray, reorder: FloatArray | None = None) -> FloatArray:
        """Money per review, at no price, of ordering up to ``y`` now, and again when it pays: (n, k)."""
        cost, reviews = self.lasting(y, reorder)
        return (self.line_cost[:, None] + cost) / reviews

    def best(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """S, float64, shape (n,): the level from ``low`` to ``high`` of the least cost per review."""
        unit = self.unit
        return lowest(lambda y: self.rate(y * unit[:, None]), low / unit, np.ceil(high / unit)) * unit

    @property
    def unit(self) -> FloatArray:
        """float64, shape (n,), units: how far apart two levels are."""
        return np.minimum(self.terms.pack_size, 1.0)

    def parts(self, y: FloatArray) -> dict[str, FloatArray]:
        """What C of ``y``, float64, shape (n,), is the sum of, by the names of ``PARTS``: shape (n,) each."""
        column = y[:, None]
        top, once, free = self.one.parts(y), self.excess.parts(y), self.excess.parts(self.each)
        along = [self.one.parts(level) for level in self.levels.T]
        above = y > self.each
        named = {}
        for name in PARTS:
            integral = _integral(self.levels, np.stack([part[name] for part in along], axis=1))
            passed = self._passed(integral, column, self.reorder[:, None])[:, 0]
            bought_ahead = np.where(above, once[name] - free[name], 0.0)
            named[name] = self.idle * top[name] + passed + bought_ahead
        if self.crossover is not None:
            for name, amount in self.crossover.parts(y[self.crossover.items]).items():
                named[name][self.crossover.items] += amount
        return named

    @property
    def highest(self) -> FloatArray:
        """float64, shape (n,): more than this is not worth having."""
        return self.levels[:, -1]

    def _once(self, y: FloatArray) -> FloatArray:
        each = self.each[:, None]
        return self.excess.cost(np.maximum(y, each)) - self.excess.cost(each)

    def _further(self, y: FloatArray, low: FloatArray) -> FloatArray:
        """Units of ``y`` above the reorder point ``low`` that are passed after the first lines."""
        return np.maximum(y - self.step[:, None] - low, 0.0)

    def _passed(self, integral: FloatArray, y: FloatArray, low: FloatArray) -> FloatArray:
        """1/d times the integral from ``low`` to y - e."""
        to_y, to_low = (self._along(integral, level) for level in (low + self._further(y, low), low))
        return (to_y - to_low) / self.review_demand[:, None]

    def _along(self, integral: FloatArray, y: FloatArray) -> FloatArray:
        out = np.empty_like(y)
        over_items(between_levels, len(y), self.levels, integral, y, out)
        return out


def batch_curve(situation: Situation, curve: CostCurve, items: IntArray) -> tuple[BatchCurve, FloatArray]:
    """That of the ``items``, int64, shape (k,), whose costs of one review are among those of ``curve``.

    Besides, their best level S: float64, shape (k,), units.
    """
    own, nothing = curve.take(items), np.zeros(len(items))
    terms, line_cost = situation.terms.take(items), situation.costs.line_cost[items]
    review_days, line = situation.review_days[items], situation.line_size[items]
    unit = np.minimum(terms.pack_size, 1.0)
    demand = np.maximum(own.review_demand, line * review_days / RAREST_LINE_DAYS)
    idle = -1.0 / np.expm1(-demand / line)
    one = replace(own, more=(), crossover=None)
    ahead = tuple(term.bought_ahead for term in own.more)
    no_review = replace(own.review, shortage=nothing, waiting=nothing, review_days=nothing)
    top = np.ceil(one.highest / unit)
    each = lowest(lambda y: own.cost(y * unit[:, None]), nothing, top)
    deepest = np.where(situation.backorder_allowed[items], -top, -1.0)

    def reorder_point(rate: FloatArray) -> FloatArray:
        """The highest level from which one more review without an order costs so much."""
        return last_true(lambda level: one.cost(level) >= rate, deepest, each - 1.0, unit)

    # No order is due before one more review costs as much as ordering at each, or as holding what a better
    # price asks for.
    held_for = own.review.holding * review_days / demand
    most = np.maximum(demand * LONGEST_DAYS / review_days, _most_worth(terms, held_for))
    held = each * unit + _largest_break(terms, one.highest + most - each * unit)
    dearest = np.maximum(one.cost(each * unit) + line_cost, own.cost(held))
    lowest_point = reorder_point(dearest)
    levels = _levels(lowest_point - unit, one.highest + most, unit)
    batch = BatchCurve(
        items=items,
        one=one,
        excess=replace(own, review=no_review, more=ahead, crossover=None),
        crossover=own.crossover,
        each=each * unit,
        levels=levels,
        integral=_integral(levels, one.cost(levels)),
        reorder=(each - 1.0) * unit,
        idle=idle,
        step=np.maximum(demand * idle - demand / 2 - line, 0.0),
        review_demand=demand,
        line_cost=line_cost,
        smallest=terms.smallest,
        usual_cost=terms.unit_cost,
        terms=terms,
    )
    for _ in range(ROUNDS):
        level = batch.best(batch.each, batch.highest)
        reorder = reorder_point(batch.rate(level[:, None])[:, 0])
        if np.array_equal(reorder, batch.reorder):
            break
        batch = replace(batch, reorder=reorder)
    return batch, level


def _largest_break(terms: OrderTerms, reach: FloatArray) -> FloatArray:
    """The largest order of ``reach`` at most that a price asks for; else 0: float64, shape (n,), units."""
    if terms.breaks is None:
        return np.zeros(len(terms))
    asked = terms.breaks.quantity
    reached = np.isfinite(asked) & (asked <= reach[:, None])
    return np.asarray(np.max(np.where(reached, asked, 0.0), axis=1, initial=0.0))


def _most_worth(terms: OrderTerms, held: FloatArray) -> FloatArray:
    """Units that the best price may be worth buying at once; 0 without one: float64, shape (n,).

    ``held``: money, float64, shape (n,), that each unit of an order costs more than the one below it, because
    it is held for longer. A unit costs half as much as the last one in the mean.
    """
    largest = _largest_break(terms, np.where(terms.has_breaks, terms.largest_packs * terms.pack_size, 0.0))
    saved = np.maximum(terms.unit_cost - terms.price(largest), 0.0)
    return np.minimum(2.0 * saved / np.maximum(held, 1e-12), largest)


def _levels(low: FloatArray, high: FloatArray, unit: FloatArray) -> FloatArray:
    """Whole units from ``low`` to ``high``: each where there are few, else the further apart the higher."""
    steps = np.arange(LEVELS + 1, dtype=np.float64)
    reach = np.ceil(np.maximum(high - low, unit) / unit)[:, None]
    apart = np.maximum(steps, np.round(reach * (steps / LEVELS) ** 2))
    return low[:, None] + unit[:, None] * np.minimum(apart, reach)


def _integral(levels: FloatArray, value: FloatArray) -> FloatArray:
    """Of ``value`` over the positions from the first of the ``levels`` to each: the shape of both."""
    area = np.diff(levels, axis=1) * (value[:, 1:] + value[:, :-1]) / 2
    return np.concatenate([np.zeros((len(levels), 1)), np.cumsum(area, axis=1)], axis=1)


def worth_batching(situation: Situation) -> BoolArray:
    """Whether an order line costs something, or a larger one has a better price: bool, shape (n,).

    Never where it is the last order before the item's end, or before its price changes.
    """
    worth = (situation.costs.line_cost > 0) | situation.terms.has_breaks
    if situation.price_rise is not None:
        worth &= situation.price_rise == 0
    return worth & ~situation.is_last_order
