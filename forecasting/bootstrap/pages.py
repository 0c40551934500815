"""What buyers' pages show of a day: its plan, and what that lets customers be promised, from one reading."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from forecasting.adapters.stages import Stage, silent
from forecasting.bootstrap.plans import edits_in, explained
from forecasting.bootstrap.reading import frame_of, pins_frame, records_for
from forecasting.bootstrap.writing import write_tables
from forecasting.config import Config, Secrets
from forecasting.domain import day_number, day_text
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
    records = records_for(source, config)
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


def promise_with_pins(
    source: str,
    config: Config,
    planned: Sequence[Mapping[str, Any]],
    before: tuple[str, Sequence[Mapping[str, Any]]] | None,
    pins: Sequence[Mapping[str, Any]],
    secrets: Secrets,
    *,
    give: str | None = None,
) -> Result:
    """The promises of a plan with goods set aside by hand, against those in force; and write them.

    Args:
        planned: the plan's recommendations. before: the run in force and its promises; None: there are none.
        pins: as ``promises/pins.py`` reads them.
        give: the run that tried them out, and that they are to be given as; None: they are tried out.

    Raises RequestError where they have become others than those of ``give``.

    """
    from forecasting.promises.promise import Request, promise
    from forecasting.promises.recommended import recommended_by
    from forecasting.store.plan_tables import RECOMMENDATIONS
    from forecasting.store.promise_tables import PROMISES

    recommendations = frame_of(planned, RECOMMENDATIONS)
    as_of = day_number(planned[0]["as_of"])
    request = Request(
        as_of,
        give is not None,
        previous=None if before is None else frame_of(before[1], PROMISES),
        previous_run=None if before is None else before[0],
        pins=pins_frame(pins),
    )
    recommended = recommended_by(recommendations, as_of)
    result = promise(records_for(source, config), config, request, recommended)
    if give is not None and result.run["run"] != give:
        raise RequestError(
            "data, settings or pins have changed since these promises were tried out. Nothing was given: try "
            "them out anew"
        )
    write_tables(result, None, False, secrets, source)
    return result


MOST_PROBLEMS = 200


def check_for_pages(source: str) -> Mapping[str, Any]:
    """What a check of a dataset reports, the first of it, and the last day whose orders are known."""
    from forecasting.bootstrap.datasets import check
    from forecasting.inputs.known_until import known_until

    checked = check(source)
    found = checked.as_json()
    told = {
        name: json.loads(json.dumps(found[name][:MOST_PROBLEMS], default=str))
        for name in ("problems", "notices")
    }
    tables = [{"table": each["table"], "rows": each["rows"]} for each in found["tables"]]
    last = None if checked.problems else day_text(known_until(read_records(source)).orders)
    return {"tables": tables, **told, "as_of": last}


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
    records = records_for(source, config)
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

    return run(records_for(source, config), config, as_of, Change(**change), stage, edits_in(secrets))
