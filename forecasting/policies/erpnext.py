"""ERPNext's rule: where the projected quantity is at or below the reorder level, order the reorder
quantity, or what is missing to the level if that is more.

The level is what its report proposes: average daily sales times the lead time, plus safety stock. The
reorder quantity is the review period's mean demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from forecasting.policies.base import Decision, Situation
from forecasting.policies.incumbents import SAFETY_DAYS, WINDOWS_DAYS, daily_demand, in_words


@dataclass(frozen=True)
class ERPNext:
    """A reorder level in days of a recent mean, and a fixed quantity."""

    window_days: float = 91.0
    safety_days: float = 14.0
    name: str = "erpnext"

    def decide(self, situation: Situation) -> Decision:
        """Order the reorder quantity or the shortfall, whichever is more."""
        daily = daily_demand(situation, self.window_days)
        level = np.ceil(daily * (situation.lead_time_demand.lead_times.mean + self.safety_days))
        usual = np.ceil(daily * situation.review_days)
        wanted = np.maximum(usual, level - situation.position)
        wanted = np.where(situation.orderable & (situation.position <= level) & (daily > 0), wanted, 0.0)
        return Decision(situation.terms.at_least(wanted), level, level + usual)

    def candidates(self) -> tuple[ERPNext, ...]:
        """The parameters to choose from when the rule is fitted on the time before a replay."""
        return tuple(ERPNext(*chosen) for chosen in product(WINDOWS_DAYS, SAFETY_DAYS))

    def describe(self) -> str:
        """The parameters in words."""
        return in_words(self.window_days, f"{self.safety_days:g} safety days")
