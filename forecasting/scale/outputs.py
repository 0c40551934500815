"""The tables of all partitions as one: a row group or more each, in the order of the partitions."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecasting.scale.tasks import UNFINISHED, Desk
from forecasting.store.files import write_parquet

PARTS = "parts"
"""The folder, below that of the outputs, of the tables of each partition."""


def write_tables(desk: Desk, part: str, tables: Mapping[str, Any]) -> dict[str, int]:
    """Write the tables of a partition, each whole or not at all. Returns the bytes of each."""
    sizes = {}
    with tempfile.TemporaryDirectory(prefix="reorder-tables-") as place:
        for name, table in tables.items():
            file = Path(place) / f"{name}.parquet"
            write_parquet(name, table, file)
            desk.storage.put(file, f"{PARTS}/{part}/{name}.parquet")
            sizes[name] = file.stat().st_size
    return sizes


def begin(desk: Desk) -> None:
    """Take away what says that other work is done: this job will write over it."""
    desk.storage.remove("run.json")
    for name in desk.storage.names(UNFINISHED):
        if name != desk.job.key:
            desk.storage.remove(f"{UNFINISHED}/{name}")


def gathered(
    desk: Desk, parts: Sequence[str], name: str, file: Path, before: Mapping[str, int] | None = None
) -> int:
    """Write one table of all partitions to ``file``, one partition in memory at a time. Returns its rows.

    A column that is of whole numbers in some partitions only is of fractions in all. ``before``: of each
    partition, how many lines those before it have: each partition numbers its lines from 1.
    """
    schema = None
    for part in parts:
        found = pq.read_schema(pa.BufferReader(_content(desk, part, name)))
        schema = found if schema is None else pa.unify_schemas([schema, found], promote_options="permissive")
    if schema is None:
        return 0
    rows = 0
    with pq.ParquetWriter(file, schema, compression="zstd", store_schema=False) as writer:
        for part in parts:
            table = pq.read_table(pa.BufferReader(_content(desk, part, name)))
            if before is not None and "number" in table.column_names:
                place = table.column_names.index("number")
                table = table.set_column(place, "number", pc.add(table.column(place), before[part]))
            writer.write_table(table.cast(schema))
            rows += table.num_rows
    return rows


def publish(desk: Desk, parts: Sequence[str], files: Mapping[str, Path], run: bytes, *, csv: bool) -> None:
    """Put the tables beside those of their parts, and ``run.json`` last. Parts of another run go."""
    out = desk.storage
    for name, file in files.items():
        out.put(file, f"{name}.parquet")
        if csv:
            written = file.with_suffix(".csv")
            _as_csv(file, written)
            out.put(written, f"{name}.csv")
        else:
            out.remove(f"{name}.csv")
    for part in set(out.names(PARTS)) - set(parts):
        out.remove(f"{PARTS}/{part}")
    out.write("run.json", run)


def read_frame(desk: Desk, part: str, name: str) -> Any:
    """A table of one partition, as a frame."""
    return pq.read_table(pa.BufferReader(_content(desk, part, name))).to_pandas()


def _content(desk: Desk, part: str, name: str) -> bytes:
    return desk.storage.read(f"{PARTS}/{part}/{name}.parquet")


def _as_csv(file: Path, written: Path) -> None:
    import pandas as pd

    first = True
    for batch in pq.ParquetFile(file).iter_batches(100_000):
        frame: pd.DataFrame = batch.to_pandas()
        frame.to_csv(written, mode="w" if first else "a", header=first, index=False, lineterminator="\n")
        first = False
