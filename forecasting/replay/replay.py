"""The use case ``replay``: every policy on the same past, and what would have come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from forecasting.adapters.stages import Stage, silent
from forecasting.config import Config, with_settings
from forecasting.domain import Costs, IntArray, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.planning.observing import observer
from forecasting.planning.odd_orders import odd_orders
from forecasting.planning.requests import check_levels, check_model
from forecasting.policies.registry import RECORDED
from forecasting.replay import compare
from forecasting.replay.checkpoints import Checkpoints, NoCheckpoints
from forecasting.replay.decomposition import decomposition
from forecasting.replay.equal_terms import equal_terms
from forecasting.replay.frontier import frontier
from forecasting.replay.opening_lasts import without_orders
from forecasting.replay.policy_run import PolicyRun
from forecasting.replay.realism import realism
from forecasting.replay.recorded import Recorded, recorded
from forecasting.replay.request import ReplayRequest
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.sensitivity import sensitivity
from forecasting.replay.trace import check_trace, trace
from forecasting.replay.walk import walked
from forecasting.replay.windows import cut, intervals, windows, windows_that_decide
from forecasting.run import Clock, Result, describe, run_id

OpenCheckpoints = Callable[[str], Checkpoints]
"""Called with what a run is known by; what is kept there is not decided again."""


def replay(
    records: Records,
    config: Config,
    request: ReplayRequest,
    stage: Stage = silent,
    open_checkpoints: OpenCheckpoints = lambda identity: NoCheckpoints(),
) -> Result:
    """Simulate the days asked for with each policy, and compare them with the baseline.

    Tables ``summary``, ``windows``, ``periods``, ``items``, ``assumptions``, ``notices``; ``decomposition``,
    ``frontier``, ``equal_terms`` and ``sensitivity`` where they are to be had.

    Args:
        stage: shows how far it has come.

    Raises RequestError where a date or a name does not fit.

    """
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    assumptions.lack(records.absent, len(records.items))
    check_model(config)
    request.check(records)
    check_levels(request.names, records, assumptions)
    observed = observer(records, config, request.first_day - 1, assumptions)
    past = scenario(observed, request.first_day, request.last_day, assumptions)
    notices.extend(odd_orders(observed, request.last_day)[1])
    clock.lap("prepare")

    if request.extras.trace:
        check_trace(len([name for name in request.names if name != RECORDED]), past)

    identity = run_id(records, config, request.identity)
    checkpoints = open_checkpoints(identity)
    names = [name for name in request.names if name != RECORDED]
    named, request = request.identity, request.called()
    found = walked(names, request, past, checkpoints, stage)
    clock.lap("walk")
    real = recorded(past, assumptions) if RECORDED in request.names else None
    simulated = [each.run for each in found]
    runs = list(simulated)
    if real is not None:
        runs.insert(request.names.index(RECORDED), real.run)
        clock.lap(RECORDED)

    costs = _charged(request, past)
    cuts = cut(len(past.period_edges) - 1, request.windows)
    tables = _compared(runs, costs, past, request.baseline, cuts)
    over_windows = _over_windows(runs, costs, past, request.baseline, cuts)
    clock.lap("compare")
    if swept := [of_setting for each in found for of_setting in each.swept]:
        tables["frontier"] = frontier(swept, costs, observed.catalogue.terms.unit_cost)
        tables["equal_terms"] = equal_terms(tables["frontier"], tables["summary"])
    if request.extras.sensitivity:
        followed = [(each.fitted.policy, each.run) for each in found]
        tables["sensitivity"] = sensitivity(followed, past, costs, request.baseline, checkpoints, stage)
        clock.lap("sensitivity")
    if request.extras.trace:
        tables |= trace(simulated, past)
        clock.lap("trace")
    tables.update(assumptions=assumptions.frame(), notices=notices.frame())

    counts = _counts(past, runs)
    described = describe(identity, "replay", records, config, clock, counts, notices, named)
    found_out = _found_out(request, past, runs, real, tables)
    found_out["windows"] = over_windows
    found_out["fitted"] = {
        each.fitted.policy.name: each.fitted.described() for each in found if each.fitted.values
    }
    return Result(tables, {**described, **found_out})


def _charged(request: ReplayRequest, past: Scenario) -> Costs:
    """The cost rates that are charged, whatever policies believe in."""
    observed, tally = past.observer, request.extras.tally
    if not tally:
        return observed.catalogue.costs
    config = with_settings(observed.config, tally)
    return catalogue(observed.records, config, past.first_day - 1, Assumptions()).costs


def _compared(
    runs: Sequence[PolicyRun], costs: Costs, past: Scenario, baseline: str, cuts: IntArray
) -> dict[str, pd.DataFrame]:
    known, config = past.observer.catalogue, past.observer.config
    value, seed, draws = known.terms.unit_cost, config.seed, config.interval_draws
    tables = {
        "summary": compare.summary(runs, costs, value, baseline, seed, draws),
        "windows": windows(runs, costs, value, past.period_edges, cuts, baseline),
        "periods": compare.periods(runs, costs, value, past.period_edges),
        "items": compare.items(runs, costs, value, known.items),
    }
    parts = decomposition(runs, costs, value, seed, draws)
    return {**tables, "decomposition": parts} if len(parts) else tables


def _over_windows(
    runs: Sequence[PolicyRun], costs: Costs, past: Scenario, baseline: str, cuts: IntArray
) -> dict[str, Any]:
    """What ``run.json`` says of the windows: how many, and each saving's interval over them."""
    config, value = past.observer.config, past.observer.catalogue.terms.unit_cost
    ends = intervals(runs, costs, value, cuts, baseline, config.seed, config.interval_draws)
    return {"number": len(cuts) - 1, "cost_saved_interval": ends}


def _counts(past: Scenario, runs: Sequence[PolicyRun]) -> dict[str, int]:
    return {
        "items": len(past.observer.catalogue),
        "reviews": len(past.review_days),
        "days": past.last_day - past.first_day + 1,
        "order_lines": int(runs[0].flows.lines.sum()),
    }


def _found_out(
    request: ReplayRequest,
    past: Scenario,
    runs: Sequence[PolicyRun],
    real: Recorded | None,
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, Any]:
    """What ``run.json`` says of a replay in particular."""
    known = past.observer.catalogue.known_from <= past.first_day
    counted_from = int(past.count_from[known].max(initial=past.first_day))
    said: dict[str, Any] = {
        "from": day_text(request.first_day),
        "to": day_text(request.last_day),
        # The day from which on everything counts that was known on the first.
        "counted_from": day_text(counted_from),
        "baseline": request.baseline,
        "tally": dict(request.extras.tally),
        "parameters": {run.policy: run.parameters for run in runs if run.parameters},
    }
    idle = without_orders(past)
    said["without_orders"] = {"lines": idle.lines, "short": idle.short}
    said["warnings"] = [idle.warning()] if idle.warning() else []
    said["warnings"] += windows_that_decide(tables["windows"], request.baseline)
    if real is not None:
        said["recorded"] = {"realism": realism(tables["summary"], request.baseline), "gaps": list(real.gaps)}
    return said
