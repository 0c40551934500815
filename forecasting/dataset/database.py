"""A dataset behind an SQL URL. SQLAlchemy is imported only where one is used.

Rows are numbered from 1, in the order in which the database gives them. Values come as the driver
hands them over: SQLite keeps dates as text and lets a column hold words among numbers, which is then
reported row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from forecasting.dataset.arrays import array_of
from forecasting.dataset.source import Raw, from_one, missing, near_tables
from forecasting.dataset.tables import ORDERS, TABLES, Table
from forecasting.errors import Problem
from forecasting.store.connection import UnreachableError, connected, shown, without_secrets

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROWS_AT_ONCE = 50_000


def read(url: str) -> tuple[list[Raw], list[Problem]]:
    """Every table of a dataset that the database has, tables and views alike."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import SQLAlchemyError

    raws: list[Raw] = []
    problems: list[Problem] = []
    try:
        with connected(url) as connection:
            if connection.dialect.name == "postgresql":
                # The order of rows is part of a dataset: no scan may begin amid a table.
                connection.exec_driver_sql("SET LOCAL synchronize_seqscans = off")
            schema = inspect(connection)
            names = [*schema.get_table_names(), *schema.get_view_names()]
            problems += near_tables(names, "table")
            for table in TABLES:
                if table.name in names:
                    raws.append(_table(connection, table))
                elif table.required:
                    what = "the database has no such table"
                    problems.append(missing(table, names, shown(url), what))
    except UnreachableError as error:
        return [], [Problem(ORDERS.name, None, None, error.url, error.what, error.todo)]
    except SQLAlchemyError as error:
        what = f"the database cannot be read: {without_secrets(getattr(error, 'orig', None) or error, url)}"
        return [], [Problem(ORDERS.name, None, None, shown(url), what, "Look into the database.")]
    return raws, problems


def _table(connection: Connection, table: Table) -> Raw:
    from sqlalchemy import literal_column, select
    from sqlalchemy import table as named

    # Without the database's types: the values are wanted as the driver holds them.
    query: Any = select(literal_column("*")).select_from(named(table.name))
    arrow, mixed = _read(connection, query)
    return Raw(table, arrow, mixed, from_one(arrow.num_rows))


def rows_of(connection: Connection, query: Any) -> pa.Table:
    """The rows of a query, as a dataset's reader takes them."""
    return _read(connection, query)[0]


def _read(connection: Connection, query: Any) -> tuple[pa.Table, frozenset[str]]:
    """The rows of a query, and the columns that are text only as they hold values of several kinds."""
    result = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    names = list(result.keys())
    chunks: list[list[Any]] = [[] for _ in names]
    for part in result.partitions():
        for chunk, values in zip(chunks, zip(*part, strict=True), strict=True):
            chunk.append(array_of(values))
    columns = [_joined(chunk) for chunk in chunks]
    # Words among numbers: read as a CSV file's would be, so that each wrong one is reported with its row.
    mixed = frozenset(name for name, (_, as_text) in zip(names, columns, strict=True) if as_text)
    arrow = pa.Table.from_arrays([column for column, _ in columns], names=names)
    return arrow, mixed


def _joined(chunks: list[tuple[Any, bool]]) -> tuple[Any, bool]:
    kinds = {array.type for array, _ in chunks if not pa.types.is_null(array.type)}
    as_text = any(mixed for _, mixed in chunks)
    kind = kinds.pop() if kinds else pa.null()
    if kinds:
        numeric = all(pa.types.is_integer(one) or pa.types.is_floating(one) for one in (kind, *kinds))
        kind, as_text = (pa.float64(), as_text) if numeric else (pa.string(), True)
    return pa.chunked_array([array.cast(kind, safe=False) for array, _ in chunks], kind), as_text
