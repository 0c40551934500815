"""From a company's file to our terms: names, numbers, dates, words and units, as ``dataset.yaml`` says.

Text is changed word by word, and into what the strict reader takes: what does not fit the format that the
mapping names is marked, so that it becomes a problem of its row and never another number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from forecasting.dataset.mapping.read import MAPPING, TableMapping
from forecasting.dataset.source import ArrowColumn, Raw
from forecasting.dataset.tables import Column, Kind
from forecasting.errors import Problem, known_names

ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def in_our_terms(raw: Raw, mapping: TableMapping) -> tuple[Raw | None, list[Problem]]:
    """The table with our names and values; None where the mapping names columns that it has not."""
    given = raw.columns.column_names
    problems = []
    for theirs, ours in mapping.columns.items():
        if theirs not in given:
            what = f"{MAPPING} names a column that {mapping.file} has not"
            said = known_names(theirs, given)
            todo = f"{said[0].upper()}{said[1:]}."
            problems.append(Problem(raw.table.name, None, ours, theirs, what, todo))
        elif theirs != ours and ours in given and ours not in mapping.columns:
            what = f"{MAPPING} has column {theirs!r} be {ours}, and {mapping.file} has a column {ours} too"
            problems.append(Problem(raw.table.name, None, ours, theirs, what, "Leave out one of the two."))
    if problems:
        return None, problems

    names = [mapping.columns.get(name, name) for name in given]
    known = {column.name: column for column in raw.table.columns}
    columns = {
        name: _column(raw.columns.column(index), known[name], mapping)
        if name in known
        else raw.columns.column(index)
        for index, name in enumerate(names)
    }
    textual = frozenset(mapping.columns.get(name, name) for name in raw.textual)
    return Raw(raw.table, pa.table(columns), textual, raw.row_numbers), []


def _column(arrow: ArrowColumn, column: Column, mapping: TableMapping) -> ArrowColumn:
    factor = mapping.units.get(column.name, 1.0)
    if not _is_text(arrow):
        if column.kind is Kind.NUMBER and factor != 1.0:
            return pc.multiply(arrow.cast(pa.float64()), factor)
        words = mapping.values.get(column.name) or _aliases(column, mapping)
        return _changed(arrow.cast(pa.string()), lambda word: words.get(word, word)) if words else arrow
    if column.kind is Kind.NUMBER:
        return _changed(arrow, _number(mapping, factor))
    if column.kind in (Kind.DATE, Kind.TIME):
        return _changed(arrow, _date(mapping.dates)) if mapping.dates else arrow
    words = mapping.values.get(column.name) or _aliases(column, mapping)
    return _changed(arrow, lambda word: words.get(word, word)) if words else arrow


def _aliases(column: Column, mapping: TableMapping) -> Any:
    return mapping.locations if column.name == "location" else {}


def _is_text(arrow: ArrowColumn) -> bool:
    kind = arrow.type.value_type if pa.types.is_dictionary(arrow.type) else arrow.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _changed(arrow: ArrowColumn, change: Callable[[str], str]) -> ArrowColumn:
    """The column with each of its words changed."""
    coded = arrow if pa.types.is_dictionary(arrow.type) else arrow.dictionary_encode()
    if coded.num_chunks == 0:
        return coded
    whole = coded.unify_dictionaries().combine_chunks()
    words = [None if word is None else change(word.strip()) for word in whole.dictionary.to_pylist()]
    # Two words may become one: decoded, the reader finds each word once.
    return pa.chunked_array([pa.array(words, pa.string()).take(whole.indices)])


def _number(mapping: TableMapping, factor: float) -> Callable[[str], str]:
    decimal, thousands = re.escape(mapping.decimal), re.escape(mapping.thousands)
    whole = rf"[0-9]{{1,3}}({thousands}[0-9]{{3}})+|[0-9]+" if thousands else "[0-9]+"
    shape = re.compile(rf"[+-]?({whole})({decimal}[0-9]*)?([eE][+-]?[0-9]+)?|[+-]?{decimal}[0-9]+")

    def change(word: str) -> str:
        if not word:
            return word
        if not shape.fullmatch(word):
            marks = f"decimal {mapping.decimal!r}, thousands {mapping.thousands!r}"
            return f"{word} (not written with {marks})"
        plain = word.replace(mapping.thousands, "") if thousands else word
        plain = plain.replace(mapping.decimal, ".")
        return plain if factor == 1.0 else repr(float(plain) * factor)

    return change


def _date(form: str) -> Callable[[str], str]:
    def change(word: str) -> str:
        # An ISO date has one reading, whatever the others are written as.
        if not word or ISO.match(word):
            return word
        try:
            read = datetime.strptime(word, form)
        except ValueError:
            return f"{word} (not written as {form})"
        return read.isoformat() if "%H" in form or "%I" in form else read.date().isoformat()

    return change
