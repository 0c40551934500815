"""The rows of a table, part by part: each part's go into a Parquet file of its own, in bounded memory.

Rows stay in their order. What is in memory at a time is one batch, and of each part what waits until it is
worth a row group.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecasting.adapters.atomic import put_on_disk
from forecasting.domain import IntArray
from forecasting.scale.manifest import StoredFile

GROUP = 1 << 17
"""Rows of a part that are worth a row group."""

WAITING = 4_000_000
"""Rows of all parts together that may wait."""

OPEN = 256
"""Files that are open at once: where there are more parts, the table is read several times."""


class Splitter:
    """Splits one table into files of the same name, one a part."""

    def __init__(self, folders: list[Path], name: str, first: int) -> None:
        self._files = [folder / f"{name}.parquet" for folder in folders]
        self._first = first
        self._writers: dict[int, Any] = {}
        self._waiting: dict[int, list[Any]] = {}
        self._rows = np.zeros(len(folders), dtype=np.int64)
        self._total = np.zeros(len(folders), dtype=np.int64)

    def add(self, table: Any, part: IntArray) -> None:
        """Rows of a batch, and the part of each, int64; those of other parts than these are passed over."""
        where = np.flatnonzero((part >= self._first) & (part < self._first + len(self._files)))
        order = where[np.argsort(part[where], kind="stable")]
        rows = _plain(table.take(pa.array(order)))
        found, starts = np.unique(part[order], return_index=True)
        for number, start, end in zip(found, starts, [*starts[1:], len(order)], strict=True):
            self._wait(int(number) - self._first, rows.slice(start, end - start))
        if self._rows.sum() > WAITING:
            for local in list(self._waiting):
                self._write(local)

    def add_to_all(self, table: Any, sku: IntArray, owner: IntArray) -> None:
        """The rows of a batch of each part, and to every part those without a SKU (-1).

        ``owner``: int64: the part of each SKU.
        """
        for local in range(len(self._files)):
            mine = (sku < 0) | (owner[sku] == self._first + local)
            if mine.any():
                self._wait(local, _plain(table.filter(pa.array(mine))))

    def close(self) -> list[tuple[str, int, Path]]:
        """Write what waits; of each file that there is now the name of its folder, its rows, and itself."""
        for local in list(self._waiting):
            self._write(local)
        for writer in self._writers.values():
            writer.close()
        written = [(local, self._files[local]) for local in sorted(self._writers)]
        return [(file.parent.name, int(self._total[local]), file) for local, file in written]

    def _wait(self, local: int, rows: Any) -> None:
        self._waiting.setdefault(local, []).append(rows)
        self._rows[local] += rows.num_rows
        self._total[local] += rows.num_rows
        if self._rows[local] >= GROUP:
            self._write(local)

    def _write(self, local: int) -> None:
        # Slices hold on to the batch that they are of until they are written.
        rows = pa.concat_tables(self._waiting.pop(local)).combine_chunks()
        self._rows[local] = 0
        if local not in self._writers:
            self._files[local].parent.mkdir(parents=True, exist_ok=True)
            self._writers[local] = pq.ParquetWriter(
                self._files[local], rows.schema, compression="zstd", store_schema=False
            )
        self._writers[local].write_table(rows.cast(self._writers[local].schema), row_group_size=GROUP)


def _plain(table: Any) -> Any:
    """Words as text: a part's file is not to hold the words of all."""
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(index, field.name, pc.cast(table.column(index), pa.string()))
        elif pa.types.is_timestamp(field.type):
            table = table.set_column(
                index, field.name, table.column(index).cast(pa.timestamp("us", field.type.tz), safe=False)
            )
    return table


def stored(file: Path, below: Path) -> StoredFile:
    """The file, put onto the disk, as a manifest names it."""
    put_on_disk(file)
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return StoredFile(file.relative_to(below).as_posix(), file.stat().st_size, digest)
