"""Approved lines become orders: frozen in one transaction, each line once, whatever comes afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine
from forecasting.errors import RequestError
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store, Transaction
from forecasting.store.application.plans import known_run, latest_plan, register_plans


@dataclass(frozen=True)
class ItemTerms:
    """What a supplier calls an item, and how it counts it."""

    supplier_sku: str = ""
    purchase_unit: str = ""
    units_per_purchase_unit: Decimal = Decimal(1)


@dataclass(frozen=True)
class Terms:
    """What orders say beside what was approved: each by name, where it is known.

    ``items``: by (supplier, sku). ``currencies``: by supplier; ``currency``: of all others.
    """

    items: Mapping[tuple[str, str], ItemTerms] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""


NO_TERMS = Terms()


@dataclass(frozen=True)
class Skipped:
    """An approved line that is in no order, and why."""

    location: str
    sku: str
    why: str


@dataclass(frozen=True)
class Frozen:
    """What was put into the outbox, and what was not. ``replaced``: approved lines of plans that a newer one
    took the place of: they are not sent.
    """

    orders: Sequence[PurchaseOrder] = ()
    skipped: Sequence[Skipped] = ()
    replaced: int = 0


@dataclass(frozen=True)
class Bound:
    """The target that orders are bound to when they are frozen, and how it keeps one from becoming two."""

    name: str
    guarantee: str = ""


def freeze(
    store: Store, target: Bound, now: datetime, terms: Terms = NO_TERMS, *, run: str = "", keep: bool = True
) -> Frozen:
    """Put what is approved in a plan into the outbox: an order for each supplier and location.

    ``run``: the plan; empty: the newest. ``keep`` False: only say what would be put in.
    Raises RequestError where there is no plan.
    """
    if not keep:
        with store.reading() as transaction:
            return _orders(transaction, run, terms)[0]

    with store.writing() as transaction:
        register_plans(transaction)
        frozen, versions = _orders(transaction, run, terms)
        for order in frozen.orders:
            outbox.put_in(transaction, order, target.name, target.guarantee, versions[order.key], now)
    return frozen


def _orders(
    transaction: Transaction, run: str, terms: Terms
) -> tuple[Frozen, Mapping[str, Mapping[str, int]]]:
    """What would be frozen, and the version of each SKU's decision by the order's key."""
    if not run:
        plan = latest_plan(transaction)
        if plan is None:
            raise RequestError("the database holds no plan yet: write one by reorder plan --db")
        run = plan.run
    elif not known_run(transaction, run):
        raise RequestError(f"the database holds no plan {run!r}: name one by its run, or leave it out")
    found = outbox.approved_lines(transaction, run)
    replaced = outbox.approved_elsewhere(transaction, run)
    if not found:
        return Frozen(replaced=replaced), {}

    unknown = outbox.ordered_unknown_to(transaction, run, found[0].as_of)
    orders, versions, skipped = [], {}, []
    for row in found:
        other = unknown.get((row.location, row.sku))
        if other is not None:
            why = f"ordered already in {other}, which this plan did not know of: plan again"
            skipped.append(Skipped(row.location, row.sku, why))
        elif row.kind == "transfer":
            why = f"a transfer from {row.source}, no purchase: no order is written for it"
            skipped.append(Skipped(row.location, row.sku, why))
        elif not row.supplier:
            skipped.append(Skipped(row.location, row.sku, "no supplier is known: name one in products"))
    left_out = {(line.location, line.sku) for line in skipped}
    taken = [row for row in found if (row.location, row.sku) not in left_out]
    for (supplier, location), rows in groupby(taken, lambda row: (row.supplier, row.location)):
        group = list(rows)
        lines = tuple(_line(row, terms.items.get((supplier, row.sku), ItemTerms())) for row in group)
        currency = terms.currencies.get(supplier, terms.currency)
        order = PurchaseOrder(run, group[0].as_of, supplier, location, lines, currency)
        orders.append(order)
        versions[order.key] = {row.sku: row.version for row in group}
    return Frozen(orders, skipped, replaced), versions


def _line(row: Any, terms: ItemTerms) -> PurchaseOrderLine:
    return PurchaseOrderLine(
        sku=row.sku,
        quantity=Decimal(row.quantity),
        unit_cost=Decimal(row.unit_cost),
        description=row.description,
        supplier_sku=terms.supplier_sku,
        purchase_unit=terms.purchase_unit,
        units_per_purchase_unit=terms.units_per_purchase_unit,
        arrives_on=row.arrives_on,
    )
