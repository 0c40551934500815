"""What a notebook gives as arguments: taken as it is meant, or refused by the argument's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting.config import Config, load, with_settings
from forecasting.domain import day_number
from forecasting.errors import ConfigError, RequestError

Day = str | date
"""A date, or as it is written: 2026-06-28."""

ARGUMENTS = {
    **{f"--{name.replace('_', '-')}": name for name in ("as_of", "horizon_days", "quantiles", "origins")},
    **{f"--{name}": name for name in ("policies", "baseline", "models", "config")},
    "--from": "first",
    "--to": "last",
}
"""The arguments, by the options of the command line that say the same."""

NUMBER = (int, float, np.integer, np.floating)

OPTION = re.compile(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*")


@contextmanager
def by_argument() -> Iterator[None]:
    """Errors that speak of options speak of arguments instead."""
    try:
        yield
    except RequestError as error:
        said = OPTION.sub(lambda found: ARGUMENTS.get(found[0], found[0]), str(error))
        kind = ConfigError if isinstance(error, ConfigError) else RequestError
        raise kind(said) from None


def configured(config: str | Path | None, settings: Mapping[str, Any]) -> Config:
    """The defaults, with a file and single settings over them. Raises ConfigError where one is none."""
    with by_argument():
        loaded = load(None if config is None else Path(config))
        return with_settings(loaded, settings, "arguments") if settings else loaded


def day(given: Any, argument: str) -> int:
    """The day number of a date, on its own clock if it has a zone. Raises RequestError where it is none."""
    wrong = RequestError(f"{argument}: {shown(given)} is no date; write it as 2011-09-04")
    if not isinstance(given, str | date | np.datetime64) or (not isinstance(given, str) and pd.isna(given)):
        raise wrong
    if isinstance(given, datetime):
        given = given.date()
    try:
        return day_number(date.fromisoformat(given) if isinstance(given, str) else given)
    except ValueError:
        raise wrong from None


def whole(given: Any, argument: str) -> int:
    """A whole number, at least 1. Raises RequestError where it is none."""
    if isinstance(given, int | np.integer) and not isinstance(given, bool) and given >= 1:
        return int(given)
    raise RequestError(f"{argument}: {shown(given)} is no whole number of at least 1; give one, as in 28")


def names(given: Any, argument: str) -> list[str]:
    """Names, of which one may be given alone. Raises RequestError where they are none."""
    several = [given] if isinstance(given, str | Path) else given
    if isinstance(several, Sequence) and all(isinstance(each, str | Path) for each in several):
        return [str(each) for each in several]
    raise RequestError(f'{argument}: {shown(given)} holds no names; give a list of them, as in ["NAME"]')


def probabilities(given: Any, argument: str) -> list[float]:
    """Probabilities, of which one may be given alone. Raises RequestError where one is none."""
    several = [given] if isinstance(given, NUMBER) else given
    several = several.tolist() if isinstance(several, np.ndarray | pd.Series) else several
    if (
        isinstance(several, Sequence)
        and len(several)
        and all(isinstance(each, NUMBER) and 0 < each < 1 for each in several)
    ):
        return [float(each) for each in several]
    raise RequestError(f"{argument}: {shown(given)}: give probabilities between 0 and 1, as in [0.5, 0.95]")


def shown(given: Any) -> str:
    """What was given, as a message says it: short things as they are, others by their type."""
    if isinstance(given, str | int | float | np.number | date | Path | None):
        return repr(given)
    text = repr(given) if isinstance(given, list | tuple) else ""
    kind = type(given).__name__
    return text if 0 < len(text) <= 60 else f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"
