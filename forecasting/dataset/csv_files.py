"""Reading a CSV file: UTF-8, commas, one line of names, every value kept as the text it is.

Rows are numbered by the physical line on which they begin, the header being line 1. Text is read
into dictionaries straight away: a column of a million rows holds few different words.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pyarrow_csv

from forecasting.dataset.source import LISTED, Raw, Rows, duplicate_names
from forecasting.dataset.tables import Table
from forecasting.errors import Notice, Problem

BLOCK = 1 << 23
"""Bytes that are parsed together; no row may be longer."""

LINE_BREAKS = (b"\n", b"\r")

CONVERT = "Save the file as UTF-8 (in a spreadsheet: 'CSV UTF-8'; or `iconv -f {} -t UTF-8 IN > OUT`)."


@dataclass(frozen=True)
class Written:
    """How a CSV file is written: the separator between its values, and the encoding of its text."""

    separator: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class _Scan:
    """One slow pass over the records: where each good one begins, and which ones are not good."""

    lines: Rows
    uneven: tuple[tuple[int, int], ...]
    broken: tuple[int, str] | None
    last: int


def read(path: Path, table: Table, written: Written = Written()) -> tuple[Raw | None, list[Problem]]:
    """The table in one file, every column a dictionary of text (nulls for empty cells).

    Rows with too few or too many values are left out of it, each with its problem. None where the
    file cannot be split into rows and columns at all.
    """
    try:
        data = _read(path, written)
    except UnicodeError as error:
        what = f"the file is not {written.encoding}: {error}"
        return None, [_whole(table, path.name, what, "Correct encoding in dataset.yaml.")]
    except OSError as error:
        reason = error.strerror or str(error)
        return None, [
            _whole(table, path.name, f"the file cannot be read: {reason}", "Give a file that can be read.")
        ]
    problems = _encoding(table, path.name, data)
    if problems:
        return None, problems
    names, problems = _header(table, path.name, data, written)
    if problems:
        return None, problems

    if b"\n" not in data and b"\r" not in data:
        # The fast reader wants the names to be a whole line.
        data += b"\n"
    uneven: list[Any] = []
    try:
        columns = _split(data, len(names), uneven.append, written)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        columns, reason = None, str(error).splitlines()[0]
    scan = None
    # The fast reader takes a quote that is not closed, or not doubled, for what it may have meant.
    if uneven or columns is None or b'"' in data:
        scan = _scan(data, len(names), written)
        problems = _structure(table, scan, len(names), data)
        if not problems and (columns is None or len(scan.lines) != columns.num_rows):
            what = "the file cannot be split into rows in one way only"
            what = f"{what}: {reason}" if columns is None else what
            problems = [_whole(table, path.name, what, "Quote every text, and write a quote in it as two.")]
            return None, problems
        if columns is None or scan.broken:
            return None, problems
    if not problems and columns.num_rows and not data.endswith(LINE_BREAKS):
        what = "the file does not end with a line break: its last row may have been cut off"
        todo = "Look whether the last row is whole."
        problems = [Notice(table.name, _lines(data), None, None, what, todo)]

    for index, name in enumerate(names):
        if not name and columns.column(index).null_count < columns.num_rows:
            what = f"column {index + 1} has no name, and is not read"
            problems.append(Notice(table.name, 1, None, "", what, "Name it if it is meant."))
    named = [index for index, name in enumerate(names) if name]
    columns = columns.select(named).rename_columns([names[index] for index in named])
    reread = partial(_read, path, written)
    slow = scan or (lambda: _scan(reread(), len(names), written))
    numbers = _row_numbers(data, columns.num_rows, slow)
    return Raw(table, columns, frozenset(names), numbers), problems


def _read(path: Path, written: Written) -> bytes:
    data = path.read_bytes()
    return data if written.encoding == "utf-8" else data.decode(written.encoding).encode()


def _whole(table: Table, name: str, what: str, todo: str) -> Problem:
    return Problem(table.name, None, None, name, what, todo)


def _encoding(table: Table, name: str, data: bytes) -> list[Problem]:
    if not data.strip():
        todo = f"Give it a first line of column names ({_required(table)}) and one line per row."
        return [_whole(table, name, "the file is empty", todo)]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4]:
        return [_whole(table, name, "the file is UTF-16, not UTF-8", CONVERT.format("UTF-16"))]
    at = data.find(b"\0")
    if at >= 0:
        what = f"a NUL byte (byte {at:,} of the file): the file is damaged, or is not text"
        return [Problem(table.name, _lines(data[:at]) or 1, None, "\\x00", what, "Export the file anew.")]
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), BLOCK):
            decoder.decode(data[start : start + BLOCK], final=start + BLOCK >= len(data))
    except UnicodeDecodeError:
        return [_undecodable(table, data)]
    return []


def _undecodable(table: Table, data: bytes) -> Problem:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
    before = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1
    text = data[before : before + 200].splitlines()[0].decode("cp1252", errors="replace")[:60]
    what = (
        f"byte 0x{data[at]:02x} (byte {at:,} of the file) is not UTF-8; "
        f"read as Windows-1252 the line begins {text!r}"
    )
    row = data.count(b"\n", 0, at) + 1
    return Problem(table.name, row, None, f"0x{data[at]:02x}", what, CONVERT.format("WINDOWS-1252"))


def _required(table: Table) -> str:
    return ", ".join(column.name for column in table.columns if column.required)


def _header(table: Table, file: str, data: bytes, written: Written) -> tuple[list[str], list[Problem]]:
    """The column names, trimmed; '' for a column without one (a spreadsheet's empty columns)."""
    first = data.split(b"\n", 1)[0].split(b"\r", 1)[0].decode("utf-8-sig")
    todo = f"Begin the file with one line of column names: {_required(table)}."
    if not first.strip():
        return [], [Problem(table.name, 1, None, "", "the first line is empty", todo)]
    known = {column.name for column in table.columns}
    commas = _fields(first, written.separator)
    for separator, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(known & _fields(first, separator)) > len(known & commas):
            what = f"the columns are separated by {word}, not by commas"
            todo = (
                "Save it with commas between columns, and with a point (not a comma) in decimal numbers; or "
                "describe it in dataset.yaml (`reorder check DIR --suggest-mapping` proposes one)."
            )
            return [], [Problem(table.name, 1, None, first[:60], what, todo)]
    try:
        names = [name.strip() for name in next(csv.reader([first], strict=True, delimiter=written.separator))]
    except csv.Error as error:
        return [], [Problem(table.name, 1, None, first[:60], f"the column names: {error}", todo)]
    return names, duplicate_names(table, [name for name in names if name], row=1)


def _fields(line: str, separator: str) -> set[str]:
    return {name.strip().strip('"') for name in line.split(separator)}


def _split(data: bytes, fields: int, uneven: Callable[[Any], None], written: Written) -> Any:
    """All records as text, in columns called f0, f1, ..: none of them is guessed to be a number."""

    def leave_out(row: Any) -> Literal["skip"]:
        uneven(row.actual_columns)
        return "skip"

    source: Any = pa.BufferReader(data)
    return pyarrow_csv.read_csv(
        source,
        read_options=pyarrow_csv.ReadOptions(
            autogenerate_column_names=True, skip_rows_after_names=1, block_size=BLOCK
        ),
        parse_options=pyarrow_csv.ParseOptions(
            delimiter=written.separator, newlines_in_values=True, invalid_row_handler=leave_out
        ),
        convert_options=pyarrow_csv.ConvertOptions(
            column_types={f"f{index}": pa.dictionary(pa.int32(), pa.string()) for index in range(fields)},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _scan(data: bytes, fields: int, written: Written) -> _Scan:
    lines: list[int] = []
    uneven: list[tuple[int, int]] = []
    broken = None
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline=""), strict=True, delimiter=written.separator
    )
    start = last = 1
    header = True
    while True:
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            broken = (start, str(error))
            break
        if record and header:
            header = False
        elif record:
            last = start
            if len(record) == fields:
                lines.append(start)
            else:
                uneven.append((start, len(record)))
        start = reader.line_num + 1
    return _Scan(np.array(lines, dtype=np.int64), tuple(uneven), broken, last)


def _structure(table: Table, scan: _Scan, fields: int, data: bytes) -> list[Problem]:
    problems = []
    for line, count in scan.uneven[:LISTED]:
        cut = line == scan.last and count < fields and not data.endswith(LINE_BREAKS)
        what = f"{count} values where the header names {fields} columns"
        todo = "Give the row as many values as the header; quote a value that holds a comma."
        if cut:
            what += ": the file seems to have been cut off here"
            todo = "Export or copy the file anew."
        problems.append(Problem(table.name, line, None, str(count), what, todo))
    if len(scan.uneven) > LISTED:
        what = (
            f"the same in {len(scan.uneven) - LISTED:,} more rows, the last of them row {scan.uneven[-1][0]}"
        )
        problems.append(Problem(table.name, None, None, None, what, "Correct them in the same way."))
    if scan.broken:
        line, reason = scan.broken
        what = f"a quoted value that begins in this row is not closed properly ({reason})"
        todo = 'Close it with ", and write a " inside it as ""; if the file was cut off, export it anew.'
        problems.append(Problem(table.name, line, None, '"', what, todo))
    return problems


def _lines(data: bytes) -> int:
    """Physical lines, the last one counted whether or not it ends with a line break."""
    mark = b"\n" if b"\n" in data else b"\r"
    return data.count(mark) + (not data.endswith(mark))


def _row_numbers(data: bytes, rows: int, scan: _Scan | Callable[[], _Scan]) -> Callable[[], Rows]:
    in_step = _lines(data) == rows + 1

    @cache
    def numbers() -> Rows:
        if not in_step:
            lines = (scan() if callable(scan) else scan).lines
            if len(lines) == rows:
                return lines
        return np.arange(2, rows + 2, dtype=np.int64)

    return numbers
