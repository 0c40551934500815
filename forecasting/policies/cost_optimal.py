"""The cost-optimal policy: among feasible orders, the one that costs least in expectation.

Without a cost per order line, the best order takes the position to the bottom of the cost curve
(``cost_curve``). With one that matters, or with price breaks, it pays to order less often and more
(``batch_curve``). Orders of any size are weighed by what they cost for as long as they last
(``relative_value``). Depending on the item that is the newsvendor, base stock, (R, nQ) or (s, S) of the
textbooks: ``CostOptimal.rules`` says which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, TextArray
from forecasting.policies.base import Policy, Setting, turned
from forecasting.policies.expected_cost.batch_curve import worth_batching
from forecasting.policies.expected_cost.cost_curve import CostCurve, cost_curve
from forecasting.policies.expected_cost.relative_value import RelativeValue, relative_value
from forecasting.policies.situation import Decision, Situation

SHORTAGE_WEIGHTS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""What the costs of a shortage are multiplied by, to see a policy that dares more or less."""


@dataclass(frozen=True)
class Prices:
    """What an order changes. Each float64, shape (n,), money.

    Attributes:
        nothing_parts: expected cost of ordering nothing, from the arrival of this order to that of the
            next, by the names of ``cost_curve.PARTS``.
        order_parts: the same of the order, for as long as it lasts, against ordering at each review.
        nothing, order: their sums.
        last_unit: what the last unit of the order saves, per unit of its pack.

    """

    nothing_parts: dict[str, FloatArray]
    order_parts: dict[str, FloatArray]
    nothing: FloatArray
    order: FloatArray
    last_unit: FloatArray

    @classmethod
    def of(cls, value: RelativeValue, quantity: FloatArray) -> Prices:
        """What ordering ``quantity`` (float64, shape (n,), units) changes."""
        pack = value.terms.pack_size
        less = np.maximum(quantity - pack, 0.0)
        nothing, without_last, order = value.cost(np.stack([0.0 * pack, less, quantity], axis=1)).T
        return cls(
            nothing_parts=value.parts(np.zeros(len(quantity))),
            order_parts=value.parts(quantity),
            nothing=nothing,
            order=order,
            last_unit=np.where(quantity > 0, without_last - order, 0.0) / pack,
        )


@dataclass(frozen=True)
class CostOptimal(Policy):
    """Least expected cost.

    Attributes:
        excess_holding_share: the share of holding charged for a unit until it is sold (theta), per week of
            review; less where shortages are cheap, more where sales are lost (``excess_share``).
        excess_holding_days: how far ahead that is looked at.
        shortage_weight: what a shortage is taken to cost, as a multiple of what it does.

    Two units a day, 20 on hand, two weeks of lead time and a review each week. Base stock goes up to 55; that
    a unit not needed may lie there for long takes one off, and an order line at 5 asks for fewer and larger
    orders. No other quantity costs less.

    >>> from forecasting.policies.one_item import one_item
    >>> situation = one_item([14.0] * 26, on_hand=20)
    >>> CostOptimal().decide(situation).quantity
    array([34.])
    >>> CostOptimal().value(situation).cost(np.array([[0.0, 33.0, 34.0, 35.0]])).round(3)
    array([[33.374,  1.546,  1.527,  1.531]])
    >>> CostOptimal().decide(one_item([14.0] * 26, on_hand=20, line_cost=5.0)).quantity
    array([59.])

    """

    excess_holding_share: float = 0.125
    excess_holding_days: float = 364.0
    name: str = "cost_optimal"
    shortage_weight: float = 1.0

    def curve(self, situation: Situation) -> CostCurve:
        """The cost curve that the decision is taken on."""
        if self.shortage_weight != 1.0:
            situation = replace(situation, costs=situation.costs.with_shortage(self.shortage_weight))
        return cost_curve(situation, self.excess_holding_share, self.excess_holding_days)

    def decide(self, situation: Situation) -> Decision:
        """The best feasible quantity of each item, with the levels that it follows from."""
        return self.value(situation).decision()

    def value(self, situation: Situation) -> RelativeValue:
        """What each order of each item costs, for as long as it lasts."""
        return relative_value(situation, self.curve(situation), self.excess_holding_days)

    def rules(self, situation: Situation) -> TextArray:
        """By which of the field's rules each item is decided: text, shape (n,).

        All of them are the bottom of one cost curve. ``newsvendor``: no later order can arrive before the
        item's end. ``s_S``: an order line costs something, or a larger order is cheaper, which may
        call for fewer and larger ones. ``lost_sales``: stock is projected to the arrival. ``r_nQ``: packs or
        a minimum matter. ``base_stock``: none of these.
        """
        coarse = situation.terms.smallest > np.minimum(situation.terms.pack_size, 1.0)
        cases = {
            "newsvendor": situation.is_last_order,
            "s_S": worth_batching(situation),
            "lost_sales": ~situation.backorder_allowed,
            "r_nQ": coarse,
        }
        return np.select(list(cases.values()), list(cases), "base_stock").astype(object)

    def with_shortage_weight(self, weight: float) -> CostOptimal:
        """The same where it takes a shortage to cost ``weight`` times what it does."""
        return replace(self, shortage_weight=weight)

    def settings(self) -> tuple[Setting, ...]:
        """The dearer a shortage is taken to be, the more stock."""
        return turned(self, self.shortage_weight, SHORTAGE_WEIGHTS, self.with_shortage_weight, _in_words)


def _in_words(shortage_weight: float) -> str:
    return "as the costs say" if shortage_weight == 1.0 else f"shortage x {shortage_weight:g}"


def free_to_hold(situation: Situation) -> BoolArray:
    """bool, shape (n,): whether a unit too many costs nothing, so that no order is ever too large."""
    end_of_life, ends = situation.end_of_life, situation.lead_time_demand.ends
    wasted = np.zeros(len(situation), dtype=bool)
    if end_of_life is not None:
        wasted = (end_of_life.waste_per_unit > 0) & np.isfinite(np.minimum(end_of_life.shelf_days, ends))
    return (situation.costs.holding_per_unit_day <= 0) & ~wasted
