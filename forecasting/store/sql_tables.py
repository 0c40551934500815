"""The declared tables as an SQL database has them.

Types follow from the declarations in ``schema``, never from what one run happens to hold; money and
quantities are exact decimals. The outbox and the pages need this and no more: neither pandas nor pyarrow,
which take longer to load than an order takes to be sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.store.columns import Column, Kind
from forecasting.store.plan_tables import RUN
from forecasting.store.schema import TABLES

PLACES = 6
"""Decimal places of every number that is not whole: enough for money, quantities and probabilities."""


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


SQL_TYPES: dict[Kind, type[sa.types.TypeEngine[Any]]] = {
    Kind.TEXT: sa.Text,
    Kind.FLAGS: sa.Text,
    Kind.DATE: sa.Date,
    Kind.TIME: sa.DateTime,
    Kind.BOOLEAN: sa.Boolean,
    Kind.INTEGER: sa.BigInteger,
    Kind.QUANTITY: Exact,
    Kind.MONEY: Exact,
    Kind.SHARE: Exact,
    Kind.PROBABILITY: Exact,
    Kind.NUMBER: Exact,
    Kind.SERIES: sa.Text,
}


def sql_table(name: str, columns: Mapping[str, Column]) -> sa.Table:
    """A declared table as SQL has it: several runs lie in one, so that ``run`` is a part of the key."""
    key = {RUN.name, *TABLES[name].key}
    declared = (
        sa.Column(label, SQL_TYPES[column.kind](), primary_key=label in key)
        for label, column in columns.items()
    )
    return sa.Table(name, sa.MetaData(), *declared)


def add_new_columns(connection: sa.Connection, table: sa.Table) -> None:
    """Give a table that was made before there were such columns those that only some runs fill."""
    sometimes = {column.name for column in TABLES[table.name].columns if column.optional and column.nullable}
    if not sometimes:
        return
    there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name in sometimes - there:
            kind = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f'alter table "{table.name}" add column "{column.name}" {kind}')
