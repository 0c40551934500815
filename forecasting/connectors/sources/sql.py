"""A company's own SQL database, by a mapping: their tables, columns, units and words -> ours.

The mapping is that of ``dataset.yaml`` (``forecasting/dataset/mapping``) with ``table:`` or ``query:`` in the
place of ``file:``::

    orders:
      table: sales_lines               # or query: select .. from .. join ..
      changed_at: modified             # where it has one: only rows since then are read, if that is asked for
      columns: {order_no: order, art: sku, qty: quantity, booked: ordered_at}
      values: {status: {closed: shipped}}
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pyarrow_csv
import pyarrow.parquet as pq
import sqlalchemy as sa
import yaml

from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes
from forecasting.connectors.sources.tables_mapped import tables_mapped
from forecasting.connectors.targets.settings import SecretSource, TargetSettings
from forecasting.dataset.database import rows_of
from forecasting.dataset.mapping.read import MAPPING
from forecasting.dataset.mapping.suggest import suggest_mapping
from forecasting.dataset.read import read
from forecasting.errors import DataError, RequestError
from forecasting.store.connection import connected, shown, without_secrets

LOOKED_AT = 1_000
"""Rows of each table that a proposal looks at."""

MOST_TABLES = 500


class Settings(TargetSettings):
    """``url``: where the database's URL is, a secret. ``mapping``: a file."""

    url: SecretSource
    mapping: Path


def build(settings: Settings, kept: Kept, as_of: date, **options: Any) -> SqlSource:
    """The source; it reads everything each time, and needs no records beside it."""
    return SqlSource(settings.url.read().get_secret_value(), settings.mapping)


class SqlSource:
    """The database behind a URL, read as a mapping file says."""

    def __init__(self, url: str, mapping: Path) -> None:
        self.url, self.mapping = url, tables_mapped(mapping, "table")

    def changes(self, since: datetime | None = None) -> Changes:
        """The mapped tables, in our terms; ``since``: of those with ``changed_at`` what changed since."""
        rows = {}
        with tempfile.TemporaryDirectory(prefix="reorder-sql-") as made:
            folder = Path(made)
            said = {}
            with _reading(self.url) as connection:
                for name, given in self.mapping.items():
                    table = rows_of(connection, _query(given, since))
                    rows[name] = table.num_rows
                    pq.write_table(table, folder / f"their_{name}.parquet")
                    rest = {key: value for key, value in given.items() if key not in OURS}
                    said[name] = {**rest, "file": f"their_{name}.parquet"}
            (folder / MAPPING).write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
            try:
                dataset = read(folder)
            except DataError as error:
                raise DataError(shown(self.url), error.problems) from None
        return Changes(
            {name: getattr(dataset, name) for name in self.mapping},
            rows,
            tuple(str(notice) for notice in dataset.notices),
        )

    def close(self) -> None:
        """Nothing is held open."""


OURS = ("table", "query", "changed_at")


def inspect(url: str) -> str:
    """A mapping that is proposed for the database: to be read, corrected and saved."""
    with tempfile.TemporaryDirectory(prefix="reorder-sql-") as made:
        folder = Path(made) / "their-tables"
        folder.mkdir()
        with _reading(url) as connection:
            schema = sa.inspect(connection)
            names = [*schema.get_table_names(), *schema.get_view_names()][:MOST_TABLES]
            for name in names:
                query: Any = sa.select(sa.literal_column("*")).select_from(sa.table(name)).limit(LOOKED_AT)
                table = rows_of(connection, query)
                if table.num_rows and "/" not in name:
                    pyarrow_csv.write_csv(_as_text(table), folder / f"{name}.csv")
        proposed = suggest_mapping(folder)
    lines = [line.replace("  file: ", "  table: ").replace(".csv", "") for line in proposed.splitlines()]
    head = [
        f"# Proposed for {shown(url)}: save it, correct it, and import by --mapping.",
        "# columns, values and locations are theirs: ours; docs/datasets.md describes ours.",
    ]
    return "\n".join([*head, *lines[2:]]) + "\n"


def _as_text(table: pa.Table) -> pa.Table:
    """Every value as text, as a CSV file has it."""
    columns = [
        [None if value is None else str(value) for value in column.to_pylist()] for column in table.columns
    ]
    return pa.table([pa.array(column, pa.string()) for column in columns], names=table.column_names)


def _query(given: Mapping[str, Any], since: datetime | None) -> Any:
    """What is read of a table: all of it, or what was changed."""
    if "query" in given:
        source: Any = sa.text(f"({given['query']}) theirs")
    else:
        schema, _, name = str(given["table"]).rpartition(".")
        source = sa.table(name, schema=schema or None)
    query: Any = sa.select(sa.literal_column("*")).select_from(source)
    if since is None or "changed_at" not in given:
        return query
    return query.where(sa.column(str(given["changed_at"]), sa.DateTime) >= since)


@contextmanager
def _reading(url: str) -> Iterator[sa.Connection]:
    """A connection that is only read from; what a driver says is told without the URL's secrets."""
    try:
        with connected(url) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
    except sa.exc.SQLAlchemyError as error:
        said = without_secrets(getattr(error, "orig", None) or error, url)
        raise RequestError(f"{shown(url)}: cannot be read as the mapping says: {said}") from None
