"""Typing the columns of one table: from what a source holds to what ``tables`` promises.

Text is worked on word by word, not row by row: each different value of a column is parsed once.
What counts as what:

- Blanks around a value are dropped; in a text column a notice counts them. An empty value is null.
- A number is written with digits, a decimal point and an exponent: no thousands separators, no
  decimal comma, no 'nan' or 'inf'. Only a CSV file may hold numbers as text.
- A date is ISO 8601, 1900 to 2200. A time with a zone becomes the UTC time without a zone; a date
  column takes a time only where that is midnight. 04/09/2011 is refused: it has two readings.
- Whole numbers are taken as text where text is expected (order numbers); other types are refused.
- NaN in a column of floating-point numbers is null, infinity is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from forecasting.dataset.source import ArrowColumn, Fault, Raw, Rows, near_word
from forecasting.dataset.tables import Column, Kind, Table
from forecasting.domain import MAIN

FIRST_YEAR, LAST_YEAR = 1900, 2200

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
NUMBER_WITH_COMMA = r"^[+-]?[0-9][0-9.' ]*,[0-9,.]*$"
NOT_FINITE = r"(?i)^[+-]?(nan|inf|infinity)$"
INSTANT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
TWO_READINGS = r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}"

LEAVE_EMPTY = "Give it, or leave the cell empty where it is not known."

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Words:
    """A column of text: ``word[code]`` in each row, nothing where the code is -1. Words are sorted."""

    codes: npt.NDArray[np.int32]
    words: Array
    padded: Rows

    def rows(self, chosen: npt.NDArray[np.bool_]) -> Rows:
        """Positions of the rows that hold one of the chosen words."""
        return np.flatnonzero(np.append(chosen, False)[self.codes])

    def spread(self, values: Array, missing: object) -> Array:
        """One value per word to one value per row."""
        return np.append(values, np.array([missing], dtype=values.dtype))[self.codes]


def typed(raw: Raw) -> tuple[pd.DataFrame, list[Fault]]:
    """The table with every column of its contract, extra columns behind, and all that is wrong in it.

    A value that is wrong is null in the frame, and so is a whole column that is missing.
    """
    columns: dict[str, Any] = {}
    faults: list[Fault] = []
    for column in raw.table.columns:
        if column.name in raw.columns.column_names:
            arrow = raw.columns.column(column.name)
            read = _column(arrow, column, column.name in raw.textual)
            values, wrong = read or (_nothing(column, len(arrow)), [_wrong_type(arrow, column)])
            if column.required and read:
                wrong += _missing(arrow, column, values, wrong)
            faults += wrong
        else:
            values = _nothing(column, raw.columns.num_rows)
        columns[column.name] = _at_main(values) if column.name == "location" else values
    for name in raw.columns.column_names:
        if name not in columns:
            columns[name] = _extra(raw.columns.column(name))
    return pd.DataFrame(columns, copy=False), faults


def blank(table: Table) -> pd.DataFrame:
    """The table without rows, as it is where it was not given."""
    return pd.DataFrame({column.name: _nothing(column, 0) for column in table.columns})


def _nothing(column: Column, rows: int) -> Any:
    if column.kind is Kind.NUMBER:
        return np.full(rows, np.nan)
    if column.kind in (Kind.DATE, Kind.TIME):
        return np.full(rows, "NaT", dtype="datetime64[us]")
    return _categorical(np.full(rows, -1, dtype=np.int32), list(column.choices))


def _categorical(codes: npt.NDArray[np.int32], words: Any) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype=str))


def _at_main(values: pd.Categorical) -> pd.Categorical:
    if len(values) and (values.codes < 0).any():
        names = np.unique(np.append(np.asarray(values.categories, dtype=object), MAIN))
        code_of = {name: code for code, name in enumerate(names)}
        moved = np.array([*(code_of[name] for name in values.categories), code_of[MAIN]], dtype=np.int32)
        return _categorical(moved[values.codes], names)
    return values


def _missing(arrow: ArrowColumn, column: Column, values: Any, wrong: list[Fault]) -> list[Fault]:
    empty = pd.isna(values)
    for fault in wrong:
        if not fault.notice:
            empty[fault.rows] = False
    what = "empty, but every row must have one"
    if column.kind is Kind.NUMBER and pa.types.is_floating(arrow.type):
        what = "missing or not a number (NaN), but every row must have one"
    return [Fault((column.name,), np.flatnonzero(empty), what, "Fill it in, or leave the row out.")]


def _column(arrow: ArrowColumn, column: Column, textual: bool) -> tuple[Any, list[Fault]] | None:
    """The typed column and what is wrong in it; None where its type is not one that it may have."""
    kind = arrow.type
    if pa.types.is_null(kind):
        return _nothing(column, len(arrow)), []
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    whole = pa.types.is_integer(kind)
    if column.kind is Kind.TEXT:
        return _text(words_of(arrow), column) if text or whole else None
    if column.kind is Kind.CHOICE:
        return _choice(words_of(arrow), column) if text else None
    if column.kind is Kind.NUMBER:
        return _number(arrow, column, textual and text, whole or _is_real(kind))
    return _instant(arrow, column, text, pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _number(arrow: ArrowColumn, column: Column, text: bool, real: bool) -> tuple[Any, list[Fault]] | None:
    if text:
        return _numbers(words_of(arrow), column)
    return _measured(arrow, column) if real else None


def _instant(arrow: ArrowColumn, column: Column, text: bool, timed: bool) -> tuple[Any, list[Fault]] | None:
    if text:
        return _dates(words_of(arrow), column)
    return _instants(arrow, column) if timed else None


def _is_real(kind: Any) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _wrong_type(arrow: ArrowColumn, column: Column) -> Fault:
    wanted = {Kind.NUMBER: "numbers", Kind.DATE: "dates", Kind.TIME: "dates or times"}.get(
        column.kind, "text"
    )
    rows = np.flatnonzero(np.asarray(arrow.is_valid().to_numpy()))[:1]
    what = f"the column holds {_type_name(arrow.type)}, where {wanted} should be"
    return Fault(
        (column.name,), rows, what, f"Write the whole column as {wanted}; this row is only its first."
    )


def _type_name(kind: Any) -> str:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return "text" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else str(kind)


def words_of(arrow: ArrowColumn) -> Words:
    """The column as text, each different word once."""
    if not pa.types.is_dictionary(arrow.type):
        arrow = arrow.cast(pa.string()).dictionary_encode()
    if arrow.num_chunks == 0:
        return Words(np.empty(0, np.int32), np.empty(0, object), np.empty(0, np.int64))
    whole = arrow.unify_dictionaries().combine_chunks()
    codes = whole.indices.cast(pa.int32()).fill_null(-1).to_numpy()
    held = whole.dictionary.cast(pa.string()).fill_null("")
    used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(held)))
    trimmed = pc.utf8_trim_whitespace(held)
    padding = np.append(pc.not_equal(held, trimmed).to_numpy(zero_copy_only=False), False)

    kept = trimmed.take(pa.array(used)).dictionary_encode()
    words = kept.dictionary
    order = pc.array_sort_indices(words).to_numpy()
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    words = words.take(pa.array(order)).to_numpy(zero_copy_only=False)
    new = np.full(len(held) + 1, -1, dtype=np.int32)
    new[used] = rank[kept.indices.to_numpy()]
    # The empty word sorts first: one step down makes it, and nothing else, -1.
    empty = len(words) > 0 and words[0] == ""
    new[used] -= empty
    return Words(new[codes], words[1:] if empty else words, np.flatnonzero(padding[codes]))


def _matches(words: Array, pattern: str) -> npt.NDArray[np.bool_]:
    matched = pc.match_substring_regex(pa.array(words, pa.string()), pattern)
    return np.asarray(matched.to_numpy(zero_copy_only=False), dtype=bool)


def _text(words: Words, column: Column) -> tuple[pd.Categorical, list[Fault]]:
    what = f"values with blanks before or behind them: {len(words.padded):,}, this one first"
    todo = "They are dropped; take them out of the source if it is read elsewhere too."
    fault = Fault((column.name,), words.padded[:1], what, todo, notice=True)
    return _categorical(words.codes, words.words), [fault]


def _choice(words: Words, column: Column) -> tuple[pd.Categorical, list[Fault]]:
    code_of = {word: code for code, word in enumerate(column.choices)}
    codes = np.array([code_of.get(word, -1) for word in words.words], dtype=np.int32)
    unknown = words.rows(codes < 0)

    def todo(position: int) -> str:
        meant = near_word(words.words[words.codes[position]], column.choices)
        hint = f"Did you mean {meant}? " if meant else ""
        return f"{hint}Write one of: {', '.join(column.choices)}."

    fault = Fault((column.name,), unknown, "not one of the words that may stand here", todo)
    return _categorical(words.spread(codes, -1), list(column.choices)), [fault]


def _numbers(words: Words, column: Column) -> tuple[Array, list[Fault]]:
    good = _matches(words.words, NUMBER)
    values = np.full(len(words.words), np.nan)
    values[good] = words.words[good].astype(np.float64)
    infinite = np.isinf(values) | _matches(words.words, NOT_FINITE)
    values[infinite] = np.nan
    comma = _matches(words.words, NUMBER_WITH_COMMA)
    other = ~(good | infinite | comma)
    plain = "Write it as 1234.5: a decimal point, no thousands separator."
    where = (column.name,)
    return words.spread(values, np.nan), [
        Fault(where, words.rows(infinite), "not a finite number", LEAVE_EMPTY),
        Fault(where, words.rows(comma), "a number with a comma: decimals or thousands?", plain),
        Fault(where, words.rows(other), "not a number", f"{plain} {LEAVE_EMPTY}"),
    ]


def _measured(arrow: ArrowColumn, column: Column) -> tuple[Array, list[Fault]]:
    if pa.types.is_decimal(arrow.type):
        # By way of text: the nearest float, as a CSV of the same number gives.
        arrow = arrow.cast(pa.string())
    if pa.types.is_dictionary(arrow.type):
        arrow = arrow.cast(arrow.type.value_type)
    values = np.array(arrow.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    infinite = np.isinf(values)
    values[infinite] = np.nan
    return values, [Fault((column.name,), np.flatnonzero(infinite), "not a finite number", LEAVE_EMPTY)]


def _dates(words: Words, column: Column) -> tuple[Array, list[Fault]]:
    shaped = _matches(words.words, INSTANT)
    years = np.array([word[:4] if fine else "2000" for word, fine in zip(words.words, shaped, strict=True)])
    span = np.array([FIRST_YEAR <= int(year) <= LAST_YEAR for year in years], dtype=bool)
    values = np.full(len(words.words), "NaT", dtype="datetime64[us]")
    fine = shaped & span
    parsed = pd.to_datetime(
        pd.Series(words.words[fine], dtype=str), format="ISO8601", utc=True, errors="coerce"
    )
    values[fine] = parsed.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    impossible = fine & np.isnat(values)
    twofold = ~shaped & _matches(words.words, TWO_READINGS)
    other = ~(shaped | twofold)
    where = (column.name,)
    iso = "Write it as 2011-09-04 (year-month-day)."
    if column.kind is Kind.TIME:
        iso = "Write it as 2011-09-04 or 2011-09-04T16:20:00 (year-month-day)."
    faults = [
        Fault(where, words.rows(impossible), "there is no such date or time", iso),
        Fault(where, words.rows(~span), f"not between {FIRST_YEAR} and {LAST_YEAR}", iso),
        Fault(where, words.rows(twofold), "a date with two readings: day first or month first?", iso),
        Fault(
            where, words.rows(other), "not a date" if column.kind is Kind.DATE else "not a date or time", iso
        ),
    ]
    return _whole_days(words.spread(values, np.datetime64("NaT")), column, faults)


def _instants(arrow: ArrowColumn, column: Column) -> tuple[Array, list[Fault]]:
    if pa.types.is_dictionary(arrow.type):
        arrow = arrow.cast(arrow.type.value_type)
    if pa.types.is_date(arrow.type):
        arrow = arrow.cast(pa.date32())
        unit, held = "D", arrow.cast(pa.int32()).cast(pa.int64())
    else:
        unit, held = arrow.type.unit, arrow.cast(pa.int64())
    valid = np.asarray(arrow.is_valid().to_numpy())
    counts = held.fill_null(0).to_numpy()
    low, high = (
        np.array([f"{year}-01-01"], dtype=f"datetime64[{unit}]").view(np.int64)
        for year in (FIRST_YEAR, LAST_YEAR + 1)
    )
    beyond = valid & ((counts < low) | (counts >= high))
    values = np.where(valid & ~beyond, counts, 0).astype(f"datetime64[{unit}]").astype("datetime64[us]")
    values[~valid | beyond] = np.datetime64("NaT")
    what = f"not between {FIRST_YEAR} and {LAST_YEAR}"
    fault = Fault((column.name,), np.flatnonzero(beyond), what, LEAVE_EMPTY)
    return _whole_days(values, column, [fault])


def _whole_days(values: Array, column: Column, faults: list[Fault]) -> tuple[Array, list[Fault]]:
    if column.kind is Kind.DATE:
        timed = ~np.isnat(values) & (values != values.astype("datetime64[D]"))
        values = np.where(timed, np.datetime64("NaT"), values)
        what = "a time of day in a column of dates (times with a zone are taken at UTC)"
        todo = "Write the date alone, as 2011-09-04."
        faults = [*faults, Fault((column.name,), np.flatnonzero(timed), what, todo)]
    return values, faults


def _extra(arrow: ArrowColumn) -> Any:
    kind = arrow.type.value_type if pa.types.is_dictionary(arrow.type) else arrow.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        words = words_of(arrow)
        return _categorical(words.codes, words.words)
    return arrow.to_pandas().array
