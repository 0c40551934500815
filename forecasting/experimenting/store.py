"""Where results are kept: a folder of tasks, and a folder of runs that name the tasks they are made of.

::

    STORE/tasks/KEY/{items,forecasts}.parquet, receipt.json    there whole or not at all
    STORE/runs/RUN/{experiment.yaml, run.json, CONTENDER.yaml, comparison.json, comparison.html}
    STORE/locks/NAME                                           held by the process that is at work
    STORE/journal.jsonl                                        each task as it begins and ends
    STORE/datasets/NAME/                                       samples that were made
    STORE/champions/                                           what the registry last said (see tracking)
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from forecasting.adapters.atomic import whole_file, whole_files
from forecasting.adapters.job import only_one
from forecasting.errors import RequestError

RECEIPT = "receipt.json"
RUN = "run.json"
TABLES = ("items", "forecasts")
"""Of a task that is done."""

PAUSE = 0.5
"""Seconds to wait for another process before looking again."""


@dataclass(frozen=True)
class Store:
    """A folder of results."""

    folder: Path

    def check(self) -> None:
        """Have the folder there. Raises RequestError where it cannot be made."""
        try:
            (self.folder / "locks").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RequestError(
                f"--store {self.folder}: cannot be made ({error}); name another folder"
            ) from None

    # ---- Tasks -----------------------------------------------------------------------------------

    def task_folder(self, key: str) -> Path:
        """Where a task's results are."""
        return self.folder / "tasks" / key

    def done(self, key: str) -> bool:
        """Whether a task's results are there, and can be read: what is damaged is to be done again."""
        folder = self.task_folder(key)
        if not (folder / RECEIPT).is_file():
            return False
        try:
            json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
            for name in TABLES:
                pq.read_metadata(folder / f"{name}.parquet")
        except (OSError, ValueError):  # of pyarrow's and json's errors, too
            return False
        return True

    def receipt(self, key: str) -> dict[str, Any]:
        """What a task that is done says of itself."""
        try:
            return json.loads((self.task_folder(key) / RECEIPT).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise self._gone(key) from None
        except (OSError, ValueError) as error:
            raise self._damaged(key, RECEIPT, error) from None

    def table(self, key: str, name: str) -> pd.DataFrame:
        """A table of a task that is done."""
        try:
            return pd.read_parquet(self.task_folder(key) / f"{name}.parquet")
        except FileNotFoundError:
            raise self._gone(key) from None
        except (OSError, ValueError) as error:
            raise self._damaged(key, f"{name}.parquet", error) from None

    def _gone(self, key: str) -> RequestError:
        return RequestError(
            f"{self.task_folder(key)}: the results of a task are gone; `reorder experiment run` makes others"
        )

    def _damaged(self, key: str, name: str, error: Exception) -> RequestError:
        folder = self.task_folder(key)
        return RequestError(
            f"{folder / name}: is damaged ({_line(error)}). Delete {folder}: `reorder experiment run` does "
            "that task again, and no other"
        )

    def keep(self, key: str, tables: Mapping[str, pd.DataFrame], receipt: Mapping[str, Any]) -> None:
        """Keep a task's results: all of them or none. Raises RequestError where nothing can be written."""
        try:
            with whole_files(self.task_folder(key), last=RECEIPT) as beside:
                for name, table in tables.items():
                    table.to_parquet(beside / f"{name}.parquet", index=False, compression="zstd")
                (beside / RECEIPT).write_text(as_json(receipt), encoding="utf-8")
        except OSError as error:
            raise RequestError(f"{self.folder}: cannot be written ({error}); name another --store") from None

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Held by one process, and gone with it. Raises RequestError where another one has it."""
        return only_one(self.folder / "locks" / name)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """The same, after waiting for whoever has it."""
        with ExitStack() as held:
            while True:
                with suppress(RequestError):
                    held.enter_context(self.lock(name))
                    break
                time.sleep(PAUSE)
            yield

    def note(self, key: str, event: str) -> None:
        """Write down that a task began or ended: one line, in one piece, whoever else writes."""
        line = json.dumps({"task": key, "event": event, "process": os.getpid()}) + "\n"
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / "journal.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    # ---- Runs ------------------------------------------------------------------------------------

    def run_folder(self, run: str) -> Path:
        """Where a run's results are."""
        return self.folder / "runs" / run

    def keep_run(self, run: str, described: Mapping[str, Any], texts: Mapping[str, str]) -> None:
        """Keep what a run says of itself, and texts by file name."""
        folder = self.run_folder(run)
        try:
            for name, text in texts.items():
                with whole_file(folder / name) as beside:
                    beside.write_text(text, encoding="utf-8")
            with whole_file(folder / RUN) as beside:
                beside.write_text(as_json(described), encoding="utf-8")
        except OSError as error:
            raise RequestError(f"{folder}: cannot be written ({error}); name another --store") from None

    def runs(self) -> list[dict[str, Any]]:
        """What each run says of itself, the newest first."""
        files = sorted(self.folder.glob(f"runs/*/{RUN}"), key=lambda file: file.stat().st_mtime, reverse=True)
        return [_said(file) for file in files]

    def run(self, run: str) -> dict[str, Any]:
        """What a run says of itself, by its name or how that begins. Raises RequestError: none is."""
        names = [file.parent.name for file in self.folder.glob(f"runs/*/{RUN}")]
        found = [name for name in names if name.startswith(run)]
        if len(found) != 1:
            said = "several runs begin so" if found else "there is no such run"
            raise RequestError(f"run {run} in {self.folder}: {said}; `reorder experiment list` names all")
        return _said(self.run_folder(found[0]) / RUN)


def _said(file: Path) -> dict[str, Any]:
    """What a run says of itself. Raises RequestError naming the file where it is damaged."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(said, dict) or not {"run", "contenders", "failed"} <= set(said):
            raise ValueError("it is not what a run says of itself")
    except (OSError, ValueError) as error:
        raise RequestError(
            f"{file}: is damaged ({_line(error)}). Delete {file.parent}: `reorder experiment run` writes it "
            "again, from what is done"
        ) from None
    return said


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def as_json(content: Mapping[str, Any]) -> str:
    """JSON as files hold it: numpy's numbers as numbers, what is not known as null."""
    plain = _plain(content)
    return json.dumps(plain, indent=2, ensure_ascii=False, default=str, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
