"""What a plan and its promises say of goods that are there, or ordered already: whom they serve, and where
else they are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

import sqlalchemy as sa

from forecasting.store.application import line_source as reading
from forecasting.store.application.line_source import EVERY
from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Row
from forecasting.store.application.tables import plan_table

Wanted: TypeAlias = Literal["to_change", "late", "to_come"]
"""Open lines of purchase orders: of items that have more than their order-up-to level, or that are worth
having sooner; those that should have come; all others.
"""


def purchases_with_items(
    transaction: Transaction, run: str, promised: str, wanted: Wanted, part: tuple[int, int] = (0, EVERY)
) -> Sequence[Row]:
    """Open lines of purchase orders, the next one first, with their items' positions and demand.

    ``promised``: the run of promises that says what is worth having sooner. ``part``: how many are left out,
    and how many follow.
    """
    p, r, d = plan_table("open_purchases"), reading.r, reading.d
    of_item = sa.and_(r.c.run == p.c.run, r.c.location == p.c.location, r.c.sku == p.c.sku)
    details = sa.and_(d.c.run == p.c.run, d.c.location == p.c.location, d.c.sku == p.c.sku)
    statement = (
        sa.select(
            p,
            r.c.inventory_position,
            r.c.order_up_to,
            d.c.daily_demand,
            d.c.pack_size,
            sa.func.coalesce(d.c.description, "").label("description"),
        )
        .select_from(p.join(r, of_item).join(d, details))
        .where(p.c.run == run, _that_is(wanted, run, promised))
        .order_by(p.c.number)
        .offset(part[0])
        .limit(part[1])
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]


def _that_is(wanted: Wanted, run: str, promised: str) -> sa.ColumnElement[bool]:
    p, a, o, r = (plan_table(name) for name in ("open_purchases", "actions", "overdue", "recommendations"))
    line = sa.tuple_(p.c.purchase_order, p.c.location, p.c.sku)
    if wanted == "to_change":
        gains = (a.c.run == promised, a.c.action == "expedite", a.c.net > 0)
        sooner = sa.select(a.c.what, a.c.location, a.c.sku).where(*gains)
        return sa.or_(r.c.inventory_position > r.c.order_up_to, line.in_(sooner))
    due = line.in_(sa.select(o.c.purchase_order, o.c.location, o.c.sku).where(o.c.run == run))
    return due if wanted == "late" else sa.not_(due)


def count_purchases(transaction: Transaction, run: str, wanted: Wanted) -> tuple[int, Decimal]:
    """How many open lines are late, or to come, and their money."""
    p = plan_table("open_purchases")
    total = sa.func.coalesce(sa.func.sum(p.c.value, type_=p.c.value.type), 0)
    statement = sa.select(sa.func.count(), total).where(p.c.run == run, _that_is(wanted, run, ""))
    lines, value = transaction.execute(statement).one()
    return lines, Decimal(value)


def served_by_purchases(transaction: Transaction, promised: str) -> Sequence[Row]:
    """Customers' lines that a purchase order serves, by a run of promises: the first deadline first."""
    s, p = plan_table("promise_sources"), plan_table("promises")
    statement = (
        sa.select(s.c.purchase_order, s.c.location, s.c.sku, s.c.number, s.c.order, s.c.line, s.c.quantity)
        .add_columns(p.c.customer, p.c.deadline, p.c.verdict)
        .select_from(s.join(p, sa.and_(p.c.run == s.c.run, p.c.number == s.c.number)))
        .where(s.c.run == promised, s.c.purchase_order.is_not(None), s.c.quantity > 0)
        .order_by(p.c.deadline.asc().nulls_last(), s.c.number)
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]


def expedites(transaction: Transaction, promised: str) -> Sequence[Row]:
    """What having a purchase order come sooner does for each customer's line, by a run of promises."""
    a = plan_table("actions")
    this = (a.c.run == promised, a.c.action == "expedite")
    return [dict(row) for row in transaction.execute(sa.select(a).where(*this).order_by(a.c.rank)).mappings()]


def excess_with_items(transaction: Transaction, run: str) -> Sequence[Row]:
    """Every item that there is too much of, the most money first, with its prices and demand."""
    e, r, d = plan_table("excess"), reading.r, reading.d
    of_item = sa.and_(r.c.run == e.c.run, r.c.location == e.c.location, r.c.sku == e.c.sku)
    details = sa.and_(d.c.run == e.c.run, d.c.location == e.c.location, d.c.sku == e.c.sku)
    statement = (
        sa.select(e, r.c.supplier, r.c.on_order, d.c.list_cost, d.c.unit_price, d.c.daily_demand)
        .add_columns(sa.func.coalesce(d.c.description, "").label("description"))
        .select_from(e.join(r, of_item).join(d, details))
        .where(e.c.run == run)
        .order_by(e.c.excess_value.desc(), e.c.location, e.c.sku)
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]


def wanted_elsewhere(transaction: Transaction, run: str) -> Sequence[Row]:
    """Items of which some place has too much: what each place is about to buy of them, the most first."""
    e, r = plan_table("excess"), reading.r
    too_much = r.c.sku.in_(sa.select(e.c.sku).where(e.c.run == run))
    bought = sa.func.coalesce(r.c.kind, "purchase") == "purchase"
    statement = (
        reading.select_lines(r.c.sku, r.c.location, reading.quantity.label("quantity"), r.c.unit_cost)
        .where(r.c.run == run, too_much, bought, reading.status == "open", reading.quantity > 0)
        .order_by(r.c.sku, reading.quantity.desc(), r.c.location)
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]
