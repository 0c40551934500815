"""A planned wholesaler in SQLite and in PostgreSQL: what holds of one must hold of the other."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from forecasting.store.connection import sql_target
from tests.support.review import Databases, copied, opened, planned, promised, write


@pytest.fixture(scope="session")
def result(sample):
    return planned(sample)


@pytest.fixture(scope="session")
def promises(sample, result):
    return promised(sample, result)


@pytest.fixture(scope="session")
def sqlite_base(result, promises, tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('review') / 'base.db'}"
    _fill(url, result, promises)
    return Databases("sqlite", url)


@pytest.fixture(scope="session")
def postgresql_base(result, promises, postgresql_server):
    postgresql_server.ensure_postgres_running()
    target = sql_target(postgresql_server.get_uri())
    engine = sa.create_engine(target, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # Nobody minds if these databases do not survive a power cut.
        connection.exec_driver_sql("alter system set fsync = off")
        connection.exec_driver_sql("select pg_reload_conf()")
        connection.exec_driver_sql("create database review_base")
    engine.dispose()
    url = target.set(database="review_base").render_as_string(hide_password=False)
    _fill(url, result, promises)
    return Databases("postgresql", url)


def _fill(url, *results):
    """Write them, and open the store once: its copies are migrated already."""
    for each in results:
        write(url, each)
    opened(url).close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    with copied(request, "base", tmp_path) as made:
        yield made


@pytest.fixture
def store(url):
    made = opened(url)
    yield made
    made.close()
