"""Min/max, the rule of most ordering systems: at or below the minimum, order up to the maximum.

Both are days of the mean demand of a recent window: the minimum covers the protection interval and some
safety days, the maximum the review period on top of that. With d the mean demand of a day,

    s = d (R + L + safety days), rounded down       S = d (R + L + safety days) + d R, rounded up

The literature's (R, s, S): periodic review, reorder point, order-up-to level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray
from forecasting.policies.incumbents import Incumbent, daily_demand
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class MinMax(Incumbent):
    """A minimum and a maximum in days of cover.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: the minimum is 2 x (21 + 14)
    = 70, the maximum 2 x 7 more.

    >>> from forecasting.policies.one_item import one_item
    >>> decision = MinMax(safety_days=14).decide(one_item([14.0] * 26, on_hand=20))
    >>> decision.reorder_point, decision.order_up_to, decision.quantity
    (array([70.]), array([84.]), array([64.]))

    """

    name: str = "min_max"

    def decide(self, situation: Situation) -> Decision:
        """Order up to the maximum where the position is at or below the minimum."""
        return up_to_maximum(situation, daily_demand(situation, self.window_days), self.safety_days)


def up_to_maximum(situation: Situation, daily: FloatArray, safety_days: float) -> Decision:
    """The (R, s, S) rule with both levels in days of demand.

    Args:
        situation: of n items.
        daily: d, float64, shape (n,), units: mean demand of a day.
        safety_days: days of demand in the minimum beyond the protection interval.

    """
    minimum = daily * (situation.protection_days + safety_days)
    maximum = np.ceil(minimum + daily * situation.review_days)
    minimum = np.floor(minimum)
    wanted = np.where(situation.position <= minimum, maximum - situation.position, 0.0)
    wanted = np.where(situation.orderable, wanted, 0.0)
    return Decision(situation.terms.at_least(wanted), minimum, maximum)
