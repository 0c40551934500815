"""What the comparison hangs on: costs, lead times and the order in which demand came, changed one at a time.

The rules keep the parameters that were fitted before; what is known (costs, lead times) is known to all.
Where only the money changes, and a rule does not look at it, its replay is the same and is charged anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.adapters.stages import Stage
from forecasting.domain import Costs, DemandLines, IntArray, LeadTimes
from forecasting.policies.base import Policy
from forecasting.replay import compare
from forecasting.replay.checkpoints import CheckpointGroup, Checkpoints
from forecasting.replay.policy_run import PolicyRun
from forecasting.replay.scenario import Scenario
from forecasting.replay.simulate import simulate_together

BLOCK_DAYS = 28
"""Demand is shuffled in blocks of so many days: seasons lose their place, what lies close keeps it."""

LONGER_DAYS = 7

AS_REPLAYED = "as replayed"

SHOWN = (
    "cost_total",
    "cost_saved",
    "cost_saved_low",
    "cost_saved_high",
    "backorders_avoided",
    "backordered_lines",
    "lost_lines",
    "average_on_hand_value",
)


def sensitivity(
    followed: Sequence[tuple[Policy, PolicyRun]],
    past: Scenario,
    costs: Costs,
    baseline: str,
    checkpoints: Checkpoints,
    stage: Stage,
) -> pd.DataFrame:
    """A row a scenario and policy: ``scenario``, ``policy`` and what ``SHOWN`` names.

    Args:
        followed: the policies as replayed, with their parameters, and what came of each.
        past: the scenario that they were replayed in.
        costs: what is charged there.
        baseline: the policy that the others are compared with.
        checkpoints: where the replays of the scenarios are kept.
        stage: shows how far it has come.

    """
    policies, runs = [policy for policy, _ in followed], [run for _, run in followed]

    def again(name: str, scenario: Scenario, policies: Sequence[Policy]) -> list[PolicyRun]:
        group = CheckpointGroup(checkpoints, name.replace(" ", "-"))
        return simulate_together(policies, scenario, group, stage(len(scenario.review_days), name))

    tables = [_rows(AS_REPLAYED, runs, past, costs, baseline)]
    for name, weight in (("shortages cost twice as much", 2.0), ("shortages cost half as much", 0.5)):
        weighed = [policy.with_shortage_weight(weight) for policy in policies]
        weighing = [place for place, each in enumerate(weighed) if each is not policies[place]]
        changed = dict(enumerate(runs))
        changed |= zip(weighing, again(name, past, [weighed[place] for place in weighing]), strict=True)
        tables.append(_rows(name, list(changed.values()), past, costs.with_shortage(weight), baseline))

    for name, scenario in (
        (f"lead times {LONGER_DAYS} days longer", with_longer_lead_times(past, LONGER_DAYS)),
        (f"demand shuffled in blocks of {BLOCK_DAYS} days", with_shuffled_demand(past, BLOCK_DAYS)),
    ):
        # One that knows the future knows another one there.
        those = [policy.foreseeing(scenario.asked_for, scenario.arrivals) for policy in policies]
        tables.append(_rows(name, again(name, scenario, those), past, costs, baseline))
    return pd.concat(tables, ignore_index=True)


def _rows(name: str, runs: Sequence[PolicyRun], past: Scenario, costs: Costs, baseline: str) -> pd.DataFrame:
    config, value = past.observer.config, past.observer.catalogue.terms.unit_cost
    table = compare.summary(runs, costs, value, baseline, config.seed, config.interval_draws)
    table = table[["policy", *SHOWN]]
    table.insert(0, "scenario", name)
    return table


def with_longer_lead_times(past: Scenario, days: int) -> Scenario:
    """The same past, every order ``days`` days longer on its way, and everybody knowing it.

    Goods already on their way come as they did.
    """
    catalogue, recorded = past.observer.catalogue, past.recorded_lead_days
    longer = LeadTimes(catalogue.lead_times.days + days, catalogue.lead_times.weight)
    known = replace(catalogue, lead_times=longer)
    return replace(
        past,
        observer=replace(past.observer, catalogue=known),
        recorded_lead_days=np.where(recorded >= 0, recorded + days, recorded),
        count_from=np.where(past.count_from > past.first_day, past.count_from + days, past.count_from),
    )


def with_shuffled_demand(past: Scenario, days: int) -> Scenario:
    """The same past, its demand from the first day on cut into blocks of ``days`` days in another order.

    Whole blocks change places, for all items alike, drawn from the seed; what is left over at the end stays.
    Lines known ahead, and deadlines, move with their line.
    """
    whole = (past.last_day - past.first_day + 1) // days
    order = np.random.default_rng(past.observer.config.seed).permutation(whole)
    shift = np.zeros(whole + 1, dtype=np.int64)
    shift[order] = (np.arange(whole) - order) * days
    return replace(
        past,
        lines=_moved(past.lines, past.first_day, whole, days, shift),
        observer=replace(
            past.observer, lines=_moved(past.observer.lines, past.first_day, whole, days, shift)
        ),
    )


def _moved(lines: DemandLines, first: int, whole: int, days: int, shift: IntArray) -> DemandLines:
    block = np.where(lines.day >= first, np.minimum((lines.day - first) // days, whole), whole)
    by = shift[block]
    day = lines.day + by
    order = np.lexsort((day, lines.item))
    until = np.where(lines.known_until == DemandLines.NEVER, lines.known_until, lines.known_until + by)
    return DemandLines(
        indptr=lines.indptr,
        day=day[order],
        due=(lines.due + by)[order],
        quantity=lines.quantity[order],
        order=lines.order[order],
        known_until=until[order],
        known_from=(lines.known_from + by)[order],
        project=None if lines.project is None else lines.project[order],
    )
