"""Orders for a real Tryton: where it is named, what it holds of them, and how they are counted there."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import yaml

from forecasting.connectors.targets.registry import made
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from tests.support.tryton import PASSWORD

SKUS = [f"SKU{number:03d}" for number in range(20)]


def named(tmp_path, url: str, timeout: float = 30.0, **more: str):
    """A file of targets in which ``erp`` is the Tryton behind a URL."""
    file = tmp_path / "targets.yaml"
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    entry = {"kind": "tryton", "url": url, "database": "lab", "user": "admin", "timeout": timeout, **more}
    file.write_text(yaml.safe_dump({"erp": {**entry, "password": {"file": str(secret)}, "currency": "EUR"}}))
    return file


def straight(server, tmp_path):
    """The same Tryton, with nothing between."""
    given = yaml.safe_load(named(tmp_path, server.url).read_text())["erp"]
    del given["currency"]
    return made("erp", given)


def kept(url: str):
    """The orders of the outbox."""
    store = Store(url)
    try:
        with store.reading() as transaction:
            return outbox.orders(transaction)
    finally:
        store.close()


def assert_each_once(target, orders) -> None:
    """Counted in Tryton: one purchase of each key, its lines those that were approved, no other of ours."""
    rows = target._call(
        "model.purchase.purchase.search_read",
        [["reference", "like", "reorder-%"]],
        0,
        None,
        None,
        ["reference", "state"],
    )
    assert sorted(row["reference"] for row in rows) == sorted(each.key for each in orders)
    assert {row["state"] for row in rows} == {"draft"}
    for each in orders:
        assert each.status == "delivered", each
        (document,) = target.find(each.key)
        assert (document.number, document.quantities) == (each.number, each.order.quantities)


def many_orders(count: int) -> list[PurchaseOrder]:
    """Orders of four items each, alike whenever they are asked for."""
    chance, made_orders = random.Random(5), []
    for number in range(count):
        chosen = chance.sample(SKUS, 4)
        some = tuple(
            PurchaseOrderLine(sku, Decimal(chance.randint(1, 90)), Decimal("5.25")) for sku in chosen
        )
        made_orders.append(PurchaseOrder(f"run{number}", date(2026, 6, 23), "SUP-A", "main", some, "EUR"))
    return made_orders
