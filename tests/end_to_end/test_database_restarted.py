"""PostgreSQL is restarted under a real sender: each order is there once, and people are told in a word."""

from __future__ import annotations

import pytest

from forecasting.bootstrap.ordering import utc_now
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from tests.support.command import process, reorder
from tests.support.company import TONIGHT, company
from tests.support.hostile import an_order
from tests.support.postgresql import WAYS, Postgresql
from tests.support.waiting import until

ORDERS = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Postgresql(tmp_path_factory.mktemp("restarted"))
    yield running
    running.close()


@pytest.fixture
def waiting(server, tmp_path):
    """A database with a plan, and orders in the outbox for a folder: its URL, the target and the folder."""
    company(tmp_path / "data")
    url, folder = server.database(tmp_path.name), tmp_path / "orders"
    planned = reorder(
        "plan", tmp_path / "data", "--as-of", TONIGHT, "--db", url, "--set", "model=moving_average"
    )
    assert planned.code == 0, planned.err
    store = Store(url)
    with store.writing() as transaction:
        for number in range(ORDERS):
            order = an_order(number)
            outbox.put_in(
                transaction, order, f"files:{folder}", "", dict.fromkeys(order.quantities, 1), utc_now()
            )
    store.close()
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
