"""Tables as batches of rows, whatever they are read from; a Parquet table is never held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecasting.dataset.mapping.read import MAPPING
from forecasting.dataset.read import read
from forecasting.dataset.tables import BY_NAME, TABLES
from forecasting.dataset.write import arrow_of
from forecasting.domain import IntArray, TextArray
from forecasting.errors import DataError, Problem

BATCH = 500_000
"""Rows at once."""


@dataclass(frozen=True)
class TableStream:
    """One table.

    Attributes:
        name: of the table.
        columns: names, as the source has them.
        batches: begins to read, ``columns`` or some of them: Arrow tables of ``BATCH`` rows at most.

    """

    name: str
    columns: tuple[str, ...]
    batches: Callable[[list[str] | None], Iterator[Any]]


def streams(source: str) -> dict[str, TableStream]:
    """The tables of a dataset, by name.

    A folder of plain Parquet files is read as it is: what is wrong in a row, the reader of its partition
    will say. Anything else (CSV, Excel, SQL, a mapping) is read and checked as a whole first.

    Raises DataError where the dataset cannot be read.
    """
    folder = Path(source)
    if "://" in source or not folder.is_dir() or not _plain_parquet(folder):
        return _in_memory(source)
    found = {}
    for table in TABLES:
        file = folder / f"{table.name}.parquet"
        if file.is_file():
            found[table.name] = _parquet(table.name, file)
    return found


def texts(column: Any) -> tuple[TextArray, Any]:
    """The words of a column of text or of whole numbers, trimmed, and which each row has; -1: none."""
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column.cast(pa.string()))
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().chunk(0) if column.num_chunks else column
    words = pc.utf8_trim_whitespace(column.dictionary.cast(pa.string())).to_numpy(zero_copy_only=False)
    codes = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    empty = np.append(words == "", True)
    return words, np.where(empty[codes], -1, codes)


class Vocabulary:
    """Words with a number each, in the order in which they were first met."""

    def __init__(self, words: TextArray | None = None) -> None:
        self.words = np.zeros(0, dtype=object) if words is None else words
        self._known = pa.array(self.words, pa.string())

    def find(self, words: TextArray) -> IntArray:
        """The number of each word: int64; -1 where it was never met."""
        found = pc.index_in(pa.array(words, pa.string()), value_set=self._known)
        return pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)

    def numbers(self, words: TextArray, codes: IntArray) -> IntArray:
        """The number of each row's word, ``words[codes]``; -1 where the code is. New words are added."""
        used = np.flatnonzero(np.bincount(codes + 1, minlength=len(words) + 1)[1:])
        found = self.find(words[used])
        new = np.flatnonzero(found < 0)
        if len(new):
            # A word may be there twice, once with blanks around it.
            fresh = dict.fromkeys(words[used[new]])
            self.words = np.concatenate([self.words, np.array(list(fresh), dtype=object)])
            self._known = pa.array(self.words, pa.string())
            found = self.find(words[used])
        number = np.full(len(words) + 1, -1, dtype=np.int64)
        number[used] = found
        return number[codes]


def _plain_parquet(folder: Path) -> bool:
    files = [path for path in folder.iterdir() if path.is_file()]
    if any(path.name == MAPPING for path in files):
        return False
    readable = [path for path in files if path.suffix.lower() in {".csv", ".parquet", ".xlsx"}]
    return (folder / "orders.parquet").is_file() and not any(
        path.suffix != ".parquet" and (path.suffix == ".xlsx" or path.stem in BY_NAME) for path in readable
    )


def _parquet(name: str, file: Path) -> TableStream:
    try:
        with pq.ParquetFile(file) as opened:
            schema = opened.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        what = f"the file cannot be read as Parquet: {reason}"
        raise DataError(
            str(file.parent), [Problem(name, None, None, file.name, what, "Export or copy the file anew.")]
        ) from None
    lacking = [c.name for c in BY_NAME[name].columns if c.required and c.name not in schema.names]
    if lacking:
        what = "a column that every table of this name must have is missing"
        raise DataError(
            str(file.parent), [Problem(name, None, c, None, what, "Add it, or rename it.") for c in lacking]
        )
    words = [field.name for field in schema if pa.types.is_string(field.type)]

    def batches(columns: list[str] | None) -> Iterator[Any]:
        with pq.ParquetFile(file, read_dictionary=words, memory_map=True) as opened:
            for batch in opened.iter_batches(batch_size=BATCH, columns=columns):
                yield pa.Table.from_batches([batch])

    return TableStream(name, tuple(schema.names), batches)


def _in_memory(source: str) -> dict[str, TableStream]:
    dataset = read(source)
    found = {}
    for table in TABLES:
        frame = getattr(dataset, table.name)
        if len(frame):
            found[table.name] = _held(table.name, arrow_of(table.name, frame))
    return found


def _held(name: str, whole: Any) -> TableStream:
    def batches(columns: list[str] | None) -> Iterator[Any]:
        chosen = whole if columns is None else whole.select(columns)
        for first in range(0, max(chosen.num_rows, 1), BATCH):
            yield chosen.slice(first, BATCH)

    return TableStream(name, tuple(whole.column_names), batches)
