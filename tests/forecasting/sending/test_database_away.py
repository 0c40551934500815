"""The database goes away under the sender, at every statement: each order is there once, whoever ends it."""

from __future__ import annotations

import os
import random
import socket
from datetime import timedelta

import pytest
import sqlalchemy as sa

from forecasting.connectors.targets.memory import ReservingMemoryTarget
from forecasting.connectors.targets.port import Held
from forecasting.sending.sender import send
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from forecasting.store.connection import UnreachableError
from tests.forecasting.sending.test_outbox import FakeTime, all_orders, put
from tests.support.hostile import an_order
from tests.support.postgresql import WAYS, Postgresql


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Postgresql(tmp_path_factory.mktemp("away"))
    yield running
    running.close()


@pytest.fixture
def store(server):
    made = Store(server.database(f"away_{random.Random().getrandbits(48):x}"))
    yield made
    made.close()


class Cuts:
    """Cuts a store's connection at one of its steps; counts them. Each statement is a step, before the
    server gets it; each end of a transaction is two: before it is kept, and after, without an answer.
    """

    def __init__(self, store: Store) -> None:
        self.at, self.seen = 0, 0
        self.commit = store.engine.dialect.do_commit
        sa.event.listen(store.engine, "before_cursor_execute", self._statement)
        store.engine.dialect.do_commit = self._commit

    def arm(self, at: int) -> None:
        """Cut at this step from now on; 0: at none."""
        self.at, self.seen = at, 0

    @property
    def cut(self) -> bool:
        """Whether it has come to that step."""
        return self.seen >= self.at > 0

    def _is_now(self) -> bool:
        self.seen += 1
        return self.seen == self.at

    def _statement(self, connection, *_):
        if self._is_now():
            cut_line(connection.connection.dbapi_connection)

    def _commit(self, connection):
        driver = connection.dbapi_connection
        if self._is_now():
            cut_line(driver)
        self.commit(connection)
        if self._is_now():
            driver.close()
            self.commit(connection)


def cut_line(driver) -> None:
    """Nothing goes through the connection any more, in either direction."""
    with socket.socket(fileno=os.dup(driver.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def cuts(store):
    return Cuts(store)


def sent(store, target, time, patience=3_600.0):
    return send(store, "erp", target, time.clock, random.Random(3), patience)


def assert_there_once(store, target, order):
    (whole,) = target.find(order.key)
    assert (whole.held, whole.quantities) == (Held.WHOLE, order.quantities)
    with store.reading() as transaction:
        kept = outbox.one(transaction, order.key)
    assert (kept.status, kept.number, kept.lease_owner) == ("delivered", whole.number, None)
    with store.reading() as transaction:
        statuses = [event.status for event in outbox.events(transaction, order.key)]
    assert statuses == ["waiting", "reserved", "delivered"]


def test_a_connection_that_is_cut_at_any_step_is_made_again_and_the_order_goes_on(store, cuts):
    target, at, cut = ReservingMemoryTarget(), 0, True
    while cut:
        order, at, time = an_order(at), at + 1, FakeTime()
        put(store, order)
        cuts.arm(at)
        done = sent(store, target, time)
        cut = cuts.cut
        cuts.arm(0)
        assert (done.ended, done.left) == ({"delivered": 1}, 0), at
        assert done.said == (("the database went away and was waited for",) if cut else ()), at
        assert time.slept < 60
        assert_there_once(store, target, order)
    assert at > 30


def test_a_sender_that_waits_for_nothing_ends_in_a_word_and_the_next_one_goes_on(store, cuts):
    target, at, cut = ReservingMemoryTarget(), 0, True
    while cut:
        order, at = an_order(at), at + 1
        put(store, order)
        cuts.arm(at)
        try:
            sent(store, target, FakeTime(), patience=0)
        except UnreachableError as gone:
            assert "the database went away" in str(gone) and "nothing is lost" in str(gone)
        else:
            assert not cuts.cut, at
        cut = cuts.cut
        cuts.arm(0)
        # On this machine the dead sender's lease ends at once; on another one it runs out.
        after = FakeTime()
        after.at += timedelta(hours=1)
        sent(store, target, after)
        assert_there_once(store, target, order)
    assert at > 30


@pytest.mark.parametrize("how", WAYS)
def test_a_server_that_dies_in_the_middle_of_a_call_is_waited_for(server, store, how, capfd):
    orders, time = [an_order(number) for number in range(3)], FakeTime()
    for order in orders:
        put(store, order)

    class DiesMeanwhile(ReservingMemoryTarget):
        """The database dies while the second order's draft is filled."""

        written = 0

        def write(self, order, key, at=None):
            self.written += 1
            if self.written == 4:
                server.die(how)
            return super().write(order, key, at)

    waits = iter(range(100))

    def sleep(seconds):
        time.sleep(seconds)
        if next(waits) == 1:
            server.start()

    target = DiesMeanwhile()
    try:
        done = send(store, "erp", target, type(time.clock)(time.clock.now, sleep), random.Random(3), 300.0)
    finally:
        server.start()
    assert (done.ended, done.left) == ({"delivered": 3}, 0)
    assert done.said == ("the database went away and was waited for",)
    for order in orders:
        assert_there_once(store, target, order)
    assert len(all_orders(store)) == 3
    assert "Traceback" not in "".join(capfd.readouterr())
