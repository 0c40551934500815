"""What people change, cancel or delete in the ordering system after an order was delivered is told there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from forecasting.connectors.targets.memory import ReservingMemoryTarget, UniqueMemoryTarget
from forecasting.connectors.targets.port import Held, TargetUnavailable
from forecasting.sending.afterwards import FEW_GONE, LOOKED_AT_DAYS
from forecasting.store.application import outbox
from tests.support.hostile import an_order
from tests.support.outbox import FakeTime, all_orders, put
from tests.support.outbox import sent as sent_at


@pytest.fixture
def sent():
    """Sends, each time an hour after the last."""
    time = FakeTime()

    def send(store, target, days=0):
        time.at += timedelta(days=days, hours=1)
        return sent_at(store, target, time)

    return send


@pytest.fixture(params=[UniqueMemoryTarget, ReservingMemoryTarget])
def target(request):
    return request.param()


def name_of(target, number: str) -> str:
    """What the target in memory keeps a document by."""
    return next(key for key, each in target.documents.items() if each.number == number)


def change(target, number: str, **changed) -> None:
    name = name_of(target, number)
    target.documents[name] = replace(target.documents[name], **changed)


def reasons(store) -> dict[str, tuple[str, str]]:
    return {each.run: (each.status, each.reason) for each in all_orders(store)}


def test_it_is_told_once_left_alone_and_told_again_when_it_is_otherwise(store, target, sent):
    put(store, an_order(1))
    put(store, an_order(2))
    assert sent(store, target).changed == 0
    number = next(each.number for each in all_orders(store) if each.run == "run0001")
    theirs = {**an_order(1).quantities, "A-1": Decimal(99)}
    change(target, number, quantities=theirs)

    second = sent(store, target)
    assert (second.changed, second.attempts) == (1, 0)
    assert reasons(store) == {
        "run0001": ("left_alone", "changed in the ordering system: A-1: 99 there, 12 approved"),
        "run0002": ("delivered", ""),
    }
    assert target.read_back(number).quantities == theirs
    assert sent(store, target).changed == 0

    change(target, number, held=Held.CANCELLED)
    assert sent(store, target).changed == 1
    assert reasons(store)["run0001"] == ("left_alone", f"{number} was cancelled in the ordering system")
    change(target, number, held=Held.WHOLE, quantities=an_order(1).quantities)
    assert sent(store, target).changed == 1
    assert reasons(store)["run0001"] == ("delivered", "")
    with store.reading() as transaction:
        said = [each.status for each in outbox.events(transaction, an_order(1).key)]
    assert said[-4:] == ["delivered", "left_alone", "left_alone", "delivered"]


def test_what_is_deleted_there_is_told_unless_most_is_gone_at_once(store, target, sent):
    for number in range(1, 9):
        put(store, an_order(number))
    sent(store, target)
    held = dict(target.documents)
    del target.documents[next(iter(held))]
    assert sent(store, target).changed == 1
    assert sum("is gone" in reason for _, reason in reasons(store).values()) == 1

    target.documents.clear()
    unbelieved = sent(store, target)
    assert unbelieved.changed == 0 and "8 of 8 orders cannot be seen" in unbelieved.said[0]
    target.documents.update(held)
    assert sent(store, target).changed == 1
    assert set(reasons(store).values()) == {("delivered", "")}
    assert len(held) > 2 * FEW_GONE


def test_a_target_that_is_away_then_is_looked_at_the_next_time(store, target, sent, monkeypatch):
    put(store, an_order())
    sent(store, target)

    def away(numbers):
        raise TargetUnavailable("no whole answer")

    with monkeypatch.context() as patch:
        patch.setattr(type(target), "now", lambda self, numbers: away(numbers))
        ended = sent(store, target)
    assert ended.said == ("what was changed there is looked at the next time: no whole answer",)
    assert sent(store, target).said == ()


def test_what_was_delivered_long_ago_is_not_asked_for(store, target, sent):
    put(store, an_order())
    sent(store, target)
    target.documents.clear()
    assert sent(store, target, days=LOOKED_AT_DAYS).changed == 0
