"""The cost-optimal policy: among feasible orders, the one that costs least in expectation.

Without a cost per order line, the best order takes the position to the bottom of the cost curve
(``cost_curve``). With one that matters, it pays to order less often and more (``batch_curve``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray, TextArray
from forecasting.policies.base import Decision, Situation
from forecasting.policies.batch_curve import BatchCurve, batch_curve, worth_batching
from forecasting.policies.cost_curve import CostCurve, cost_curve, is_last_order
from forecasting.policies.search import last_true, lowest


@dataclass(frozen=True)
class Prices:
    """What an order changes. Each float64, shape (n,), money.

    Attributes:
        nothing_parts: expected cost of ordering nothing, from the arrival of this order to that of the
            next, by the names of ``cost_curve.PARTS``.
        order_parts: the same of the order; where it is a batch, per review that it lasts.
        last_unit: what the last unit of the order saves, per unit of its pack.

    """

    nothing_parts: dict[str, FloatArray]
    order_parts: dict[str, FloatArray]
    last_unit: FloatArray

    @property
    def nothing(self) -> FloatArray:
        """Expected cost of ordering nothing."""
        return sum(self.nothing_parts.values(), np.zeros(len(self.last_unit)))

    @property
    def order(self) -> FloatArray:
        """Expected cost of the order."""
        return sum(self.order_parts.values(), np.zeros(len(self.last_unit)))


@dataclass(frozen=True)
class CostOptimal:
    """Least expected cost.

    Attributes:
        unsold_weight: the share of holding charged for a unit until it is sold (theta), per week of review.
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
        decision = _each_review(situation, curve)
        batched = worth_batching(situation, curve)
        if not batched.any():
            return decision
        in_batches = _in_batches(situation, batch_curve(situation, curve), decision)
        return Decision(
            np.where(batched, in_batches.quantity, decision.quantity),
            np.where(batched, in_batches.reorder_point, decision.reorder_point),
            np.where(batched, in_batches.order_up_to, decision.order_up_to),
        )

    def rules(self, situation: Situation, curve: CostCurve) -> TextArray:
        """By which of the field's rules each item is decided: text, shape (n,).

        All of them are the bottom of one cost curve. ``newsvendor``: no later order can arrive before the
        item's end. ``s_S``: an order line costs enough to order less often and more. ``lost_sales``: stock
        is projected to the arrival. ``r_nQ``: packs or a minimum matter. ``base_stock``: none of these.
        """
        coarse = situation.terms.smallest > np.minimum(situation.terms.pack_size, 1.0)
        cases = {
            "newsvendor": is_last_order(situation),
            "s_S": worth_batching(situation, curve),
            "lost_sales": ~situation.backorder_allowed,
            "r_nQ": coarse,
        }
        return np.select(list(cases.values()), list(cases), "base_stock").astype(object)

    def prices(self, situation: Situation, curve: CostCurve, quantity: FloatArray) -> Prices:
        """What ordering ``quantity`` (float64, shape (n,), units) changes, by whichever rule decided it."""
        position, pack = situation.position, situation.terms.pack_size
        less = np.maximum(quantity - pack, 0.0)
        nothing, order = curve.parts(position), curve.parts(position + quantity)
        order["ordering"] += np.where(quantity > 0, situation.costs.line_cost, 0.0)
        without_last = curve.cost(position + less) + np.where(less > 0, situation.costs.line_cost, 0.0)
        batched = worth_batching(situation, curve) & (quantity > 0)
        if batched.any():
            batch = batch_curve(situation, curve)
            nothing = _either(batched, batch.spans[0].parts(position), nothing)
            order = _either(batched, batch.parts(position + quantity), order)
            rate = batch.rate((position + less)[:, None], with_unsold=False)[:, 0]
            without_last = np.where(batched, np.where(less > 0, rate, batch.waiting(position)), without_last)
        total = sum(order.values(), np.zeros(len(quantity)))
        return Prices(nothing, order, np.where(quantity > 0, without_last - total, 0.0) / pack)


def free_to_hold(situation: Situation) -> BoolArray:
    """bool, shape (n,): whether a unit too many costs nothing, so that no order is ever too large."""
    endings, ends = situation.endings, situation.outlook.ends
    wasted = np.zeros(len(situation), dtype=bool)
    if endings is not None:
        wasted = (endings.waste_per_unit > 0) & np.isfinite(np.minimum(endings.shelf_days, ends))
    return (situation.costs.holding_per_unit_day <= 0) & ~wasted


def _either(
    first: BoolArray, one: dict[str, FloatArray], other: dict[str, FloatArray]
) -> dict[str, FloatArray]:
    return {name: np.where(first, amount, other[name]) for name, amount in one.items()}


def _each_review(situation: Situation, curve: CostCurve) -> Decision:
    """To the bottom of the cost curve, each time."""
    terms, position = situation.terms, situation.position
    highest = curve.highest
    needed = np.ceil(np.maximum(highest - position, 0.0) / terms.pack_size)
    most = np.minimum(np.maximum(needed, terms.smallest_packs), terms.largest_packs)
    packs = lowest(
        lambda tried: curve.cost(position[:, None] + tried * terms.pack_size[:, None]),
        np.minimum(terms.smallest_packs, most),
        most,
    )
    order = packs * terms.pack_size
    # Skipping a review saves the line: the order has to be worth it.
    line_cost = situation.costs.line_cost
    worth = curve.cost(position + order) + line_cost < curve.cost(position)
    can = situation.orderable & terms.feasible

    unit = np.minimum(terms.pack_size, 1.0)
    nothing = np.zeros(len(situation))
    up_to = lowest(lambda y: curve.cost(y * unit[:, None]), nothing, np.ceil(highest / unit)) * unit

    def pays(level: FloatArray) -> BoolArray:
        """Whether an order still lowers the cost from ``level``: the smallest one, where a line is free."""
        after = level + terms.smallest
        after = np.where(line_cost > 0, np.maximum(after, up_to), after)
        return curve.cost(after) + line_cost < curve.cost(level)

    top = np.floor(up_to / unit)
    bottom = np.maximum(top - np.ceil(terms.smallest / unit) - 1.0, -1.0)
    bottom = np.where(line_cost > 0, _lowest_level(situation, highest, unit), bottom)
    point = last_true(pays, bottom, top, unit)
    return Decision(np.where(can & worth, order, 0.0), point, up_to)


def _lowest_level(situation: Situation, highest: FloatArray, unit: FloatArray) -> FloatArray:
    """Where to look for a reorder point from, in units of ``unit``: a dear order may wait for a backlog."""
    return np.where(situation.backorder_allowed, -np.ceil(highest / unit), 0.0) - 1.0


def _in_batches(situation: Situation, batch: BatchCurve, each_review: Decision) -> Decision:
    """As much as makes the cost per review least, when going without costs more than that."""
    terms, position = situation.terms, situation.position
    pack, highest = terms.pack_size, batch.highest
    least = np.minimum(np.maximum(each_review.quantity / pack, terms.smallest_packs), terms.largest_packs)
    most = np.ceil(np.maximum(highest - position, 0.0) / pack)
    most = np.minimum(np.maximum(most, least), terms.largest_packs)
    packs = lowest(lambda tried: batch.rate(position[:, None] + tried * pack[:, None]), least, most)
    quantity = packs * pack

    unit = np.minimum(pack, 1.0)
    bottom = np.maximum(each_review.order_up_to / unit, 0.0)
    top = np.maximum(np.ceil(highest / unit), bottom)
    up_to = lowest(lambda y: batch.rate(y * unit[:, None]), bottom, top) * unit
    best_rate = batch.rate(up_to[:, None], with_unsold=False)[:, 0]
    lowest_level = _lowest_level(situation, highest, unit)
    point = last_true(lambda level: batch.waiting(level) > best_rate, lowest_level, bottom, unit)
    # Packs and minimums may make the order dearer than the level that it was meant to reach.
    rate = batch.rate((position + quantity)[:, None], with_unsold=False)[:, 0]
    due = (position <= point) & (batch.waiting(position) > rate)
    can = situation.orderable & terms.feasible
    return Decision(np.where(can & due, quantity, 0.0), point, up_to)
