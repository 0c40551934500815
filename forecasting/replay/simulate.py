"""Simulates policies through a scenario, many side by side, with checkpoints after each review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from forecasting.adapters.stages import Stage
from forecasting.policies.base import Policy
from forecasting.replay.checkpoints import CheckpointGroup, Checkpoints, NoCheckpoints
from forecasting.replay.observations import Observations
from forecasting.replay.policy_run import Order, PolicyRun, PolicySimulation
from forecasting.replay.scenario import Scenario
from forecasting.replay.sourcing import as_bought_by

LINES_AT_ONCE = 25_000_000
"""Order lines that are simulated at the same time, over all policies: they take 40 bytes each."""


def simulate(policy: Policy, scenario: Scenario) -> PolicyRun:
    """Simulate the scenario with ``policy`` deciding at every review."""
    return simulate_together([policy], scenario)[0]


def simulate_in_lots(
    policies: Sequence[Policy], scenario: Scenario, checkpoints: Checkpoints, stage: Stage
) -> list[PolicyRun]:
    """What comes of each policy, as many at a time as there is room for."""
    runs: list[PolicyRun] = []
    for lot in lots_of(policies, scenario):
        group = checkpoints if not runs else CheckpointGroup(checkpoints, f"from-{len(runs)}")
        runs += simulate_together(lot, scenario, group, stage(len(scenario.review_days), "reviews"))
    return runs


def lots_of(policies: Sequence[Policy], scenario: Scenario) -> list[Sequence[Policy]]:
    """The policies in lots that fit into memory side by side."""
    size = max(1, LINES_AT_ONCE // max(len(scenario.lines), 1))
    return [policies[start : start + size] for start in range(0, len(policies), size)]


def simulate_together(
    policies: Sequence[Policy],
    scenario: Scenario,
    checkpoints: Checkpoints | None = None,
    progress: Callable[[], None] = lambda: None,
    observations: Observations | None = None,
) -> list[PolicyRun]:
    """Simulate the scenario once with each policy, all of them at the same day at any time.

    Together they cost less than one after the other: what they see alike is worked out once a review. What
    comes of a policy does not depend on which others there are.

    Args:
        checkpoints: where orders are kept after each review. Those that it holds already, from a replay
            that was stopped, are taken as they are: the simulated stock follows from the orders alone.
        progress: called after each review.
        observations: what the policies share; None: what is worked out for this scenario alone.

    """
    checkpoints = NoCheckpoints() if checkpoints is None else checkpoints
    observations = Observations(scenario) if observations is None else observations
    walks = [_Walk.of(policy, scenario, observations) for policy in policies]
    simulations = [walk.simulation for walk in walks]
    for number, day in enumerate(sorted(set().union(*(walk.days for walk in walks)))):
        name = f"review-{number:05d}"
        kept = checkpoints.read(name)
        if kept is None:
            checkpoints.write(name, _as_arrays([walk.review(day) for walk in walks]))
        else:
            for place, walk in enumerate(walks):
                names = (f"{each.name}-{place}" for each in fields(Order))
                walk.review(day, Order(*(kept[each] for each in names)))
        progress()
    return [each.finish() for each in simulations]


@dataclass(frozen=True)
class _Walk:
    """A policy on its way through its scenario, with the days on which its suppliers take orders."""

    simulation: PolicySimulation
    observations: Observations
    days: frozenset[int]

    @classmethod
    def of(cls, policy: Policy, scenario: Scenario, observations: Observations) -> _Walk:
        """The policy where it buys: what it sees is its own where that is elsewhere than the others do."""
        bought = as_bought_by(policy, scenario, observations)
        seen = observations if bought is scenario else Observations(bought)
        return cls(PolicySimulation(policy, bought), seen, frozenset(bought.review_days))

    def review(self, day: int, decided: Order | None = None) -> Order:
        """Order at the close of ``day``; nothing where none of its suppliers takes orders then."""
        if day not in self.days:
            return Order.nothing()
        return self.simulation.review(day, self.observations, decided)


def _as_arrays(orders: Sequence[Order]) -> dict[str, np.ndarray]:
    """The orders of each policy at one review, as a checkpoint has them."""
    return {
        f"{each.name}-{place}": getattr(order, each.name)
        for place, order in enumerate(orders)
        for each in fields(Order)
    }
