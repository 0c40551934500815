"""Who is walked through every window: ours on each forecast, what takes its regret apart, and the rules."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

import numpy as np

from experiments.regimes.sharing import KNOWN
from forecasting.config import Config
from forecasting.policies.base import Policy
from forecasting.policies.base_stock import BaseStock
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.expected_cost.relative_value import RelativeValue
from forecasting.policies.situation import Decision, Situation

RULES = (
    "days_of_cover",
    "erpnext",
    "mean_root",
    "min_max",
    "netstock",
    "odoo",
    "seasonal_mean",
    "textbook",
)
"""Simple rules: each is fitted before every window, its averaging window and its degree of safety."""

AUTO, AVERAGE = "auto", "quantile_average"
OURS = {AUTO: "cost_optimal on auto", AVERAGE: "cost_optimal on quantile_average"}
PERFECT = "perfect_foresight"
TRUE = "cost_optimal on known"

LEVELS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
"""Order-up-to levels to look for the best among, as quantiles of our forecast."""

EXCESS_SHARES = (0.0, 0.05, 0.25, 0.5)
"""What else ``excess_holding_share`` could be."""


@dataclass(frozen=True)
class Upon(Policy):
    """A policy that decides on a model of its own, under a name that says so."""

    policy: Policy
    upon: str

    @property
    def name(self) -> str:
        """Of the policy and the model."""
        return f"{self.policy.name} on {self.upon}"

    @property
    def model(self) -> str:
        """See ``Policy.model``."""
        return self.upon

    def decide(self, situation: Situation) -> Decision:
        """As the policy does."""
        return self.policy.decide(situation)

    def value(self, situation: Situation) -> RelativeValue | None:
        """As the policy does."""
        return self.policy.value(situation)


@dataclass(frozen=True)
class InTurn(Policy):
    """A rule that is fitted anew before each window: the same rule with other parameters from then on.

    Attributes:
        rule: its name.
        fitted: the rule as fitted for each window.
        since: the day numbers of the reviews from which the second, third, .. one decides.

    """

    rule: str
    fitted: tuple[Policy, ...]
    since: tuple[int, ...]

    @property
    def name(self) -> str:
        """Of the rule."""
        return self.rule

    def decide(self, situation: Situation) -> Decision:
        """As the one whose turn it is."""
        return self.fitted[bisect_right(self.since, situation.as_of)].decide(situation)


@dataclass(frozen=True)
class QuantileLevel(Policy):
    """Order up to one quantile of the demand of the protection interval, the same for all items."""

    level: float

    @property
    def name(self) -> str:
        """With the quantile."""
        return f"level {self.level:g}"

    def decide(self, situation: Situation) -> Decision:
        """Order what is missing to the level."""
        demand = situation.lead_time_demand.over_lead_time(situation.review_days)
        level = np.floor(demand.quantile(self.level) + 0.5)
        wanted = np.where(situation.orderable, level - situation.position, 0.0)
        return Decision(situation.terms.at_least(wanted), level - 1.0, level)


def ours(config: Config, *, known: bool, auto: bool = True) -> list[Policy]:
    """``cost_optimal`` on each forecast, and what it is held against under the same forecast."""
    default = CostOptimal(config.excess_holding_share, config.excess_holding_days)
    models = [AUTO, AVERAGE] if auto else [AVERAGE]
    policies: list[Policy] = [Upon(default, model) for model in models]
    if known:
        policies += [Upon(default, KNOWN), Upon(BaseStock(), KNOWN)]
    policies.append(Upon(BaseStock(), AVERAGE))
    policies += [Upon(QuantileLevel(level), AVERAGE) for level in LEVELS]
    for share in EXCESS_SHARES:
        other = replace(default, excess_holding_share=share, name=f"excess {share:g}")
        policies.append(Upon(other, AVERAGE))
    return policies
