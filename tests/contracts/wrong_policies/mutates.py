"""It books what it orders into the stock that it was shown."""

from dataclasses import dataclass

import numpy as np

from forecasting.policies.base import Decision, Policy, Situation


@dataclass(frozen=True)
class Books(Policy):
    name: str = "books"

    def decide(self, situation: Situation) -> Decision:
        up_to = situation.lead_time_demand.over(situation.protection_days).mean
        wanted = np.where(situation.orderable, np.maximum(up_to - situation.position, 0.0), 0.0)
        quantity = situation.terms.at_least(wanted)
        situation.stock.on_order[:] += quantity
        return Decision(quantity, up_to, up_to)
