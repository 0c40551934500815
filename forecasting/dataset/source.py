"""What every source hands over: one table as it was read, not yet typed, and what was odd about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.dataset.tables import BY_NAME, Table
from forecasting.domain import MAIN
from forecasting.errors import Notice, Problem, nearest

ArrowTable = Any
"""A ``pyarrow.Table``; pyarrow ships no types."""

ArrowColumn = Any
"""A ``pyarrow.ChunkedArray``."""

Rows = npt.NDArray[np.int64]

LISTED = 10
"""Problems listed one by one per table, column and kind of problem; the rest are counted."""


@dataclass(frozen=True)
class Raw:
    """One table as its source holds it.

    Attributes:
        table: which table it is.
        columns: the pyarrow table, names as in the source, each name once.
        textual: names of the columns whose values the source can hold as text only, so that
            numbers are read from text (every column of a CSV file).
        row_numbers: int64, shape (rows,): the row that a user would count to, for each row.

    """

    table: Table
    columns: ArrowTable
    textual: frozenset[str]
    row_numbers: Callable[[], Rows]

    def value(self, column: str, position: int) -> str:
        """What the source holds in one cell, as text; empty where it holds nothing."""
        if column not in self.columns.column_names:
            return ""
        value = self.columns.column(column)[position].as_py()
        return "" if value is None else str(value)

    def item(self, position: int) -> tuple[str | None, str | None]:
        """Location and SKU that a row is about; None where it names none."""
        sku = self.value("sku", position).strip() or None
        if sku is None or all(column.name != "location" for column in self.table.columns):
            return None, sku
        return self.value("location", position).strip() or MAIN, sku


@dataclass(frozen=True)
class Fault:
    """Rows of one table that break one rule.

    ``rows`` are positions, int64, shape (m,). ``what`` and ``todo`` are the same for every row, or
    follow from the position. ``columns`` are those that the rule looks at, the culprit first.
    """

    columns: tuple[str, ...]
    rows: Rows
    what: str | Callable[[int], str]
    todo: str | Callable[[int], str]
    notice: bool = False


def describe(raw: Raw, faults: Iterable[Fault]) -> list[Problem]:
    """The problems of one table: the first ``LISTED`` rows of each fault, and a count of the rest."""
    problems: list[Problem] = []
    for fault in faults:
        if not len(fault.rows):
            continue
        kind = Notice if fault.notice else Problem
        name = ", ".join(fault.columns)
        numbers = raw.row_numbers()
        shown = fault.rows if len(fault.rows) == LISTED + 1 else fault.rows[:LISTED]
        for position in map(int, shown):
            value = ", ".join(raw.value(column, position) for column in fault.columns)
            what = fault.what if isinstance(fault.what, str) else fault.what(position)
            todo = fault.todo if isinstance(fault.todo, str) else fault.todo(position)
            row = int(numbers[position])
            if fault.notice:
                location, sku = raw.item(position)
                problems.append(Notice(raw.table.name, row, name, value, what, todo, location, sku))
            else:
                problems.append(Problem(raw.table.name, row, name, value, what, todo))
        rest = len(fault.rows) - len(shown)
        if rest:
            what = f"the same in {rest:,} more rows, the last of them row {numbers[fault.rows[-1]]}"
            problems.append(kind(raw.table.name, None, name, None, what, "Correct them in the same way."))
    return problems


def from_one(count: int) -> Callable[[], Rows]:
    """Row numbers of a source without a header: 1, 2, .. ``count``."""
    return lambda: np.arange(1, count + 1, dtype=np.int64)


def near_word(name: str, known: Iterable[str]) -> str | None:
    """The word of the contract that a source's ``name`` was most likely meant to be, or None.

    Names that are no table's or column's are nobody's fault: they must be much alike to be spoken of.
    """
    return nearest(name, known, likeness=0.8)


def near_tables(names: Iterable[str], kind: str) -> list[Problem]:
    """Notices for names that are no table's, yet nearly one's. ``kind``: what bears the name."""
    problems: list[Problem] = []
    for name in sorted(set(names) - set(BY_NAME)):
        meant = near_word(name, BY_NAME)
        if meant:
            what = f"the {kind} is not read: it is not called {meant}"
            problems.append(Notice(meant, None, None, name, what, f"Rename it to {meant} if it is meant."))
    return problems


def missing(table: Table, names: Iterable[str], where: str, what: str) -> Problem:
    """The problem of a required table that is not there. ``names`` are those that are."""
    needed = ", ".join(column.name for column in table.columns if column.required)
    todo = f"Add it, one row per customer order line, with the columns {needed}."
    near = [name for name in names if near_word(name, [table.name])]
    if near:
        todo = f"Rename {near[0]} to {table.name} if that is meant, or add it, with the columns {needed}."
    return Problem(table.name, None, None, where, what, todo)


def duplicate_names(table: Table, names: Sequence[str], row: int | None) -> list[Problem]:
    """Problems for column names that occur more than once."""
    seen: dict[str, list[int]] = {}
    for position, name in enumerate(names, start=1):
        seen.setdefault(name, []).append(position)
    return [
        Problem(
            table.name,
            row,
            name,
            name,
            f"{len(positions)} columns bear this name (columns {', '.join(map(str, positions))})",
            "Keep one of them, or rename the others.",
        )
        for name, positions in seen.items()
        if len(positions) > 1
    ]
