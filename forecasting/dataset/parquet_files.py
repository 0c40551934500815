"""Reading a Parquet file. Rows are numbered from 1; text is read into dictionaries."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from forecasting.dataset.source import Raw, duplicate_names, from_one
from forecasting.dataset.tables import Table
from forecasting.errors import Problem


def read(path: Path, table: Table) -> tuple[Raw | None, list[Problem]]:
    """The table in one file, with the types that the file gives it; None where it cannot be read."""
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            problems = duplicate_names(table, schema.names, row=None)
            if problems:
                return None, problems
        words = [field.name for field in schema if pa.types.is_string(field.type)]
        # One file, not a folder of them: its name says nothing about partitions.
        with pq.ParquetFile(path, read_dictionary=words, memory_map=True) as file:
            columns = file.read()
        columns.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        what = f"the file cannot be read as Parquet: {reason}"
        return None, [Problem(table.name, None, None, path.name, what, "Export or copy the file anew.")]
    return Raw(table, columns, frozenset(), from_one(columns.num_rows)), []
