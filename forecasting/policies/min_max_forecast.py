"""Min/max on a forecast: the rule of most ordering systems, its mean demand a demand model's.

Beside ``min_max`` and ``cost_optimal`` it shows what a better forecast alone is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forecasting.policies.base import Policy, Setting, turned
from forecasting.policies.grid import Axis
from forecasting.policies.incumbents import SAFETY
from forecasting.policies.min_max import up_to_maximum
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class MinMaxForecast(Policy):
    """A minimum and a maximum in days of the forecast's mean demand.

    Attributes:
        safety_days: days of mean demand in the minimum beyond the protection interval.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: as ``MinMax``, on the mean
    of the forecast.

    >>> from forecasting.policies.one_item import one_item
    >>> MinMaxForecast(safety_days=14).decide(one_item([14.0] * 26, on_hand=20)).quantity
    array([64.])

    """

    safety_days: float = 14.0
    name: str = "min_max_forecast"

    def decide(self, situation: Situation) -> Decision:
        """Order up to the maximum where the position is at or below the minimum."""
        days = situation.protection_days
        daily = situation.lead_time_demand.over(days).mean / days
        return up_to_maximum(situation, daily, self.safety_days)

    def axes(self) -> tuple[Axis, ...]:
        """The safety days."""
        return (SAFETY,)

    def at(self, parameters: Mapping[str, float]) -> Policy:
        """The rule with so many safety days."""
        return replace(self, safety_days=parameters["safety_days"])

    def settings(self) -> tuple[Setting, ...]:
        """More safety days, more stock."""
        return turned(
            self,
            self.safety_days,
            SAFETY.around(self.safety_days),
            lambda days: replace(self, safety_days=days),
            "{:g} safety days".format,
        )

    def describe(self) -> str:
        """The parameters in words."""
        return f"mean of the forecast, {self.safety_days:g} safety days"
