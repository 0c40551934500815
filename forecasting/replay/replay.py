"""The replay: every policy on the same past, and what would have come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

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
from forecasting.policies.registry import IN_HINDSIGHT, POLICIES, policy, unknown
from forecasting.replay import compare
from forecasting.replay.decomposition import decomposition, in_words
from forecasting.replay.fit import Fittable, fit, time_before
from forecasting.replay.notebook import NoNotes, Notebook
from forecasting.replay.report import report
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.stage import Stage, silent
from forecasting.replay.walk import walk_together


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
    stage: Stage = silent,
    open_notebook: Callable[[str], Notebook] = lambda identity: NoNotes(),
) -> Replayed:
    """Simulate ``first_day`` to ``last_day`` with each policy, and compare them with ``baseline``.

    Args:
        stage: shows how far it has come.
        open_notebook: called with what the run is known by; what is noted there is not decided again.

    Raises RequestError where a date or a name does not fit.

    """
    clock, assumptions = Clock(), Assumptions()
    check_model(config)
    names = _checked(policies, baseline)
    _check_span(dataset, first_day, last_day)
    seeing = observer(dataset, config, first_day - 1, assumptions)
    past = scenario(dataset, seeing, first_day, last_day, assumptions)
    clock.lap("prepare")

    identity = run_id(
        dataset, config, {"replay": [first_day, last_day], "policies": names, "baseline": baseline}
    )
    notebook = open_notebook(identity)
    before = time_before(dataset, seeing, first_day)
    chosen = [_fitted(_policy(name, config, past), before, notebook, stage) for name in names]
    clock.lap("fit")
    runs = walk_together(chosen, past, notebook, stage(len(past.review_days), "reviews"))
    clock.lap("walk")

    known = seeing.catalogue
    value, seed, draws = known.terms.unit_cost, config.seed, config.interval_draws
    summary = compare.summary(runs, known.costs, value, baseline, seed, draws)
    periods = compare.periods(runs, known.costs, value, past.period_edges)
    items = compare.items(runs, known.costs, value, known.items)
    parts = decomposition(runs, known.costs, value, seed, draws)
    clock.lap("compare")

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
    )
    return Replayed(Result(tables, described), page)


def _policy(name: str, config: Config, past: Scenario) -> Policy:
    if name == "perfect_foresight":
        return PerfectForesight(past.lines, past.arrivals)
    return policy(name, config)


def _fitted(policy: Policy, before: Scenario | None, notebook: Notebook, stage: Stage) -> Policy:
    """The policy with the parameters that would have cost least before, if it has any to choose."""
    if not isinstance(policy, Fittable) or before is None:
        return policy
    page, candidates = f"fit-{policy.name}", policy.candidates()
    noted = notebook.read(page)
    if noted is None:
        noted = {"candidate": np.array(candidates.index(fit(policy, before, stage)))}
        notebook.write(page, noted)
    return candidates[int(noted["candidate"])]


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
