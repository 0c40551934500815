"""A thousand orders of thirty lines in one night: each there once, few requests, memory that stays flat."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from forecasting.bootstrap.ordering import utc_now
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from tests.support.command import process, reorder
from tests.support.company import TONIGHT, company
from tests.support.served import served
from tests.support.stand_ins import odoo, tryton

pytestmark = pytest.mark.slow
ORDERS = int(os.environ.get("REORDER_ORDERS", "1000"))
LINES = 30
SKUS = [f"S{number:03d}" for number in range(90)]
SYSTEMS = {
    "tryton": (tryton.TrytonStandIn, {"database": "lab", "user": "bot"}, "password", tryton.PASSWORD, 5),
    "odoo": (odoo.Odoo, {"database": "lab"}, "key", odoo.KEY, 10),
}
"""The stand-in, settings, the secret, and how many requests an order takes there."""


@pytest.fixture(params=SYSTEMS)
def system(request):
    return SYSTEMS[request.param], request.param


def put_in(url: str) -> None:
    """Orders of thirty lines, each of a plan of its own."""
    lines = [
        PurchaseOrderLine(sku, Decimal(at + 1), Decimal("5.25"), f"Part {sku}") for at, sku in enumerate(SKUS)
    ]
    store = Store(url)
    with store.writing() as transaction:
        for number in range(ORDERS):
            some = tuple(lines[(number * LINES + at) % len(SKUS)] for at in range(LINES))
            order = PurchaseOrder(f"run{number}", date(2026, 6, 23), "ACME", "main", some, "EUR")
            outbox.put_in(transaction, order, "erp", "", dict.fromkeys(order.quantities, 1), utc_now())
    store.close()


def megabytes(pid: int) -> float:
    """The memory of a process, where that is told."""
    told = Path(f"/proc/{pid}/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6 if told.exists() else 0.0


def test_a_night_of_many_orders_takes_few_requests_and_no_more_memory(system, tmp_path):
    (make, settings, secret, value, each), kind = system
    there, asked, held = make(SKUS), [0], []
    company(tmp_path / "data")
    url = f"sqlite:///{tmp_path / 'r.db'}"
    quick = ("--set", "model=moving_average")
    planned = reorder("plan", tmp_path / "data", "--as-of", TONIGHT, "--db", url, *quick)
    assert planned.code == 0, planned.err
    put_in(url)
    (tmp_path / "secret").write_text(value)

    def answer(request):
        asked[0] += 1
        if asked[0] % max(each * ORDERS // 10, 1) == 0:
            held.append(megabytes(sender.pid))
        return there(request)

    with served(answer) as address:
        entry = {"kind": kind, "url": address, secret: {"file": str(tmp_path / "secret")}, **settings}
        (tmp_path / "targets.yaml").write_text(yaml.safe_dump({"erp": entry}))
        arguments = ("send", "--db", url, "--to", "erp", "--targets", tmp_path / "targets.yaml")
        with process(*arguments) as sender:
            out, err = sender.communicate(timeout=900)
        first, asked[0] = asked[0], 0
        again = reorder(*arguments)

    said = f"{kind}: {ORDERS} orders, {first} requests, then {asked[0]}; {held[0]:.0f} to {max(held):.0f} MB"
    print(said)
    assert sender.returncode == 0 and f"{ORDERS} delivered" in out, out + err
    assert again.code == 0 and "0 attempts" in again.out
    store = Store(url)
    with store.reading() as transaction:
        orders = outbox.orders(transaction)
    store.close()
    assert len(orders) == ORDERS and all(there.count(each.key) == 1 for each in orders)
    # The session, the supplier, the warehouse, the currency and the items are asked for once. Then it sweeps,
    # and looks at what became of the orders.
    assert first <= each * ORDERS + 10 + ORDERS // 100 and asked[0] <= 2 + 3 * ORDERS // 100
    assert max(held) < held[0] + 20
