"""The composition root: reads a dataset, calls a use case, and hands its result to reports and writers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.config import Config, Secrets, load
from forecasting.domain import day_text
from forecasting.errors import RequestError
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.inputs.read_records import read_records

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.connectors.online_retail.importing import Imported
    from forecasting.dataset.check import Checked
    from forecasting.evaluate.backtest import Request
    from forecasting.replay.request import ReplayRequest
    from forecasting.run import Result
    from forecasting.sample import Sample

NO_SECRETS = Secrets()

DEMO_REPLAY_DAYS = 364
"""A whole year, so that every season is in it once."""

DEMO_POLICIES = ("recorded", "min_max", "cost_optimal", "perfect_foresight", "no_orders")
DEMO_BASELINE = "min_max"


def write_sample(folder: Path, items: int, days: int, seed: int, kind: str, *, dirty: bool = False) -> Sample:
    """Make a synthetic wholesaler and write it into ``folder``, its hidden truth into ``folder/truth``.

    ``dirty``: with a real company's faults planted in its tables.
    """
    from forecasting.dataset.write import write
    from forecasting.sample import make_dirty_sample, make_sample

    sample = (make_dirty_sample if dirty else make_sample)(items, days, seed)
    write(sample.tables, folder, "csv" if kind == "csv" else "parquet")
    write(sample.truth, folder / "truth", "parquet")
    return sample


def import_online_retail(file: Path, folder: Path) -> Imported:
    """Read the source file and write it as a dataset."""
    from forecasting.connectors.online_retail.importing import import_online_retail as imported_from
    from forecasting.dataset.write import write

    imported = imported_from(file)
    write(imported.tables, folder, "parquet")
    return imported


def check(source: str) -> Checked:
    """Every problem of a dataset, and what it holds."""
    from forecasting.dataset.check import check as checked

    return checked(source)


def suggest_mapping(source: str) -> str:
    """The text of a proposed ``dataset.yaml`` for a folder of a company's own files."""
    from forecasting.dataset.mapping.suggest import suggest_mapping as suggested

    folder = Path(source)
    if not folder.is_dir():
        raise RequestError(f"{source}: is no folder; --suggest-mapping looks at the files in one")
    return suggested(folder)


def forecast(
    source: str,
    config: Config,
    as_of: int,
    horizon_days: int,
    quantiles: Sequence[float],
    *,
    per_period: bool,
    out: Path,
) -> tuple[pd.DataFrame, Notices]:
    """Forecast and write the table to ``out``. Returns it, and what looked odd on the way."""
    from forecasting.planning.forecast import forecast as run
    from forecasting.store.files import check_name, write_file

    check_name(out)
    records = read_records(source)
    notices = Notices(records.notices)
    table = run(records, config, as_of, horizon_days, quantiles, per_period=per_period, notices=notices)
    write_file("forecast", table, out)
    return table, notices


def plan(
    source: str, config: Config, as_of: int, *, out: Path | None, csv: bool, secrets: Secrets = NO_SECRETS
) -> Result:
    """Plan, and write the tables to the folder, and to the database that ``secrets`` names."""
    from forecasting.planning.plan import plan as run
    from forecasting.store.page_tables import FOR_PAGES

    result = run(read_records(source), config, as_of, for_pages=secrets.database_url is not None)

    if secrets.database_url is not None:
        from forecasting.store.database import write_run as write_database

        write_database(secrets.database_url.get_secret_value(), result.tables, result.run)

        # Only the pages read these, and only from a database.
        result = replace(result, tables={n: t for n, t in result.tables.items() if n not in FOR_PAGES})

    if out is not None:
        from forecasting.store.files import write_run as write_files

        write_files(out, result.tables, result.run, csv=csv)

    return result


def replay(source: str, config: Config, request: ReplayRequest, *, out: Path, csv: bool) -> Result:
    """Replay, and write the tables and the report. One that was stopped goes on where it was."""
    from forecasting.adapters.checkpoints import FolderCheckpoints
    from forecasting.adapters.progress import progress_bar
    from forecasting.replay.replay import replay as run
    from forecasting.reports.replay.report import report
    from forecasting.store.files import write_run

    opened: list[FolderCheckpoints] = []

    def open_checkpoints(identity: str) -> FolderCheckpoints:
        checkpoints = FolderCheckpoints(out / ".unfinished", identity)
        opened.append(checkpoints)
        if checkpoints.reviews:
            said = f"going on with a replay that was stopped after review {checkpoints.reviews}"
            print(said, file=sys.stderr, flush=True)
        return checkpoints

    records = read_records(source)
    with progress_bar("replay") as stage:
        result = run(
            records,
            config,
            request,
            stage,
            open_checkpoints,
        )

    write_run(out, result.tables, result.run, csv=csv, texts={"report.html": report(result)})
    for checkpoints in opened:
        checkpoints.discard()
    return result


def backtest(source: str, config: Config, request: Request, *, out: Path | None, csv: bool) -> Result:
    """Backtest, and write the tables and the report to the folder that is named."""
    from forecasting.adapters.progress import progress_bar
    from forecasting.evaluate.backtest import backtest as run
    from forecasting.reports.backtest.report import report
    from forecasting.store.files import write_run

    records = read_records(source)
    with progress_bar("backtest") as stage:
        result = run(records, config, request, stage)

    if out is not None:
        write_run(out, result.tables, result.run, csv=csv, texts={"report.html": report(result)})
    return result


def solve(
    source: str, settings: Sequence[str], *, explained: bool, plot: Path | None
) -> tuple[dict[str, Any], str]:
    """Solve the problem in a JSON file (``-``: standard input), some of its values replaced.

    Returns the answer, and what says it in words where it is to be ``explained``.
    """
    from forecasting.reports.solution import explain
    from forecasting.reports.solution import plot as draw
    from forecasting.solve.problem_file import read_problem, replaced, tidied
    from forecasting.solve.solve import solve as run
    from forecasting.solve.sweep import sweep

    problem = replaced(read_problem(source), settings)
    answer = run(problem)

    words = ""
    if explained or plot is not None:
        about = sweep(problem, answer)
        words = explain(answer, about)
        if plot is not None:
            draw(answer, about, plot)
    return tidied(answer), words


def demo(folder: Path) -> Iterator[str]:
    """Sample, plan, replay: yields what to show as each is done."""
    from forecasting.replay.request import ReplayRequest
    from forecasting.reports.terminal import demo_text, sample_text

    data = folder / "data"
    if data.exists() and not (data / "truth").is_dir():
        raise RequestError(f"{data}: is no sample of ours; name another folder")
    config = load()

    yield "1. A synthetic wholesaler"
    sample = write_sample(data, 400, 730, 1, "parquet")
    yield from (f"   {line}" for line in sample_text(sample, data))

    last = known_until(read_records(str(data))).orders
    yield f"2. What to order at the close of {day_text(last)}"
    planned = plan(str(data), config, last, out=folder / "plan", csv=True)

    first = last - DEMO_REPLAY_DAYS + 1
    yield f"3. The year before, replayed: {day_text(first)} to {day_text(last)}"
    request = ReplayRequest(first, last, DEMO_POLICIES, DEMO_BASELINE)
    replayed = replay(str(data), config, request, out=folder / "replay", csv=True)
    yield ""
    yield demo_text(planned, replayed, folder)
