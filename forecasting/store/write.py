"""Writes a run's tables into an SQL database: the same names and columns as the files, plus ``runs``.

A run is written in one transaction and replaces itself: writing it again changes nothing, and a writer
that is killed half way leaves the database as it was. Money and quantities are exact decimals.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import sqlalchemy as sa

from forecasting.errors import RequestError
from forecasting.store.connection import connected, one_line, shown

PLACES = 6
"""Decimal places of every number that is not whole: enough for money, quantities and probabilities."""

DATES = frozenset({"as_of", "order_by", "arrives_on"})
KEYS = {
    "recommendations": ("run", "location", "sku"),
    "costs": ("run", "location", "sku"),
    "choices": ("run", "location", "sku", "quantity"),
    "supplier_orders": ("run", "supplier"),
    "assumptions": ("run", "setting"),
    "runs": ("run",),
}
IDENTITIES = frozenset({"items", "lines"})
"""Whole numbers that can be nothing else. Quantities may be fractions in the next run's data."""

ROWS_AT_ONCE = 5_000


class Exact(sa.types.TypeDecorator[Decimal]):
    """A decimal with ``PLACES`` places. SQLite, which has none, keeps the nearest double: it comes back
    as the same decimal for every amount below a thousand million.
    """

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """REAL on SQLite, NUMERIC elsewhere."""
        kind: sa.types.TypeEngine[Any] = sa.Numeric(24, PLACES)
        if dialect.name == "sqlite":
            kind = sa.Float()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        """What the driver is given."""
        return float(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        """What the driver gave, as a decimal."""
        return None if value is None else Decimal(str(value)).quantize(Decimal(1).scaleb(-PLACES))


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
                named = frame if "run" in frame.columns else frame.assign(run=run["run"])
                _replace(connection, name, named, str(run["run"]))
    except sa.exc.SQLAlchemyError as error:
        said = one_line(getattr(error, "orig", None) or error)
        raise RequestError(
            f"{shown(url)}: the database refused: {said}. Nothing was written; check that the tables of "
            "these names there are reorder's own"
        ) from None


def _replace(connection: sa.Connection, name: str, frame: pd.DataFrame, run: str) -> None:
    kinds = {str(column): _kind(str(column), frame[column]) for column in frame.columns}
    table = sa.Table(
        name,
        sa.MetaData(),
        *(sa.Column(column, kind, primary_key=column in KEYS[name]) for column, kind in kinds.items()),
    )
    table.create(connection, checkfirst=True)
    connection.execute(table.delete().where(table.c.run == run))
    values = [_values(frame[column], kind) for column, kind in kinds.items()]
    rows = [dict(zip(kinds, row, strict=True)) for row in zip(*values, strict=True)]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        connection.execute(table.insert(), rows[start : start + ROWS_AT_ONCE])


def _kind(name: str, column: pd.Series) -> sa.types.TypeEngine[Any]:
    if name in DATES:
        return sa.Date()
    if name in IDENTITIES:
        return sa.BigInteger()
    if pd.api.types.is_bool_dtype(column):
        return sa.Boolean()
    if pd.api.types.is_numeric_dtype(column):
        return Exact()
    return sa.Text()


def _values(column: pd.Series, kind: sa.types.TypeEngine[Any]) -> list[Any]:
    """Python values; null as None."""
    if isinstance(kind, sa.Date):
        return [None if pd.isna(day) else day.date() for day in pd.to_datetime(column)]
    if isinstance(kind, Exact):
        return [None if pd.isna(value) else Decimal(f"{value:.{PLACES}f}") for value in column]
    return [None if pd.isna(value) else value for value in column.tolist()]
