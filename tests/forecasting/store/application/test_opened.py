"""The pages' database is made and brought up to date when it is opened, by however many processes at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from forecasting.errors import RequestError
from forecasting.reviewing.accounts import NOTED_EVERY, add_person, session, sign_in
from forecasting.store.application.opened import MIGRATIONS, Store
from forecasting.store.application.people import Person
from forecasting.store.application.plans import has_new_plans, latest_plan, now, register_plans
from forecasting.store.application.tables import METADATA, outbox_lines, outbox_orders, sessions
from tests.support.browser import PASSWORD
from tests.support.paths import ROOT
from tests.support.review import write

OPEN = "import sys; from forecasting.store.application.opened import Store; Store(sys.argv[1]).close()"


def test_the_migrations_make_the_tables_that_the_code_reads(url):
    made = Store(url)
    inspector = sa.inspect(made.engine)
    for table in METADATA.sorted_tables:
        found = {column["name"]: column for column in inspector.get_columns(table.name)}
        assert list(found) == [column.name for column in table.columns], table.name
        for column in table.columns:
            assert found[column.name]["nullable"] == column.nullable, f"{table.name}.{column.name}"
            kind = column.type.dialect_impl(made.engine.dialect)
            assert found[column.name]["type"]._type_affinity is kind._type_affinity, column.name
        key = inspector.get_pk_constraint(table.name)["constrained_columns"]
        assert key == [column.name for column in table.primary_key]
    made.close()


def test_four_processes_that_start_at_once_migrate_once(url):
    command = [sys.executable, "-c", OPEN, url]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate()[1] for process in running]
    assert [(process.returncode, error) for process, error in zip(running, said, strict=True)] == [
        (0, "")
    ] * 4
    store = Store(url)
    with store.reading() as transaction:
        reached = transaction.exec_driver_sql("select version_num from reorder_version").all()
    # One line of steps, and all of it gone.
    steps = Config()
    steps.set_main_option("script_location", str(MIGRATIONS))
    assert reached == [(head,) for head in ScriptDirectory.from_config(steps).get_heads()]
    assert len(reached) == 1
    store.close()


def test_orders_of_an_older_database_say_of_each_line_from_when_it_is(tmp_path):
    """0008 copies it from the orders, so that what was sent before is known of as well."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'older.db'}")
    steps = Config()
    steps.set_main_option("script_location", str(MIGRATIONS))
    day, moment = date(2026, 6, 28), datetime(2026, 6, 29, 2, 0)
    with engine.begin() as connection:
        steps.attributes["connection"] = connection
        command.upgrade(steps, "0007_reservations")
        texts = dict.fromkeys(("payload", "payload_hash", "target", "guarantee", "supplier", "reason"), "")
        numbers = {"lines": 1, "value": 1, "attempts": 0, "fence": 0, "status": "delivered", "number": "P1"}
        order = {"key": "K", "run": "R", "location": "main", "as_of": day, "frozen_at": moment}
        moments = {"next_at": moment, "changed_at": moment}
        connection.execute(outbox_orders.insert(), [{**texts, **numbers, **order, **moments}])
        line = {"run": "R", "location": "main", "sku": "A", "key": "K", "version": 1}
        connection.execute(outbox_lines.insert(), [line])
    engine.dispose()

    store = Store(str(engine.url))
    with store.reading() as transaction:
        lines = transaction.execute(sa.select(outbox_lines.c["sku", "as_of", "frozen_at"])).all()
    store.close()
    assert lines == [("A", day, moment)]


def test_without_a_plan_there_is_none_to_show_and_the_first_one_is_noticed(tmp_path, result):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    store = Store(url)
    with store.reading() as transaction:
        assert latest_plan(transaction) is None
        assert not has_new_plans(transaction)
    write(url, result)
    with store.reading() as transaction:
        assert has_new_plans(transaction)
    with store.writing() as transaction:
        register_plans(transaction)
        assert not has_new_plans(transaction)
        assert latest_plan(transaction).run == result.run["run"]
    store.close()


def test_a_writer_that_fails_leaves_nothing(store):
    def fail():
        with store.writing() as transaction:
            transaction.exec_driver_sql("delete from recommendations")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.reading() as transaction:
        assert transaction.exec_driver_sql("select count(*) from recommendations").scalar() > 0


def test_what_cannot_be_reached_is_told_in_words(tmp_path):
    with pytest.raises(RequestError, match="Check that it runs"):
        Store(f"sqlite:///{tmp_path / 'no such folder' / 'x.db'}")


def impatient(store: Store) -> None:
    """Have its connections ask SQLite for 20 ms only."""
    sa.event.listen(store.engine, "connect", lambda made, _: made.execute("pragma busy_timeout=20"))
    store.engine.dispose()


def test_the_threads_of_a_process_queue_for_their_turn_to_write_however_long_it_takes(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'app.db'}")
    impatient(store)
    done = []

    def write_something() -> None:
        with store.writing() as transaction:
            done.append(transaction.exec_driver_sql("select 1").scalar())

    waiting = [Thread(target=write_something) for _ in range(3)]
    with store.writing():
        for thread in waiting:
            thread.start()
        waiting[0].join(timeout=0.2)
        assert not done and all(thread.is_alive() for thread in waiting)
    for thread in waiting:
        thread.join()
    assert done == [1, 1, 1]
    store.close()


def test_a_sign_of_life_that_cannot_be_noted_does_not_end_a_session(tmp_path):
    url = f"sqlite:///{tmp_path / 'app.db'}"
    store = Store(url)
    ann = Person("ann", "buyer", None, True)
    add_person(store, ann, PASSWORD)
    token = sign_in(store, "ann", PASSWORD, "here")
    with store.writing() as transaction:
        long_ago = now() - NOTED_EVERY - timedelta(seconds=1)
        transaction.execute(sa.update(sessions).values(seen_at=long_ago))
    impatient(store)
    other = Store(url)
    with other.writing():
        found = session(store, token)
    assert found is not None and found.person == ann
    with store.reading() as transaction:
        assert transaction.scalar(sa.select(sessions.c.seen_at)) == long_ago
    assert session(store, token) is not None
    with store.reading() as transaction:
        assert transaction.scalar(sa.select(sessions.c.seen_at)) > long_ago
    store.close()
    other.close()
