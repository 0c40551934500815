"""PostgreSQL is restarted under a real sender: each order is there once, and people are told in a word."""

from __future__ import annotations

import os
import random
import time
from functools import partial

import pytest

from forecasting.bootstrap.ordering import utc_now
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from tests.support.command import process, reorder
from tests.support.company import TONIGHT, company
from tests.support.hostile import an_order
from tests.support.postgresql import WAYS, Postgresql
from tests.support.tryton import tryton
from tests.support.tryton_orders import assert_each_once as assert_each_once_there
from tests.support.tryton_orders import kept, many_orders, named, straight
from tests.support.waiting import until

ORDERS = 60
DEATHS = int(os.environ.get("REORDER_DEATHS", "12"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Postgresql(tmp_path_factory.mktemp("restarted"))
    yield running
    running.close()


def planned(server, tmp_path) -> str:
    """The URL of a database with a plan."""
    company(tmp_path / "data")
    url = server.database(tmp_path.name)
    quick = ("--set", "model=moving_average")
    done = reorder("plan", tmp_path / "data", "--as-of", TONIGHT, "--db", url, *quick)
    assert done.code == 0, done.err
    return url


def put_in(url, target, orders) -> None:
    store = Store(url)
    with store.writing() as transaction:
        for order in orders:
            outbox.put_in(transaction, order, target, "", dict.fromkeys(order.quantities, 1), utc_now())
    store.close()


@pytest.fixture
def waiting(server, tmp_path):
    """A database with a plan, and orders in the outbox for a folder: its URL, the target and the folder."""
    url, folder = planned(server, tmp_path), tmp_path / "orders"
    put_in(url, f"files:{folder}", [an_order(number) for number in range(ORDERS)])
    return url, f"files:{folder}", folder


def there(folder) -> int:
    return len(list(folder.glob("*.csv")))


def until_there(folder, count: int, sender) -> None:
    until(lambda: there(folder) >= count or sender.poll() is not None, 60)
    assert sender.poll() is None, sender.communicate()


def assert_each_once(url, folder) -> None:
    store = Store(url)
    with store.reading() as transaction:
        kept = outbox.orders(transaction)
    store.close()
    assert {each.status for each in kept} == {"delivered"} and len(kept) == ORDERS
    assert sorted(each.number for each in kept) == sorted(path.name for path in folder.glob("*.csv"))


@pytest.mark.slow
def test_a_sender_waits_for_the_database_and_goes_on(server, waiting):
    url, to, folder = waiting
    with process("send", "--db", url, "--to", to) as sender:
        for how, count in zip(WAYS, (8, 30), strict=True):
            until_there(folder, count, sender)
            server.restart(how)
        out, err = sender.communicate(timeout=120)
    assert (sender.returncode, err) == (0, "")
    assert "the database went away and was waited for" in out
    assert_each_once(url, folder)


def test_a_sender_without_patience_says_in_a_word_that_it_is_gone_and_the_next_one_goes_on(server, waiting):
    url, to, folder = waiting
    arguments = ("send", "--db", url, "--to", to)
    with process(*arguments, "--patience", 0) as sender:
        until_there(folder, 8, sender)
        server.die("killed")
        out, err = sender.communicate(timeout=120)
    assert (sender.returncode, out) == (1, "")
    assert err.startswith("error: postgresql") and err.count("\n") == 1, err
    assert "the database went away" in err and "nothing is lost" in err

    while_away = reorder(*arguments)
    assert while_away.code == 1 and "the database does not answer" in while_away.err
    server.start()
    assert there(folder) < ORDERS
    last = reorder(*arguments)
    assert last.code == 0, last.err
    assert_each_once(url, folder)


@pytest.mark.slow
def test_a_tryton_holds_each_order_once_however_often_the_database_dies(server, tmp_path):
    """It dies in the middle of sends, and is away for up to three seconds; some senders die as well."""
    seed = int(os.environ.get("REORDER_SEED", "11"))
    print(f"seed {seed}")
    erp, chance = tryton(tmp_path / "tryton"), random.Random(seed)
    url = planned(server, tmp_path)
    put_in(url, "erp", many_orders(3 * DEATHS))
    arguments = ("send", "--db", url, "--to", "erp", "--targets", named(tmp_path, erp.url), "--patience", 60)
    erp.start()
    try:
        for at in range(DEATHS):
            before = len(delivered(url))
            with process(*arguments) as sender:
                until(partial(has_got_on, url, before, sender), 60)
                server.die(WAYS[at % 2])
                time.sleep(chance.choice((0.0, chance.uniform(0.0, 3.0))))
                if at % 4 == 3:
                    sender.kill()
                server.start()
                until(partial(has_got_on, url, before + 1, sender), 60)
                sender.kill()
                _, err = sender.communicate()
            assert "Traceback" not in err, err
        last = reorder(*arguments)
        assert last.code == 0, last.out + last.err
        assert reorder(*arguments).code == 0
        assert_each_once_there(straight(erp, tmp_path), kept(url))
    finally:
        erp.kill()
        server.start()


def delivered(url) -> list:
    return [each for each in kept(url) if each.status == "delivered"]


def has_got_on(url, before, sender) -> bool:
    return len(delivered(url)) > before or sender.poll() is not None
