"""What a run is and says of itself: its tables, its identity, its timings, and what ``run.json`` holds."""

from __future__ import annotations

import hashlib
import json
import math
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

import pandas as pd

from forecasting.config import Config
from forecasting.errors import RequestError
from forecasting.inputs.cost_rule import cost_rule
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.policies.registry import extension as policy_extension
from models.extensions import ExtensionError
from models.extensions.names import is_file_name, split
from models.registry import extension as model_extension

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
    said: list[Any] = [
        records.fingerprint,
        without_folders(config.model_dump()),
        without_folders(dict(request)),
        metadata.version("reorder"),
    ]
    used = extensions(config, request)
    # By what is in a user's file, wherever that lies.
    text = json.dumps([*said, used] if used else said, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def describe(
    run: str,
    command: str,
    records: Records,
    config: Config,
    clock: Clock,
    counts: Mapping[str, int],
    notices: Notices | None = None,
    request: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """What ``run.json`` says. Only ``timings`` differs between two runs of the same.

    ``notices``: those of the run; without, those that reading the dataset found. ``request``: its
    ``models`` and ``policies`` may be a user's own.
    """
    notices = Notices(records.notices) if notices is None else notices
    said = {**counts, "notices": len(notices)}
    head = {"run": run, "command": command, "data_fingerprint": records.fingerprint}
    return described(head, config, clock.seconds, said, notices.texts(), request)


def described(
    head: Mapping[str, str],
    config: Config,
    timings: Mapping[str, float],
    counts: Mapping[str, int],
    notices: Sequence[str],
    request: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """The same from its parts. ``head``: the run, its command, and the fingerprint of its data."""
    return {
        "run": head["run"],
        "command": head["command"],
        "versions": {"python": platform.python_version(), **{n: metadata.version(n) for n in LIBRARIES}},
        "config": config.model_dump(mode="json"),
        "extensions": extensions(config, request),
        "data_fingerprint": head["data_fingerprint"],
        "seed": config.seed,
        "counts": dict(counts),
        "notices": list(notices),
        "timings": dict(timings),
    }


def extensions(config: Config, request: Mapping[str, Any] = MappingProxyType({})) -> list[dict[str, str]]:
    """What a user wrote that a run uses, each with the hash of its file: none where there is none.

    ``request``: its ``models`` and ``policies`` may be a user's own too. Raises RequestError where one
    cannot be had.
    """
    try:
        return _extensions(config, request)
    except ExtensionError as error:
        raise RequestError(str(error)) from error


def _extensions(config: Config, request: Mapping[str, Any]) -> list[dict[str, str]]:
    models = [config.model, *config.contenders, *request.get("models", ())]
    policies = [config.policy, *request.get("policies", ())]
    found = [model_extension(name) for name in dict.fromkeys(models) if name != "auto"]
    found += [policy_extension(name) for name in dict.fromkeys(policies)]
    if config.cost_rule is not None:
        found.append(cost_rule(config.cost_rule))
    return [each.described() for each in found if each is not None]


def without_folders(value: Any) -> Any:
    """The same, users' files by their own names alone: where they lie is no part of a run."""
    if isinstance(value, str) and is_file_name(value):
        file, inside = split(value)
        return PurePath(file).name + ("" if inside is None else f":{inside}")
    if isinstance(value, Mapping):
        return {name: without_folders(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_folders(each) for each in value]
    return value
