"""Contenders found by combining values: all of them, or some that are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from forecasting.errors import ConfigError
from forecasting.experimenting.contenders import Contender, base, named, with_known_settings
from forecasting.experimenting.experiment import Between, Experiment
from forecasting.run import without_folders

DIGITS = 4
"""Drawn numbers are rounded to so many significant digits: they stand in a name."""


def swept(experiment: Experiment) -> list[Contender]:
    """The contenders of the sweep; none where there is none. The same seed draws the same.

    Raises ConfigError where a setting does not fit, or the contender to begin with is none.
    """
    sweep = experiment.sweep
    if sweep is None:
        return []
    begin, settings_of_all = _begin(experiment), base(experiment)
    number = getattr(sweep, "number", None)
    combined = _grid(sweep.settings) if number is None else _drawn(sweep.settings, number, experiment.seed)
    found = {}
    for settings in combined:
        with_known_settings(settings_of_all, {**begin.settings, **settings}, "sweep.settings")
        parts = [begin.name] if begin.name else []
        name = " ".join([*parts, *(f"{key}={_text(value)}" for key, value in settings.items())])
        found[name] = Contender(name, {**begin.settings, **settings}, begin.known)
    return list(found.values())


def _begin(experiment: Experiment) -> Contender:
    """The contender that a sweep varies: the one it names, else the experiment's settings as they are."""
    over = experiment.sweep.over if experiment.sweep is not None else None
    if over is None:
        return Contender("")
    for contender in named(experiment):
        if contender.name == over:
            return contender
    raise ConfigError(
        f"sweep.over: there is no contender {over!r}; name one of `contenders`, or leave it out"
    )


def _grid(settings: Mapping[str, Sequence[Any] | Between]) -> list[dict[str, Any]]:
    lists: list[Sequence[Any]] = []
    for name, values in settings.items():
        if isinstance(values, Between):
            raise ConfigError(
                f"sweep.settings.{name}: a range has no end of values; give `number` to draw some"
            )
        lists.append(values)
    return [dict(zip(settings, values, strict=True)) for values in product(*lists)]


def _drawn(settings: Mapping[str, Sequence[Any] | Between], number: int, seed: int) -> list[dict[str, Any]]:
    """Draws without repetition, unless there are fewer combinations than draws."""
    generator = np.random.default_rng(seed)
    found: dict[str, dict[str, Any]] = {}
    for _ in range(20 * number):
        drawn = {name: _draw(generator, values) for name, values in settings.items()}
        found.setdefault(repr(drawn), drawn)
        if len(found) == number:
            break
    return list(found.values())


def _draw(generator: np.random.Generator, values: Sequence[Any] | Between) -> Any:
    if not isinstance(values, Between):
        return values[int(generator.integers(len(values)))]
    if values.log:
        number = float(np.exp(generator.uniform(np.log(values.low), np.log(values.high))))
    else:
        number = float(generator.uniform(values.low, values.high))
    return float(f"{number:.{DIGITS}g}")


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(without_folders(value))
