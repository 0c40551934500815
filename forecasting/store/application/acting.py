"""What a plan and its promises say of goods that are there, or ordered already: whom they serve, and where
else they are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from forecasting.store.application import line_source as reading
from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Row
from forecasting.store.application.tables import plan_table


def purchases_with_items(transaction: Transaction, run: str) -> Sequence[Row]:
    """Every open line of a purchase order, the next one first, with its item's position and demand."""
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
        .where(p.c.run == run)
        .order_by(p.c.number)
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]


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
    """Items of which one place has too much, and another is to buy more: what that buys, the most first."""
    e, r = plan_table("excess"), reading.r
    too_much = sa.exists().where(e.c.run == r.c.run, e.c.sku == r.c.sku, e.c.location != r.c.location)
    bought = sa.func.coalesce(r.c.kind, "purchase") == "purchase"
    statement = (
        reading.select_lines(r.c.sku, r.c.location, reading.quantity.label("quantity"), r.c.unit_cost)
        .where(r.c.run == run, too_much, bought, reading.status == "open", reading.quantity > 0)
        .order_by(r.c.sku, reading.quantity.desc(), r.c.location)
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]
