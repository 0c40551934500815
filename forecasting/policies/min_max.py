"""Min/max, the rule of most ordering systems: at or below the minimum, order up to the maximum.

Both are days of the mean demand of a recent window: the minimum covers the protection interval and some
safety days, the maximum the review period on top of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from forecasting.domain import FloatArray
from forecasting.policies.base import Decision, Situation
from forecasting.policies.incumbents import SAFETY_DAYS, WINDOWS_DAYS, daily_demand, in_words


@dataclass(frozen=True)
class MinMax:
    """A minimum and a maximum in days of cover.

    Attributes:
        window_days: days that the mean demand is taken over.
        safety_days: days of mean demand in the minimum beyond the protection interval.

    """

    window_days: float = 91.0
    safety_days: float = 14.0
    name: str = "min_max"

    def decide(self, situation: Situation) -> Decision:
        """Order up to the maximum where the position is at or below the minimum."""
        return up_to_maximum(situation, daily_demand(situation, self.window_days), self.safety_days)

    def candidates(self) -> tuple[MinMax, ...]:
        """The parameters to choose from when the rule is fitted on the time before a replay."""
        return tuple(MinMax(*chosen) for chosen in product(WINDOWS_DAYS, SAFETY_DAYS))

    def describe(self) -> str:
        """The parameters in words."""
        return in_words(self.window_days, f"{self.safety_days:g} safety days")


def up_to_maximum(situation: Situation, daily: FloatArray, safety_days: float) -> Decision:
    """The rule, from the mean demand of a day: float64, shape (n,), units."""
    minimum = daily * (situation.protection_days + safety_days)
    maximum = np.ceil(minimum + daily * situation.review_days)
    minimum = np.floor(minimum)
    wanted = np.where(situation.position <= minimum, maximum - situation.position, 0.0)
    wanted = np.where(situation.orderable, wanted, 0.0)
    return Decision(situation.terms.at_least(wanted), minimum, maximum)
