"""What is missing to the unit, whatever packs there are."""

from dataclasses import dataclass

import numpy as np

from forecasting.policies.base import Decision, Policy, Situation


@dataclass(frozen=True)
class ToTheUnit(Policy):
    name: str = "to_the_unit"

    def decide(self, situation: Situation) -> Decision:
        up_to = situation.lead_time_demand.over(situation.protection_days).mean
        missing = np.clip(up_to - situation.position, 0.0, 100.0)
        return Decision(np.where(situation.orderable & (missing > 20), missing, 0.0), up_to, up_to)
