"""Goods set aside by hand: kept until somebody takes the pin out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Row, now
from forecasting.store.application.tables import pins, plan_table


def add_pin(
    transaction: Transaction,
    row: Mapping[str, Any],
    source: str,
    quantity: Decimal | None,
    reason: str,
    who: str,
) -> None:
    """Set goods aside for the order line that ``row`` is the promise of; ``quantity`` None: all of it."""
    transaction.execute(
        pins.insert().values(
            order=row["order"],
            line=row["line"],
            source=source,
            quantity=quantity,
            reason=reason,
            who=who,
            at=now(),
        )
    )


def drop_pin(transaction: Transaction, pin: int) -> bool:
    """Take a pin out; False where there is no such."""
    return 0 < pin < 2**31 and bool(transaction.execute(pins.delete().where(pins.c.id == pin)).rowcount)


def all_pins(transaction: Transaction) -> Sequence[Row]:
    """All pins, the oldest first: an earlier one has the goods before a later one."""
    return [dict(row) for row in transaction.execute(sa.select(pins).order_by(pins.c.id)).mappings()]


def sources_of_item(transaction: Transaction, run: str, location: str, sku: str) -> Sequence[str]:
    """What can be set aside of an item: stock, its open purchase orders, and orders yet to be placed."""
    bought = plan_table("open_purchases")
    this = (bought.c.run == run, bought.c.location == location, bought.c.sku == sku)
    orders = transaction.scalars(sa.select(bought.c.purchase_order).where(*this).order_by(bought.c.number))
    return ["stock", *dict.fromkeys(orders), "recommendation"]
