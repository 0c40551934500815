"""It sends back what there is too much of, and forgets that nobody takes it."""

from dataclasses import dataclass

import numpy as np

from forecasting.policies.base import Decision, Policy, Situation


@dataclass(frozen=True)
class SendsBack(Policy):
    name: str = "sends_back"

    def decide(self, situation: Situation) -> Decision:
        up_to = situation.lead_time_demand.over(situation.protection_days).mean
        wanted = np.where(situation.orderable, up_to - situation.position, 0.0)
        return Decision(np.round(wanted / 6) * 6, up_to, up_to)
