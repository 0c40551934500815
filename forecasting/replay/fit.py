"""Fits an incumbent rule on the time before a replay, so that ours is compared with it at its best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar, runtime_checkable

from forecasting.assumptions import Assumptions
from forecasting.dataset.dataset import Dataset
from forecasting.observer import Observer
from forecasting.policies.base import Policy
from forecasting.replay.measures import costs_of
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.walk import Memory, walk

LONGEST_DAYS = 364
SHORTEST_DAYS = 91
"""With less time than this before the replay, a rule keeps its usual parameters."""

HISTORY_DAYS = 28
"""Days of history that a rule must have had before the first review it is judged on."""

Fitted = TypeVar("Fitted", bound="Fittable")


@runtime_checkable
class Fittable(Policy, Protocol):
    """A policy that has parameters to choose from."""

    def candidates(self) -> tuple[Policy, ...]:
        """The policy with each set of parameters worth trying."""


def time_before(dataset: Dataset, observer: Observer, first_day: int) -> Scenario | None:
    """The year (or what there is of it) before ``first_day``; None where there is too little."""
    begin = max(observer.first_day + HISTORY_DAYS, first_day - LONGEST_DAYS)
    if first_day - begin < SHORTEST_DAYS:
        return None
    # Opening stock by the rule, not by the data: the time before is a rehearsal for every policy.
    without_stock = replace(
        dataset, stock=dataset.stock.iloc[:0], purchase_orders=dataset.purchase_orders.iloc[:0]
    )
    return scenario(without_stock, observer, begin, first_day - 1, Assumptions())


def fit(
    policy: Fittable, before: Scenario, memory: Memory, progress: Callable[[], None] = lambda: None
) -> Policy:
    """The candidate that would have cost least in total over the time before."""
    costs = before.observer.catalogue.costs
    best: tuple[float, Policy] | None = None
    for candidate in policy.candidates():
        run = walk(candidate, before, memory, progress)
        flows = costs_of(run.tallies, costs)
        besides = run.cost_ordering.sum() + run.cost_waste.sum()
        total = float(sum(amount.sum() for amount in flows.values()) + besides)
        if best is None or total < best[0]:
            best = (total, candidate)
    assert best is not None, "a fittable policy has candidates"
    return best[1]
