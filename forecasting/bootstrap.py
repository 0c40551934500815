"""The composition root: reads a dataset, calls a use case, and hands its result to reports and writers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.config import Config, Secrets, load
from forecasting.domain import LONG_AGO, day_text
from forecasting.errors import RequestError
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.inputs.read_records import read_records

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.connectors.online_retail.importing import Imported
    from forecasting.dataset.check import Checked
    from forecasting.evaluate.backtest import Request
    from forecasting.inputs.records import Records
    from forecasting.promises.supply import Recommended
    from forecasting.replay.request import ReplayRequest
    from forecasting.run import Result
    from forecasting.sample import Sample

NO_SECRETS = Secrets()

DEMO_REPLAY_DAYS = 364
"""A whole year, so that every season is in it once."""

DEMO_POLICIES = ("recorded", "min_max", "cost_optimal", "perfect_foresight", "no_orders")
DEMO_BASELINE = "min_max"


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


def write_sample(
    folder: Path,
    items: int,
    days: int,
    seed: int,
    kind: str,
    *,
    dirty: bool = False,
    customers: Mapping[str, float] | None = None,
) -> Sample:
    """Make a synthetic wholesaler and write it into ``folder``, its hidden truth into ``folder/truth``.

    ``dirty``: with a real company's faults planted in its tables. ``customers``: what ``Behaviour`` is to
    have else than usual; None: all is as usual.
    """
    from forecasting.dataset.write import write
    from forecasting.sample import Behaviour, make_dirty_sample, make_sample

    behaviour = Behaviour(**customers) if customers else None
    sample = (make_dirty_sample if dirty else make_sample)(items, days, seed, behaviour=behaviour)
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

    records = read_records(source)
    result = run(records, config, as_of, for_pages=secrets.database_url is not None)
    if config.persistent_replays and len(result.tables["persistent_backorders"]):
        result = _explained(records, config, as_of, result)
    _write(result, out, csv, secrets)
    return result


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

    earlier, name = (None, None) if beside.previous is None else _applied_promises(beside.previous, as_of)
    pinned = None if beside.pins is None else read_pins(beside.pins)
    answered = None if beside.answers is None else read_answers(beside.answers)
    request = PromiseRequest(as_of, applied, earlier, name, pinned, answered)
    records = read_records(source)
    recommended = recommended_by(
        planned(records, config, request.as_of).tables["recommendations"], request.as_of
    )
    result = run(records, config, request, recommended)
    _write(result, out, csv, secrets)
    if applied:
        from forecasting.store.files import write_texts

        told = result.tables["notices_to_customers"]
        named = zip(told["key"], told["subject"], told["text"], strict=True)
        write_texts(out / "notices", {f"{key}.txt": f"{head}\n\n{text}\n" for key, head, text in named})
    return result


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


def recommended_by(recommendations: pd.DataFrame, as_of: int) -> Recommended:
    """What a plan at the close of ``as_of`` wants to order, as promises count on it."""
    import numpy as np

    from forecasting.inputs.read_records import days_of
    from forecasting.promises.supply import Recommended

    table = recommendations
    quantity, protection = (
        table[name].to_numpy(dtype=np.float64) for name in ("quantity", "protection_days")
    )
    review = np.ceil(protection - table["lead_time_days"].to_numpy() - 1e-6).astype(np.int64)
    order_by = days_of(table["order_by"].astype("datetime64[us]"))
    never = (
        table["flags"].str.split(";").map(lambda flags: not {"ended", "infeasible_terms"}.isdisjoint(flags))
    )
    at_review = as_of + np.maximum(review, 1)
    return Recommended(
        quantity=quantity,
        # What is ordered today, or is not missed for long, can be ordered at the next review.
        next_order_on=np.where(
            never.to_numpy(dtype=bool),
            LONG_AGO,
            np.where((quantity > 0) | (order_by == LONG_AGO), at_review, order_by),
        ),
        daily_demand=table["demand_mean"].to_numpy() / np.maximum(protection, 1.0),
    )


def _write(result: Result, out: Path | None, csv: bool, secrets: Secrets) -> None:
    """Write the tables to the database that ``secrets`` names, and to the folder."""
    if secrets.database_url is not None:
        from forecasting.store.database import write_run as write_database

        write_database(secrets.database_url.get_secret_value(), result.tables, result.run)

    if out is not None:
        from forecasting.store.files import write_run as write_files

        write_files(out, result.tables, result.run, csv=csv)


def _explained(records: Records, config: Config, as_of: int, planned: Result) -> Result:
    """The plan with the causes of persistent backorders, where a setting asks for them."""
    from forecasting.adapters.progress import progress_bar
    from forecasting.inputs.assumptions import Assumptions
    from forecasting.inputs.catalogue import catalogue
    from forecasting.persistent_backorders.explain import explain, with_causes, with_reasons
    from forecasting.planning.persistent import evidence
    from forecasting.run import Result

    found = evidence(records, catalogue(records, config, as_of, Assumptions()), config, as_of)
    with progress_bar("persistent backorders") as stage:
        why = explain(records, config, as_of, found, config.persistent_replays, stage)
    tables = {
        **planned.tables,
        "recommendations": with_reasons(planned.tables["recommendations"], why),
        "persistent_backorders": with_causes(planned.tables["persistent_backorders"], why),
    }
    return Result(tables, planned.run)


def backorders(source: str, config: Config, as_of: int, most: int, *, out: Path | None, csv: bool) -> Result:
    """Which items run short again and again, and why; the tables go to the folder that is named."""
    from forecasting.adapters.progress import progress_bar
    from forecasting.persistent_backorders.explain import backorders as run
    from forecasting.store.files import write_run

    records = read_records(source)
    with progress_bar("backorders") as stage:
        result = run(records, config, as_of, most, stage)
    if out is not None:
        write_run(out, result.tables, result.run, csv=csv)
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


def costs(source: str, config: Config, as_of: int | None, *, out: Path | None, csv: bool) -> Result:
    """Measure what backorders cost, and write tables and ``proposed.yaml`` to the folder that is named."""
    from forecasting.backorder_costs.costs import costs as run
    from forecasting.store.files import write_run

    result = run(read_records(source), config, as_of)
    if out is not None:
        write_run(out, result.tables, result.run, csv=csv, texts={"proposed.yaml": result.run["proposed"]})
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
