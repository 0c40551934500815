"""What the text of a file shows and its values no longer do: thousands points, mixed time zones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from forecasting.dataset.oddities.given import Given
from forecasting.dataset.parse import words_of
from forecasting.dataset.source import Raw, Rows
from forecasting.dataset.tables import Column, Kind
from forecasting.errors import Notice

THOUSANDS = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
WHOLE = r"^[+-]?[0-9]+(\.0*)?$"

MOSTLY = 0.9
"""The share of the other values that must be whole for a point before three digits to look like thousands."""


@dataclass(frozen=True)
class _Text:
    """A column's words, and which of them each row holds."""

    words: npt.NDArray[np.object_]
    codes: npt.NDArray[np.int32]

    def rows(self, pattern: str) -> Rows:
        return np.flatnonzero(np.append(self.match(pattern), False)[self.codes])

    def match(self, pattern: str) -> npt.NDArray[np.bool_]:
        matched = pc.match_substring_regex(pa.array(self.words, pa.string()), pattern)
        return np.asarray(matched.to_numpy(zero_copy_only=False), dtype=bool)


def notices(given: Given) -> Iterator[Notice]:
    """Each column of text in a file that may have been written in another way than it is read."""
    for name, raw in given.raws.items():
        for column in raw.table.columns:
            text = _text(raw, column)
            if text is None:
                continue
            if column.kind is Kind.NUMBER:
                yield from _thousands(given, name, column, text)
            else:
                yield from _zones(given, name, column, text)


def _text(raw: Raw, column: Column) -> _Text | None:
    if column.kind not in (Kind.NUMBER, Kind.DATE, Kind.TIME) or column.name not in raw.columns.column_names:
        return None
    arrow = raw.columns.column(column.name)
    kind = arrow.type.value_type if pa.types.is_dictionary(arrow.type) else arrow.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return None
    words = words_of(arrow)
    return _Text(words.words, words.codes)


def _thousands(given: Given, table: str, column: Column, text: _Text) -> Iterator[Notice]:
    rows = text.rows(THOUSANDS)
    others = (text.codes >= 0).sum() - len(rows)
    if len(rows) and others and len(text.rows(WHOLE)) >= MOSTLY * others and len(rows) <= others:
        what = "read as a decimal fraction, where nearly all others are whole: is the point one of thousands?"
        advice = "Write 1250 where 1.250 means that; 1.25 if it is a fraction."
        yield given.notice(table, column.name, rows, what, advice)


def _zones(given: Given, table: str, column: Column, text: _Text) -> Iterator[Notice]:
    if not text.match(r"(Z|[+-][0-9]{2}:?[0-9]{2})$").any():
        return
    zone = pc.extract_regex(
        pa.array(text.words, pa.string()),
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?$",
    )
    found = pc.struct_field(zone, "zone").to_pylist()
    plain = [None if mark is None else mark.replace("Z", "+00:00").replace(":", "") for mark in found]
    marks = np.array([mark if mark is not None else "date" for mark in plain], dtype=object)
    zones = sorted(set(marks) - {"date"})
    if len(zones) < 2:
        return
    of_row = np.append(marks, "date")[text.codes]
    counts = {mark: int((of_row == mark).sum()) for mark in zones}
    rarest = min(zones, key=lambda mark: counts[mark])
    names = ", ".join(f"{mark or 'none'}: {counts[mark]:,} rows" for mark in zones)
    what = f"time zones are mixed ({names}): a time with an offset becomes UTC, one without stays as it is"
    advice = "Write all times in one way: local times without an offset, if business days are local."
    yield given.notice(table, column.name, np.flatnonzero(of_row == rarest)[:1], what, advice)
