"""The cost-optimal policy: among feasible orders, the one that costs least in expectation.

Without a cost per order line, the best order takes the position to the bottom of the cost curve
(``cost_curve``). With one that matters, it pays to order less often and more (``batch_curve``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray
from forecasting.policies.base import Decision, Situation
from forecasting.policies.batch_curve import BatchCurve, batch_curve, worth_batching
from forecasting.policies.cost_curve import CostCurve, cost_curve
from forecasting.policies.search import last_true, lowest


@dataclass(frozen=True)
class Prices:
    """What an order changes. Each float64, shape (n,), money.

    Attributes:
        nothing: expected cost of ordering nothing, from the arrival of this order to that of the next.
        order: expected cost of the order; where it is a batch, per review that it lasts.
        last_unit: what the last unit of the order saves, per unit of its pack.

    """

    nothing: FloatArray
    order: FloatArray
    last_unit: FloatArray


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

    def prices(self, situation: Situation, curve: CostCurve, quantity: FloatArray) -> Prices:
        """What ordering ``quantity`` (float64, shape (n,), units) changes, by whichever rule decided it."""
        position, pack = situation.position, situation.terms.pack_size
        less = np.maximum(quantity - pack, 0.0)
        nothing, order = curve.cost(position), curve.cost(position + quantity)
        without_last = curve.cost(position + less)
        batched = worth_batching(situation, curve) & (quantity > 0)
        if batched.any():
            batch = batch_curve(situation, curve)
            levels = np.stack([position + less, position + quantity], axis=1)
            rates = batch.rate(levels, with_unsold=False)
            nothing = np.where(batched, batch.waiting(position), nothing)
            without_last = np.where(batched, np.where(less > 0, rates[:, 0], nothing), without_last)
            order = np.where(batched, rates[:, 1], order)
        last_unit = np.where(quantity > 0, without_last - order, 0.0) / pack
        return Prices(nothing, order, last_unit)


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
    worth = curve.cost(position + order) < curve.cost(position)
    can = situation.orderable & terms.feasible

    unit = np.minimum(terms.pack_size, 1.0)
    nothing = np.zeros(len(situation))
    up_to = lowest(lambda y: curve.cost(y * unit[:, None]), nothing, np.ceil(highest / unit)) * unit

    def pays(level: FloatArray) -> BoolArray:
        """Whether the smallest order still lowers the cost from ``level``."""
        return curve.cost(level + terms.smallest) < curve.cost(level)

    top = np.floor(up_to / unit)
    bottom = np.maximum(top - np.ceil(terms.smallest / unit) - 1.0, -1.0)
    point = last_true(pays, bottom, top, unit)
    return Decision(np.where(can & worth, order, 0.0), point, up_to)


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
    point = last_true(
        lambda level: batch.waiting(level) > best_rate, np.full(len(situation), -1.0), bottom, unit
    )
    # Packs and minimums may make the order dearer than the level that it was meant to reach.
    rate = batch.rate((position + quantity)[:, None], with_unsold=False)[:, 0]
    due = (position <= point) & (batch.waiting(position) > rate)
    can = situation.orderable & terms.feasible
    return Decision(np.where(can & due, quantity, 0.0), point, up_to)
