"""The cost-optimal policy: among feasible orders, the one that costs least in expectation.

Without a cost per order line, the best order takes the position to the bottom of the cost curve. With
one, it pays to order less often and more: the order then covers as many reviews as makes the cost per
review least, and is due as soon as going without costs more per review than that (the rule of an (s,S)
policy: Zheng and Federgruen 1991; over a finite stretch, Silver and Meal 1973).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.policies.base import Decision, Situation
from forecasting.policies.cost_curve import CostCurve, cost_curve

Function = Callable[[FloatArray], FloatArray]
Predicate = Callable[[FloatArray], BoolArray]

POINTS = 33
"""Quantities tried at once; the search then narrows to the gaps beside the best of them."""

FEWEST_REVIEWS = 2.0
"""Smaller batches than this many reviews' demand are not worth their forecast."""

COVERED_REVIEWS = (1, 2, 3, 4, 6, 9, 13)
"""Numbers of reviews that an order may be meant to last for, where ordering has a cost."""


@dataclass(frozen=True)
class CostOptimal:
    """Least expected cost.

    Attributes:
        unsold_weight: the share of holding charged for a unit until it is sold (theta).
        unsold_days: how far ahead that is looked at.

    """

    unsold_weight: float = 0.125
    unsold_days: float = 364.0
    name: str = "cost_optimal"

    def curve(self, situation: Situation) -> CostCurve:
        """The cost curve that the decision is taken on."""
        return cost_curve(situation, self.unsold_weight, self.unsold_days)

    def decide(self, situation: Situation) -> Decision:
        """The best feasible quantity of each item, with the levels that it follows from."""
        return self.decide_on(situation, self.curve(situation))

    def decide_on(self, situation: Situation, curve: CostCurve) -> Decision:
        """The same, on a curve that is already there."""
        terms, position = situation.terms, situation.position
        highest = curve.highest
        smallest, largest = terms.smallest_packs, terms.largest_packs
        needed = np.ceil(np.maximum(highest - position, 0.0) / terms.pack_size)
        most = np.minimum(np.maximum(needed, smallest), largest)
        can = situation.orderable & terms.feasible

        def of_packs(packs: FloatArray) -> FloatArray:
            return curve.cost(position[:, None] + packs * terms.pack_size[:, None])

        packs = _lowest(of_packs, np.minimum(smallest, most), most)
        order = packs * terms.pack_size
        worth = curve.cost(position + order) < curve.cost(position)
        quantity = np.where(can & worth, order, 0.0)

        unit = np.minimum(terms.pack_size, 1.0)
        low = np.zeros(len(situation))
        order_up_to = _lowest(lambda y: curve.cost(y * unit[:, None]), low, np.ceil(highest / unit)) * unit
        reorder_point = _reorder_point(curve, terms.smallest, order_up_to, unit)
        decision = Decision(quantity, reorder_point, order_up_to)
        costly = np.flatnonzero(can & _worth_batching(situation, curve))
        if len(costly):
            decision = self._with_line_cost(situation, curve, decision, costly)
        return decision

    def _with_line_cost(
        self, situation: Situation, curve: CostCurve, decision: Decision, costly: IntArray
    ) -> Decision:
        """Order more and less often where an order line costs something."""
        review = situation.review_days
        ends = [curve.before, curve.after]
        lead_days = situation.outlook.lead_times.mean
        ends += [situation.outlook.over(lead_days + review * ahead) for ahead in COVERED_REVIEWS[1:]]
        spans = [
            replace(curve, before=begin, after=end, review_days=review * reviews, unsold_days=0.0)
            for (begin, end), reviews in zip(
                pairwise(ends), np.diff([0, *COVERED_REVIEWS]).tolist(), strict=True
            )
        ]
        unsold = replace(
            curve,
            shortage=np.zeros(len(situation)),
            waiting=np.zeros(len(situation)),
            review_days=np.zeros(len(situation)),
        )
        fixed = situation.costs.line_cost[:, None]

        def rate(y: FloatArray, with_unsold: bool = True) -> FloatArray:
            """Cost per review of ordering up to y now, and again when it pays."""
            total = fixed + (unsold.cost(y) if with_unsold else 0.0)
            best = np.full(y.shape, np.inf)
            for covered, span in zip(COVERED_REVIEWS, spans, strict=True):
                total = total + span.cost(y)
                best = np.minimum(best, total / covered)
            return best

        terms, position = situation.terms, situation.position
        pack = terms.pack_size
        least = np.maximum(decision.quantity / pack, terms.smallest_packs)
        highest = ends[-1].quantile(0.9)
        most = np.ceil(np.maximum(highest - position, 0.0) / pack)
        most = np.minimum(np.maximum(most, least), terms.largest_packs)
        packs = _lowest(lambda k: rate(position[:, None] + k * pack[:, None]), np.minimum(least, most), most)
        quantity = packs * pack

        unit = np.minimum(pack, 1.0)
        from_level = np.maximum(decision.order_up_to / unit, 0.0)
        to_level = np.maximum(np.ceil(highest / unit), from_level)
        up_to = _lowest(lambda y: rate(y * unit[:, None]), from_level, to_level) * unit
        best_rate = rate(up_to[:, None], with_unsold=False)[:, 0]

        def overdue(level: FloatArray) -> BoolArray:
            return spans[0].cost(level) > best_rate

        point = _last_true(overdue, np.full(len(situation), -1.0), from_level, unit)
        due = position <= point
        chosen = np.zeros(len(situation), dtype=bool)
        chosen[costly] = True
        return Decision(
            np.where(chosen, np.where(due & (quantity > 0), quantity, 0.0), decision.quantity),
            np.where(chosen, point, decision.reorder_point),
            np.where(chosen, up_to, decision.order_up_to),
        )


def _worth_batching(situation: Situation, curve: CostCurve) -> BoolArray:
    """Whether the economic order quantity exceeds what ``FEWEST_REVIEWS`` reviews order anyway.

    sqrt(2 K d / h) > m d R, with d the demand per day: squared, and divided by d.
    """
    daily = (curve.after.mean - curve.before.mean) / situation.review_days
    anyway = FEWEST_REVIEWS * situation.review_days
    return (
        2 * situation.costs.line_cost
        > anyway**2 * np.maximum(daily, 0.0) * situation.costs.holding_per_unit_day
    )


def _lowest(cost_of: Function, low: FloatArray, high: FloatArray) -> FloatArray:
    """The whole number from ``low`` to ``high`` of each item that costs least; of equals the smallest.

    Tries ``POINTS`` numbers over the range, then goes on between the neighbours of the best one until
    every number there has been tried. Each item's costs need one valley only at that scale.
    """
    low, high = np.floor(low), np.floor(np.maximum(low, high))
    steps = np.linspace(0.0, 1.0, POINTS)
    best = low
    while True:
        tried = np.round(low[:, None] + (high - low)[:, None] * steps)
        costs = cost_of(tried)
        at = np.argmin(costs, axis=1)
        rows = np.arange(len(low))
        best = tried[rows, at]
        if np.all(high - low < POINTS):
            return best
        wide = high - low >= POINTS
        low = np.where(wide, tried[rows, np.maximum(at - 1, 0)], best)
        high = np.where(wide, tried[rows, np.minimum(at + 1, POINTS - 1)], best)


def _reorder_point(
    curve: CostCurve, smallest: FloatArray, order_up_to: FloatArray, unit: FloatArray
) -> FloatArray:
    """The highest position from which the smallest order still lowers the cost; -1 unit if none."""

    def pays(level: FloatArray) -> BoolArray:
        return curve.cost(level + smallest) < curve.cost(level)

    low = np.maximum(np.floor(order_up_to / unit) - np.ceil(smallest / unit) - 1.0, -1.0)
    return _last_true(pays, low, np.floor(order_up_to / unit), unit)


def _last_true(holds: Predicate, low: FloatArray, high: FloatArray, unit: FloatArray) -> FloatArray:
    """The highest level ``k * unit``, k from low to high, at which ``holds``; it never holds again above.

    ``low * unit`` is returned where it holds nowhere above it.
    """
    while np.any(high > low):
        middle = np.ceil((low + high) / 2)
        true = holds(middle * unit)
        low = np.where(true & (high > low), middle, low)
        high = np.where(~true & (high > low), middle - 1.0, high)
    return low * unit
