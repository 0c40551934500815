"""Reading ``dataset.yaml``. It is strict: what it does not know is a problem that names the nearest word.

::

    orders:
      file: sales.csv          # CSV (any ending), .parquet or .xlsx
      sheet: Sheet1            # of a workbook
      separator: ";"           # of a CSV file; a tab in quotes for tabs
      encoding: cp1252         # of a CSV file
      decimal: ","             # of numbers that are text
      thousands: "."
      dates: "%d.%m.%Y"        # of dates that are text, as Python's strptime has it
      columns: {Order No: order, Item: sku, Qty: quantity, Date: ordered_at}     # theirs: ours
      values: {status: {Closed: shipped, New: open}}                             # theirs: ours
      units: {quantity: 12}    # what a number is multiplied by to be in units
      locations: {Hamburg: HH} # theirs: ours
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from collections.abc import Mapping as Words
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from forecasting.dataset.tables import BY_NAME, Kind, Table
from forecasting.errors import Problem, known_names
from forecasting.yaml_files import parsed, where

MAPPING = "dataset.yaml"


@dataclass(frozen=True)
class TableMapping:
    """How one table is read: the words of ``dataset.yaml``, as the module's text has them."""

    table: Table
    file: str
    sheet: str | None = None
    separator: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    dates: str | None = None
    columns: Words[str, str] = field(default_factory=dict)
    values: Words[str, Words[str, str]] = field(default_factory=dict)
    units: Words[str, float] = field(default_factory=dict)
    locations: Words[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """The mapped tables, by name."""

    tables: Words[str, TableMapping]


KEYS = [name for name in TableMapping.__dataclass_fields__ if name != "table"]
TEXTS = ("file", "sheet", "separator", "encoding", "decimal", "thousands", "dates")


class _WrongError(Exception):
    """What is wrong in the mapping: the table, the words, the value, and what to do."""

    def __init__(self, table: str, what: str, value: object, todo: str) -> None:
        super().__init__(what)
        self.problem = Problem(table, None, None, str(value), f"{MAPPING}: {what}", todo)


def read_mapping(folder: Path) -> tuple[Mapping, list[Problem]]:
    """The mapping of a folder, empty where it has none; and what is wrong in it."""
    file = folder / MAPPING
    if not file.is_file():
        return Mapping({}), []
    try:
        content = parsed(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        why = where(error) if isinstance(error, yaml.YAMLError) else f": {error}"
        what = f"{MAPPING} cannot be read{why}"
        return Mapping({}), [Problem("orders", None, None, MAPPING, what, "Correct it; it is YAML.")]
    if not isinstance(content, dict) or not content:
        what = f"{MAPPING} names no table"
        return Mapping({}), [Problem("orders", None, None, MAPPING, what, "Begin it with orders:")]

    tables: dict[str, TableMapping] = {}
    problems: list[Problem] = []
    for name, said in content.items():
        try:
            tables[str(name)] = _table(str(name), said)
        except _WrongError as error:
            problems.append(error.problem)
    return Mapping(tables), problems


def _table(name: str, said: Any) -> TableMapping:
    if name not in BY_NAME:
        raise _WrongError("orders", "there is no such table", name, _todo(name, BY_NAME))
    table = BY_NAME[name]
    if not isinstance(said, dict):
        raise _WrongError(name, "a table is described by keys", said, f"Known are {', '.join(KEYS)}.")
    for key in said:
        if key not in KEYS:
            raise _WrongError(name, "there is no such key", key, _todo(str(key), KEYS))
    for key in TEXTS:
        if key in said and not isinstance(said[key], str):
            raise _WrongError(name, f"{key} must be text", said[key], "Put it into quotes.")
    if not said.get("file"):
        raise _WrongError(name, "it says no file", "", "Give file: the name of the file that holds it.")

    _check_marks(name, said)
    columns = _words(name, "columns", said)
    for theirs, ours in columns.items():
        _known(table, ours, f"column {theirs!r} is to be a column that there is not")
    if len(set(columns.values())) < len(columns):
        twice = next(ours for ours in columns.values() if list(columns.values()).count(ours) > 1)
        raise _WrongError(name, "two columns are to be this one", twice, "Keep one of them.")
    return TableMapping(
        table=table,
        **{key: said[key] for key in TEXTS if key in said},
        columns=columns,
        values=_values(table, said),
        units=_units(table, said),
        locations=_words(name, "locations", said),
    )


def _check_marks(name: str, said: dict[str, Any]) -> None:
    if len(said.get("separator", ",")) != 1:
        raise _WrongError(name, "separator must be one sign", said["separator"], 'Write ";", "," or "\\t".')
    if said.get("decimal", ".") not in (".", ","):
        raise _WrongError(name, "decimal must be a point or a comma", said["decimal"], 'Write "." or ",".')
    if said.get("thousands", "") not in ("", ".", ",", " ", "'") or said.get("thousands") == said.get(
        "decimal", "."
    ):
        todo = "Write a point, a comma, a blank or an apostrophe, and not the decimal sign."
        raise _WrongError(name, "thousands is no sign that it may be", said["thousands"], todo)
    if "dates" in said and not all(any(mark in said["dates"] for mark in marks) for marks in DATE_MARKS):
        todo = 'Write it as "%d.%m.%Y" (day, month, year), with %H:%M:%S behind it for times.'
        raise _WrongError(name, "dates must say where day, month and year are", said["dates"], todo)
    try:
        codecs.lookup(said.get("encoding", "utf-8"))
    except LookupError:
        todo = "Write utf-8, cp1252 or latin-1."
        raise _WrongError(name, "there is no such encoding", said["encoding"], todo) from None


DATE_MARKS = (("%d",), ("%m", "%b", "%B"), ("%Y", "%y"))


def _values(table: Table, said: dict[str, Any]) -> dict[str, dict[str, str]]:
    given = said.get("values") or {}
    if not isinstance(given, dict):
        raise _WrongError(
            table.name, "values are given per column", given, "Write values: {status: {..: ..}}."
        )
    found = {}
    for column in given:
        _known(table, str(column), "values are given for a column that there is not")
        found[str(column)] = _words(table.name, str(column), given)
        choices = table.column(str(column)).choices
        for theirs, ours in found[str(column)].items():
            if choices and ours not in choices:
                raise _WrongError(table.name, f"{theirs!r} is to be {ours!r}", ours, _todo(ours, choices))
    return found


def _units(table: Table, said: dict[str, Any]) -> dict[str, float]:
    given = said.get("units") or {}
    if not isinstance(given, dict):
        raise _WrongError(table.name, "units are given per column", given, "Write units: {quantity: 12}.")
    for column, factor in given.items():
        _known(table, str(column), "units are given for a column that there is not")
        if table.column(str(column)).kind is not Kind.NUMBER:
            raise _WrongError(
                table.name, "units are given for a column without numbers", column, "Leave it out."
            )
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 < factor < 1e9:
            raise _WrongError(table.name, "a unit must be a number above 0", factor, "Correct it.")
    return {str(column): float(factor) for column, factor in given.items()}


def _words(table: str, key: str, said: dict[str, Any]) -> dict[str, str]:
    given = said.get(key) or {}
    if not isinstance(given, dict) or any(
        isinstance(word, dict | list) or word is None for word in given.values()
    ):
        raise _WrongError(
            table, f"{key} must be pairs of theirs: ours", given, f"Write {key}: {{theirs: ours}}."
        )
    for word in (*given, *given.values()):
        if isinstance(word, bool):
            what = f"{key}: YAML takes a word for yes or no"
            raise _WrongError(table, what, "yes" if word else "no", 'Put it into quotes: "No".')
    return {str(theirs): str(ours) for theirs, ours in given.items()}


def _known(table: Table, column: str, what: str) -> None:
    names = [each.name for each in table.columns]
    if column not in names:
        raise _WrongError(table.name, what, column, _todo(column, names))


def _todo(name: str, known: Iterable[str]) -> str:
    said = known_names(name, known)
    return f"{said[0].upper()}{said[1:]}."
