"""A planned wholesaler in a database, as often as tests want one: SQLite by a copied file, PostgreSQL by a
template.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from forecasting.config import load
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import read_records
from forecasting.planning.plan import plan
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import recommended_by
from forecasting.reviewing.deciding import Seen
from forecasting.run import Result
from forecasting.store.application.lines import Line, find_lines
from forecasting.store.application.opened import Store
from forecasting.store.application.people import Person
from forecasting.store.application.plans import latest_plan, register_plans
from forecasting.store.application.selection import Selection
from forecasting.store.connection import sql_target
from forecasting.store.database import write_run

ANN = Person("ann", "buyer", None, True)
BOB = Person("bob", "buyer", None, True)


def planned(dataset: Path, *settings: str) -> Result:
    """A plan of the last day that is known, for pages."""
    records = read_records(str(dataset))
    config = load(None, ("model=negative_binomial", *settings))
    return plan(records, config, known_until(records).orders, for_pages=True)


def promised(dataset: Path, of: Result) -> Result:
    """What that plan lets customers be promised on its day."""
    records = read_records(str(dataset))
    config = load(None, ("model=negative_binomial",))
    as_of = known_until(records).orders
    recommended = recommended_by(of.tables["recommendations"], as_of)
    return promise(records, config, Request(as_of), recommended)


def write(url: str, result: Result) -> None:
    """Write a plan into a database, as ``plan --db`` does."""
    write_run(url, result.tables, result.run)


@dataclass(frozen=True)
class Databases:
    """Makes databases that hold one plan, each its own."""

    kind: str
    base: str

    def another(self, folder: Path) -> str:
        """The URL of a new one."""
        name = f"review_{uuid.uuid4().hex[:12]}"
        if self.kind == "sqlite":
            file = folder / f"{name}.db"
            shutil.copy(sql_target(self.base).database, file)
            return f"sqlite:///{file}"
        target = sql_target(self.base)
        self._run(f"create database {name} template {target.database}")
        return target.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Be done with one; SQLite's go with their folder."""
        if self.kind == "postgresql":
            self._run(f"drop database {sql_target(url).database} with (force)")

    def _run(self, statement: str) -> None:
        target = sql_target(self.base).set(database="postgres")
        engine = sa.create_engine(target, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def copied(request: pytest.FixtureRequest, base: str, folder: Path) -> Iterator[str]:
    """The URL of a copy of a fixture's database, of the kind that the test is parametrized by.

    ``base``: what that fixture's name ends with. A server that went away meanwhile is started again.
    """
    databases = request.getfixturevalue(f"{request.param}_{base}")
    if request.param == "postgresql":
        request.getfixturevalue("postgresql_server").ensure_postgres_running()
    made = databases.another(folder)
    yield made
    databases.drop(made)


def opened(url: str) -> Store:
    """The store of a database that a plan was written into."""
    store = Store(url)
    with store.writing() as transaction:
        register_plans(transaction)
    return store


def lines(store: Store, **wanted: object) -> list[Line]:
    """Lines of the latest plan."""
    with store.reading() as transaction:
        run = latest_plan(transaction).run
        return list(find_lines(transaction, replace(Selection(run), **wanted)))


def line(store: Store, sku: str) -> Line:
    """The line of an item as it is now."""
    return lines(store, skus=(sku,))[0]


def seen(of: Line) -> Seen:
    """What somebody sees who looks at the line now."""
    return Seen(of.run, of.number, of.version)


def money(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)
