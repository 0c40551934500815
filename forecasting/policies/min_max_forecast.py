"""Min/max on a forecast: the rule of most ordering systems, its mean demand a demand model's.

Beside ``min_max`` and ``cost_optimal`` it shows what a better forecast alone is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.policies.base import Decision, Situation
from forecasting.policies.incumbents import SAFETY_DAYS
from forecasting.policies.min_max import up_to_maximum


@dataclass(frozen=True)
class MinMaxForecast:
    """A minimum and a maximum in days of the forecast's mean demand.

    Attributes:
        safety_days: days of mean demand in the minimum beyond the protection interval.

    """

    safety_days: float = 14.0
    name: str = "min_max_forecast"

    def decide(self, situation: Situation) -> Decision:
        """Order up to the maximum where the position is at or below the minimum."""
        days = situation.protection_days
        daily = situation.lead_time_demand.over(days).mean / days
        return up_to_maximum(situation, daily, self.safety_days)

    def candidates(self) -> tuple[MinMaxForecast, ...]:
        """The parameters to choose from when the rule is fitted on the time before a replay."""
        return tuple(MinMaxForecast(days) for days in SAFETY_DAYS)

    def describe(self) -> str:
        """The parameters in words."""
        return f"mean of the forecast, {self.safety_days:g} safety days"
