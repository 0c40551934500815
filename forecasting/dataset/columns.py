"""What a column of a dataset's table may hold, and what a table is: the words of ``tables``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    CHOICE = "one of a few words"
    DATE = "a date, as 2011-09-04"
    TIME = "a date or a time, as 2011-09-04 or 2011-09-04T16:20:00"
    NUMBER = "a number"


@dataclass(frozen=True)
class Column:
    """One column. ``minimum`` and ``maximum`` are inclusive unless ``above`` (exclusive) is set."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    special: bool = False


@dataclass(frozen=True)
class Table:
    """One table. No two rows agree in every column of ``key`` (rows with a null there are free).

    ``special``: nobody is told that it, or its column, was not given, and a dataset without it keeps the
    fingerprint that it had before there was such a table.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    required: bool = False
    special: bool = False

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def text_column(name: str, required: bool = False) -> Column:
    """A column of words."""
    return Column(name, Kind.TEXT, required)


def choice_column(name: str, *choices: str) -> Column:
    """A column of one of these words."""
    return Column(name, Kind.CHOICE, choices=choices)


def date_column(name: str, required: bool = False) -> Column:
    """A column of days."""
    return Column(name, Kind.DATE, required)


def time_column(name: str, required: bool = False) -> Column:
    """A column of days, or times of day."""
    return Column(name, Kind.TIME, required)


def number_column(
    name: str,
    required: bool = False,
    *,
    minimum: float | None = 0.0,
    maximum: float | None = None,
    above: float | None = None,
) -> Column:
    """A column of numbers within bounds."""
    return Column(name, Kind.NUMBER, required, (), minimum, maximum, above)
