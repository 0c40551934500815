"""The database of the pages, opened: kept connections, reading and writing transactions, migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import sqlalchemy as sa

from forecasting.store.application.tables import plan_table
from forecasting.store.connection import (
    SECONDS_TO_ANSWER,
    UnreachableError,
    connected,
    sql_target,
    without_secrets,
)
from forecasting.store.sql_tables import add_new_columns

Transaction: TypeAlias = sa.Connection
"""What is read or written together: all of it is kept, or none."""

UnreadableError = sa.exc.DataError
"""A value that the database cannot hold, such as a text with a NUL in it."""

AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError)
"""What is raised where the database went away, or was busy with others for too long."""

PLAN_TABLES = (
    "recommendations",
    "costs",
    "choices",
    "supplier_orders",
    "overdue",
    "excess",
    "notices",
    "assumptions",
    "line_details",
    "item_weeks",
    "item_facts",
    "supplier_details",
    "open_purchases",
    "persistent_backorders",
    "promises",
    "promise_sources",
    "promise_changes",
    "notices_to_customers",
    "actions",
    "storefront",
    "promise_alternatives",
    "supplier_scores",
    "policies_replayed",
    "equal_terms",
    "order_terms",
    "order_calendar",
    "suppliers_compared",
    "second_orders",
    "runs",
)
"""Tables of runs that the pages read: made empty where nothing has been written yet."""

LOCK = 7_206_411
"""Names the lock that writers wait for in PostgreSQL, two processes that start at once among them."""

MIGRATIONS = Path(__file__).with_name("migrations")


class Store:
    """The database behind a URL, made up to date. Shared by threads; each transaction has its own connection.

    Raises RequestError where it cannot be reached, or holds tables of others under the names of ours.
    """

    def __init__(self, url: str) -> None:
        with connected(url, create=True) as connection:
            # Says in words what is wrong with the URL, the driver or the server, if anything is.
            connection.exec_driver_sql("select 1")
        self.url, target = url, sql_target(url)
        self.is_sqlite = target.get_backend_name() == "sqlite"
        # Who waits for SQLite asks again and again, and whoever asks in the right moment is served, however
        # long others have waited. So the threads of a process queue here, and one of them asks.
        self._turn = Lock() if self.is_sqlite else nullcontext()
        arguments: dict[str, Any] = {"timeout": SECONDS_TO_ANSWER}
        if not self.is_sqlite:
            arguments = {"connect_timeout": SECONDS_TO_ANSWER}
        # As many connections as the server has threads: a request never waits for one.
        self.engine = sa.create_engine(
            target, connect_args=arguments, pool_pre_ping=not self.is_sqlite, pool_size=10, max_overflow=30
        )
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        # Before the writers' turn is taken: to import takes longer than all that is done in it, and on a busy
        # machine whoever starts at the same time would wait for it longer than they are patient.
        import_module("alembic.config")
        with answering(url), self.writing() as transaction:
            _migrate(transaction)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction in which nothing is changed: one picture of the database."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that is kept at the end of the block, and undone by an error in it."""
        writer = self.engine.execution_options(writes=True, preserve_rowcount=True)
        with self._turn, writer.begin() as connection:
            if not self.is_sqlite:
                # One writer at a time, as in SQLite: what was read is still so when it is written upon.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


@contextmanager
def answering(url: str) -> Iterator[None]:
    """Says in words that the database went away, or is busy with others, and that nothing is lost by it."""
    try:
        yield
    except AWAY as error:
        what = f"the database went away or is busy: {without_secrets(error.orig, url)}"
        raise UnreachableError(url, what, "Run it again when it answers: nothing is lost.") from None


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver would begin transactions late; they begin where SQLAlchemy says so.
    connection.isolation_level = None
    for pragma in ("journal_mode=wal", "synchronous=normal", "busy_timeout=10000", "mmap_size=268435456"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes its turn at once: two that began by reading could only fail each other.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _migrate(transaction: Transaction) -> None:
    """Bring the tables up to date."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = transaction
    command.upgrade(config, "head")
    _make_plan_tables(transaction)


def _make_plan_tables(transaction: Transaction) -> None:
    """The tables of runs that pages read. Of two processes at once the second waits, and finds them made."""
    for name in PLAN_TABLES:
        table = plan_table(name)
        table.create(transaction, checkfirst=True)
        add_new_columns(transaction, table)
        for index in table.indexes:
            # A plan that was written before the pages were opened made its tables without them.
            index.create(transaction, checkfirst=True)
