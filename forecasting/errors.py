"""The errors that reorder raises on purpose.

::

    ReorderError
    ├── DataError        the dataset is wrong; carries every Problem found     exit code 1
    ├── RequestError     the request cannot be answered (dates, names, paths)  exit code 1
    │   └── ConfigError  a setting is unknown or has a value out of its range  exit code 1
    └── PartialFailure   a part failed and was reported, the rest is done      exit code 3

A message says what is wrong, where, and what to do about it. Anything else that escapes is a bug. Whoever
gives a name that is not known is told the nearest one that is.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal


class ReorderError(Exception):
    """Base of every error that reorder raises on purpose."""

    exit_code = 1


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a dataset.

    ``row`` counts as the file does: 2 is the first line below a CSV header; 1 is the first row of
    a Parquet file or of an SQL table. It is None where the problem is not in one row.
    """

    table: str
    row: int | None
    column: str | None
    value: str | None
    what: str
    todo: str

    def __str__(self) -> str:
        place = [f"table {self.table}"]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        value = "" if self.value is None else f" (value {self.value!r})"
        return f"{', '.join(place)}: {self.what}{value}. {self.todo}"


@dataclass(frozen=True)
class Notice(Problem):
    """Something that looks odd and may be right: it is reported, and stops nothing.

    ``location`` and ``sku`` name the item that it is about, where it is about one. ``money``: what is at
    stake, where that can be said. ``severity``: a ``warning`` may make a figure wrong; a ``note`` says what
    was left out, or done, and is right as a rule.
    """

    location: str | None = None
    sku: str | None = None
    money: float | None = None
    severity: Literal["warning", "note"] = "warning"


class DataError(ReorderError):
    """The dataset is wrong. ``problems`` lists everything that was found, not only the first."""

    SHOWN = 20

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = list(problems)
        count = len(self.problems)
        lines = [f"{source}: {count} problem{'s' if count != 1 else ''}"]
        lines += [f"  {problem}" for problem in self.problems[: self.SHOWN]]
        if count > self.SHOWN:
            lines.append(f"  ... and {count - self.SHOWN} more; `reorder check {source} --json` lists all")
        super().__init__("\n".join(lines))


class RequestError(ReorderError):
    """The request cannot be answered as it was put."""


class ConfigError(RequestError):
    """A setting is unknown, or its value is out of range."""


class PartialFailure(ReorderError):
    """A part failed and was reported; the rest is done."""

    exit_code = 3


def plain(name: str) -> str:
    """A name without what people vary: case, blanks, hyphens."""
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def nearest(name: str, known: Iterable[str], likeness: float = 0.5) -> str | None:
    """The known name that ``name`` was most likely meant to be; None where none is near.

    ``likeness``, 0..1: how much two names must have in common (Ratcliff and Obershelp's ratio).
    """
    by_plain: dict[str, str] = {}
    for other in known:
        by_plain.setdefault(plain(other), other)
    found = difflib.get_close_matches(plain(name), by_plain, n=1, cutoff=likeness)
    return by_plain[found[0]] if found else None


def known_names(name: str, known: Iterable[str]) -> str:
    """What to do about an unknown name: the nearest one, if any is near, and all that there are."""
    names = list(known)
    near = nearest(name, names)
    everything = f"nown are {', '.join(names)}"
    return f"did you mean {near!r}? K{everything}" if near else f"k{everything}"
