"""Fits an incumbent rule on the time before a replay, so that ours is compared with it at its best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from forecasting.adapters.stages import Stage, silent
from forecasting.config import Config
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observer import Observer
from forecasting.policies.base import Policy
from forecasting.policies.grid import Axis, points
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import policy as policy_named
from forecasting.replay.checkpoints import Checkpoints
from forecasting.replay.measures import costs_of
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.simulate import lots_of, simulate_together
from forecasting.simulation.lots import Lots

LONGEST_DAYS = 364
SHORTEST_DAYS = 91
"""With less time than this before the replay, a rule keeps its usual parameters."""

HISTORY_DAYS = 28
"""Days of history that a rule must have had before the first review it is judged on."""


@dataclass(frozen=True)
class Fitted:
    """A policy as it is replayed.

    Attributes:
        policy: with its parameters.
        values: the parameters that were chosen, by name; none where there was nothing to choose, or too
            little time before the replay.
        tried: how many sets of parameters were tried.
        at_limit: the parameters among them whose best value is the outermost that is ever tried.

    """

    policy: Policy
    values: Mapping[str, float] = field(default_factory=dict)
    tried: int = 0
    at_limit: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """What ``run.json`` says of it."""
        return {"values": dict(self.values), "tried": self.tried, "at_limit": list(self.at_limit)}


def fitted_policies(
    names: Sequence[str], past: Scenario, checkpoints: Checkpoints, stage: Stage
) -> list[Fitted]:
    """The policies of these names, with the parameters that would have cost least before the replay."""
    config, before = past.observer.config, time_before(past.observer, past.first_day)
    return [_fitted(_policy(name, config, past), before, checkpoints, stage) for name in names]


def _policy(name: str, config: Config, past: Scenario) -> Policy:
    if name == "perfect_foresight":
        return PerfectForesight(past.asked_for, past.arrivals)
    return policy_named(name, config)


def _fitted(policy: Policy, before: Scenario | None, checkpoints: Checkpoints, stage: Stage) -> Fitted:
    """The policy at its best on the time before, if it has parameters to choose and there is such a time."""
    names = [axis.name for axis in policy.axes()]
    if not names or before is None:
        return Fitted(policy)
    kept = checkpoints.read(f"fit-{policy.name}")
    if kept is None:
        found = fit(policy, before, stage)
        at_limit = [name in found.at_limit for name in names]
        chosen = np.array([found.values[name] for name in names])
        kept = {"values": chosen, "tried": np.array(found.tried), "at_limit": np.array(at_limit)}
        checkpoints.write(f"fit-{policy.name}", kept)
    values = dict(zip(names, kept["values"].tolist(), strict=True))
    limits = tuple(name for name, outermost in zip(names, kept["at_limit"], strict=True) if outermost)
    return Fitted(policy.at(values), values, int(kept["tried"]), limits)


def time_before(observer: Observer, first_day: int) -> Scenario | None:
    """The year (or what there is of it) before ``first_day``; None where there is too little."""
    begin = max(observer.first_day + HISTORY_DAYS, first_day - LONGEST_DAYS)
    if first_day - begin < SHORTEST_DAYS:
        return None
    # Opening stock by the rule, not by the data: the time before is a rehearsal for every policy. Where
    # nothing is taken over of what was on its way, nothing is of what was owed either.
    without_stock = replace(observer, records=observer.records.without_stock())
    lots = None
    if len(observer.records.lots.item):
        # All that is there at the opening is fresh.
        nothing = np.zeros(0, dtype=np.int64)
        shelf_days = np.maximum(observer.catalogue.end_of_life.shelf_days, 1.0)
        lots = Lots(nothing, nothing, np.zeros(0), shelf_days)
    before = scenario(without_stock, begin, first_day - 1, Assumptions())
    return replace(before, owed=None, lots=lots)


def fit(
    policy: Policy, before: Scenario, stage: Stage = silent, axes: Sequence[Axis] | None = None
) -> Fitted:
    """The parameters that would have cost least in total over the time before.

    Where the best lies on the edge of what was tried, more is tried beyond it, until it lies inside or at
    the limit of the parameter. Of equal totals the one tried first is taken.

    Args:
        axes: what to choose from; None: as the policy has them.

    """
    axes = policy.axes() if axes is None else tuple(axes)
    names = [axis.name for axis in axes]
    totals: dict[tuple[float, ...], float] = {}
    while True:
        new = [point for point in points(axes) if point not in totals]
        candidates = [policy.at(dict(zip(names, point, strict=True))) for point in new]
        totals |= dict(zip(new, rehearse(candidates, before, stage), strict=True))
        best = min(totals, key=totals.__getitem__)
        wider = tuple(axis.wider(value) for axis, value in zip(axes, best, strict=True))
        if wider == axes:
            break
        axes = wider
    values = dict(zip(names, best, strict=True))
    at_limit = [axis.name for axis in axes if len(axis.values) > 1 and axis.on_edge(values[axis.name])]
    return Fitted(policy.at(values), values, len(totals), tuple(at_limit))


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
