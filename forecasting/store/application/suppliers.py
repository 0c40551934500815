"""A plan's orders as their suppliers see them: what each comes to now, beside what the supplier asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.store.application import line_source as reading
from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Plan, rows_of
from forecasting.store.application.selection import FILTERS, RISKY
from forecasting.store.application.tables import plan_table

NOTHING = Decimal(0)


@dataclass(frozen=True)
class SupplierOrder:
    """One supplier's order as it stands.

    Attributes:
        name: empty for items whose supplier is not known.
        lines: lines that are suggested or were decided. open_lines: of these, those that wait.
        value: money of what waits, is approved or ordered. open_value, approved_value: what waits, the rest.
        saving: what these lines save against ordering nothing.
        order_by: the first day by which one of its lines has to be ordered; None: none has to be.
        risky: lines that are likely to run out before goods arrive. owed: lines owed to customers.
        worst_location, worst_sku, worst_description, worst_risk: the line that saves most; empty where there
            is none.
        min_order_value: 0: none. free_freight_value: None: nothing to reach. freight_cost: paid below it.
        on_order_value: what is on order with it. this_month: of this, what was ordered this month.

    """

    name: str
    lines: int
    open_lines: int
    value: Decimal
    open_value: Decimal
    approved_value: Decimal
    saving: Decimal
    order_by: date | None
    risky: int
    owed: int
    worst_location: str
    worst_sku: str
    worst_description: str
    worst_risk: Decimal
    min_order_value: Decimal
    free_freight_value: Decimal | None
    freight_cost: Decimal
    on_order_value: Decimal
    this_month: Decimal

    @property
    def to_minimum(self) -> Decimal:
        """Money that is missing to the supplier's minimum order; nothing where nothing is ordered."""
        return max(self.min_order_value - self.value, NOTHING) if self.value else NOTHING

    @property
    def to_free_freight(self) -> Decimal | None:
        """Money that is missing to an order without freight; None where freight is never paid, or always."""
        if self.free_freight_value is None:
            return None
        return max(self.free_freight_value - self.value, NOTHING)

    @property
    def cash_this_month(self) -> Decimal:
        """What is ordered with it this month: open purchases, and this order."""
        return self.this_month + self.value


def supplier_names(transaction: Transaction, run: str) -> Sequence[str]:
    """The suppliers of a plan that have a name, in their order."""
    names = sa.select(reading.r.c.supplier).where(reading.r.c.run == run).distinct()
    return [name for name in transaction.scalars(names.order_by(reading.r.c.supplier)) if name]


def supplier_orders(transaction: Transaction, plan: Plan, name: str | None = None) -> Sequence[SupplierOrder]:
    """The orders of all suppliers of a plan, or of one: the one that saves most comes first."""
    ours = [reading.r.c.run == plan.run] + ([] if name is None else [reading.r.c.supplier == name])
    standing = _standing(transaction, ours)
    worst = _worst(transaction, ours)
    terms = {row["supplier"]: row for row in rows_of(transaction, "supplier_details", plan.run)}
    minimum = {
        row["supplier"]: row["min_order_value"] for row in rows_of(transaction, "supplier_orders", plan.run)
    }
    month = _this_month(transaction, plan)

    found = []
    for supplier, row in standing.items():
        at = terms.get(supplier, {})
        dearest = worst.get(supplier)
        found.append(
            SupplierOrder(
                **row,
                worst_location=dearest.location if dearest else "",
                worst_sku=dearest.sku if dearest else "",
                worst_description=dearest.description if dearest else "",
                worst_risk=dearest.stockout_probability if dearest else NOTHING,
                min_order_value=minimum.get(supplier, NOTHING),
                free_freight_value=at.get("free_freight_value"),
                freight_cost=at.get("freight_cost", NOTHING),
                on_order_value=at.get("on_order_value", NOTHING),
                this_month=month.get(supplier, NOTHING),
            )
        )
    return sorted(found, key=lambda order: (-order.saving, order.name))


def _standing(transaction: Transaction, ours: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """What each order comes to, by supplier."""
    r = reading.r
    line = reading.worked_out(
        r.c.supplier,
        r.c.order_by,
        reading.value.label("value"),
        reading.saving.label("saving"),
        sa.case((FILTERS["suggested"], 1)).label("suggested"),
        sa.case((r.c.backlog > 0, 1)).label("owed"),
        sa.case((r.c.stockout_probability >= RISKY, 1)).label("risky"),
        sa.and_(reading.stands, reading.quantity > 0).label("counted"),
        sa.and_(reading.status == "open", reading.quantity > 0).label("waits"),
        where=ours,
    ).c

    def money(amount: Any, when: Any) -> Any:
        return sa.func.coalesce(sa.func.sum(amount, type_=reading.value.type).filter(when), 0)

    statement = sa.select(
        line.supplier.label("name"),
        sa.func.count(line.suggested).label("lines"),
        sa.func.count().filter(line.waits).label("open_lines"),
        money(line.value, line.counted).label("value"),
        money(line.value, line.waits).label("open_value"),
        money(line.saving, line.counted).label("saving"),
        sa.func.min(line.order_by).filter(line.counted).label("order_by"),
        sa.func.count(line.risky).filter(line.counted).label("risky"),
        sa.func.count(line.owed).label("owed"),
    ).group_by(line.supplier)
    found = {}
    for row in transaction.execute(statement).mappings():
        exact = {name: Decimal(row[name]) for name in ("value", "open_value", "saving")}
        approved = exact["value"] - exact["open_value"]
        found[row["name"]] = {**row, **exact, "approved_value": approved}
    return found


def _worst(transaction: Transaction, ours: Sequence[Any]) -> Mapping[str, Any]:
    """The line of each supplier whose order saves most, of those that order something."""
    r, d = reading.r, reading.d
    rank = sa.func.row_number().over(
        partition_by=r.c.supplier, order_by=(reading.saving.desc(), r.c.location, r.c.sku)
    )
    names = (r.c.run, r.c.supplier, r.c.location, r.c.sku, r.c.stockout_probability)
    ranked = reading.worked_out(*names, rank.label("rank"), where=(*ours, reading.quantity > 0))
    # Only the first of each supplier is looked up in full: to sort whole lines takes far longer.
    same = sa.and_(*(d.c[name] == ranked.c[name] for name in ("run", "location", "sku")))
    rows = transaction.execute(
        sa.select(ranked, d.c.description).outerjoin(d, same).where(ranked.c.rank == 1)
    )
    return {row.supplier: row for row in rows}


def _this_month(transaction: Transaction, plan: Plan) -> Mapping[str, Decimal]:
    """Money of open purchases that were ordered since the month began, by supplier."""
    source = plan_table("open_purchases")
    statement = (
        sa.select(source.c.supplier, sa.func.sum(source.c.value))
        .where(source.c.run == plan.run, source.c.ordered_on >= plan.as_of.replace(day=1))
        .group_by(source.c.supplier)
    )
    return {supplier: Decimal(value) for supplier, value in transaction.execute(statement)}
