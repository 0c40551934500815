"""What buyers' pages show of a day: its plan, and what that lets customers be promised, from one reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from forecasting.adapters.stages import Stage, silent
from forecasting.bootstrap.plans import edits_in, explained
from forecasting.bootstrap.writing import write_tables
from forecasting.config import Config, Secrets
from forecasting.errors import RequestError
from forecasting.inputs.read_records import read_records

if TYPE_CHECKING:
    from forecasting.run import Result


def plan_and_promise(
    source: str, config: Config, as_of: int, secrets: Secrets, stage: Stage = silent
) -> tuple[Result, Result]:
    """Plan, try out the promises that the plan allows, and write both to the database of ``secrets``."""
    from forecasting.planning.plan import plan
    from forecasting.promises.promise import Request, promise
    from forecasting.promises.recommended import recommended_by

    done = stage(3, "reading the data, planning, promising")
    records = read_records(source)
    done()
    planned = explained(
        records, config, as_of, plan(records, config, as_of, for_pages=True, edits=edits_in(secrets))
    )
    done()
    recommended = recommended_by(planned.tables["recommendations"], as_of)
    promised = promise(records, config, Request(as_of), recommended)
    for result in (planned, promised):
        write_tables(result, None, False, secrets, source)
    done()
    return planned, promised


LOOK_BACK_DAYS = 182
PLANS_BEFORE = (28, 56, 84, 112)
"""So many days before the plan's own, a plan is made as it would have been then."""


def look_back(source: str, config: Config, as_of: int, secrets: Secrets, stage: Stage = silent) -> None:
    """Replay the half year before ``as_of``, and plan earlier days of it; what pages show goes into the
    database of ``secrets``. Days before the data tells enough are left out.
    """
    from forecasting.planning.plan import plan
    from forecasting.replay.for_pages import for_pages
    from forecasting.replay.replay import replay
    from forecasting.replay.request import Extras, ReplayRequest
    from forecasting.store.database import write_run

    done = stage(1 + len(PLANS_BEFORE), "planning earlier months, then replaying")
    records = read_records(source)
    for days in PLANS_BEFORE:
        if as_of - days > records.first_day + LOOK_BACK_DAYS:
            write_tables(plan(records, config, as_of - days, for_pages=True), None, False, secrets, source)
        done()
    first = max(as_of - LOOK_BACK_DAYS + 1, records.first_day + LOOK_BACK_DAYS)
    if first > as_of:
        raise RequestError(
            "the data is too short: a replay needs half a year before the half year it replays"
        )
    rules = ["min_max", "cost_optimal", *(["recorded"] if len(records.purchases) else [])]
    request = ReplayRequest(first, as_of, rules, "min_max", Extras(equal=True))
    replayed = replay(records, config, request)
    if secrets.database_url is not None:
        write_run(secrets.database_url.get_secret_value(), for_pages(replayed), replayed.run)
    done()


def what_if(
    source: str,
    config: Config,
    as_of: int,
    change: Mapping[str, Any],
    secrets: Secrets,
    stage: Stage = silent,
) -> Mapping[str, Any]:
    """The plan of the dataset with a change, beside the plan without it; nothing is written."""
    from forecasting.planning.what_if import Change
    from forecasting.planning.what_if import what_if as run

    return run(read_records(source), config, as_of, Change(**change), stage, edits_in(secrets))
