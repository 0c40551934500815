"""What buyers' pages show of a day: its plan, and what that lets customers be promised, from one reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from forecasting.adapters.stages import Stage, silent
from forecasting.bootstrap.plans import explained
from forecasting.bootstrap.writing import write_tables
from forecasting.config import Config, Secrets
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
    planned = explained(records, config, as_of, plan(records, config, as_of, for_pages=True))
    done()
    recommended = recommended_by(planned.tables["recommendations"], as_of)
    promised = promise(records, config, Request(as_of), recommended)
    for result in (planned, promised):
        write_tables(result, None, False, secrets, source)
    done()
    return planned, promised


def what_if(
    source: str, config: Config, as_of: int, change: Mapping[str, Any], stage: Stage = silent
) -> Mapping[str, Any]:
    """The plan of the dataset with a change, beside the plan without it."""
    from forecasting.planning.what_if import Change
    from forecasting.planning.what_if import what_if as run

    return run(read_records(source), config, as_of, Change(**change), stage)
