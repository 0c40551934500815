"""ERPNext's rule: where the projected quantity is at or below the reorder level, order the reorder
quantity, or what is missing to the level if that is more.

The level is what its report proposes: average daily sales times the lead time, plus safety stock. The
reorder quantity is the review period's mean demand. With d the mean demand of a day over a recent window,

    s = d (L + safety days), rounded up       Q = d R, rounded up, or s - position if that is more

The literature's (R, s, Q), but for the shortfall.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.policies.incumbents import Incumbent, daily_demand
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class ERPNext(Incumbent):
    """A reorder level in days of a recent mean, and a fixed quantity.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: a level of 2 x (14 + 14) = 56,
    of which 36 are missing: more than the 14 of a review.

    >>> from forecasting.policies.one_item import one_item
    >>> ERPNext(safety_days=14).decide(one_item([14.0] * 26, on_hand=20)).quantity
    array([36.])

    """

    name: str = "erpnext"

    def decide(self, situation: Situation) -> Decision:
        """Order the reorder quantity or the shortfall, whichever is more."""
        daily = daily_demand(situation, self.window_days)
        level = np.ceil(daily * (situation.lead_time_demand.lead_times.mean + self.safety_days))
        usual = np.ceil(daily * situation.review_days)
        wanted = np.maximum(usual, level - situation.position)
        wanted = np.where(situation.orderable & (situation.position <= level) & (daily > 0), wanted, 0.0)
        return Decision(situation.terms.at_least(wanted), level, level + usual)
