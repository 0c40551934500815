"""The company's own levels: at or below its reorder point, order up to its order-up-to level.

Both are columns of ``products``, kept as the company has them today. With s and S an item's own levels,

    order S - position where the position is at or below s

Where only s is given, S is s and a review period's mean demand; where only S is, s is one unit below it:
an order at every review. An item with neither is ordered as ``min_max`` would, with its usual parameters.
The literature's (R, s, S).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forecasting.domain import TextArray
from forecasting.policies.base import Policy
from forecasting.policies.incumbents import daily_demand
from forecasting.policies.min_max import MinMax
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class OwnLevels(Policy):
    """Orders by the company's own levels.

    Attributes:
        otherwise: the rule for items that have none.

    At or below 30, up to 50; 20 are on hand.

    >>> from dataclasses import replace
    >>> from forecasting import domain
    >>> from forecasting.policies.one_item import one_item
    >>> levels = domain.CompanyLevels(np.array([30.0]), np.array([50.0]))
    >>> seen = replace(one_item([14.0] * 26, on_hand=20), own_levels=levels)
    >>> OwnLevels().decide(seen).quantity
    array([30.])
    >>> OwnLevels().decide(replace(seen, stock=domain.Stock(*np.array([[31.0], [0], [0]])))).quantity
    array([0.])

    """

    otherwise: MinMax = field(default_factory=MinMax)
    name: str = "own_levels"

    def decide(self, situation: Situation) -> Decision:
        """Order up to S where the position is at or below s."""
        usual = self.otherwise.decide(situation)
        if situation.own_levels is None:
            return usual
        point, level = situation.own_levels.reorder_point, situation.own_levels.order_up_to

        # Of an item that has one of the two, the other follows from it.
        review = daily_demand(situation, self.otherwise.window_days) * situation.review_days
        level = np.where(np.isnan(level), np.ceil(point + review), level)
        point = np.where(np.isnan(point), level - 1.0, point)
        level = np.maximum(level, point)

        given = situation.own_levels.given
        wanted = np.where(
            situation.orderable & (situation.position <= point), level - situation.position, 0.0
        )
        quantity = situation.terms.at_least(np.where(given, wanted, 0.0))
        return Decision(
            np.where(given, quantity, usual.quantity),
            np.where(given, point, usual.reorder_point),
            np.where(given, level, usual.order_up_to),
        )

    def rules(self, situation: Situation) -> TextArray:
        """The company's own levels, or those of the rule that stands in for them: text, shape (n,)."""
        levels = situation.own_levels
        given = np.zeros(len(situation), dtype=bool) if levels is None else levels.given
        return np.where(given, self.name, self.otherwise.name).astype(object)
