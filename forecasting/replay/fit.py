"""Fits an incumbent rule on the time before a replay, so that ours is compared with it at its best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecasting.adapters.stages import Stage, silent
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observer import Observer
from forecasting.policies.base import Policy
from forecasting.replay.measures import costs_of
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.simulate import walk_together

LONGEST_DAYS = 364
SHORTEST_DAYS = 91
"""With less time than this before the replay, a rule keeps its usual parameters."""

HISTORY_DAYS = 28
"""Days of history that a rule must have had before the first review it is judged on."""

TOGETHER = 25_000_000
"""Order lines that are simulated at the same time, over all candidates: they take 40 bytes each."""


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
    costs = before.observer.catalogue.costs
    lot = max(1, TOGETHER // max(len(before.lines), 1))
    lots = [candidates[start : start + lot] for start in range(0, len(candidates), lot)]
    progress = stage(len(lots) * len(before.review_days), f"fitting {candidates[0].name}")
    totals = []
    for each in lots:
        for run in walk_together(each, before, progress=progress):
            flows = costs_of(run.flows, costs)
            besides = run.cost_ordering.sum() + run.cost_waste.sum()
            totals.append(float(sum(amount.sum() for amount in flows.values()) + besides))
    return totals
