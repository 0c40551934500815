"""Netstock's rule: the reorder point is lead-time days and safety days of forecast; the order goes up to
that and the replenishment cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from forecasting.policies.base import Decision, Situation
from forecasting.policies.incumbents import SAFETY_DAYS, WINDOWS_DAYS, daily_demand, in_words


@dataclass(frozen=True)
class Netstock:
    """Reorder point and order-up-to level in days of a recent mean."""

    window_days: float = 91.0
    safety_days: float = 14.0
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

    def candidates(self) -> tuple[Netstock, ...]:
        """The parameters to choose from when the rule is fitted on the time before a replay."""
        return tuple(Netstock(*chosen) for chosen in product(WINDOWS_DAYS, SAFETY_DAYS))

    def describe(self) -> str:
        """The parameters in words."""
        return in_words(self.window_days, f"{self.safety_days:g} safety days")
