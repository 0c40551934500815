"""Approved lines become orders: frozen in one transaction, each line once, whatever comes afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
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
    prices: Sequence[tuple[Decimal, Decimal]] = ()
    """From how many purchase units on one costs how much, rising; none: what the plan says of a unit."""

    def price(self, purchase_quantity: Decimal) -> Decimal | None:
        """Money for one purchase unit of so many."""
        reached = [price for begin, price in self.prices if purchase_quantity >= begin]
        return reached[-1] if reached else None


@dataclass(frozen=True)
class Terms:
    """What orders say beside what was approved: each by name, where it is known.

    ``items``: by (supplier, sku). ``currencies``: by supplier; ``currency``: of all others. What the plan
    itself knows of an item at its supplier comes before them.
    """

    items: Mapping[tuple[str, str], ItemTerms] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""


NO_TERMS = Terms()
SMALLEST = Decimal("0.000001")
"""What the price of a unit is rounded to where a purchase unit has one of its own."""


@dataclass(frozen=True)
class PlannedTerms:
    """What a plan knows of its suppliers: ``items`` by (location, supplier, sku), ``currencies``
    by supplier.
    """

    items: Mapping[tuple[str, str, str], ItemTerms]
    currencies: Mapping[str, str]


def planned_terms(transaction: Transaction, run: str) -> PlannedTerms:
    """How suppliers count and price what the plan would order, as its table ``order_terms`` says."""
    items, currencies = {}, {}
    for row in outbox.order_terms(transaction, run):
        breaks = zip(row.break_quantity.split(";"), row.break_price.split(";"), strict=True)
        prices = [(Decimal(0), Decimal(row.price).normalize())]
        prices += [(Decimal(begin), Decimal(price)) for begin, price in breaks if begin]
        items[(row.location, row.supplier, row.sku)] = ItemTerms(
            row.supplier_sku, row.purchase_unit, Decimal(row.units_per_purchase_unit).normalize(), prices
        )
        if row.currency:
            currencies[row.supplier] = row.currency
    return PlannedTerms(items, currencies)


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
    everything = _with_second(taken, outbox.second_orders(transaction, run))
    planned = planned_terms(transaction, run)
    for (supplier, location), rows in groupby(everything, lambda row: (row.supplier, row.location)):
        group = list(rows)
        named = terms.items
        lines = tuple(
            _line(
                row,
                planned.items.get((location, supplier, row.sku))
                or named.get((supplier, row.sku), ItemTerms()),
            )
            for row in group
        )
        currency = planned.currencies.get(supplier) or terms.currencies.get(supplier, terms.currency)
        order = PurchaseOrder(run, group[0].as_of, supplier, location, lines, currency)
        orders.append(order)
        versions[order.key] = {row.sku: row.version for row in group if row.version is not None}
    return Frozen(orders, skipped, replaced), versions


@dataclass(frozen=True)
class _SecondLine:
    """What is asked of a second supplier, as an approved line has it. It is approved with the item's line."""

    location: str
    sku: str
    supplier: str
    as_of: date
    arrives_on: date
    description: str
    quantity: Decimal
    unit_cost: Decimal
    version: int | None = None


def _with_second(taken: Sequence[Any], second: Sequence[Any]) -> Sequence[Any]:
    """The lines with those that go with them, by supplier, location and SKU."""
    beside = {(row.location, row.sku): row for row in second}
    more = [
        _SecondLine(
            line.location,
            line.sku,
            row.supplier,
            line.as_of,
            row.arrives_on,
            line.description,
            Decimal(row.quantity),
            Decimal(row.unit_cost),
        )
        for line in taken
        if (row := beside.get((line.location, line.sku))) is not None and row.supplier != line.supplier
    ]
    if not more:
        return taken
    return sorted([*taken, *more], key=lambda line: (line.supplier, line.location, line.sku))


def _line(row: Any, terms: ItemTerms) -> PurchaseOrderLine:
    units, quantity = terms.units_per_purchase_unit, Decimal(row.quantity)
    price = terms.price(quantity / units)
    unit_cost = Decimal(row.unit_cost) if price is None else (price / units).quantize(SMALLEST)
    return PurchaseOrderLine(
        sku=row.sku,
        quantity=quantity,
        unit_cost=unit_cost,
        description=row.description,
        supplier_sku=terms.supplier_sku,
        purchase_unit=terms.purchase_unit,
        units_per_purchase_unit=units,
        arrives_on=row.arrives_on,
        purchase_price=price,
    )
