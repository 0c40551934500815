"""Orders as rows of an SQL table: a row a line, in one transaction with the order's key, which is unique.

The keys lie in a table of their own (``reorder_keys``): whoever reads the rows may take them away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import Field, field_validator

from forecasting.connectors.targets.port import (
    EXACTLY_ONCE,
    AlreadyThere,
    Document,
    Held,
    RefusedByTarget,
    TargetUnavailable,
)
from forecasting.connectors.targets.settings import SecretSource, TargetSettings
from forecasting.connectors.targets.supplier_files import FIELDS
from forecasting.domain.purchase_orders import PurchaseOrder, plain
from forecasting.errors import known_names
from forecasting.store.connection import UnreachableError, connected, without_secrets

NUMBERS = {"line", "quantity", "unit_cost", "purchase_quantity", "purchase_unit_cost", "value"}
COLUMNS = (
    "order",
    "line",
    "supplier",
    "location",
    "sku",
    "supplier_sku",
    "quantity",
    "unit_cost",
    "currency",
    "arrives_on",
)
DEFAULT = {("order_key" if name == "order" else name): name for name in COLUMNS}
AMOUNT = sa.Numeric(24, 6, asdecimal=True).with_variant(sa.Text(), "sqlite")
"""Exact on both: SQLite has no decimals, and keeps their text."""

KEYS = sa.Table(
    "reorder_keys",
    sa.MetaData(),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("payload_hash", sa.String(64), nullable=False),
)


class Settings(TargetSettings):
    """``url``: where the database's URL is. ``table``: its table. ``columns``: theirs -> one of FIELDS."""

    url: SecretSource
    table: str = "reorder_orders"
    columns: dict[str, str] = Field(default_factory=lambda: dict(DEFAULT))

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, str]) -> dict[str, str]:
        for column, name in columns.items():
            if name not in FIELDS:
                raise ValueError(f"column {column}: there is no field {name!r}: {known_names(name, FIELDS)}")
        if not {"order", "line"} <= set(columns.values()):
            raise ValueError("one column must hold the field order, and one the field line")
        return columns


def build(settings: Settings) -> SqlTableTarget:
    """The target."""
    return SqlTableTarget(settings)


class SqlTableTarget:
    """Inserts an order's rows, once."""

    guarantee = EXACTLY_ONCE
    reserves = False

    def __init__(self, settings: Settings) -> None:
        self.settings, self.url = settings, settings.url.read().get_secret_value()
        self.by_field = {field: column for column, field in settings.columns.items()}
        columns = [
            sa.Column(column, AMOUNT if field in NUMBERS else sa.Text, nullable=False)
            for column, field in settings.columns.items()
        ]
        unique = sa.UniqueConstraint(self.by_field["order"], self.by_field["line"])
        self.table = sa.Table(settings.table, sa.MetaData(), *columns, unique)

    def find(self, key: str) -> Sequence[Document]:
        """The rows of the key; also where someone has taken them away since."""
        with self._transaction() as connection:
            payload_hash = connection.scalar(sa.select(KEYS.c.payload_hash).where(KEYS.c.key == key))
            if payload_hash is None:
                return []
            return [Document(key, Held.WHOLE, self._quantities(connection, key), payload_hash)]

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Insert the key and the rows; all of it or nothing."""
        on_sqlite = self.url.startswith("sqlite")
        with self._transaction() as connection:
            connection.execute(KEYS.insert().values(key=key, payload_hash=order.payload_hash))
            connection.execute(
                self.table.insert(),
                [
                    {
                        column: plain(value) if isinstance(value, Decimal) and on_sqlite else value
                        for column, field in self.settings.columns.items()
                        for value in [FIELDS[field](order, place, line)]
                    }
                    for place, line in enumerate(order.lines, start=1)
                ],
            )
        return key

    def read_back(self, number: str) -> Document | None:
        """The rows of the key."""
        found = self.find(number)
        return found[0] if found else None

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """The rows of the keys; what was taken away may have been read: nothing is told of it."""
        found: dict[str, Document | None] = {}
        with self._transaction() as connection:
            for key in numbers:
                quantities = self._quantities(connection, key)
                if quantities is not None:
                    found[key] = Document(key, Held.WHOLE, quantities)
        return found

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Nothing is ever left over."""
        return 0

    def _quantities(self, connection: sa.Connection, key: str) -> Mapping[str, Decimal] | None:
        """Units by SKU; None where the table does not say, or the rows were taken away."""
        if not {"sku", "quantity"} <= set(self.by_field):
            return None
        sku, quantity, order = (self.table.c[self.by_field[name]] for name in ("sku", "quantity", "order"))
        rows = connection.execute(sa.select(sku, quantity).where(order == key)).all()
        return {row[0]: Decimal(row[1]) for row in rows} or None

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        try:
            with connected(self.url, create=True) as connection:
                for table in (KEYS, self.table):
                    table.create(connection, checkfirst=True)
                yield connection
        except sa.exc.IntegrityError as error:
            said = without_secrets(error.orig, self.url)
            if "not null" in said.lower() or "not-null" in said.lower():
                raise RefusedByTarget(f"table {self.settings.table}: {said}") from None
            raise AlreadyThere(f"table {self.settings.table}: {said}") from None
        except sa.exc.ProgrammingError as error:
            said = without_secrets(error.orig, self.url)
            raise RefusedByTarget(f"table {self.settings.table}: {said}") from None
        except sa.exc.SQLAlchemyError as error:
            said = without_secrets(getattr(error, "orig", None) or error, self.url)
            raise TargetUnavailable(f"table {self.settings.table}: {said}") from None
        except UnreachableError as error:
            raise TargetUnavailable(str(error)) from None
