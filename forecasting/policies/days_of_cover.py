"""Days of cover, as Inventory Planner has it: at every review up to lead time plus days of stock."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from forecasting.policies.base import Decision, Situation
from forecasting.policies.incumbents import SAFETY_DAYS, WINDOWS_DAYS, daily_demand, in_words


@dataclass(frozen=True)
class DaysOfCover:
    """Order up to the mean demand of the lead time, the review period and ``safety_days`` more."""

    window_days: float = 91.0
    safety_days: float = 14.0
    name: str = "days_of_cover"

    def decide(self, situation: Situation) -> Decision:
        """Order what is missing to the cover."""
        daily = daily_demand(situation, self.window_days)
        level = np.ceil(daily * (situation.protection_days + self.safety_days))
        wanted = np.where(situation.orderable, level - situation.position, 0.0)
        return Decision(situation.terms.at_least(wanted), level - 1.0, level)

    def candidates(self) -> tuple[DaysOfCover, ...]:
        """The parameters to choose from when the rule is fitted on the time before a replay."""
        return tuple(DaysOfCover(*chosen) for chosen in product(WINDOWS_DAYS, SAFETY_DAYS))

    def describe(self) -> str:
        """The parameters in words."""
        return in_words(self.window_days, f"{self.safety_days:g} days of cover beyond the next arrival")
