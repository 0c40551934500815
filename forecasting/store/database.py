"""Writes a run's tables into an SQL database: the same names and columns as the files, plus ``runs``.

A run is written in one transaction and replaces itself: writing it again changes nothing, and a writer
that is killed half way leaves the database as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import sqlalchemy as sa

from forecasting.errors import RequestError
from forecasting.store.columns import Kind
from forecasting.store.conform import conform
from forecasting.store.connection import UnreachableError, connected, shown, without_secrets
from forecasting.store.plan_tables import RUN
from forecasting.store.schema import TABLES
from forecasting.store.sql_tables import PLACES, SQL_TYPES, Exact, add_new_columns, sql_table

ROWS_AT_ONCE = 5_000


def write_run(url: str, tables: Mapping[str, pd.DataFrame], run: Mapping[str, Any]) -> None:
    """Write ``tables`` and the run itself to the database at ``url``.

    Raises RequestError where the database cannot be reached or written, or its tables have other
    columns; nothing is then written.
    """
    described = pd.DataFrame(
        {"run": [run["run"]], "command": [run["command"]], "described": [json.dumps(run)]}
    )
    try:
        with connected(url, create=True) as connection:
            for name, frame in {**tables, "runs": described}.items():
                _replace(connection, name, frame, str(run["run"]))
    except sa.exc.SQLAlchemyError as error:
        said = without_secrets(getattr(error, "orig", None) or error, url)
        if getattr(error, "connection_invalidated", False):
            what = f"the database went away: {said}"
            raise UnreachableError(url, what, "Nothing was written: run it again when it answers.") from None
        raise RequestError(
            f"{shown(url)}: the database refused: {said}. Nothing was written; check that the tables of "
            "these names there are reorder's own"
        ) from None


def _replace(connection: sa.Connection, name: str, frame: pd.DataFrame, run: str) -> None:
    """Put the run's rows of one table in the place of those that it wrote before."""
    columns = conform(name, frame)
    if RUN.name not in columns:
        frame, columns = frame.assign(run=run), {**columns, RUN.name: RUN}
    # What only some runs know has its column in a database all the same: runs of both kinds lie in one table.
    for column in TABLES[name].columns:
        if column.optional and column.nullable and column.name not in columns:
            frame, columns = frame.assign(**{column.name: None}), {**columns, column.name: column}

    table = sql_table(name, columns)
    table.create(connection, checkfirst=True)
    add_new_columns(connection, table)
    connection.execute(table.delete().where(table.c.run == run))

    values = [_values(frame[label], column.kind) for label, column in columns.items()]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        connection.execute(table.insert(), rows[start : start + ROWS_AT_ONCE])


def _values(column: pd.Series, kind: Kind) -> list[Any]:
    """Python values for the driver; null as None."""
    if kind is Kind.DATE:
        return [None if pd.isna(day) else day.date() for day in pd.to_datetime(column)]
    if kind is Kind.TIME:
        return [None if pd.isna(time) else time.to_pydatetime() for time in column]
    if kind is Kind.INTEGER:
        return [None if pd.isna(count) else int(count) for count in column]
    if SQL_TYPES[kind] is Exact:
        return [None if pd.isna(value) else Decimal(f"{value:.{PLACES}f}") for value in column]
    return [None if pd.isna(value) else value for value in column.tolist()]
