"""What the rules of today's ordering systems have in common: a recent mean, and days of it.

Each rule has its own file. All are given their best: before a replay their parameters, the averaging
window included, are chosen on the time before (``forecasting.replay.fit``).
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from forecasting.domain import FloatArray
from forecasting.policies.base import Policy, Setting, turned
from forecasting.policies.grid import Axis
from forecasting.policies.situation import Situation

WINDOW = Axis("window_days", (28.0, 91.0, 182.0, 364.0), below=(14.0, 7.0), above=(546.0, 728.0))
"""Averaging windows to choose from: from a week to two years."""

SAFETY = Axis(
    "safety_days",
    (0.0, 7.0, 14.0, 21.0, 28.0, 42.0, 56.0, 84.0),
    below=(-7.0, -14.0, -21.0, -28.0, -42.0, -56.0, -84.0, -126.0, -182.0, -273.0, -364.0),
    above=(126.0, 182.0, 273.0, 364.0),
)
"""Days of safety to choose from. Fewer than none: less than the rule covers anyway, where stock costs more
than it is worth; at minus the protection interval a rule hardly orders at all."""


def daily_demand(situation: Situation, window_days: float) -> FloatArray:
    """d, float64, shape (n,), units a day: mean demand of the last ``window_days`` days.

    A simple moving average: what ordering systems call sales velocity, or average daily usage.
    """
    buckets = max(1, round(window_days / situation.bucket_days))
    return situation.history.recent_mean(buckets) / situation.bucket_days


def daily_deviation(situation: Situation, window_days: float) -> FloatArray:
    """sigma, float64, shape (n,), units: standard deviation of a day's demand, as the textbook has it.

    That of a bucket over the root of its days, as if days were independent, over the last ``window_days``.
    """
    buckets = max(2, round(window_days / situation.bucket_days))
    variance = situation.history.recent_variance(buckets)
    return np.asarray(np.sqrt(variance / situation.bucket_days))


@dataclass(frozen=True)
class Incumbent(Policy, ABC):
    """A rule with two parameters, both of them days of demand.

    Attributes:
        window_days: days that the mean demand is taken over.
        safety_days: days of mean demand to be held beyond what the rule covers anyway.

    """

    window_days: float = 91.0
    safety_days: float = 14.0

    safety_in_words: ClassVar[str] = "{:g} safety days"

    def axes(self) -> tuple[Axis, ...]:
        """The averaging window, and the safety days."""
        return WINDOW, SAFETY

    def at(self, parameters: Mapping[str, float]) -> Policy:
        """The rule with these parameters."""
        return replace(self, **parameters)

    def settings(self) -> tuple[Setting, ...]:
        """More safety days, more stock."""
        return turned(
            self,
            self.safety_days,
            SAFETY.around(self.safety_days),
            lambda days: replace(self, safety_days=days),
            "{:g} safety days".format,
        )

    def describe(self) -> str:
        """The parameters in words."""
        return in_words(self.window_days, self.safety_in_words.format(self.safety_days))


def in_words(window_days: float, safety: str) -> str:
    """A rule's parameters for a report."""
    return f"mean of the last {window_days:g} days, {safety}"
