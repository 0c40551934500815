"""Reading Excel workbooks (``.xlsx``): a sheet is a table, by its name or by that of the file.

Values are typed by their cells: numbers, dates and texts are what Excel has them as. Of a formula the value
that was last computed counts. Rows are numbered as Excel numbers them; the names are in row 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from forecasting.dataset.arrays import array_of
from forecasting.dataset.source import Raw, duplicate_names
from forecasting.dataset.tables import BY_NAME, Table
from forecasting.errors import Notice, Problem

ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
"""What Excel shows where a formula has no value."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, and the table that it is."""

    file: Path
    name: str
    table: Table


def sheets(path: Path) -> tuple[list[Sheet], list[Problem]]:
    """The sheets of a workbook that are tables; a notice for each of the others.

    A sheet bears the name of its table; where none does, and the file does, it is the first one.
    """
    table = BY_NAME.get(path.stem, BY_NAME["orders"])
    names, problems = sheet_names(path, table)
    if problems:
        # Of a file that bears no table's name nothing more is said than that it is not read.
        return [], problems if path.stem in BY_NAME else []

    found = [Sheet(path, name, BY_NAME[name.strip()]) for name in names if name.strip() in BY_NAME]
    if path.stem in BY_NAME and names and all(sheet.table.name != path.stem for sheet in found):
        first = names[0]
        found = [sheet for sheet in found if sheet.name != first]
        found.insert(0, Sheet(path, first, BY_NAME[path.stem]))
    read = {sheet.name for sheet in found}
    others = [name for name in names if name not in read]
    if found and others:
        what = "sheets that are not read: they are not called as a table is"
        about = found[0].table.name
        value = f"{path.name}: {', '.join(others)}"
        todo = "Rename a sheet to the table that it holds, if it is meant."
        problems.append(Notice(about, None, None, value, what, todo, severity="note"))
    return found, problems


def sheet_names(path: Path, table: Table) -> tuple[list[str], list[Problem]]:
    """The names of a workbook's sheets, in order; a problem of ``table`` where it cannot be read."""
    try:
        book = _opened(path)
    except _UnreadableError as error:
        todo = "Save it anew as an Excel workbook."
        return [], [Problem(table.name, None, None, path.name, str(error), todo)]
    names = [str(name) for name in book.sheetnames]
    book.close()
    return names, []


def read_sheet(sheet: Sheet) -> tuple[Raw | None, list[Problem]]:
    """The table in one sheet, with the types of its cells; None where it cannot be read."""
    try:
        rows = _rows(sheet)
        problems = _never_computed(sheet, rows)
    except _UnreadableError as error:
        return None, [Problem(sheet.table.name, None, None, sheet.file.name, str(error), "Save it anew.")]
    if problems:
        return None, problems
    held = [number for number, row in enumerate(rows) if any(value is not None for value in row)]
    if not held or held[0] != 0:
        todo = "Begin the sheet with one row of column names, in row 1."
        value = f"{sheet.file.name}, sheet {sheet.name}"
        return None, [Problem(sheet.table.name, 1, None, value, "the first row is empty", todo)]

    names = ["" if name is None else str(name).strip() for name in rows[0]]
    problems = duplicate_names(sheet.table, [name for name in names if name], row=1)
    if problems:
        return None, problems
    arrays, textual = {}, set()
    for index, values in enumerate(zip(*(rows[number] for number in held[1:]), strict=True)):
        if not names[index]:
            if any(value is not None for value in values):
                what = f"column {index + 1} has no name, and is not read"
                problems.append(Notice(sheet.table.name, 1, None, "", what, "Name it if it is meant."))
            continue
        problems += _errors(sheet.table, names[index], values, held[1:])
        arrays[names[index]], mixed = array_of(list(_values(values)))
        textual |= {names[index]} if mixed else set()
    if len(held) == 1:
        arrays = {name: pa.array([], pa.null()) for name in names if name}
    numbers = np.array(held[1:], dtype=np.int64) + 1
    return Raw(sheet.table, pa.table(arrays), frozenset(textual), lambda: numbers), problems


def _rows(sheet: Sheet, *, computed: bool = True) -> list[tuple[Any, ...]]:
    """The cells, row by row, all rows of one length; not ``computed``: formulas instead of their values."""
    book = _opened(sheet.file, computed=computed)
    try:
        given = list(book[sheet.name].iter_rows(values_only=True))
    except Exception as error:
        # Sheets are read here, after the book was opened: openpyxl raises what the damage happens to cause.
        raise _UnreadableError(f"the sheet {sheet.name} cannot be read: {error}") from error
    finally:
        book.close()
    width = max((len(row) for row in given), default=0)
    return [(*row, *(None,) * (width - len(row))) for row in given]


def _never_computed(sheet: Sheet, rows: list[tuple[Any, ...]]) -> list[Problem]:
    """A program that is not Excel may have written formulas whose values nobody knows: they look empty."""
    if all(value is not None for row in rows for value in row):
        return []
    formulas = _rows(sheet, computed=False)
    lacking = [
        (number, index, written)
        for number, (row, other) in enumerate(zip(rows, formulas, strict=False), start=1)
        for index, (value, written) in enumerate(zip(row, other, strict=False))
        if value is None and isinstance(written, str) and written.startswith("=")
    ]
    if not lacking:
        return []
    number, index, written = lacking[0]
    what = f"a formula that was never computed ({len(lacking):,} cells, this one first)"
    column = str(rows[0][index] or "")
    todo = "Open the workbook in Excel, save it, and check again."
    return [Problem(sheet.table.name, number, column, written, what, todo)]


class _UnreadableError(Exception):
    """A file that is no workbook, or no library to read it with."""


def _opened(path: Path, *, computed: bool = True) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise _UnreadableError(
            "Excel files are read by the package openpyxl, which is not installed"
        ) from None
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=computed)
    except Exception as error:
        # openpyxl raises whatever the damaged part of the file happens to cause.
        raise _UnreadableError(f"the file cannot be read as an Excel workbook: {error}") from error


def _values(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            # An order number is a number to Excel: as text it has no decimals.
            yield int(value)
        elif isinstance(value, bool | time):
            yield str(value)
        else:
            yield None if isinstance(value, str) and not value.strip() else value


def _errors(table: Table, name: str, values: Sequence[Any], rows: Sequence[int]) -> list[Problem]:
    wrong = [number for number, value in zip(rows, values, strict=True) if value in ERRORS]
    if not wrong:
        return []
    what = "a formula without a value" + (f" ({len(wrong):,} rows, this one first)" if len(wrong) > 1 else "")
    value = next(str(value) for value in values if value in ERRORS)
    return [Problem(table.name, wrong[0] + 1, name, value, what, "Correct the formula, or leave it empty.")]
