"""Proposing a ``dataset.yaml`` for a folder of a company's own files, from their names and what they hold.

A guess that is not sure has a comment beside it. Nothing is read by it before somebody saves it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from forecasting.dataset import excel_files
from forecasting.dataset.mapping.read import MAPPING
from forecasting.dataset.source import near_word
from forecasting.dataset.synonyms import meant_column, meant_table
from forecasting.dataset.tables import BY_NAME, TABLES, Column, Kind, Table
from forecasting.errors import plain

SAMPLE_BYTES = 1 << 18
"""How much of a file is looked at."""

TEXT_FILES = (".csv", ".txt", ".tsv")

STATUS_WORDS = {
    "shipped": "shipped closed complete completed done delivered fulfilled invoiced sent dispatched erledigt",
    "open": "open new pending processing backorder backordered confirmed draft offen unfulfilled waiting",
    "cancelled": "cancelled canceled cancel void storno storniert deleted",
    "refused": "refused rejected denied lost",
    "received": "received closed complete completed done delivered",
}

NUMBER_FORMS = (
    (re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+"), ",", "."),
    (re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+"), ".", ","),
    (re.compile(r"[+-]?[0-9]+,[0-9]+"), ",", ""),
)
"""The shape of a number that shows it, its decimal sign, and its thousands sign."""

ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
THREE = re.compile(
    r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{2,4})(?:[ T]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?"
)


@dataclass(frozen=True)
class _Foreign:
    """A company's file: its columns, with some of their values as text (none where they have types)."""

    path: Path
    columns: dict[str, list[str]]
    marks: dict[str, str] = field(default_factory=dict)


def suggest_mapping(folder: Path) -> str:
    """The text of a ``dataset.yaml`` for the files in ``folder`` that are no table by their names."""
    lines = [
        f"# Proposed for {folder.name}: save it as {MAPPING} in the folder, correct it, run reorder check.",
        "# columns, values and locations are theirs: ours; docs/datasets.md describes ours.",
    ]
    taken: set[str] = set()
    for path in sorted(folder.iterdir()):
        foreign = _opened(path) if path.is_file() and not path.name.startswith((".", "~")) else None
        if foreign is None:
            continue
        table, sure = _table(foreign, taken)
        if table is None:
            lines += ["", f"# {path.name}: no table is near its names ({', '.join(foreign.columns)})"]
            continue
        taken.add(table.name)
        lines += ["", *_section(foreign, table, sure)]
    if not taken:
        lines += ["", "# No CSV, Parquet or Excel file here is near any table."]
    return "\n".join(lines) + "\n"


def _opened(path: Path) -> _Foreign | None:
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            return _Foreign(path, {name: [] for name in pq.read_schema(path).names})
        if suffix == ".xlsx":
            return _workbook(path)
        return _text_file(path) if suffix in TEXT_FILES else None
    except (OSError, ValueError, csv.Error):
        return None


def _workbook(path: Path) -> _Foreign | None:
    names, problems = excel_files.sheet_names(path, BY_NAME["orders"])
    if problems:
        return None
    raw, _ = excel_files.read_sheet(excel_files.Sheet(path, names[0], BY_NAME["orders"]))
    if raw is None:
        return None
    head = raw.columns.slice(0, 1000)
    columns = {
        name: [value for value in head.column(name).to_pylist() if isinstance(value, str)]
        for name in head.column_names
    }
    return _Foreign(path, columns, {"sheet": names[0]} if len(names) > 1 else {})


def _text_file(path: Path) -> _Foreign | None:
    with path.open("rb") as file:
        data = file.read(SAMPLE_BYTES)
    marks = {}
    try:
        # The end may have cut a letter in two.
        text = data.decode("utf-8-sig", errors="strict" if len(data) < SAMPLE_BYTES else "ignore")
    except UnicodeDecodeError:
        text, marks = data.decode("cp1252", errors="replace"), {"encoding": "cp1252"}
    lines = text.splitlines()[: -1 if len(data) == SAMPLE_BYTES else None]
    if not lines:
        return None
    separator = max(",;\t|", key=lines[0].count)
    if separator != ",":
        marks["separator"] = separator
    header, *rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
    columns = {
        name.strip(): [row[index].strip() for row in rows if index < len(row) and row[index].strip()]
        for index, name in enumerate(header)
        if name.strip()
    }
    return _Foreign(path, columns, marks)


def _table(foreign: _Foreign, taken: set[str]) -> tuple[Table | None, bool]:
    """The table that a file most likely is, and whether its name says so."""
    stem = foreign.path.stem
    by_name = stem if stem in BY_NAME else meant_table(stem)
    if by_name is not None and by_name not in taken:
        return BY_NAME[by_name], True

    def fit(table: Table) -> tuple[int, int]:
        found = set(_columns(foreign.columns, table).values())
        needed = [column.name for column in table.columns if column.required]
        return sum(name in found for name in needed) - len(needed), len(found)

    best = max((table for table in TABLES if table.name not in taken), key=fit, default=None)
    return (best, False) if best is not None and fit(best)[0] == 0 else (None, False)


def _columns(names: Iterable[str], table: Table) -> dict[str, str]:
    """Theirs to ours: the same names first, then near ones and synonyms, each of ours once."""
    ours = [column.name for column in table.columns]
    found = {name: plain(name) for name in names if plain(name) in ours}
    for name in names:
        left = [other for other in ours if other not in found.values()]
        meant = None if name in found else meant_column(name, table, left)
        if meant is not None:
            found[name] = meant
    return found


def _section(foreign: _Foreign, table: Table, sure: bool) -> list[str]:
    columns = _columns(foreign.columns, table)
    doubt = "" if sure else "  # unsure: guessed from its columns"
    lines = [f"{table.name}:{doubt}", f"  file: {_quoted(foreign.path.name)}"]
    lines += [f"  {mark}: {_quoted(sign)}" for mark, sign in foreign.marks.items()]
    lines += _number_marks(
        [foreign.columns[name] for name in columns if _of(table, columns[name], Kind.NUMBER)]
    )
    dates = [foreign.columns[name] for name in columns if _of(table, columns[name], Kind.DATE, Kind.TIME)]
    lines += _date_form([value for values in dates for value in values])

    lines.append("  columns:")
    ours = {column.name for column in table.columns}
    for name in foreign.columns:
        if name in columns:
            exact = name == columns[name] or near_word(name, ours) == columns[name]
            lines.append(f"    {_quoted(name)}: {columns[name]}{'' if exact else '  # guessed by its name'}")
        else:
            lines.append(f"    # {_quoted(name)}: not read")
    missing = [
        column.name for column in table.columns if column.required and column.name not in columns.values()
    ]
    lines += [f"    # unsure: which column is {name}? It is required." for name in missing]
    return lines + _words(foreign, table, columns)


def _of(table: Table, name: str, *kinds: Kind) -> bool:
    return table.column(name).kind in kinds


def _number_marks(columns: Sequence[Sequence[str]]) -> list[str]:
    values = [value for column in columns for value in column]
    grouped = any(re.fullmatch(r"[1-9][0-9]{0,2}(\.[0-9]{3})+", value) for value in values)
    for shape, decimal, thousands in NUMBER_FORMS:
        if any(shape.fullmatch(value) for value in values):
            sign = "." if decimal == "," and grouped else thousands
            return [f"  decimal: {_quoted(decimal)}", *([f"  thousands: {_quoted(sign)}"] if sign else [])]
    if grouped:
        return ['  # unsure: are values such as 1.250 thousands? Then: decimal: "," and thousands: "."']
    return []


def _date_form(values: Sequence[str]) -> list[str]:
    shapes = [THREE.fullmatch(value) for value in values if not ISO.match(value)]
    known = [shape for shape in shapes if shape]
    if not known:
        return []
    first, sign, _, last, clock = known[0].groups()
    front, middle = (max(int(shape[index]) for shape in known) for index in (1, 3))
    year = "%Y" if len(last) == 4 else "%y"
    if len(first) == 4:
        form, doubt = f"%Y{sign}%m{sign}%d", ""
    elif middle > 12:
        form, doubt = f"%m{sign}%d{sign}{year}", ""
    else:
        form = f"%d{sign}%m{sign}{year}"
        doubt = "" if front > 12 or sign == "." else "  # unsure: day first or month first?"
    if clock:
        form += " %H:%M:%S" if clock.count(":") == 2 else " %H:%M"
    return [f"  dates: {_quoted(form)}{doubt}"]


def _words(foreign: _Foreign, table: Table, columns: dict[str, str]) -> list[str]:
    lines: list[str] = []
    for theirs, ours in columns.items():
        column = table.column(ours)
        words = sorted(set(foreign.columns[theirs]) - set(column.choices))
        if column.kind is Kind.CHOICE and words:
            lines += [f"    {ours}:", *(_word(word, column) for word in words)]
    return ["  values:", *lines] if lines else []


def _word(word: str, column: Column) -> str:
    for ours in column.choices:
        if plain(word) in STATUS_WORDS.get(ours, "").split() or plain(word) == ours:
            return f"      {_quoted(word)}: {ours}"
    near = near_word(word, column.choices)
    if near:
        return f"      {_quoted(word)}: {near}"
    return f"      # unsure: {_quoted(word)}: one of {', '.join(column.choices)}"


def _quoted(text: str) -> str:
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_. -]*[A-Za-z0-9]", text) and text.casefold() not in (
        "yes",
        "no",
        "on",
        "off",
    ):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
