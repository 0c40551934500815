"""Odoo's reordering rule: where the forecast stock is below the minimum, order up to the maximum, and
round the quantity DOWN to the multiple (Odoo 18: 55 with a multiple of 12 becomes 48).

Odoo has minimum and maximum typed; here they are days of a recent mean, fitted like everybody's. With d the
mean demand of a day,

    minimum = d (R + L + safety days), rounded up       S = minimum + d R, rounded up

and s one unit below the minimum, as "below" is not "at or below". The literature's (R, s, S).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecasting.policies.incumbents import Incumbent, daily_demand
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class Odoo(Incumbent):
    """A minimum and a maximum, quantities rounded down.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: below 70, up to 84; of the 64
    that are missing, five whole dozens.

    >>> from forecasting.policies.one_item import one_item
    >>> Odoo(safety_days=14).decide(one_item([14.0] * 26, on_hand=20, pack_size=12)).quantity
    array([60.])

    """

    name: str = "odoo"

    safety_in_words: ClassVar[str] = "{:g} safety days, rounded down"

    def decide(self, situation: Situation) -> Decision:
        """Order up to the maximum where the position is below the minimum."""
        terms = situation.terms
        daily = daily_demand(situation, self.window_days)
        minimum = np.ceil(daily * (situation.protection_days + self.safety_days))
        maximum = np.ceil(minimum + daily * situation.review_days)
        wanted = np.where(situation.position < minimum, maximum - situation.position, 0.0)
        packs = np.minimum(np.floor(wanted / terms.pack_size + 1e-9), terms.largest_packs)
        rounded = packs * terms.pack_size

        # What rounding down leaves nothing of, or less than the minimum, is not ordered.
        allowed = situation.orderable & terms.feasible & (packs >= terms.smallest_packs)
        return Decision(np.where(allowed, rounded, 0.0), minimum - 1.0, maximum)
