"""What two databases word differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

from forecasting.store.application.opened import Transaction


def inserting(transaction: Transaction, table: sa.Table) -> Any:
    """An insert that can say what is to happen where the row is there already."""
    dialect = postgresql if transaction.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


class _Holds(sa.sql.functions.FunctionElement[bool]):
    """Whether a text holds another, in any case."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(_Holds)
def _holds(element: Any, compiler: Any, **options: Any) -> str:
    text, pattern = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{text} ilike {pattern} escape '/'"


@compiles(_Holds, "sqlite")
def _holds_in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # LIKE knows no case there, and is far faster than to lower every text first.
    text, pattern = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{text} like {pattern} escape '/'"


def holds(text: sa.ColumnElement[str], part: str) -> sa.ColumnElement[bool]:
    """Whether ``text`` holds ``part``, in any case; no sign of ``part`` means anything but itself."""
    plain = part.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return _Holds(text, sa.literal(f"%{plain}%"))


def insert_unless_there(transaction: Transaction, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Insert a row, and say so; False where there is one of that key."""
    written = transaction.execute(inserting(transaction, table).values(**values).on_conflict_do_nothing())
    return bool(written.rowcount == 1)


def upsert(transaction: Transaction, table: sa.Table, key: Sequence[str], values: Mapping[str, Any]) -> None:
    """Insert a row, or put it in the place of the one of that key."""
    rest = {name: value for name, value in values.items() if name not in key}
    statement = inserting(transaction, table).values(**values)
    transaction.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest))
