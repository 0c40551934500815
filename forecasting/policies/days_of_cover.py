"""Days of cover, as Inventory Planner has it: at every review up to lead time plus days of stock.

With d the mean demand of a day over a recent window, S = d (R + L + safety days), rounded up. The
literature's (R, S), or base stock, with its level in days; also days of supply, weeks of supply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecasting.policies.incumbents import Incumbent, daily_demand
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class DaysOfCover(Incumbent):
    """Order up to the mean demand of the lead time, the review period and ``safety_days`` more.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: up to 2 x (21 + 14) = 70.

    >>> from forecasting.policies.one_item import one_item
    >>> DaysOfCover(safety_days=14).decide(one_item([14.0] * 26, on_hand=20)).quantity
    array([50.])

    """

    name: str = "days_of_cover"

    safety_in_words: ClassVar[str] = "{:g} days of cover beyond the next arrival"

    def decide(self, situation: Situation) -> Decision:
        """Order what is missing to the cover."""
        daily = daily_demand(situation, self.window_days)
        level = np.ceil(daily * (situation.protection_days + self.safety_days))
        wanted = np.where(situation.orderable, level - situation.position, 0.0)
        return Decision(situation.terms.at_least(wanted), level - 1.0, level)
