"""What a run is and says of itself: its tables, its identity, its timings, and what ``run.json`` holds."""

from __future__ import annotations

import hashlib
import json
import math
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import pandas as pd

from forecasting.config import Config
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records

LIBRARIES = ("reorder", "numpy", "pandas", "scipy", "numba", "pyarrow")


@dataclass(frozen=True)
class Result:
    """Tables by name, and what ``run.json`` says of the run that made them."""

    tables: Mapping[str, pd.DataFrame]
    run: Mapping[str, Any]


def figure_text(value: float, form: str = ",.0f") -> str:
    """A figure of a table as people read it; a dash where it is not known (NaN)."""
    return "-" if math.isnan(value) else format(value, form)


class Clock:
    """Seconds of each step of a run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """Book the time since the last call under ``step``."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._last, 3)
        self._last = now


def run_id(records: Records, config: Config, request: Mapping[str, Any]) -> str:
    """The same data, settings, request and version give the same twelve characters."""
    said = json.dumps(
        [records.fingerprint, config.model_dump(), dict(request), metadata.version("reorder")],
        sort_keys=True,
    )
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def describe(
    run: str,
    command: str,
    records: Records,
    config: Config,
    clock: Clock,
    counts: Mapping[str, int],
    notices: Notices | None = None,
) -> dict[str, Any]:
    """What ``run.json`` says. Only ``timings`` differs between two runs of the same.

    ``notices``: those of the run; without, those that reading the dataset found.
    """
    notices = Notices(records.notices) if notices is None else notices
    return {
        "run": run,
        "command": command,
        "versions": {"python": platform.python_version(), **{n: metadata.version(n) for n in LIBRARIES}},
        "config": config.model_dump(mode="json"),
        "data_fingerprint": records.fingerprint,
        "seed": config.seed,
        "counts": {**counts, "notices": len(notices)},
        "notices": notices.texts(),
        "timings": dict(clock.seconds),
    }
