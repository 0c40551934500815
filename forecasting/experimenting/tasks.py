"""A task: one contender in one window, replayed, and its forecasts judged.

What a task is follows from the data, the settings, the window and the code: the same task is never done
twice, whichever experiment asks for it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting.adapters.checkpoints import code_version
from forecasting.config import Config
from forecasting.domain import day_text
from forecasting.errors import RequestError
from forecasting.evaluate.backtest import Request, backtest
from forecasting.experimenting.contenders import Contender, Known, as_known
from forecasting.experimenting.facts import STATISTICS, charged
from forecasting.inputs.read_records import read_records
from forecasting.inputs.records import Records
from forecasting.inputs.some_items import only
from forecasting.policies.registry import IN_HINDSIGHT, policy
from forecasting.replay.replay import replay
from forecasting.replay.request import Extras, ReplayRequest
from forecasting.run import without_folders

FEWEST_DRAWS = 20
"""A task draws no intervals worth having: those are drawn over all windows."""


@dataclass(frozen=True)
class Span:
    """A window: its first and its last day, day numbers."""

    first_day: int
    last_day: int

    def __str__(self) -> str:
        return f"{day_text(self.first_day)} to {day_text(self.last_day)}"


@dataclass(frozen=True)
class Data:
    """What a task reads: a dataset's folder or URL, and the fingerprint that it has to have.

    ``items``: how many of its items, drawn by ``seed``; None: all.
    """

    source: str
    fingerprint: str
    items: int | None = None
    seed: int = 1


@dataclass(frozen=True)
class Task:
    """One contender in one window.

    Attributes:
        data: what is read.
        settings: all settings.
        known: what of the past may be known.
        span: the window.
        horizon_days: how far ahead forecasts are judged.
        tally: costs to charge where the settings believe others.
        code: the version of the code that it is to be done by; of files of a user's own too.

    """

    data: Data
    settings: Mapping[str, Any]
    known: Known
    span: Span
    horizon_days: int
    tally: Mapping[str, Any]
    code: tuple[str, ...]

    @property
    def key(self) -> str:
        """Sixteen characters: the same for the same data, settings, window and code."""
        data = {name: value for name, value in vars(self.data).items() if name != "source"}
        # Where a result is kept is no part of what it is.
        settings = {name: value for name, value in self.settings.items() if name not in STATISTICS}
        said = [data, without_folders(settings), self.known.model_dump(), vars(self.span), self.horizon_days]
        said += [dict(self.tally), self.code]
        text = json.dumps(said, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def task(
    contender: Contender, base: Config, config: Config, data: Data, span: Span, horizon_days: int
) -> Task:
    """The task of a contender, whose settings are ``config``, in a window."""
    settings = config.model_copy(update={"interval_draws": FEWEST_DRAWS}).model_dump(mode="json")
    code = code_of(settings)
    return Task(data, settings, contender.known, span, horizon_days, charged(base, config), code)


def code_of(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The version of the code, and of files of a user's own that settings name."""
    return (code_version(), *own_files(settings))


def own_files(settings: Mapping[str, Any]) -> list[str]:
    """A hash of each file of a user's own: its content is a part of the code."""
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in own_paths(settings)]


def own_paths(settings: Mapping[str, Any]) -> list[Path]:
    """The files that settings name, as ``FILE.py`` or ``FILE.py:CLASS``, each once."""
    named: list[str] = []
    for name in ("model", "policy", "contenders", "cost_rule"):
        value = settings.get(name)
        named += [str(each) for each in (value if isinstance(value, list | tuple) else [value])]
    found = [re.match(r"(.*\.py)(?::\w+)?$", each) for each in named]
    paths = dict.fromkeys(Path(each[1]) for each in found if each is not None)
    return [path for path in paths if path.is_file()]


def do(each: Task) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Replay and judge. Returns tables ``items`` and ``forecasts``, and what the receipt says."""
    if code_of(each.settings) != each.code:
        raise RequestError("the code was changed while the experiment ran: run it again")
    config = Config(**each.settings)
    records = _some(_records(each.data.source), each.data)
    if records.fingerprint != each.data.fingerprint:
        raise RequestError(f"{each.data.source} was changed while the experiment ran: run it again")
    records = as_known(records, each.known, each.span.first_day)

    asked = ReplayRequest(
        each.span.first_day, each.span.last_day, [config.policy], config.policy, Extras(tally=each.tally)
    )
    replayed = replay(records, config, asked)
    judged = backtest(records, config, _judging(each, config))

    totals = replayed.tables["summary"].iloc[0]
    measures = [name for name in totals.index if not name.endswith(("_difference", "_low", "_high"))]
    receipt = {
        "window": [day_text(each.span.first_day), day_text(each.span.last_day)],
        "totals": {name: totals[name] for name in measures if name != "policy"},
        "parameters": replayed.run["parameters"].get(replayed.run["baseline"], ""),
        "warnings": replayed.run["warnings"],
        "notices": replayed.run["counts"]["notices"],
        "versions": replayed.run["versions"],
    }
    items = replayed.tables["items"].drop(columns="policy")
    return {"items": items, "forecasts": judged.tables["forecasts"].drop(columns="model")}, receipt


def _judging(each: Task, config: Config) -> Request:
    """Forecasts from within the window, as many as fit, of the model that the policy decides on."""
    brought = None if config.policy in IN_HINDSIGHT else policy(config.policy, config).model
    origins = (each.span.last_day - each.span.first_day + 1) // each.horizon_days
    return Request(
        origins, each.horizon_days, each.horizon_days, each.span.last_day, [brought or config.model]
    )


@lru_cache(maxsize=1)
def _records(source: str) -> Records:
    return read_records(source)


def _some(records: Records, data: Data) -> Records:
    if data.items is None or data.items >= len(records.items):
        return records
    order = np.random.default_rng(data.seed).permutation(len(records.items))
    return only(records, np.sort(order[: data.items]).astype(np.int64))
