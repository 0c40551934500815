"""What an unattended job leaves for those who watch it: a lock, a heartbeat, a log of JSON lines, metrics."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecasting.adapters.atomic import whole_file
from forecasting.errors import RequestError


@contextmanager
def only_one(file: Path) -> Iterator[None]:
    """One process at a time; the lock goes with its process. Raises RequestError where another has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if os.name != "nt":
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RequestError(f"{file}: another job is at work; this one does nothing") from None
        yield
    finally:
        os.close(handle)


class Journal:
    """Says what a job does: a JSON line on standard error, in ``log.jsonl`` and in ``heartbeat.json``."""

    def __init__(self, folder: Path, job: str) -> None:
        self.folder, self.job = folder, job

    def say(self, stage: str, event: str, **more: Any) -> None:
        """Note an event of a stage."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        said = {"at": now, "job": self.job, "stage": stage, "event": event, **more}
        line = json.dumps(said, ensure_ascii=False, default=str)
        print(line, file=sys.stderr, flush=True)
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        with whole_file(self.folder / "heartbeat.json") as beside:
            beside.write_text(line + "\n", encoding="utf-8")


def write_metrics(file: Path, values: Mapping[str, tuple[str, float | Mapping[str, float]]]) -> None:
    """Write gauges in the text format of Prometheus: name -> (what it is, value or values by status)."""
    lines = []
    for name, (help_text, value) in values.items():
        lines += [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
        if isinstance(value, Mapping):
            lines += [f'{name}{{status="{status}"}} {number:g}' for status, number in sorted(value.items())]
        else:
            lines.append(f"{name} {value!r}")
    with whole_file(file) as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
