"""The replay: every policy on the same past, and what would have come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forecasting.adapters.stages import Stage, silent
from forecasting.config import Config, with_settings
from forecasting.dataset.tables import COST_COLUMNS
from forecasting.domain import Costs, day_text
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.records import Records
from forecasting.planning.observer import observer
from forecasting.planning.requests import check_date, check_model
from forecasting.policies.base import Policy
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import IN_HINDSIGHT, POLICIES, RECORDED, policy, unknown
from forecasting.replay import compare
from forecasting.replay.checkpoints import CheckpointGroup, Checkpoints, NoCheckpoints
from forecasting.replay.decomposition import decomposition
from forecasting.replay.fit import TOGETHER, fit, time_before
from forecasting.replay.frontier import frontier
from forecasting.replay.realism import realism
from forecasting.replay.recorded import recorded
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.sensitivity import sensitivity
from forecasting.replay.simulate import PolicyRun, walk_together
from forecasting.run import Clock, Result, describe, run_id


@dataclass(frozen=True)
class Extras:
    """What a replay may be asked for besides.

    Attributes:
        frontier: sweep every policy's aggressiveness.
        sensitivity: replay with other costs, longer lead times and shuffled demand too.
        tally: settings of the costs that are charged, where they differ from those that policies believe.

    """

    frontier: bool = False
    sensitivity: bool = False
    tally: Mapping[str, Any] = field(default_factory=dict)


def replay(
    records: Records,
    config: Config,
    first_day: int,
    last_day: int,
    policies: Sequence[str],
    baseline: str,
    extras: Extras = Extras(),
    stage: Stage = silent,
    open_checkpoints: Callable[[str], Checkpoints] = lambda identity: NoCheckpoints(),
) -> Result:
    """Simulate ``first_day`` to ``last_day`` with each policy, and compare them with ``baseline``.

    Args:
        extras: what else to find out.
        stage: shows how far it has come.
        open_checkpoints: called with what the run is known by; what is kept there is not decided again.

    Raises RequestError where a date or a name does not fit.

    """
    clock, assumptions = Clock(), Assumptions()
    check_model(config)
    names = _checked(policies, baseline)
    _check_span(records, first_day, last_day)
    if baseline == RECORDED and extras.sensitivity:
        raise RequestError(
            f"--sensitivity: {RECORDED} cannot be replayed otherwise; choose another --baseline"
        )
    seeing = observer(records, config, first_day - 1, assumptions)
    past = scenario(seeing, first_day, last_day, assumptions)
    clock.lap("prepare")

    identity = run_id(
        records,
        config,
        {"replay": [first_day, last_day], "policies": names, "baseline": baseline, "extras": vars(extras)},
    )
    checkpoints = open_checkpoints(identity)
    before = time_before(seeing, first_day)
    followed = [name for name in names if name != RECORDED]
    chosen = [_fitted(_policy(name, config, past), before, checkpoints, stage) for name in followed]
    clock.lap("fit")
    swept = [each.settings() if extras.frontier else () for each in chosen]
    others = [setting.policy for each in swept for setting in each if not setting.as_replayed]
    found = _walked([*chosen, *others], past, checkpoints, stage)
    runs = found[: len(chosen)]
    clock.lap("walk")
    gaps: tuple[str, ...] = ()
    if RECORDED in names:
        told = recorded(past, assumptions)
        runs.insert(names.index(RECORDED), told.run)
        gaps = told.gaps
        clock.lap(RECORDED)

    known = seeing.catalogue
    costs = _charged(records, config, extras.tally, first_day - 1) if extras.tally else known.costs
    value, seed, draws = known.terms.unit_cost, config.seed, config.interval_draws
    tables = {
        "summary": compare.summary(runs, costs, value, baseline, seed, draws),
        "periods": compare.periods(runs, costs, value, past.period_edges),
        "items": compare.items(runs, costs, value, known.items),
    }
    real = realism(tables["summary"], baseline)
    parts = decomposition(runs, costs, value, seed, draws)
    if len(parts):
        tables["decomposition"] = parts
    clock.lap("compare")
    if extras.frontier:
        rest = iter(found[len(chosen) :])
        tables["frontier"] = frontier(
            [
                (setting, run if setting.as_replayed else next(rest))
                for run, each in zip(found, swept, strict=False)
                for setting in each
            ],
            costs,
            value,
        )
    if extras.sensitivity:
        tables["sensitivity"] = sensitivity(
            chosen, found[: len(chosen)], past, costs, baseline, checkpoints, stage
        )
        clock.lap("sensitivity")
    tables["assumptions"] = assumptions.frame()

    counts = {
        "items": len(known),
        "reviews": len(past.review_days),
        "days": last_day - first_day + 1,
        "order_lines": int(runs[0].flows.lines.sum()),
    }
    described: dict[str, Any] = {
        **describe(identity, "replay", records, config, clock, counts),
        "from": day_text(first_day),
        "to": day_text(last_day),
        "counted_from": day_text(_counted_from(past)),
        "baseline": baseline,
        "tally": dict(extras.tally),
        "parameters": {run.policy: run.parameters for run in runs if run.parameters},
        **({"recorded": {"realism": real, "gaps": list(gaps)}} if RECORDED in names else {}),
    }
    return Result(tables, described)


def _counted_from(past: Scenario) -> int:
    """The day from which on everything counts that was known on the first."""
    known = past.observer.catalogue.known_from <= past.first_day
    return int(past.count_from[known].max(initial=past.first_day))


def _walked(
    policies: Sequence[Policy], past: Scenario, checkpoints: Checkpoints, stage: Stage
) -> list[PolicyRun]:
    """What comes of each, as many at a time as there is room for."""
    lot = max(1, TOGETHER // max(len(past.lines), 1))
    runs: list[PolicyRun] = []
    for start in range(0, len(policies), lot):
        group = checkpoints if start == 0 else CheckpointGroup(checkpoints, f"from-{start}")
        progress = stage(len(past.review_days), "reviews")
        runs += walk_together(policies[start : start + lot], past, group, progress)
    return runs


def _charged(records: Records, config: Config, tally: Mapping[str, Any], as_of: int) -> Costs:
    """The cost rates with other settings than those that policies believe in."""
    unknown_costs = sorted(set(tally) - {*COST_COLUMNS, "line_cost"})
    if unknown_costs:
        raise RequestError(
            f"--tally {unknown_costs[0]}: only costs can be charged otherwise than a policy believes: "
            f"{', '.join(COST_COLUMNS)}, line_cost"
        )
    return catalogue(records, with_settings(config, tally), as_of, Assumptions()).costs


def _policy(name: str, config: Config, past: Scenario) -> Policy:
    if name == "perfect_foresight":
        return PerfectForesight(past.lines, past.arrivals)
    return policy(name, config)


def _fitted(policy: Policy, before: Scenario | None, checkpoints: Checkpoints, stage: Stage) -> Policy:
    """The policy with the parameters that would have cost least before, if it has any to choose."""
    candidates = policy.candidates()
    if len(candidates) == 1 or before is None:
        return policy
    name = f"fit-{policy.name}"
    fitted = checkpoints.read(name)
    if fitted is None:
        fitted = {"candidate": np.array(candidates.index(fit(policy, before, stage)))}
        checkpoints.write(name, fitted)
    return candidates[int(fitted["candidate"])]


def _checked(policies: Sequence[str], baseline: str) -> list[str]:
    known = (*POLICIES, *IN_HINDSIGHT)
    names = list(dict.fromkeys(policies))
    for name in [*names, baseline]:
        if name not in known:
            raise unknown(name, known)
    if baseline not in names:
        raise RequestError(f"--baseline {baseline} is not among --policies {','.join(names)}: add it there")
    return names


def _check_span(records: Records, first_day: int, last_day: int) -> None:
    if last_day < first_day:
        raise RequestError(
            f"--to {day_text(last_day)} lies before --from {day_text(first_day)}: exchange them"
        )
    check_date(records, first_day - 1, "the day before --from,")
    last = records.last_known_day
    if last_day > last:
        raise RequestError(
            f"--to {day_text(last_day)} lies after {day_text(last)}, the last day that the data knows "
            "of: nothing is known of the demand since; choose an earlier day"
        )
