"""The replay: every policy on the same past, and what would have come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.assumptions import Assumptions
from forecasting.config import Config
from forecasting.dataset.dataset import Dataset
from forecasting.domain import day_text
from forecasting.engine import (
    Clock,
    Result,
    check_date,
    check_model,
    describe,
    last_known_day,
    observer,
    run_id,
)
from forecasting.errors import RequestError
from forecasting.policies.base import Policy
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import IN_HINDSIGHT, POLICIES, RECORDED, policy, unknown
from forecasting.replay import compare
from forecasting.replay.decomposition import decomposition, in_words
from forecasting.replay.fit import Fittable, fit, time_before
from forecasting.replay.realism import realism
from forecasting.replay.recorded import recorded
from forecasting.replay.report import report
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.walk import Memory, walk

Stage = Callable[[int, str], Callable[[], None]]


@dataclass(frozen=True)
class Replayed:
    """A replay's tables and ``run.json``, and its report as HTML."""

    result: Result
    report: str


def replay(
    dataset: Dataset,
    config: Config,
    first_day: int,
    last_day: int,
    policies: Sequence[str],
    baseline: str,
    stage: Stage = lambda steps, what: lambda: None,
) -> Replayed:
    """Simulate ``first_day`` to ``last_day`` with each policy, and compare them with ``baseline``.

    Args:
        stage: called with the number of steps and a name as each stage begins; returns what is to be
            called after each step.

    Raises RequestError where a date or a name does not fit.

    """
    clock, assumptions = Clock(), Assumptions()
    check_model(config)
    names = _checked(policies, baseline)
    _check_span(dataset, first_day, last_day)
    seeing = observer(dataset, config, first_day - 1, assumptions)
    past = scenario(dataset, seeing, first_day, last_day, assumptions)
    clock.lap("prepare")

    memory, runs = Memory(), []
    before = time_before(dataset, seeing, first_day)
    rehearsal = Memory()
    gaps: tuple[str, ...] = ()
    for name in names:
        if name == RECORDED:
            told = recorded(dataset, past, assumptions)
            runs.append(told.run)
            gaps = told.gaps
            clock.lap(RECORDED)
            continue
        chosen = _policy(name, config, past)
        if isinstance(chosen, Fittable) and before is not None:
            steps = len(chosen.candidates()) * len(before.review_days)
            chosen = fit(chosen, before, rehearsal, stage(steps, f"fitting {name}"))
            clock.lap(f"fit_{name}")
        runs.append(walk(chosen, past, memory, stage(len(past.review_days), name)))
        clock.lap(f"walk_{name}")

    known = seeing.catalogue
    value, seed, draws = known.terms.unit_cost, config.seed, config.interval_draws
    summary = compare.summary(runs, known.costs, value, baseline, seed, draws)
    periods = compare.periods(runs, known.costs, value, past.period_edges)
    items = compare.items(runs, known.costs, value, known.items)
    parts = decomposition(runs, known.costs, value, seed, draws)
    real = realism(summary, baseline)
    clock.lap("compare")

    identity = run_id(
        dataset, config, {"replay": [first_day, last_day], "policies": names, "baseline": baseline}
    )
    counts = {
        "items": len(known),
        "reviews": len(past.review_days),
        "days": last_day - first_day + 1,
        "order_lines": int(runs[0].tallies.lines.sum()),
    }
    described: dict[str, Any] = {
        **describe(identity, "replay", dataset, config, clock, counts),
        "from": day_text(first_day),
        "to": day_text(last_day),
        "baseline": baseline,
        "parameters": {run.policy: run.parameters for run in runs if run.parameters},
        **({"recorded": {"realism": real, "gaps": list(gaps)}} if RECORDED in names else {}),
    }
    tables = {
        "summary": summary,
        "periods": periods,
        "items": items,
        **({"decomposition": parts} if len(parts) else {}),
        "assumptions": assumptions.frame(),
    }
    page = report(
        summary,
        periods,
        items,
        assumptions.frame(),
        baseline=baseline,
        parameters=described["parameters"],
        first_day=day_text(first_day),
        last_day=day_text(last_day),
        counted_from=day_text(int(past.count_from.max())),
        origin_of_saving=in_words(parts),
        reality=" ".join([real, *gaps]).strip(),
        decomposition=parts,
    )
    return Replayed(Result(tables, described), page)


def _policy(name: str, config: Config, past: Scenario) -> Policy:
    if name == "perfect_foresight":
        return PerfectForesight(past.lines, past.arrivals)
    return policy(name, config)


def _checked(policies: Sequence[str], baseline: str) -> list[str]:
    known = (*POLICIES, *IN_HINDSIGHT)
    names = list(dict.fromkeys(policies))
    for name in [*names, baseline]:
        if name not in known:
            raise unknown(name, known)
    if baseline not in names:
        raise RequestError(f"--baseline {baseline} is not among --policies {','.join(names)}: add it there")
    return names


def _check_span(dataset: Dataset, first_day: int, last_day: int) -> None:
    if last_day < first_day:
        raise RequestError(
            f"--to {day_text(last_day)} lies before --from {day_text(first_day)}: exchange them"
        )
    check_date(dataset, first_day - 1, "the day before --from,")
    last = last_known_day(dataset)
    if last_day > last:
        raise RequestError(
            f"--to {day_text(last_day)} lies after {day_text(last)}, the last day that the data knows "
            "of: nothing is known of the demand since; choose an earlier day"
        )
