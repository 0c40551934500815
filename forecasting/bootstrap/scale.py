"""Datasets that outgrow one process: cut into partitions, and worked on by an engine."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from forecasting.config import Config
from forecasting.domain import day_text
from forecasting.errors import PartialFailure, RequestError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from forecasting.adapters.stages import Stage
    from forecasting.scale.engines import Engine as Runner
    from forecasting.scale.manifest import Manifest
    from forecasting.scale.tasks import Desk, Job


@dataclass(frozen=True)
class Engine:
    """Who works on the partitions, and with how many processes; ``address``: of a Ray cluster."""

    name: Literal["local", "ray"] = "local"
    workers: int | None = None
    address: str | None = None


def partition(source: str, folder: str, by: str = "location,sku", size: int | None = None) -> Manifest:
    """Cut a dataset into partitions of items below ``folder``, a folder or a URL."""
    from forecasting.scale.partition import partition as run

    return run(source, folder, by, size)


def plan_partitions(
    source: str, config: Config, as_of: int, *, out: str, csv: bool, engine: Engine
) -> Mapping[str, Any]:
    """Plan every partition, and write the tables of all as one, and those of each.

    Returns what ``run.json`` says. Raises PartialFailure, once all else is written, where partitions failed.
    """
    from forecasting.scale.plan import TOGETHER, planned_parts

    began = time.perf_counter()
    desk = _planning_desk("plan", source, out, config, as_of, {})
    with _stages("plan") as stage:
        done = planned_parts(desk.job, _engine(engine), stage)
    value = sum(each["value"] for each in done.receipts.values())
    whole = {"budget": config.budget, "value": round(value, 4), "gap": None, "budget_price": 0.0}
    if desk.job.request["crosses"] and done.receipts:
        whole |= desk.kept(TOGETHER)
    said = {"as_of": day_text(as_of), "together": whole}
    return _finished(desk, done.receipts, done.failed, said, csv=csv, began=began)


def forecast_partitions(
    source: str,
    config: Config,
    as_of: int,
    asked: Mapping[str, Any],
    *,
    out: str,
    csv: bool,
    engine: Engine,
) -> Mapping[str, Any]:
    """Forecast every partition: ``asked`` has ``horizon_days``, ``quantiles`` and ``per_period``.

    Returns what ``run.json`` says. Raises PartialFailure, once all else is written, where partitions failed.
    """
    from forecasting.scale.outputs import begin
    from forecasting.scale.plan import settled
    from forecasting.scale.tasks import Desk

    began = time.perf_counter()
    desk = Desk(_job("forecast", source, out, config, as_of, asked))
    _within_reach(desk, as_of)
    begin(desk)
    with _stages("forecast") as stage:
        done = settled(desk, _engine(engine), stage, "forecast")
    said = {"as_of": day_text(as_of), **asked}
    return _finished(desk, done.receipts, done.failed, said, csv=csv, began=began)


def backtest_partitions(
    source: str, config: Config, request: Mapping[str, Any], *, out: str, csv: bool, engine: Engine
) -> Mapping[str, Any]:
    """Forecast every partition again as of past days, and score all items together.

    ``request``: as of ``evaluate.backtest.Request``. Returns what ``run.json`` says. Raises PartialFailure,
    once all else is written, where partitions failed.
    """
    from forecasting.scale.outputs import begin
    from forecasting.scale.plan import settled
    from forecasting.scale.tasks import Desk

    began = time.perf_counter()
    desk = Desk(_job("backtest", source, out, config, 0, request))
    begin(desk)
    with _stages("backtest") as stage:
        done = settled(desk, _engine(engine), stage, "backtest", learns=False)
    told = next((each["told"] for each in done.receipts.values()), {"as_of": "no day"})
    return _finished(desk, done.receipts, done.failed, told, csv=csv, began=began)


def promise_partitions(
    source: str, config: Config, as_of: int, *, applied: bool, out: str, csv: bool, engine: Engine
) -> Mapping[str, Any]:
    """Plan every partition, and promise what its orders and all other supply allow.

    Returns what ``run.json`` says. Raises PartialFailure, once all else is written, where partitions failed.
    """
    from forecasting.scale.plan import planned_parts
    from forecasting.scale.tasks import Task, settle

    began = time.perf_counter()
    desk = _planning_desk("promise", source, out, config, as_of, {"applied": applied})
    with _stages("promise") as stage:
        by = _engine(engine)
        planned = planned_parts(desk.job, by, stage)
        parts = list(planned.receipts)
        failed = settle(desk.job, [Task("promise", part) for part in parts], by, stage(len(parts), "promise"))
    done = {part: desk.receipt(Task("promise", part)) or {} for part in parts if part not in failed}
    said = {"as_of": day_text(as_of), "applied": applied, "previous": None}
    return _finished(desk, done, {**planned.failed, **failed}, said, csv=csv, began=began)


def _job(command: str, source: str, out: str, config: Config, as_of: int, request: Mapping[str, Any]) -> Job:
    from forecasting.scale.partition import read_manifest
    from forecasting.scale.storage import Storage
    from forecasting.scale.tasks import Job

    return Job(command, source, out, config, as_of, request, read_manifest(Storage(source)).fingerprint)


def _planning_desk(
    command: str, source: str, out: str, config: Config, as_of: int, request: Mapping[str, Any]
) -> Desk:
    """Where a plan is put together: whether terms or a budget tie partitions together is known."""
    from forecasting.planning.requests import check_model
    from forecasting.policies.registry import policy
    from forecasting.scale.outputs import begin
    from forecasting.scale.plan import check_it_weighs, crosses_partitions
    from forecasting.scale.tasks import Desk

    check_model(config)
    first = Desk(_job(command, source, out, config, as_of, request))
    crosses = crosses_partitions(first.source, first.manifest, config)
    if crosses:
        check_it_weighs(policy(config.policy, config))
    desk = Desk(_job(command, source, out, config, as_of, {**request, "crosses": crosses}))
    _within_reach(desk, as_of)
    begin(desk)
    return desk


def _engine(wanted: Engine) -> Runner:
    from forecasting.scale.engines import engine

    return engine(wanted.name, wanted.workers, wanted.address)


def _stages(what: str) -> AbstractContextManager[Stage]:
    from forecasting.adapters.progress import progress_bar

    return progress_bar(what)


def _within_reach(desk: Desk, as_of: int) -> None:
    days = desk.manifest.whole.days
    if not len(days) or as_of < days[0]:
        first = day_text(int(days[0])) if len(days) else "none"
        raise RequestError(f"--as-of {day_text(as_of)} lies before the first order line, {first}")


@dataclass(frozen=True)
class _Tables:
    """The tables of all partitions as one: where each is, how many rows it has, and the first notices."""

    files: Mapping[str, Path]
    rows: Mapping[str, int]
    notices: Sequence[str]


def _finished(
    desk: Desk,
    receipts: Mapping[str, Mapping[str, Any]],
    failed: Mapping[str, str],
    said: Mapping[str, Any],
    *,
    csv: bool,
    began: float,
) -> Mapping[str, Any]:
    """Put the outputs together and into their place."""
    from forecasting.run import described
    from forecasting.scale.outputs import publish

    parts, manifest, job = list(receipts), desk.manifest, desk.job
    with tempfile.TemporaryDirectory(prefix="reorder-outputs-") as place:
        tables = _together(desk, receipts, Path(place))
        first = receipts[parts[0]] if parts else {}
        head = {"run": first.get("run", ""), "command": job.command, "data_fingerprint": job.fingerprint}
        counts, seconds = _counts(receipts, tables.rows), _seconds(receipts, began)
        run = {
            **described(head, job.config, seconds, counts, tables.notices),
            **said,
            "known_until": first.get("known_until"),
            "partitions": {
                "done": len(parts),
                "failed": dict(failed),
                "size": manifest.size,
                "sample_items": manifest.sample.items,
            },
        }
        text = json.dumps(run, indent=2, ensure_ascii=False) + "\n"
        publish(desk, parts, tables.files, text.encode(), csv=csv)
    if failed:
        lines = [f"  {name}: {why}" for name, why in failed.items()]
        told = f"{len(failed)} of {len(manifest.parts)} partitions failed; the rest is written to {job.out}"
        raise PartialFailure("\n".join([told, *lines]))
    desk.storage.remove(desk.folder)
    return run


def _together(desk: Desk, receipts: Mapping[str, Mapping[str, Any]], place: Path) -> _Tables:
    """Each table of all partitions, written below ``place``."""
    import pandas as pd

    from forecasting.evaluate.scores import scores
    from forecasting.scale.merging import MERGED
    from forecasting.scale.outputs import gathered, read_frame
    from forecasting.store.files import write_parquet

    parts = list(receipts)
    files: dict[str, Path] = {}
    rows: dict[str, int] = {}
    notices: Sequence[str] = ()
    lines = [receipts[part].get("counts", {}).get("open_lines", 0) for part in parts]
    before = dict(zip(parts, [0, *accumulate(lines)], strict=False))
    for name in receipts[parts[0]]["tables"] if parts else ():
        files[name] = place / f"{name}.parquet"
        if name in MERGED:
            table = MERGED[name]([read_frame(desk, part, name) for part in parts])
            write_parquet(name, table, files[name])
            rows[name] = len(table)
            notices = table["what"].head(10).tolist() if name == "notices" else notices
        else:
            rows[name] = gathered(desk, parts, name, files[name], before)
    if "forecasts" in files:
        # Models are scored over all items together, whatever partition they are in.
        files["scores"] = place / "scores.parquet"
        write_parquet("scores", scores(pd.read_parquet(files["forecasts"])), files["scores"])
    return _Tables(files, rows, notices)


def _counts(receipts: Mapping[str, Mapping[str, Any]], rows: Mapping[str, int]) -> dict[str, int]:
    """What there was of everything in all partitions; ``rows``: of the tables of all."""
    each = list(receipts.values())
    counts = {
        "items": sum(receipt["items"] for receipt in each),
        "suggested": sum(receipt.get("suggested", 0) for receipt in each),
        "order_lines": sum(receipt["order_lines"] for receipt in each),
        "suppliers": rows.get("supplier_orders", 0),
        "notices": rows.get("notices", 0),
    }
    for name in each[0].get("counts", {}) if each else ():
        counts[name] = sum(receipt["counts"][name] for receipt in each)
    return counts


def _seconds(receipts: Mapping[str, Mapping[str, Any]], began: float) -> dict[str, float]:
    """How long each step took in all partitions together, and the whole since ``began``."""
    seconds: dict[str, float] = {}
    for receipt in receipts.values():
        for step, each in receipt.get("seconds", {}).items():
            seconds[step] = round(seconds.get(step, 0.0) + each, 3)
    return {**seconds, "all": round(time.perf_counter() - began, 3)}
