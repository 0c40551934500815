"""An order's rows are in the table once, on both databases, whoever writes at the same time."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from forecasting.connectors.targets.port import TargetError
from forecasting.connectors.targets.registry import made
from forecasting.sending.attempt import attempt
from forecasting.sending.machine import Progress, Status
from forecasting.store.connection import sql_target
from tests.support.hostile import an_order

ORDER = an_order()


@pytest.fixture(params=["sqlite", "postgresql"])
def table_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'theirs.db'}"
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
def target(table_url, monkeypatch, tmp_path):
    monkeypatch.setenv("THEIR_DB", table_url)
    table = f"orders_{tmp_path.name}".lower()[:40]
    columns = {"order_no": "order", "pos": "line", "art": "sku", "menge": "quantity", "preis": "unit_cost"}
    yield made("db", {"kind": "sql", "url": {"env": "THEIR_DB"}, "table": table, "columns": columns})
    engine = sa.create_engine(sql_target(table_url))
    with engine.begin() as connection:
        for name in (table, "reorder_keys"):
            connection.exec_driver_sql(f"drop table if exists {name}")
    engine.dispose()


def rows(target):
    engine = sa.create_engine(sql_target(target.url))
    with engine.connect() as connection:
        found = connection.execute(
            sa.select(target.table).order_by(*target.table.primary_key, "order_no", "pos")
        )
        held = [(row.art, Decimal(row.menge), Decimal(row.preis)) for row in found]
    engine.dispose()
    return held


def sent(target, order=ORDER):
    return attempt(order, Progress(), target, lambda step: None)


def test_rows_are_written_once_in_the_columns_that_are_wanted(target):
    assert sent(target).status is Status.DELIVERED
    assert sent(target).status is Status.DELIVERED
    assert rows(target) == [(line.sku, line.quantity, line.unit_cost) for line in ORDER.lines]


def test_rows_that_were_taken_away_are_not_written_again(target):
    sent(target)
    engine = sa.create_engine(sql_target(target.url))
    with engine.begin() as connection:
        connection.execute(target.table.delete())
    engine.dispose()
    assert sent(target).status is Status.DELIVERED
    assert rows(target) == []


def test_of_writers_at_the_same_time_one_writes(target):
    target.find(ORDER.key)
    written = []

    def write():
        try:
            written.append(target.write(ORDER, ORDER.key))
        except TargetError:
            written.append(None)

    writers = [threading.Thread(target=write) for _ in range(5)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert written.count(ORDER.key) == 1
    assert len(rows(target)) == len(ORDER.lines)


def test_the_same_key_with_other_content_is_parked(target):
    sent(target)
    other = replace(ORDER, lines=(replace(ORDER.lines[0], quantity=Decimal(99)), *ORDER.lines[1:]))
    assert sent(target, other).status is Status.PARKED


def test_a_changed_row_is_told(target):
    sent(target)
    engine = sa.create_engine(sql_target(target.url))
    with engine.begin() as connection:
        connection.execute(target.table.update().where(target.table.c.art == "A-1").values(menge="99"))
    engine.dispose()
    told = sent(target)
    assert told.status is Status.LEFT_ALONE and "A-1: 99" in told.reason
