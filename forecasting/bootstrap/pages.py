"""What buyers' pages show of a day: its plan, and what that lets customers be promised, from one reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecasting.bootstrap.plans import explained
from forecasting.bootstrap.writing import write_tables
from forecasting.config import Config, Secrets
from forecasting.inputs.read_records import read_records

if TYPE_CHECKING:
    from forecasting.run import Result


def plan_and_promise(source: str, config: Config, as_of: int, secrets: Secrets) -> tuple[Result, Result]:
    """Plan, try out the promises that the plan allows, and write both to the database of ``secrets``."""
    from forecasting.planning.plan import plan
    from forecasting.promises.promise import Request, promise
    from forecasting.promises.recommended import recommended_by

    records = read_records(source)
    planned = explained(records, config, as_of, plan(records, config, as_of, for_pages=True))
    recommended = recommended_by(planned.tables["recommendations"], as_of)
    promised = promise(records, config, Request(as_of), recommended)
    for result in (planned, promised):
        write_tables(result, None, False, secrets)
    return planned, promised
