"""Every target keeps its guarantee: an order is there once, whole, whatever the line and the sender do."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from forecasting.connectors.targets.memory import ReservingMemoryTarget, UniqueMemoryTarget
from forecasting.connectors.targets.port import (
    AT_LEAST_ONCE,
    EXACTLY_ONCE,
    RECONCILED,
    RefusedByTarget,
    TargetError,
)
from forecasting.connectors.targets.registry import KINDS, made
from forecasting.domain.purchase_orders import PurchaseOrderLine
from forecasting.sending.attempt import attempt
from forecasting.sending.machine import UNFINISHED, Progress, Status, later
from tests.support.hostile import Crash, Hostile, an_order
from tests.support.stand_ins import erpnext, inventree, odoo, receiver, tryton, tryton_requisitions
from tests.support.stand_ins.line import BadLine

LINES = tuple(
    PurchaseOrderLine(f"S-{n}", Decimal(n) / 2, Decimal("3.1250"), f"=Part {n}; «ü»") for n in range(1, 5)
)
ORDER = replace(an_order(), lines=LINES)
SKUS = [line.sku for line in LINES]


@dataclass
class Subject:
    """A target, how many orders of a key it holds, and the line that leads to it."""

    target: object
    count: Callable[[str], int]
    line: BadLine | None = None
    system: object = None


def memory(kind, folder):
    target = kind()
    return Subject(target, lambda key: len(target.find(key)))


def files(kind, folder, **settings):
    target = made("t", {"kind": kind, "folder": str(folder / "out"), **settings})
    return Subject(target, lambda key: len(list((folder / "out").glob(f"*{key}*"))))


def sql(url_of, folder):
    secret = folder / "url"
    secret.write_text(url_of(folder))
    target = made("t", {"kind": "sql", "url": {"file": str(secret)}})
    return Subject(target, lambda key: len(target.find(key)))


def http(kind, system, folder, **settings):
    secrets = {}
    for name, value in settings.pop("secrets").items():
        (folder / name).write_text(value)
        secrets[name] = {"file": str(folder / name)}
    line = BadLine(system)
    given = {"kind": kind, "url": "https://erp.example", **secrets, **settings}
    return Subject(made("t", given, transport=line), system.count, line, system)


ODOO = {"secrets": {"key": odoo.KEY}, "database": "lab"}
SUBJECTS: dict[str, Callable[[Path], Subject]] = {
    "memory": functools.partial(memory, UniqueMemoryTarget),
    "memory_reserving": functools.partial(memory, ReservingMemoryTarget),
    "files": functools.partial(files, "files"),
    "files_xlsx": functools.partial(files, "files", format="xlsx"),
    "ubl": functools.partial(files, "ubl", buyer="Us"),
    "email": functools.partial(
        files, "email", sender="buyer@us.example", default_address="sales@acme.example"
    ),
    "sql": functools.partial(sql, lambda folder: f"sqlite:///{folder / 'orders.db'}"),
    "webhook": lambda folder: http(
        "webhook", receiver.Receiver(), folder, secrets={"secret": receiver.SECRET}
    ),
    "odoo": lambda folder: http("odoo", odoo.Odoo(SKUS), folder, **ODOO),
    "odoo_jsonrpc": lambda folder: http("odoo", odoo.Odoo(SKUS), folder, **ODOO, api="jsonrpc", user="bot"),
    "erpnext": lambda folder: http(
        "erpnext", erpnext.Erpnext(SKUS), folder, secrets={"key": "erp-key", "secret": "erp-secret-hunter2"}
    ),
    "inventree": lambda folder: http(
        "inventree", inventree.Inventree(SKUS), folder, secrets={"token": inventree.TOKEN.split()[1]}
    ),
    "tryton": lambda folder: http(
        "tryton",
        tryton.TrytonStandIn(SKUS),
        folder,
        secrets={"password": tryton.PASSWORD},
        database="lab",
        user="bot",
    ),
    "tryton_requisition": lambda folder: http(
        "tryton",
        tryton_requisitions.TrytonRequisitionStandIn(SKUS),
        folder,
        secrets={"password": tryton.PASSWORD},
        database="lab",
        user="bot",
        document="requisition",
    ),
}
UNLIKE = ("doubled", "late", "lost_before", "lost_after", "500_before", "500_after", "429")
"""Faults of the line; half an answer is as good as a lost one."""

DIFFERENT = ("doubled", "late", "none", "409", "lost", "crash_before", "crash_after", "crash_kept")
"""Faults at the port that are not the same to what is behind it."""

BY_HTTP = ["webhook", "odoo", "odoo_jsonrpc", "erpnext", "inventree", "tryton", "tryton_requisition"]
THAT_KNOW_ITEMS = [name for name in BY_HTTP if name != "webhook"]
THAT_BUYERS_EDIT = ["odoo", "odoo_jsonrpc", "erpnext", "tryton", "tryton_requisition"]


REQUESTS = {"webhook": 1, "odoo": 10, "odoo_jsonrpc": 10, "erpnext": 3, "tryton": 5, "tryton_requisition": 6}
"""So many an order takes once a session is begun and names are known; InvenTree two a line besides eight."""


@pytest.fixture
def subject(name, tmp_path):
    return SUBJECTS[name](tmp_path)


def brought(target, order=ORDER, progress=None) -> Progress:
    """Where an order gets by attempts, one after another."""
    kept = [progress or Progress()]

    def keep(step):
        kept.append(step.progress)
        if isinstance(target, Hostile):
            target.kept()

    for _ in range(25):
        with suppress(Crash):
            attempt(order, kept[-1], target, keep)
        if kept[-1].status not in UNFINISHED:
            break
    return kept[-1]


def assert_there_once(subject, progress, order=ORDER):
    assert progress.status is Status.DELIVERED, progress
    subject.target.sweep({order.key: progress.number})
    assert subject.count(order.key) == 1
    document = subject.target.read_back(progress.number)
    assert document.quantities in (None, order.quantities)


def test_every_kind_of_target_is_held_to_the_contract():
    kinds = {name.split("_")[0] for name in SUBJECTS} - {"memory"}
    assert kinds == set(KINDS)


@pytest.mark.parametrize("name", SUBJECTS)
def test_it_says_how_it_keeps_one_order_from_becoming_two(subject):
    assert subject.target.guarantee in (EXACTLY_ONCE, RECONCILED, AT_LEAST_ONCE)


@pytest.mark.parametrize("name", SUBJECTS)
def test_an_order_is_there_once_however_often_it_is_sent(subject):
    assert list(subject.target.find(ORDER.key)) == []
    first = brought(subject.target)
    assert_there_once(subject, first)
    # By a sender that has forgotten everything, too.
    again = brought(subject.target)
    assert again == first
    assert_there_once(subject, again)


@pytest.mark.parametrize("name", SUBJECTS)
def test_two_orders_are_two(subject):
    other = replace(ORDER, run="another")
    for order in (ORDER, other):
        assert_there_once(subject, brought(subject.target, order), order)
    assert subject.count(ORDER.key) == 1


@pytest.mark.parametrize("name", SUBJECTS)
def test_one_fault_at_each_call_leaves_it_there_once(name, tmp_path):
    for at in range(5):
        for fault in DIFFERENT:
            folder = tmp_path / f"{fault}{at}"
            folder.mkdir()
            subject = SUBJECTS[name](folder)
            hostile = Hostile(subject.target, ["ok"] * at + [fault])
            progress = brought(hostile)
            hostile.deliver_all()
            assert_there_once(subject, progress)


@pytest.mark.parametrize("name", BY_HTTP)
def test_one_fault_at_each_request_leaves_it_there_once(name, tmp_path):
    for at in range(24):
        for fault in UNLIKE:
            folder = tmp_path / f"{fault}{at}"
            folder.mkdir()
            subject = SUBJECTS[name](folder)
            subject.line.follow(["ok"] * at + [fault])
            progress = brought(subject.target)
            subject.line.follow([])
            subject.line.deliver_all()
            assert_there_once(subject, progress)
        if subject.line.requests < at:
            break


@pytest.mark.parametrize("name", BY_HTTP)
@pytest.mark.parametrize("lines", [LINES[:1], LINES])
def test_an_order_takes_few_requests_however_many_lines_it_has(subject, name, lines):
    brought(subject.target)
    before = subject.line.requests
    assert brought(subject.target, replace(ORDER, run="another", lines=lines)).status is Status.DELIVERED
    assert subject.line.requests - before == REQUESTS.get(name, 8 + 2 * len(lines))


@pytest.mark.parametrize("name", THAT_BUYERS_EDIT)
def test_what_a_buyer_changed_is_left_alone_and_told(subject):
    done = brought(subject.target)
    subject.system.edit(done.number, 99.0)
    seen = brought(subject.target)
    assert seen.status is Status.LEFT_ALONE and "S-1: 99" in seen.reason
    subject.system.cancel(done.number)
    seen = brought(subject.target, progress=Progress(Status.RESERVED, done.number))
    assert seen.status is Status.LEFT_ALONE and "was cancelled" in seen.reason
    assert subject.count(ORDER.key) == 1


@pytest.mark.parametrize("name", THAT_BUYERS_EDIT)
def test_what_a_buyer_changes_after_it_was_delivered_is_seen(subject):
    number = brought(subject.target).number
    other = brought(subject.target, replace(ORDER, run="another")).number
    assert [each.reason for each in since(subject, number, other)] == ["", ""]
    subject.system.edit(number, 99.0)
    changed, same = since(subject, number, other)
    assert (changed.status, same.status) == (Status.LEFT_ALONE, Status.DELIVERED)
    assert "S-1: 99 there" in changed.reason


@pytest.mark.parametrize("name", THAT_KNOW_ITEMS)
def test_what_is_cancelled_or_deleted_after_it_was_delivered_is_seen(subject):
    number = brought(subject.target).number
    other = brought(subject.target, replace(ORDER, run="another")).number
    subject.system.cancel(number)
    cancelled, same = since(subject, number, other)
    assert (cancelled.status, same.status) == (Status.LEFT_ALONE, Status.DELIVERED)
    assert cancelled.reason == f"{number} was cancelled in the ordering system"
    subject.system.delete(number)
    assert since(subject, number, other)[0].reason == f"{number} is gone from the ordering system"


@pytest.mark.parametrize("name", THAT_BUYERS_EDIT)
def test_many_orders_are_looked_at_again_in_few_requests(subject):
    numbers = [brought(subject.target, replace(ORDER, run=f"run{n}")).number for n in range(30)]
    before = subject.line.requests
    subject.target.now(numbers)
    assert subject.line.requests - before <= 3


def since(subject, *numbers: str) -> list[Progress]:
    """What has become of orders of the same lines that were delivered."""
    there = subject.target.now(numbers)
    untold = Progress(Status.DELIVERED)
    return [later(ORDER, number, there[number]) if number in there else untold for number in numbers]


@pytest.mark.parametrize("name", ["files", "email", "ubl", "webhook", "sql"])
def test_of_what_was_handed_over_for_good_nothing_is_said_that_is_not_known(subject):
    done = brought(subject.target)
    there = subject.target.now([done.number, "reorder-0"])
    assert "reorder-0" not in there and None not in there.values()


@pytest.mark.parametrize("name", THAT_KNOW_ITEMS)
def test_an_item_that_the_system_does_not_know_parks_the_order(subject):
    unknown = replace(ORDER, lines=(*LINES, PurchaseOrderLine("NOPE", Decimal(1), Decimal(1))))
    parked = brought(subject.target, unknown)
    assert parked.status is Status.PARKED and "NOPE" in parked.reason
    assert not any(subject.target.find(unknown.key))


@pytest.mark.parametrize("name", BY_HTTP)
def test_a_key_that_is_refused_stops_everything_and_parks_nothing(name, tmp_path):
    subject = SUBJECTS[name](tmp_path)
    subject.line.answer = lambda request: __import__("httpx2").Response(401, json={})
    with pytest.raises(TargetError) as error:
        subject.target.write(ORDER, ORDER.key)
    assert not isinstance(error.value, RefusedByTarget)
    assert "hunter2" not in str(error.value)
    assert brought(subject.target).status is Status.WAITING


def test_a_requisition_needs_an_employee_to_ask_for_it(tmp_path):
    subject = SUBJECTS["tryton_requisition"](tmp_path)
    del subject.system.preferences["employee"]
    parked = brought(subject.target)
    assert parked.status is Status.PARKED and "is no employee of the company" in parked.reason
