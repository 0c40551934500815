"""What every policy can be asked: the one interface that a plan and a replay know their policies by.

A policy has a name and decides. Whatever else one may be able to do is declared here too, with the answer of
a policy that cannot, so that nobody has to look at what kind of policy it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.domain import DemandLines, IntArray, TextArray
from forecasting.policies.expected_cost.relative_value import RelativeValue
from forecasting.policies.grid import Axis, points
from forecasting.policies.situation import Decision, Situation

__all__ = ["Arrivals", "Decision", "Policy", "Setting", "Situation", "turned"]

Arrivals = Callable[[int, IntArray], IntArray]
"""For a review day and the numbers of n items, the days on which orders placed now and at each later review
arrive: int64, shape (n, k), rising rows whose last column is the day after the end."""


@dataclass(frozen=True)
class Setting:
    """A policy at one setting of its aggressiveness.

    Attributes:
        policy: the policy, so set.
        aggressiveness: the setting, as a number: a policy's settings rise in it.
        label: the setting in words.
        as_replayed: whether it is the setting that the policy has anyway.

    """

    policy: Policy
    aggressiveness: float
    label: str
    as_replayed: bool


class Policy(ABC):
    """A rule that turns a situation into orders. Parameters only; it keeps nothing between reviews.

    ``name`` and ``decide`` are required. The rest says what holds where a policy does not define it:

    ===================== ================================================ ================================
    it can                by                                               else
    ===================== ================================================ ================================
    bring a demand model  ``model``                                        the configured one is used
    weigh orders in money ``value``, ``rules``, ``with_shortage_weight``   it is judged by another's reckoning
    be fitted             ``axes``, ``at``                                 its parameters stay as they are
    be tuned              ``settings``                                     it has one setting, its own
    be described          ``describe``                                     it has no parameters to name
    know the future       ``foreseeing``                                   it knows what a plan would know
    ===================== ================================================ ================================
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """The name that commands and outputs use."""

    @abstractmethod
    def decide(self, situation: Situation) -> Decision:
        """Decide for all items at once. Items not ``orderable`` get quantity 0."""

    @property
    def model(self) -> str | None:
        """The demand model that it decides on, whichever is configured; None: the configured one."""
        return None

    def value(self, situation: Situation) -> RelativeValue | None:
        """What each order of each item is expected to cost; None where it weighs no costs.

        Where it is given, ``decide`` answers its ``decision``: quantities of many items can then be chosen
        together, and a plan says what they cost by the policy's own reckoning.
        """
        return None

    def rules(self, situation: Situation) -> TextArray:
        """By which of the field's rules each item is decided: text, shape (n,)."""
        return np.full(len(situation), self.name, dtype=object)

    def with_shortage_weight(self, weight: float) -> Policy:
        """The same where it takes a shortage to cost ``weight`` times what it does."""
        return self

    def axes(self) -> tuple[Axis, ...]:
        """The parameters that are chosen on the time before a replay, each with its values."""
        return ()

    def at(self, parameters: Mapping[str, float]) -> Policy:
        """The policy with these values of the parameters that ``axes`` names."""
        return self

    def candidates(self) -> tuple[Policy, ...]:
        """The policy at each point of its grid, as it is before anything was widened."""
        axes = self.axes()
        names = [axis.name for axis in axes]
        return tuple(self.at(dict(zip(names, point, strict=True))) for point in points(axes))

    def settings(self) -> tuple[Setting, ...]:
        """The policy at each setting of its aggressiveness, its own among them, rising."""
        return (Setting(self, 1.0, "as it is", as_replayed=True),)

    def describe(self) -> str:
        """The parameters in words; empty where it has none."""
        return ""

    def foreseeing(self, lines: DemandLines, arrivals: Arrivals) -> Policy:
        """The same in a past where these are the demand and the arrivals to come."""
        return self


def turned(
    policy: Policy,
    own: float,
    values: Iterable[float],
    at: Callable[[float], Policy],
    label: Callable[[float], str],
) -> tuple[Setting, ...]:
    """The settings of ``policy`` as one parameter of it is turned.

    Args:
        policy: as it is.
        own: the parameter as it is; among the settings whether or not it is one of ``values``.
        values: what else to set it to.
        at: the policy with the parameter at a value.
        label: says a value in words.

    """
    return tuple(
        Setting(policy if value == own else at(value), value, label(value), value == own)
        for value in sorted({*values, own})
    )
