"""Never order: the bound below which stock cannot fall, and above which backorders cannot rise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.policies.base import Policy
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class NoOrders(Policy):
    """Lets stock run out.

    >>> from forecasting.policies.one_item import one_item
    >>> NoOrders().decide(one_item([14.0] * 26)).quantity
    array([0.])

    """

    name: str = "no_orders"

    def decide(self, situation: Situation) -> Decision:
        """Nothing, whatever the situation."""
        nothing = np.zeros(len(situation))
        return Decision(nothing, nothing, nothing)
