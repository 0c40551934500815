"""Tasks: one step of a job on one partition, done by any process on any machine.

A task reads what it needs from storage, writes what it made there, and last of all a receipt: small, and of
the job that it belongs to. What has a receipt is done. So a job that was stopped goes on where it was, a
killed worker costs its task, and nothing large passes through the driver.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
from numba import cloudpickle

from forecasting.adapters.checkpoints import code_version
from forecasting.config import Config
from forecasting.errors import ReorderError
from forecasting.scale.engines import Engine, Outcome
from forecasting.scale.manifest import Manifest, Part
from forecasting.scale.partition import read_manifest
from forecasting.scale.storage import HalfAnObject, Storage

UNFINISHED = ".unfinished"
"""The folder of a job, below where its outputs go, until it is done."""


@dataclass(frozen=True)
class Job:
    """What is to be done with all partitions of a dataset.

    Attributes:
        command: ``plan``, ``forecast``, ..
        source: the partitions, a folder or a URL.
        out: where outputs and unfinished work go, likewise; every worker must reach it.
        config: settings.
        as_of: at the close of this day.
        request: what else is asked.
        fingerprint: of the partitions.
        code: of the code that the job began with; a worker that has another does nothing.

    """

    command: str
    source: str
    out: str
    config: Config
    as_of: int
    request: Mapping[str, Any]
    fingerprint: str
    code: str = field(default_factory=code_version)

    @property
    def key(self) -> str:
        """The same data, settings, request and code give the same sixteen characters."""
        asked = [self.command, self.as_of, dict(self.request), self.fingerprint, self.code]
        said = json.dumps([asked, self.config.model_dump(mode="json")], sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Task:
    """One step on one partition: both by their names. ``of``: what it hangs on besides, where that varies."""

    step: str
    part: str
    of: str = ""


class Desk:
    """Where a task works: its partition, and what the job keeps in storage until it is done."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.source = Storage(job.source)
        self.storage = Storage(job.out)
        self.manifest = _manifest(job.source, job.fingerprint)
        self.folder = f"{UNFINISHED}/{job.key}"

    def part(self, name: str) -> Part:
        """The partition of that name."""
        every = (self.manifest.sample, *self.manifest.parts)
        return next(part for part in every if part.name == name)

    def keep(self, name: str, thing: Any) -> None:
        """Keep any object of ours for a later step, compressed."""
        # Forecasts hold functions of their own, which plain pickle refuses.
        content = cloudpickle.dumps(thing)
        packed = pa.compress(content, codec="lz4", asbytes=True)
        head = len(content).to_bytes(8, "little") + hashlib.sha256(packed).digest()
        self.storage.write(f"{self.folder}/{name}", head + packed)

    def kept(self, name: str) -> Any:
        """What was kept under that name. Raises HalfAnObject where it is not all there."""
        content = self.storage.read(f"{self.folder}/{name}")
        size, digest, packed = int.from_bytes(content[:8], "little"), content[8:40], content[40:]
        if hashlib.sha256(packed).digest() != digest:
            raise HalfAnObject(f"{name}: its content is not what was written")
        # Only what a task of this very job wrote is read: see docs/scale.md of who may write there.
        return pickle.loads(pa.decompress(packed, size, codec="lz4", asbytes=True))

    def receipt(self, task: Task) -> dict[str, Any] | None:
        """What the task said when it was done; None where it is not."""
        try:
            return dict(json.loads(self.storage.read(self._receipt(task))))
        except (FileNotFoundError, ValueError):
            return None

    def done(self, task: Task, receipt: Mapping[str, Any]) -> None:
        """Say that a task is done, after all that it wrote."""
        self.storage.write(self._receipt(task), json.dumps(receipt, sort_keys=True).encode())

    def _receipt(self, task: Task) -> str:
        of = f"-{task.of}" if task.of else ""
        return f"{self.folder}/receipts/{task.step}-{task.part}{of}.json"


Step = Callable[[Desk, str], Mapping[str, Any]]
"""Does one step on the partition of that name, and returns what its receipt says."""

ROOMS = {"plan": "planning", "forecast": "forecasts", "promise": "promising", "backtest": "backtesting"}
"""The module of each command, below this package: its ``STEPS`` by name."""


def attempt(job: Job, task: Task) -> Outcome[Task]:
    """Do a task that has no receipt yet. Never raises: one partition's fault stops no other."""
    if code_version() != job.code:
        return Outcome(task, "failed", "its worker has another version of the code than the driver")
    try:
        desk = Desk(job)
        if desk.receipt(task) is None:
            step: Step = import_module(f"forecasting.scale.{ROOMS[job.command]}").STEPS[task.step]
            desk.done(task, step(desk, task.part))
    except ReorderError as error:
        return Outcome(task, "failed", str(error))
    except Exception as error:  # a worker's fault is told, and stops no other
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        again = isinstance(error, OSError) and not isinstance(error, HalfAnObject)
        return Outcome(task, "failed", f"{type(error).__name__}: {error} ({where})", again)
    return Outcome(task, "done")


def settle(
    job: Job, tasks: Iterable[Task], by: Engine, advance: Callable[[], None] = lambda: None
) -> dict[str, str]:
    """Have the tasks done. Returns why each partition failed that did, by its name."""
    failed = {}
    for outcome in by.outcomes(partial(attempt, job), tasks):
        advance()
        if outcome.state == "failed":
            failed[outcome.task.part] = outcome.why
    return dict(sorted(failed.items()))


@lru_cache(maxsize=4)
def _manifest(source: str, fingerprint: str) -> Manifest:
    found = read_manifest(Storage(source))
    if found.fingerprint != fingerprint:
        raise OSError(f"{source}: was partitioned anew while a job was at work on it")
    return found
