"""A database whose tables were made before there were transfers takes a plan with some, and one without."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.planning.plan import plan
from forecasting.store.application.lines import find_line
from forecasting.store.application.opened import Store
from forecasting.store.database import write_run
from tests.support.places import ALONE, TODAY, company

AS_OF = day_number(str(TODAY))
CONFIG = load(None, ("model=negative_binomial",))


def planned(folder, places):
    return plan(company(folder, {"east": 0, "west": 900}, places), CONFIG, AS_OF, for_pages=True)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'plans.db'}"


def test_both_kinds_of_plans_lie_in_one_table_and_pages_read_them(tmp_path, url):
    plain, places = planned(tmp_path / "plain", None), planned(tmp_path / "places", ALONE)
    write_run(url, plain.tables, plain.run)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for name in ("kind", "source"):
            connection.exec_driver_sql(f'alter table recommendations drop column "{name}"')
    write_run(url, places.tables, places.run)

    store = Store(url)
    with store.reading() as transaction:
        moved = find_line(transaction, places.run["run"], "east", "A")
        bought = find_line(transaction, plain.run["run"], "east", "A")
    store.close()
    assert (moved.kind, moved.source) == ("transfer", "west")
    assert bought.kind is None and bought.source is None


def test_pages_open_a_database_that_was_made_before(tmp_path, url):
    plain = planned(tmp_path / "plain", None)
    write_run(url, plain.tables, plain.run)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for name in ("kind", "source"):
            connection.exec_driver_sql(f'alter table recommendations drop column "{name}"')
    store = Store(url)
    with store.reading() as transaction:
        assert find_line(transaction, plain.run["run"], "east", "A").kind is None
    store.close()
