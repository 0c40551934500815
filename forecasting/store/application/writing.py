"""Writes that two databases word differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forecasting.store.application.opened import Transaction


def inserting(transaction: Transaction, table: sa.Table) -> Any:
    """An insert that can say what is to happen where the row is there already."""
    dialect = postgresql if transaction.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def insert_unless_there(transaction: Transaction, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Insert a row, and say so; False where there is one of that key."""
    written = transaction.execute(inserting(transaction, table).values(**values).on_conflict_do_nothing())
    return bool(written.rowcount == 1)


def upsert(transaction: Transaction, table: sa.Table, key: Sequence[str], values: Mapping[str, Any]) -> None:
    """Insert a row, or put it in the place of the one of that key."""
    rest = {name: value for name, value in values.items() if name not in key}
    statement = inserting(transaction, table).values(**values)
    transaction.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest))
