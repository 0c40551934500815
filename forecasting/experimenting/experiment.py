"""What an experiment asks: the file ``experiment.yaml``, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forecasting.config import located_setting
from forecasting.errors import ConfigError, known_names, nearest
from forecasting.yaml_files import named_values, parsed

FILE = "experiment.yaml"
FOLDER = Path("experiments")
"""Where an experiment is looked for by its name."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sampled(_Part):
    """A synthetic wholesaler, as ``reorder sample`` makes it."""

    items: int = Field(default=60, ge=1)
    days: int = Field(default=730, ge=60)
    seed: int = Field(default=1, ge=0)


class Rolling(_Part):
    """Windows of the past, each simulated by itself.

    Attributes:
        number: how many.
        days: how long each is.
        apart_days: from one's first day to the next one's; None: as long as each is.
        last: the last day of the last one; None: the last that the data knows.

    """

    number: int = Field(default=6, ge=1)
    days: int = Field(default=56, ge=7)
    apart_days: int | None = Field(default=None, ge=1)
    last: date | None = None


class Between(_Part):
    """Numbers to draw from: uniform, or uniform in their logarithm."""

    low: float
    high: float
    log: bool = False


class Grid(_Part):
    """Every combination of the values."""

    kind: Literal["grid"]
    settings: Mapping[str, Sequence[Any]]
    over: str | None = None


class Random(_Part):
    """``number`` combinations drawn from the seed."""

    kind: Literal["random"]
    settings: Mapping[str, Sequence[Any] | Between]
    number: int = Field(ge=1)
    over: str | None = None


class Halving(_Part):
    """Successive halving: many candidates on few items, the best ``1 / factor`` of them on more.

    Attributes:
        items: how many items the first round looks at; each round takes ``factor`` times as many.
        number: candidates drawn; None: every combination of the values.

    """

    kind: Literal["halving"]
    settings: Mapping[str, Sequence[Any] | Between]
    items: int = Field(ge=1)
    factor: int = Field(default=3, ge=2)
    number: int | None = Field(default=None, ge=1)
    over: str | None = None


Sweep = Annotated[Grid | Random | Halving, Field(discriminator="kind")]


KINDS: Mapping[str, type[_Part]] = {"grid": Grid, "random": Random, "halving": Halving}


class Experiment(_Part):
    """What is asked, of which data, and who contends.

    Attributes:
        question: in a sentence.
        dataset: a folder (beside the file, where it is relative) or an SQL URL; or else
        sample: a synthetic wholesaler.
        settings: over ``configs/default.yaml``, of all contenders.
        windows: the stretches of the past.
        horizon_days: how far ahead forecasts are judged.
        contenders: names, each with settings of its own over those; ``data`` among them limits what it may
            know (``contenders.Known``).
        baseline: the one that the others are compared with.
        sweep: more contenders, found by combining values.
        seed: of what is drawn, and of the intervals.
        model_name: the name in the registry that ``promote`` gives an alias; None: the experiment's.

    """

    question: str
    dataset: str | None = None
    sample: Sampled | None = None
    settings: Mapping[str, Any] = {}
    windows: Rolling = Rolling()
    horizon_days: int = Field(default=28, ge=1)
    contenders: Mapping[str, Mapping[str, Any]]
    baseline: str
    sweep: Sweep | None = None
    seed: int = Field(default=1, ge=0)
    model_name: str | None = None


def find(name: str) -> Path:
    """The file of an experiment: a path, a folder with such a file, or a name below ``experiments/``.

    Raises ConfigError where there is none, naming the nearest.
    """
    for place in (Path(name), FOLDER / name):
        for file in (place, place / FILE):
            if file.is_file() and file.suffix in {".yaml", ".yml"}:
                return file
    there = sorted(file.parent.name for file in FOLDER.glob(f"*/{FILE}") if file.parent.name[0] != "_")
    hint = f": {known_names(name, there)}" if there else ""
    raise ConfigError(
        f"experiment {name}: there is no such file, nor {FOLDER / name / FILE}{hint}. Copy "
        "experiments/_template to begin one"
    )


def read(file: Path, changes: Sequence[str] = ()) -> Experiment:
    """The experiment of a file, with ``changes`` over it: ``windows.number=2``, or a setting, ``seed=2``.

    A name with a point, or of the file's own, changes the experiment; any other is a setting of all
    contenders. Raises ConfigError naming what is wrong.
    """
    content = named_values(file, "give it lines such as `question: ...`; see experiments/_template")
    for change in changes:
        _change(content, change)
    _locate(content, file.resolve().parent)
    try:
        experiment = Experiment(**content)
    except ValidationError as error:
        raise ConfigError("\n".join(_said(file, detail) for detail in error.errors())) from None
    _check(file, experiment)
    return experiment


def _change(content: dict[str, Any], change: str) -> None:
    name, separator, text = change.partition("=")
    if not separator:
        raise ConfigError(f"--set {change}: write it as name=value, as in --set windows.number=2")
    try:
        value = parsed(text)
    except yaml.YAMLError:
        raise ConfigError(f"--set {change}: the value is not YAML; quote it") from None
    own = name.split(".")
    if own[0] not in Experiment.model_fields:
        own = ["settings", name]
    place: Any = content
    for part in own[:-1]:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise ConfigError(f"--set {change}: {part} holds no names")
    place[own[-1]] = value


def _locate(content: dict[str, Any], folder: Path) -> None:
    """Files of a user's own that settings name, by their whole paths: they lie beside the experiment's."""
    contenders, sweep = content.get("contenders"), content.get("sweep")
    places = [content.get("settings"), sweep.get("settings") if isinstance(sweep, dict) else None]
    places += list(contenders.values()) if isinstance(contenders, dict) else []
    for settings in places:
        if isinstance(settings, dict):
            for name, value in settings.items():
                settings[name] = located_setting(str(name), value, folder)


def _said(file: Path, detail: Any) -> str:
    # A sweep's kind stands among its places, though not in the file.
    parts = [str(part) for part in detail["loc"]]
    place = [part for number, part in enumerate(parts) if (number, parts[0]) != (1, "sweep")]
    where = ".".join(place) or "the file"
    if detail["type"] == "extra_forbidden":
        known = _names(parts[:-1])
        near = nearest(parts[-1], known)
        hint = f"did you mean {near!r}? " if near else ""
        return f"{file}: there is no {where}; {hint}Known there are {', '.join(known)}"
    if detail["type"] == "union_tag_invalid":
        kind = str(detail["ctx"]["tag"])
        return f"{file}: {where}.kind: there is no {kind!r}: {known_names(kind, KINDS)}"
    if detail["type"] == "union_tag_not_found":
        return f"{file}: {where}.kind: is missing; name one of {', '.join(KINDS)}"
    if detail["type"] == "missing":
        return f"{file}: {where}: is missing; see experiments/_template"
    if where == "contenders" and detail["type"] == "dict_type":
        return (
            f"{file}: contenders: must hold names, each with its settings, as in "
            "`contenders: {usual: {}, other: {model: theta}}`"
        )
    if detail["type"] in {"dict_type", "model_type", "model_attributes_type"}:
        return f"{file}: {where}: must hold names and their values; for none write `{place[-1]}: {{}}`"
    return f"{file}: {where}: {detail['msg'].lower()}"


def _names(place: Sequence[str]) -> list[str]:
    """What may stand at a place of the file."""
    parts: dict[str, type[_Part]] = {"windows": Rolling, "sample": Sampled}
    if not place:
        return list(Experiment.model_fields)
    part = KINDS.get(place[1]) if place[0] == "sweep" and len(place) == 2 else parts.get(place[0])
    return list(part.model_fields) if part is not None else list(Between.model_fields)


def _check(file: Path, experiment: Experiment) -> None:
    if (experiment.dataset is None) == (experiment.sample is None):
        raise ConfigError(f"{file}: name either `dataset` or `sample`, and not both")
    if experiment.baseline not in experiment.contenders:
        known = known_names(experiment.baseline, experiment.contenders)
        raise ConfigError(f"{file}: the baseline {experiment.baseline!r} is no contender: {known}")
    if len(experiment.contenders) < 2 and experiment.sweep is None:
        raise ConfigError(f"{file}: one contender has nobody to contend with: name two, or a sweep")
    if experiment.horizon_days > experiment.windows.days:
        raise ConfigError(
            f"{file}: horizon_days {experiment.horizon_days} is longer than a window of "
            f"{experiment.windows.days} days: forecasts could not be judged within it"
        )
