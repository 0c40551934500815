"""Fits an incumbent rule on the time before a replay, so that ours is compared with it at its best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecasting.adapters.stages import Stage, silent
from forecasting.config import Config
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observer import Observer
from forecasting.policies.base import Policy
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import policy as policy_named
from forecasting.replay.checkpoints import Checkpoints
from forecasting.replay.measures import costs_of
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.simulate import lots_of, simulate_together

LONGEST_DAYS = 364
SHORTEST_DAYS = 91
"""With less time than this before the replay, a rule keeps its usual parameters."""

HISTORY_DAYS = 28
"""Days of history that a rule must have had before the first review it is judged on."""


def fitted_policies(
    names: Sequence[str], past: Scenario, checkpoints: Checkpoints, stage: Stage
) -> list[Policy]:
    """The policies of these names, with the parameters that would have cost least before the replay."""
    config, before = past.observer.config, time_before(past.observer, past.first_day)
    return [_fitted(_policy(name, config, past), before, checkpoints, stage) for name in names]


def _policy(name: str, config: Config, past: Scenario) -> Policy:
    if name == "perfect_foresight":
        return PerfectForesight(past.lines, past.arrivals)
    return policy_named(name, config)


def _fitted(policy: Policy, before: Scenario | None, checkpoints: Checkpoints, stage: Stage) -> Policy:
    """The policy at its best on the time before, if it has parameters to choose and there is such a time."""
    candidates = policy.candidates()
    if len(candidates) == 1 or before is None:
        return policy
    name = f"fit-{policy.name}"
    fitted = checkpoints.read(name)
    if fitted is None:
        fitted = {"candidate": np.array(candidates.index(fit(policy, before, stage)))}
        checkpoints.write(name, fitted)
    return candidates[int(fitted["candidate"])]


def time_before(observer: Observer, first_day: int) -> Scenario | None:
    """The year (or what there is of it) before ``first_day``; None where there is too little."""
    begin = max(observer.first_day + HISTORY_DAYS, first_day - LONGEST_DAYS)
    if first_day - begin < SHORTEST_DAYS:
        return None
    # Opening stock by the rule, not by the data: the time before is a rehearsal for every policy.
    without_stock = replace(observer, records=observer.records.without_stock())
    return scenario(without_stock, begin, first_day - 1, Assumptions())


def fit(policy: Policy, before: Scenario, stage: Stage = silent) -> Policy:
    """The candidate that would have cost least in total over the time before."""
    candidates = policy.candidates()
    return candidates[int(np.argmin(rehearse(candidates, before, stage)))]


def rehearse(candidates: Sequence[Policy], before: Scenario, stage: Stage = silent) -> list[float]:
    """What each candidate would have cost in total over the time before, money."""
    costs, lots = before.observer.catalogue.costs, lots_of(candidates, before)
    progress = stage(len(lots) * len(before.review_days), f"fitting {candidates[0].name}")
    totals = []
    for lot in lots:
        for run in simulate_together(lot, before, progress=progress):
            flows = costs_of(run.flows, costs)
            besides = run.cost_ordering.sum() + run.cost_waste.sum()
            totals.append(float(sum(amount.sum() for amount in flows.values()) + besides))
    return totals
