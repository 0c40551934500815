"""The use case ``experiment run``: every contender in every window, and what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.adapters.checkpoints import code_version
from forecasting.adapters.stages import Stage, silent
from forecasting.config import Config
from forecasting.domain import day_number, day_text
from forecasting.errors import RequestError
from forecasting.experimenting.contenders import Contender, base, named, with_known_settings
from forecasting.experimenting.experiment import Experiment, Halving
from forecasting.experimenting.halving import Rounds, rounds
from forecasting.experimenting.store import Store
from forecasting.experimenting.sweep import swept
from forecasting.experimenting.tasks import Data, Span, Task, own_files, task
from forecasting.experimenting.work import settle
from forecasting.inputs.known_until import known_until
from forecasting.inputs.records import Records
from forecasting.scale.engines import Engine

PAST_DAYS = 56
"""Days of orders that there must be before the first window."""


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        experiment: what is asked.
        name: the experiment's.
        records_of: the data.
        spans: the windows, the earliest first.
        base: the settings of all.

    """

    experiment: Experiment
    name: str
    data: Data
    spans: Sequence[Span]
    base: Config

    def config(self, contender: Contender) -> Config:
        """All settings of a contender."""
        return with_known_settings(self.base, contender.settings, f"contenders.{contender.name}")

    def tasks(self, contender: Contender, items: int | None = None) -> list[Task]:
        """The tasks of a contender, one a window, on so many of the items (None: all)."""
        data = self.data if items is None else Data(self.data.source, self.data.fingerprint, items, self.seed)
        config, horizon = self.config(contender), self.experiment.horizon_days
        return [task(contender, self.base, config, data, span, horizon) for span in self.spans]

    @property
    def seed(self) -> int:
        """Of what is drawn."""
        return self.experiment.seed


def plan(experiment: Experiment, name: str, source: str, records: Records) -> Plan:
    """What is to be done on this data. Raises RequestError where a window does not fit into it."""
    data = Data(source, records.fingerprint)
    return Plan(experiment, name, data, _spans(experiment, records), base(experiment))


def _spans(experiment: Experiment, records: Records) -> list[Span]:
    rolling, known = experiment.windows, known_until(records).orders
    last = known if rolling.last is None else day_number(rolling.last)
    apart = rolling.apart_days or rolling.days
    spans = [
        Span(last - apart * back - rolling.days + 1, last - apart * back)
        for back in range(rolling.number - 1, -1, -1)
    ]
    if last > known:
        raise RequestError(
            f"windows.last {day_text(last)} lies after {day_text(known)}, the last day that the data "
            "knows of: choose an earlier day, or leave it out"
        )
    if spans[0].first_day - PAST_DAYS < records.first_day:
        room = max(0, (last - rolling.days + 1 - PAST_DAYS - records.first_day) // apart + 1)
        raise RequestError(
            f"windows: {rolling.number} of {rolling.days} days would begin on "
            f"{day_text(spans[0].first_day)}, but the orders begin on {day_text(records.first_day)}, and a "
            f"window needs {PAST_DAYS} days before it. There is room for {room}: ask for fewer, or shorter"
        )
    return spans


def run(
    planned: Plan,
    store: Store,
    *,
    by: Engine,
    stage: Stage = silent,
    texts: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Do what is not done yet, and keep what the run says of itself, as it returns it.

    A contender with a failed task is left out of comparisons; ``failed`` says why.
    """
    experiment = planned.experiment
    contenders, found = named(experiment), swept(experiment)
    history: list[dict[str, Any]] = []
    if isinstance(experiment.sweep, Halving):
        asked = Rounds(experiment.sweep.items, experiment.sweep.factor)
        found, history = rounds(planned, found, asked, store, by, stage)
    names = {each.name for each in contenders}
    contenders += [each for each in found if each.name not in names]

    tasks = {each.name: planned.tasks(each) for each in contenders}
    everything = [each for of_one in tasks.values() for each in of_one]
    advance = stage(len({each.key for each in everything}), f"{len(contenders)} contenders")
    failed = settle(everything, store, by, advance)
    described = _described(planned, contenders, tasks, failed)
    described["rounds"] = history
    store.keep_run(described["run"], described, {**_settings_files(planned, contenders), **(texts or {})})
    return described


def _described(
    planned: Plan,
    contenders: Sequence[Contender],
    tasks: Mapping[str, Sequence[Task]],
    failed: Mapping[str, str],
) -> dict[str, Any]:
    experiment = planned.experiment
    said = [[each.name, [one.key for one in tasks[each.name]]] for each in contenders]
    identity = [planned.name, experiment.baseline, experiment.seed, said, code_version()]
    name = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]
    why = {
        each.name: [failed[one.key] for one in tasks[each.name] if one.key in failed] for each in contenders
    }
    return {
        "run": name,
        "experiment": planned.name,
        "question": experiment.question,
        "settings": dict(experiment.settings),
        "model_name": experiment.model_name or planned.name,
        "baseline": experiment.baseline,
        "seed": experiment.seed,
        "draws": planned.base.interval_draws,
        "data": {"source": planned.data.source, "fingerprint": planned.data.fingerprint},
        "windows": [[day_text(span.first_day), day_text(span.last_day)] for span in planned.spans],
        "horizon_days": experiment.horizon_days,
        "code": code_version(),
        "contenders": {
            each.name: {
                "settings": dict(each.settings),
                "known": each.known.model_dump(exclude_none=True),
                "config": planned.config(each).model_dump(mode="json"),
                "files": own_files(planned.config(each).model_dump(mode="json")),
                "tasks": [one.key for one in tasks[each.name]],
            }
            for each in contenders
        },
        "failed": {name: list(dict.fromkeys(texts)) for name, texts in why.items() if texts},
    }


def _settings_files(planned: Plan, contenders: Sequence[Contender]) -> dict[str, str]:
    """Each contender's settings as a file that ``--config`` takes."""
    import yaml

    return {
        f"{file_name(each.name)}.yaml": yaml.safe_dump(
            {**planned.experiment.settings, **each.settings}, sort_keys=False, allow_unicode=True
        )
        for each in contenders
    }


def file_name(contender: str) -> str:
    """A contender's name as that of a file."""
    return "".join(sign if sign.isalnum() or sign in "._=-" else "_" for sign in contender)
