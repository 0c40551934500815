"""Promises: a plan, and then what its orders and all other supply allow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forecasting.bootstrap.plans import NO_SECRETS
from forecasting.bootstrap.reading import records_for
from forecasting.bootstrap.writing import write_tables
from forecasting.config import Config, Secrets
from forecasting.domain import day_text
from forecasting.errors import RequestError

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.run import Result


@dataclass(frozen=True)
class Beside:
    """What promises are made with beside the dataset; None: nothing.

    Attributes:
        previous: the folder of the last run that was applied.
        pins: a file of what is set aside by hand.
        answers: a file of what customers answered to delays.

    """

    previous: Path | None = None
    pins: Path | None = None
    answers: Path | None = None


NOTHING_BESIDE = Beside()


def promise(
    source: str,
    config: Config,
    as_of: int,
    *,
    out: Path,
    csv: bool,
    applied: bool = False,
    beside: Beside = NOTHING_BESIDE,
    secrets: Secrets = NO_SECRETS,
) -> Result:
    """Plan, promise what its orders and all other supply allow, and write the tables as ``plan`` does.

    ``applied``: the promises are given, and customers are told in files; else they are only tried out.
    """
    from forecasting.planning.plan import plan as planned
    from forecasting.promises.consent import read_answers
    from forecasting.promises.pins import read_pins
    from forecasting.promises.promise import Request as PromiseRequest
    from forecasting.promises.promise import promise as run
    from forecasting.promises.recommended import recommended_by

    earlier, name = (None, None) if beside.previous is None else _applied_promises(beside.previous, as_of)
    pinned = None if beside.pins is None else read_pins(beside.pins)
    answered = None if beside.answers is None else read_answers(beside.answers)
    request = PromiseRequest(as_of, applied, earlier, name, pinned, answered)
    records = records_for(source, config)
    recommended = recommended_by(
        planned(records, config, request.as_of).tables["recommendations"], request.as_of
    )
    result = run(records, config, request, recommended)
    write_promises(result, out, csv, secrets)
    return result


def write_promises(result: Result, out: Path, csv: bool, secrets: Secrets, source: str | None = None) -> None:
    """Write the tables as ``plan`` does; and where promises are given, what customers are told, in files."""
    from forecasting.store.files import write_texts

    write_tables(result, out, csv, secrets, source)
    if result.run["applied"]:
        told = result.tables["notices_to_customers"]
        named = zip(told["key"], told["subject"], told["text"], strict=True)
        write_texts(out / "notices", {f"{key}.txt": f"{head}\n\n{text}\n" for key, head, text in named})


def _applied_promises(folder: Path, as_of: int) -> tuple[pd.DataFrame, str]:
    """The promises of an earlier run, and its name. Raises RequestError where they are not in force."""
    from forecasting.store.files import read_run

    run, table = read_run(folder, "promises")
    if not run.get("applied"):
        raise RequestError(
            f"{folder}: its promises were only tried out. Run that day again with --apply, or name the "
            "folder of the last run that was applied"
        )
    if str(run["as_of"]) > day_text(as_of):
        raise RequestError(f"{folder}: its promises are of {run['as_of']}, after {day_text(as_of)}")
    return table, str(run["run"])
