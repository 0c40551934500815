"""Netstock's rule: the reorder point is lead-time days and safety days of forecast; the order goes up to
that and the replenishment cycle.

With d the mean demand of a day over a recent window,

    s = d (L + safety days), rounded down       S = d (L + safety days) + d R, rounded up

The literature's (R, s, S), with no review period in s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.policies.incumbents import Incumbent, daily_demand
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class Netstock(Incumbent):
    """Reorder point and order-up-to level in days of a recent mean.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: at or below
    2 x (14 + 14) = 56, up to 2 x 7 more.

    >>> from forecasting.policies.one_item import one_item
    >>> decision = Netstock(safety_days=14).decide(one_item([14.0] * 26, on_hand=20))
    >>> decision.reorder_point, decision.order_up_to, decision.quantity
    (array([56.]), array([70.]), array([50.]))

    """

    name: str = "netstock"

    def decide(self, situation: Situation) -> Decision:
        """Order up to the level where the position is at or below the reorder point."""
        daily = daily_demand(situation, self.window_days)
        point = daily * (situation.lead_time_demand.lead_times.mean + self.safety_days)
        level = np.ceil(point + daily * situation.review_days)
        point = np.floor(point)
        wanted = np.where(situation.position <= point, level - situation.position, 0.0)
        wanted = np.where(situation.orderable, wanted, 0.0)
        return Decision(situation.terms.at_least(wanted), point, level)
