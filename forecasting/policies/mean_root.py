"""A recent mean and a multiple of its root: the safety of a Poisson's spread, with one factor for all.

With m the mean demand over the protection interval, from the mean of a recent window,

    S = m + k sqrt(m), to the nearest unit

Slow items get more safety for their mean than fast ones do, as they need. The literature's (R, S) with the
square root law of safety stock (Silver, Pyke and Thomas, Inventory and Production Management).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecasting.policies.base import Policy, Setting, turned
from forecasting.policies.grid import Axis
from forecasting.policies.incumbents import WINDOW, daily_demand, in_words
from forecasting.policies.situation import Decision, Situation

ROOTS = Axis(
    "roots",
    (-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0),
    below=(-1.0, -1.5, -2.0, -3.0, -4.0, -6.0),
    above=(5.0, 7.0, 10.0, 14.0, 20.0),
)
"""Roots of the mean to hold beside it, k."""


@dataclass(frozen=True)
class MeanRoot(Policy):
    """Order up to the mean of the protection interval and k roots of it.

    Attributes:
        window_days: days that the mean is taken over.
        roots: k.

    Two units a day, 20 on hand, two weeks of lead time and a review each week: up to 42 + 2 x 6.48 = 54.96.

    >>> from forecasting.policies.one_item import one_item
    >>> MeanRoot(roots=2.0).decide(one_item([14.0] * 26, on_hand=20)).quantity
    array([35.])

    """

    window_days: float = 91.0
    roots: float = 1.5
    name: str = "mean_root"

    def decide(self, situation: Situation) -> Decision:
        """Order what is missing to the level."""
        mean = daily_demand(situation, self.window_days) * situation.protection_days
        level = np.maximum(np.floor(mean + self.roots * np.sqrt(mean) + 0.5), 0.0)
        wanted = np.where(situation.orderable, level - situation.position, 0.0)
        return Decision(situation.terms.at_least(wanted), level - 1.0, level)

    def axes(self) -> tuple[Axis, ...]:
        """The averaging window, and the roots."""
        return WINDOW, ROOTS

    def at(self, parameters: Mapping[str, float]) -> Policy:
        """The rule with these parameters."""
        return replace(self, window_days=parameters["window_days"], roots=parameters["roots"])

    def settings(self) -> tuple[Setting, ...]:
        """More roots, more stock."""
        return turned(
            self,
            self.roots,
            ROOTS.around(self.roots),
            lambda roots: replace(self, roots=roots),
            "{:g} roots of the mean".format,
        )

    def describe(self) -> str:
        """The parameters in words."""
        return in_words(self.window_days, f"{self.roots:g} roots of what is expected")
