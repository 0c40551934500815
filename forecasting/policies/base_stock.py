"""Base stock at the critical ratio: the textbook's (R, S) on the forecast's own distribution.

At every review up to

    S = the quantile of D_{L+R} at c_u / (c_u + c_o)       c_u = p + b R / 2,  c_o = h R

what one unit too few costs, against one too many (Arrow, Harris and Marschak, "Optimal inventory policy",
Econometrica 19, 1951). It looks one review ahead, and no further. Also called the newsvendor at each review,
the myopic policy, or (R, S).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import critical_ratio
from forecasting.policies.base import Policy
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class BaseStock(Policy):
    """Up to the critical ratio's quantile, at every review.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: a unit too few costs
    2 + .05 x 7 / 2 = 2.175, one too many .05 x 7 = .35. Poisson demand of 42 in three weeks is at most 49
    with a chance of 2.175 / 2.525.

    >>> from scipy import stats
    >>> from forecasting.policies.one_item import one_item
    >>> BaseStock().decide(one_item([14.0] * 26, on_hand=20, holding_per_unit_day=0.05)).order_up_to
    array([49.])
    >>> stats.poisson.ppf(2.175 / 2.525, 42).item()
    49.0

    """

    name: str = "base_stock"

    def decide(self, situation: Situation) -> Decision:
        """Up to S, in whole packs and to the order limits."""
        costs, review = situation.costs, situation.review_days
        waiting = np.where(situation.backorder_allowed, costs.waiting_per_unit_day, 0.0)

        # A unit too few waits for half of the review on average; one too many is held for all of it.
        under = costs.shortage_per_unit(situation.line_size) + waiting * review / 2
        over = costs.holding_per_unit_day * review
        ratio = critical_ratio(under, over)

        demand = situation.lead_time_demand.over_lead_time(review)
        level = np.where(under > 0, np.ceil(demand.quantile(ratio)), 0.0)
        wanted = np.where(situation.orderable, level - situation.position, 0.0)
        return Decision(situation.terms.at_least(wanted), level - 1.0, level)
