"""Writing tables as a dataset: a folder of files, or an SQL database. Whole, or not at all.

A folder is refused where it holds a file that is no table's: it is not one that this module wrote.
Table files of before are replaced, those of tables not written now are taken away (they
would mix with the new ones), and folders inside it are left alone. Tables without rows are left out,
and so are columns without values that the contract does not require: they read back the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pyarrow_csv
import pyarrow.parquet as pq

from forecasting.adapters.atomic import whole_files
from forecasting.dataset.tables import BY_NAME, Kind
from forecasting.errors import RequestError

if TYPE_CHECKING:
    from sqlalchemy import Connection

Format = Literal["csv", "parquet"]

ROWS_AT_ONCE = 50_000


def write(tables: Mapping[str, pd.DataFrame], folder: Path | str, format: Format = "csv") -> None:
    """Write each table as ``NAME.csv`` or ``NAME.parquet``; the same tables give the same bytes.

    The files are written beside the folder and moved into it when all are whole. CSV has ISO dates and
    times, numbers in the shortest form that reads back alike; Parquet has times in microseconds.
    Names that are no table of a dataset are written too.

    Raises:
        RequestError: the folder holds other files, or cannot be written.

    """
    if format not in ("csv", "parquet"):
        raise RequestError(f"format {format!r}: there is no such format. Write csv or parquet.")
    target = Path(folder).resolve()
    stale = _replaceable(target, set(tables))
    try:
        with whole_files(target) as beside:
            for name, frame in tables.items():
                if len(frame):
                    _write_file(arrow_of(name, frame), beside / f"{name}.{format}")
                    stale.discard(target / f"{name}.{format}")
        for path in stale:
            path.unlink()
    except OSError as error:
        raise RequestError(
            f"{target}: cannot be written: {error.strerror or error}. Name another folder."
        ) from error


def write_database(tables: Mapping[str, pd.DataFrame], url: str) -> None:
    """Replace the tables of these names in the database, in one transaction. Others are left alone.

    Raises:
        RequestError: the database does not answer, or refuses.

    """
    from sqlalchemy.exc import SQLAlchemyError

    from forecasting.store.connection import connected, shown, without_secrets

    try:
        with connected(url, create=True) as connection:
            for name, frame in tables.items():
                _replace_table(connection, name, arrow_of(name, frame))
    except SQLAlchemyError as error:
        reason = without_secrets(getattr(error, "orig", None) or error, url)
        raise RequestError(f"{shown(url)}: cannot be written: {reason}. Nothing was changed.") from error


def _replaceable(folder: Path, names: set[str]) -> set[Path]:
    """The table files in the folder; refuses a folder with others."""
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder}: is a file. Name a folder.")
    files = [path for path in folder.iterdir() if not path.is_dir()] if folder.exists() else []
    for path in files:
        if path.suffix not in (".csv", ".parquet") or path.stem not in names | set(BY_NAME):
            raise RequestError(
                f"{folder}: holds {path.name}, which is no table. Name a new or an empty folder."
            )
    return set(files)


def arrow_of(name: str, frame: pd.DataFrame) -> Any:
    """The table to write: plain text, times in microseconds, dates as such, nothing that is empty."""
    known = {column.name: column for column in BY_NAME[name].columns} if name in BY_NAME else {}
    columns: dict[str, Any] = {}
    for label in frame.columns:
        array = _one_kind(name, frame[label])
        column = known.get(str(label))
        if column is not None and not column.required and array.null_count == len(array):
            continue
        if column is not None and column.kind is Kind.DATE and pa.types.is_timestamp(array.type):
            array = array.cast(pa.date32(), safe=False)
        columns[str(label)] = array
    return pa.table(columns)


def _one_kind(name: str, values: pd.Series) -> Any:
    """A column. Raises RequestError where its values are of several kinds."""
    try:
        return _plain(values)
    except pa.ArrowException:
        kinds = sorted({kind.__name__ for kind in values.dropna().map(type).unique()})
        raise RequestError(
            f"table {name}, column {values.name}: its values are of kinds that do not go together "
            f"({', '.join(kinds)}); make them one kind, dates by pandas.to_datetime"
        ) from None


def _plain(values: pd.Series) -> Any:
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy()
        words: Any = pa.array(np.asarray(values.cat.categories, dtype=object))
        array: Any = words.take(pa.array(codes, mask=codes < 0))
    else:
        array = pa.Array.from_pandas(values)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("us", array.type.tz), safe=False)
    if pa.types.is_large_string(array.type):
        return array.cast(pa.string())
    return array


def _write_file(table: Any, path: Path) -> None:
    if path.suffix == ".csv":
        _write_csv(table, path)
        return
    for index, field in enumerate(table.schema):
        if pa.types.is_date(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(pa.timestamp("us")))
    pq.write_table(table, path, compression="zstd", row_group_size=1 << 18, store_schema=False)


def _write_csv(table: Any, path: Path) -> None:
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(index, field.name, _iso(table.column(index)))
    header = ",".join(_quoted(name) for name in table.column_names) + "\n"
    with path.open("wb") as file:
        file.write(header.encode())
        start = file.tell()
        try:
            _write_rows(table, file, "none")
        except pa.ArrowInvalid:
            # A value holds a comma, a quote or a line break: then every text is quoted.
            file.seek(start)
            file.truncate()
            _write_rows(table, file, "needed")


def _write_rows(table: Any, file: Any, quoting: Literal["needed", "none"]) -> None:
    options = pyarrow_csv.WriteOptions(include_header=False, quoting_style=quoting, batch_size=ROWS_AT_ONCE)
    pyarrow_csv.write_csv(table, file, options)


def _quoted(name: str) -> str:
    if any(mark in name for mark in ',"\r\n'):
        return '"' + name.replace('"', '""') + '"'
    return name


def _iso(times: Any) -> Any:
    """Times as 2011-09-04T16:20:00, with a fraction only in a column where one has a fraction."""
    naive = times.cast(pa.int64()).cast(pa.timestamp("us"))
    seconds = naive.cast(pa.timestamp("s"), safe=False)
    whole = pc.all(pc.equal(seconds.cast(pa.timestamp("us")), naive)).as_py()
    return pc.replace_substring(
        (naive if whole is False else seconds).cast(pa.string()), " ", "T", max_replacements=1
    )


def _replace_table(connection: Connection, name: str, table: Any) -> None:
    from sqlalchemy import Column, Date, DateTime, Float, MetaData, Text
    from sqlalchemy import Table as Named

    def column_type(kind: Any) -> Any:
        if pa.types.is_date(kind):
            return Date()
        if pa.types.is_timestamp(kind):
            return DateTime()
        return Float(53) if pa.types.is_floating(kind) or pa.types.is_integer(kind) else Text()

    columns = [Column(field.name, column_type(field.type)) for field in table.schema]
    named = Named(name, MetaData(), *columns)
    named.drop(connection, checkfirst=True)
    if not table.num_rows:
        return
    named.create(connection)
    if connection.dialect.name == "postgresql":
        _copy(connection, named, table)
        return
    for batch in table.to_batches(max_chunksize=ROWS_AT_ONCE):
        values = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        connection.execute(
            named.insert(), [dict(zip(table.column_names, row, strict=True)) for row in values]
        )


def _copy(connection: Connection, named: Any, table: Any) -> None:
    """PostgreSQL's COPY, some ten times as fast as INSERT."""
    quote = connection.dialect.identifier_preparer
    names = ", ".join(quote.quote(column.name) for column in named.columns)
    statement = f"COPY {quote.format_table(named)} ({names}) FROM STDIN (FORMAT csv)"
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in table.to_batches(max_chunksize=ROWS_AT_ONCE):
            sink = pa.BufferOutputStream()
            _write_rows(pa.Table.from_batches([batch]), sink, "needed")
            copy.write(sink.getvalue().to_pybytes())
