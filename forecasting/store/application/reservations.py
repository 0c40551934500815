"""Units that programs set aside: each holds until its time is over, it is released, or its order is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Row, now
from forecasting.store.application.tables import plan_table, reservations


@dataclass(frozen=True)
class Reservation:
    """Units of an item that are set aside.

    Attributes:
        key: its name for good.
        location, sku, quantity: what is set aside, units.
        asked_sku, asked_quantity: what was asked for, where that is an alternative.
        order: the order that it is for. ``until``: when it ends by itself, UTC.

    """

    key: str
    location: str
    sku: str
    quantity: Decimal
    asked_sku: str
    asked_quantity: Decimal
    order: str
    until: datetime


def find_reservation(transaction: Transaction, key: str) -> Row | None:
    """The reservation of this key; None where there never was one."""
    row = transaction.execute(sa.select(reservations).where(reservations.c.key == key)).mappings().first()
    return None if row is None else dict(row)


def add_reservation(transaction: Transaction, reservation: Reservation, who: str) -> None:
    """Set aside."""
    transaction.execute(reservations.insert().values(**asdict(reservation), who=who, at=now()))


def end_reservation(transaction: Transaction, key: str) -> None:
    """Release what is still set aside under this key."""
    this = (reservations.c.key == key, *_holding())
    transaction.execute(sa.update(reservations).where(*this).values(ended_at=now()))


def reserved(transaction: Transaction, run: str, location: str, sku: str) -> Decimal:
    """Units of an item that are set aside beyond what a run of promises knows.

    A reservation whose order is among the open lines of the run has become that line's promise.
    """
    promises = plan_table("promises")
    this = (promises.c.run == run, promises.c.sku == sku, promises.c.location == location)
    statement = sa.select(sa.func.sum(reservations.c.quantity, type_=reservations.c.quantity.type)).where(
        reservations.c.sku == sku,
        reservations.c.location == location,
        reservations.c.order.not_in(sa.select(promises.c.order).where(*this)),
        *_holding(),
    )
    return transaction.scalar(statement) or Decimal(0)


def _holding() -> tuple[sa.ColumnElement[bool], ...]:
    return reservations.c.ended_at.is_(None), reservations.c.until > now()
