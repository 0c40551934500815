"""It spends a budget on the items in the order in which they come."""

from dataclasses import dataclass

import numpy as np

from forecasting.policies.base import Decision, Policy, Situation


@dataclass(frozen=True)
class FirstCome(Policy):
    name: str = "first_come"

    def decide(self, situation: Situation) -> Decision:
        up_to = situation.lead_time_demand.over(situation.protection_days).mean
        wanted = np.where(situation.orderable, np.maximum(up_to - situation.position, 0.0), 0.0)
        quantity = situation.terms.at_least(wanted)
        affordable = np.cumsum(quantity * situation.terms.unit_cost) <= 2_000
        return Decision(np.where(affordable, quantity, 0.0), up_to, up_to)
