"""What is approved goes into the outbox once and leaves it once; on both databases."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from forecasting.bootstrap import ordering
from forecasting.connectors.targets.memory import ReservingMemoryTarget, UniqueMemoryTarget
from forecasting.connectors.targets.port import Held, RefusedByTarget
from forecasting.errors import RequestError
from forecasting.reviewing.deciding import approve, reopen, set_quantity, undo
from forecasting.reviewing.refusals import AlreadyOrderedError
from forecasting.sending.freezing import Bound, ItemTerms, Terms, freeze
from forecasting.sending.machine import Status
from forecasting.sending.sender import LEASE_SECONDS
from forecasting.store.application import outbox
from forecasting.store.application.outbox import LostLeaseError, OtherContentError
from forecasting.store.connection import UnreachableError
from tests.support.hostile import FAULTS, Crash, Hostile, an_order
from tests.support.outbox import NIGHT, FakeTime, all_orders, put, sent
from tests.support.review import ANN, lines, opened, seen, write

ERP = Bound("erp", "exactly once")


def replace_plan(url, plan) -> None:
    """Write a newer plan."""
    write(url, plan)


def suggested(store):
    return lines(store, only="suggested", size=1_000)


def approve_some(store, count: int):
    """Approve the first lines that wait; returns them as approved."""
    waiting = [each for each in suggested(store) if each.status == "open" and each.supplier]
    return [approve(store, ANN, seen(each)) for each in waiting[:count]]


def test_approved_lines_become_an_order_for_each_supplier_once(store):
    approved = approve_some(store, 9)
    frozen = freeze(store, ERP, NIGHT, Terms(currency="EUR"))
    ordered = {(order.supplier, item.sku): item for order in frozen.orders for item in order.lines}
    assert set(ordered) == {(each.supplier, each.sku) for each in approved}
    for each in approved:
        item = ordered[each.supplier, each.sku]
        assert (item.quantity, item.unit_cost, item.arrives_on) == (
            each.quantity,
            each.unit_cost,
            each.arrives_on,
        )
    assert len({order.supplier for order in frozen.orders}) == len(frozen.orders)
    assert {order.currency for order in frozen.orders} == {"EUR"}

    kept = all_orders(store)
    assert {each.key: each.order for each in kept} == {order.key: order for order in frozen.orders}
    assert {each.status for each in kept} == {"waiting"}
    assert not freeze(store, ERP, NIGHT).orders
    assert len(all_orders(store)) == len(kept)


def test_what_would_be_ordered_is_shown_without_being_kept(store):
    approve_some(store, 3)
    shown = freeze(store, ERP, NIGHT, keep=False)
    assert shown.orders and all_orders(store) == []
    assert [each.key for each in freeze(store, ERP, NIGHT).orders] == [each.key for each in shown.orders]


def test_what_is_approved_later_is_another_order(store):
    approve_some(store, 3)
    first = freeze(store, ERP, NIGHT).orders
    later = approve_some(store, 3)
    second = freeze(store, ERP, NIGHT).orders
    assert {item.sku for order in second for item in order.lines} == {each.sku for each in later}
    assert not {order.key for order in first} & {order.key for order in second}


def test_a_line_that_is_ordered_can_no_longer_be_changed_here(store):
    ordered, *_ = approve_some(store, 2)
    freeze(store, ERP, NIGHT)
    for change in (
        lambda: reopen(store, ANN, seen(ordered)),
        lambda: set_quantity(store, ANN, seen(ordered), ordered.quantity + 1_000),
    ):
        with pytest.raises(AlreadyOrderedError, match="ordered already, in reorder-"):
            change()
    undone = undo(store, ANN, ordered.run)
    assert (undone.restored, undone.kept) == (0, 1)
    assert {each.status for each in suggested(store) if each.version} == {"approved"}


def test_approved_lines_of_a_plan_that_was_replaced_are_told_not_sent(another_plan, url, store):
    approve_some(store, 2)
    replace_plan(url, another_plan)
    again = opened(url)
    try:
        frozen = freeze(again, ERP, NIGHT)
    finally:
        again.close()
    assert (len(frozen.orders), frozen.replaced) == (0, 2)


def test_an_order_says_how_its_supplier_counts_and_calls_an_item(store):
    each = approve_some(store, 1)[0]
    terms = Terms(
        {(each.supplier, each.sku): ItemTerms("X-9", "box", Decimal(4))}, {each.supplier: "USD"}, "EUR"
    )
    (order,) = freeze(store, ERP, NIGHT, terms).orders
    (item,) = order.lines
    assert (item.supplier_sku, item.purchase_unit, order.currency) == ("X-9", "box", "USD")
    assert item.purchase_quantity * 4 == each.quantity
    assert item.purchase_unit_cost == each.unit_cost * 4


def test_the_same_key_with_other_content_is_refused(store):
    order = an_order()
    dearer = replace(order, lines=(replace(order.lines[0], quantity=Decimal(99)), *order.lines[1:]))
    assert dearer.key == order.key
    assert (put(store, order), put(store, order)) == (True, False)
    with pytest.raises(OtherContentError, match="other content"):
        put(store, dearer)


@pytest.mark.parametrize("kind", [UniqueMemoryTarget, ReservingMemoryTarget])
def test_senders_that_die_over_a_bad_line_leave_each_order_once(store, kind):
    for number in range(6):
        put(store, an_order(number))
    target, time, chance = kind(), FakeTime(), random.Random(11)
    hostile = Hostile(target, (chance.choice([*FAULTS, "ok", "ok"]) for _ in range(100)))
    deaths = 0
    for _ in range(200):
        try:
            done = sent(store, hostile, time)
        except Crash:
            deaths += 1
            time.at += timedelta(seconds=LEASE_SECONDS)
        else:
            break
    hostile.deliver_all()
    sent(store, hostile, time)

    assert deaths > 3 and done.left == 0
    for each in all_orders(store):
        assert each.status == Status.DELIVERED
        (document,) = target.find(each.key)
        assert (document.number, document.held) == (each.number, Held.WHOLE)
        assert document.quantities == each.order.quantities


def test_two_senders_at_once_never_take_the_same_order(store):
    for number in range(12):
        put(store, an_order(number))

    @dataclass
    class Watching(UniqueMemoryTarget):
        asked: list = field(default_factory=list)

        def write(self, order, key, at=None):
            self.asked.append(key)
            return super().write(order, key, at)

    target, time = Watching(), FakeTime()
    # Without patience: one that waited would move the clock, and so end the other's lease.
    senders = [threading.Thread(target=sent, args=(store, target, time, 0.0)) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(target.asked) == sorted(each.key for each in all_orders(store))
    assert {each.status for each in all_orders(store)} == {"delivered"}


def test_who_was_only_slow_keeps_nothing_once_another_has_taken_over(store):
    put(store, an_order())
    with store.writing() as transaction:
        slow = outbox.claim(transaction, "erp", "slow", NIGHT, 60)
        assert outbox.claim(transaction, "erp", "early", NIGHT + timedelta(seconds=59), 60) is None
        quick = outbox.claim(transaction, "erp", "quick", NIGHT + timedelta(seconds=60), 60)
    assert (slow.fence, quick.fence) == (1, 2)
    with pytest.raises(LostLeaseError), store.writing() as transaction:
        outbox.keep(transaction, slow, NIGHT, status="delivered", number="7", reason="")
    assert all_orders(store)[0].status == "waiting"


def test_what_is_refused_is_parked_and_tried_again_on_request_only(store):
    @dataclass
    class Choosy(UniqueMemoryTarget):
        refuses: bool = True

        def write(self, order, key, at=None):
            if self.refuses:
                raise RefusedByTarget("supplier ACME is not known there")
            return super().write(order, key, at)

    put(store, an_order())
    target = Choosy()
    assert sent(store, target).ended == {Status.PARKED: 1}
    parked = all_orders(store)[0]
    assert parked.reason == "supplier ACME is not known there"
    target.refuses = False
    assert sent(store, target).ended == {}

    with store.writing() as transaction:
        outbox.retry(transaction, parked.key, NIGHT)
    assert sent(store, target).ended == {Status.DELIVERED: 1}
    with store.reading() as transaction:
        said = [(each.status, each.number) for each in outbox.events(transaction, parked.key)]
    assert said == [
        ("waiting", ""),
        ("parked", ""),
        ("waiting", ""),
        ("delivered", "PO1"),
    ]


def test_what_was_ordered_again_since_is_not_sent_a_second_time(store):
    order = an_order()
    put(store, order)
    with store.writing() as transaction:
        kept = outbox.claim(transaction, "erp", "one", NIGHT, 60)
        outbox.keep(transaction, kept, NIGHT, status="parked", reason="no")
    put(store, replace(order, run="later"), at=NIGHT + timedelta(days=1))
    with pytest.raises(RequestError, match="ordered again since"), store.writing() as transaction:
        outbox.retry(transaction, order.key, NIGHT + timedelta(days=2))


def test_a_list_of_what_is_new_holds_what_is_unfinished_and_not_what_was_done_long_ago(store):
    for number in range(3):
        put(store, an_order(number))
    with store.writing() as transaction:
        for each, status in zip(outbox.orders(transaction), ("delivered", "parked"), strict=False):
            claimed = outbox.claim(transaction, "erp", "one", NIGHT, 60)
            outbox.keep(transaction, claimed, NIGHT, status=status, number="", reason="")
            assert each.target == "erp"
        old = outbox.orders(transaction, target="erp", since=NIGHT)
        new = outbox.orders(transaction, target="erp", since=NIGHT + timedelta(seconds=1))
    assert sorted(each.status for each in old) == ["delivered", "parked", "waiting"]
    assert sorted(each.status for each in new) == ["parked", "waiting"]


def test_a_database_that_goes_away_is_told_in_words(tmp_path):
    def locked_out():
        url = f"sqlite:///{tmp_path / 'r.db'}"
        with ordering.opened(url) as store, store.writing(), store.engine.connect() as other:
            other.exec_driver_sql("pragma busy_timeout=1")
            other.exec_driver_sql("create table another (x)")

    with pytest.raises(UnreachableError, match=r"went away or is busy.*nothing is lost"):
        locked_out()


def test_what_is_given_up_frees_its_items_and_leaves_no_draft(store):
    order = an_order()
    put(store, order)
    with store.writing() as transaction:
        kept = outbox.claim(transaction, "erp", "one", NIGHT, 60)
        with pytest.raises(RequestError, match="only what is parked is given up"):
            outbox.give_up(transaction, order.key, "mistake", NIGHT)
        outbox.keep(transaction, kept, NIGHT, status="parked", number="7", reason="no")
    with store.reading() as transaction:
        assert outbox.ordered_unknown_to(transaction, "later", order.as_of)
    with store.writing() as transaction:
        outbox.give_up(transaction, order.key, "ordered by telephone", NIGHT)
    with store.reading() as transaction:
        given_up = outbox.one(transaction, order.key)
        assert (given_up.status, given_up.reason) == ("given_up", "ordered by telephone")
        assert outbox.ordered_unknown_to(transaction, "later", order.as_of) == {}
        assert outbox.delivered_since(transaction, "erp", NIGHT) == {order.key: ""}
        assert outbox.unfinished(transaction, "erp") == 0
    assert sent(store, UniqueMemoryTarget()).ended == {}
    # What was ordered in its place may be tried again, though the first is older.
    with pytest.raises(RequestError, match="is given_up"), store.writing() as transaction:
        outbox.retry(transaction, order.key, NIGHT)
