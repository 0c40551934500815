"""The cost-optimal policy: among feasible orders, the one that costs least in expectation.

Without a cost per order line, the best order takes the position to the bottom of the cost curve
(``cost_curve``). With one that matters, or with price breaks, it pays to order less often and more
(``batch_curve``). Orders of any size are weighed by what they cost for as long as they last
(``relative_value``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray
from forecasting.policies.base import Decision, Situation
from forecasting.policies.cost_curve import CostCurve, cost_curve
from forecasting.policies.relative_value import RelativeValue, relative_value


@dataclass(frozen=True)
class Prices:
    """What an order changes. Each float64, shape (n,), money.

    Attributes:
        nothing: expected cost of ordering nothing, from the arrival of this order to that of the next.
        order: expected cost of the order for as long as it lasts, against ordering at each review.
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
        return self.value(situation, curve).decision()

    def value(self, situation: Situation, curve: CostCurve) -> RelativeValue:
        """What each order of each item costs, for as long as it lasts."""
        return relative_value(situation, curve, self.unsold_weight, self.unsold_days)

    def prices(self, value: RelativeValue, quantity: FloatArray) -> Prices:
        """What ordering ``quantity`` (float64, shape (n,), units) changes."""
        pack = value.terms.pack_size
        less = np.maximum(quantity - pack, 0.0)
        nothing, without_last, order = value.cost(np.stack([0.0 * pack, less, quantity], axis=1)).T
        return Prices(nothing, order, np.where(quantity > 0, without_last - order, 0.0) / pack)
