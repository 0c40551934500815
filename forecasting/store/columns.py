"""What a declared table is made of: its columns, and what each may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum


class Kind(Enum):
    """What a column holds. The value is what the documentation calls it."""

    TEXT = "text"
    FLAGS = "flags"
    DATE = "date"
    TIME = "time"
    BOOLEAN = "boolean"
    INTEGER = "whole number"
    QUANTITY = "quantity"
    MONEY = "money"
    SHARE = "share"
    PROBABILITY = "probability"
    NUMBER = "number"
    SERIES = "series"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: as in the files; of a ``family`` what all its names begin with.
        kind: what it holds.
        unit: of its figures; empty where they have none, and for text.
        meaning: a sentence for whoever reads the table.
        nullable: whether a value may be missing.
        optional: whether the column is there in some runs only.
        family: whether it stands for as many columns as were asked for, each ``name`` and a number.
        described: whether it has a row of its own in the documentation; the table's note tells of others.

    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    nullable: bool = False
    optional: bool = False
    family: bool = False
    described: bool = True

    def matches(self, name: str) -> bool:
        """Whether a column of that name is this one."""
        if not self.family:
            return name == self.name
        return re.fullmatch(rf"{self.name}[0-9.e-]+", name) is not None


@dataclass(frozen=True)
class Table:
    """One table that runs leave behind.

    Attributes:
        name: of its files, and in a database.
        written_by: the commands that write it.
        row: what a row is.
        key: the columns that tell the rows of one run apart. In a database ``run`` is a part of it too.
        columns: in their order.
        note: what else there is to say, in Markdown.

    """

    name: str
    written_by: Sequence[str]
    row: str
    key: Sequence[str]
    columns: Sequence[Column]
    note: str = ""

    def found(self, names: Sequence[str]) -> Mapping[str, Column] | None:
        """The declaration of each of these columns; None where they are not the table's, in its order."""
        declared, left = {}, list(names)
        for column in self.columns:
            count = 0
            while left and column.matches(left[0]) and (column.family or count == 0):
                declared[left.pop(0)] = column
                count += 1
            if count == 0 and not column.optional:
                return None
        return None if left else declared


def text(name: str, meaning: str, **options: bool) -> Column:
    """A column of text. ``options``, here and below: ``nullable`` and so on, as ``Column`` has them."""
    return Column(name, Kind.TEXT, "", meaning, **options)


def flags(name: str, meaning: str) -> Column:
    """Words of the documented list, joined."""
    return Column(name, Kind.FLAGS, "", meaning)


def date(name: str, meaning: str, **options: bool) -> Column:
    """A day."""
    return Column(name, Kind.DATE, "", meaning, **options)


def time(name: str, meaning: str) -> Column:
    """A point in time."""
    return Column(name, Kind.TIME, "", meaning)


def boolean(name: str, meaning: str) -> Column:
    """Yes or no."""
    return Column(name, Kind.BOOLEAN, "", meaning)


def count(name: str, unit: str, meaning: str, **options: bool) -> Column:
    """A whole number of something."""
    return Column(name, Kind.INTEGER, unit, meaning, **options)


def quantity(name: str, unit: str, meaning: str, **options: bool) -> Column:
    """An amount of goods: whole in most companies, never to be relied on."""
    return Column(name, Kind.QUANTITY, unit, meaning, **options)


def money(name: str, meaning: str, unit: str = "money", **options: bool) -> Column:
    """An amount in the company's currency."""
    return Column(name, Kind.MONEY, unit, meaning, **options)


def share(name: str, meaning: str, **options: bool) -> Column:
    """A part of a whole, 0..1."""
    return Column(name, Kind.SHARE, "", meaning, **options)


def probability(name: str, meaning: str, **options: bool) -> Column:
    """How likely something is, 0..1."""
    return Column(name, Kind.PROBABILITY, "", meaning, **options)


def number(name: str, unit: str, meaning: str, **options: bool) -> Column:
    """Any other figure."""
    return Column(name, Kind.NUMBER, unit, meaning, **options)


def series(name: str, unit: str, meaning: str, **options: bool) -> Column:
    """Figures in their order, joined by ``;``: a row's own small chart."""
    return Column(name, Kind.SERIES, unit, meaning, **options)


def with_missing(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The same columns, in which values may be missing."""
    return tuple(replace(column, nullable=True) for column in columns)
