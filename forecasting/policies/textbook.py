"""The textbook: a reorder point for normal demand, and an economic order quantity on top.

With d and sigma the mean and the standard deviation of a day's demand over a recent window, K the cost of an
order line and h that of holding a unit for a day,

    s = d (R + L) + z sigma sqrt(R + L), rounded down
    S = s + max(sqrt(2 K d / h), d R), rounded up

(Silver, Pyke and Thomas, Inventory and Production Management, ch. 6 and 7). z is the safety factor: the
normal quantile of a cycle service level. An (R, s, S) whose sqrt(2 K d / h) is the EOQ, or Wilson's formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecasting.policies.base import Policy, Setting, turned
from forecasting.policies.grid import Axis
from forecasting.policies.incumbents import WINDOW, daily_demand, daily_deviation, in_words
from forecasting.policies.situation import Decision, Situation

Z = Axis(
    "z",
    (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0),
    below=(-0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -5.0, -6.0, -8.0, -10.0),
    above=(6.0, 8.0, 10.0),
)
"""Safety factors to choose from: demand is not normal, so the best may lie well beyond the tables'. Below
zero: less than the mean demand, where stock costs more than it is worth."""


@dataclass(frozen=True)
class Textbook(Policy):
    """Normal demand with the moments of a recent window.

    Attributes:
        window_days: days that the moments are taken over.
        z: deviations of safety.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: 13 weeks of 7 and 21 in
    turn have a mean of 14.54 and a standard deviation of 6.98, 2.64 a day: s = 43.6 + 1.64 x 2.64 x sqrt(21).

    >>> from forecasting.policies.one_item import one_item
    >>> decision = Textbook(z=1.64).decide(one_item([7.0, 21.0] * 13, on_hand=20))
    >>> decision.reorder_point, decision.order_up_to
    (array([63.]), array([78.]))

    """

    window_days: float = 91.0
    z: float = 1.64
    name: str = "textbook"

    def decide(self, situation: Situation) -> Decision:
        """Order up to s + EOQ where the position is at or below s."""
        daily = daily_demand(situation, self.window_days)
        sigma = daily_deviation(situation, self.window_days)
        days = situation.protection_days
        point = daily * days + self.z * sigma * np.sqrt(days)

        holding = np.maximum(situation.costs.holding_per_unit_day, 1e-12)
        economic = np.sqrt(2.0 * situation.costs.line_cost * daily / holding)
        level = np.ceil(point + np.maximum(economic, daily * situation.review_days))

        point = np.floor(point)
        wanted = np.where(situation.position <= point, level - situation.position, 0.0)
        wanted = np.where(situation.orderable, wanted, 0.0)
        return Decision(situation.terms.at_least(wanted), point, level)

    def axes(self) -> tuple[Axis, ...]:
        """The averaging window, and the safety factor."""
        return WINDOW, Z

    def at(self, parameters: Mapping[str, float]) -> Policy:
        """The rule with these parameters."""
        return replace(self, window_days=parameters["window_days"], z=parameters["z"])

    def settings(self) -> tuple[Setting, ...]:
        """A higher safety factor, more stock."""
        return turned(
            self, self.z, Z.around(self.z), lambda z: replace(self, z=z), "{:g} deviations of safety".format
        )

    def describe(self) -> str:
        """The parameters in words."""
        return in_words(self.window_days, f"{self.z:g} deviations of safety")
