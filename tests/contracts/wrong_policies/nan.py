"""Eight weeks of cover, from the cover that there is: 0 / 0 where there is none."""

from dataclasses import dataclass

import numpy as np

from forecasting.policies.base import Decision, Policy, Situation


@dataclass(frozen=True)
class Cover(Policy):
    name: str = "cover"

    def decide(self, situation: Situation) -> Decision:
        sold = situation.history.recent_mean(4)
        with np.errstate(invalid="ignore", divide="ignore"):
            cover = situation.stock.on_hand / sold
            up_to = situation.stock.on_hand * 8 / cover
        wanted = np.where(situation.orderable, up_to - situation.position, 0.0)
        return Decision(situation.terms.at_least(np.maximum(np.nan_to_num(wanted), 0.0)), up_to, up_to)
