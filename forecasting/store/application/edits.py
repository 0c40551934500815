"""Forecast edits: kept, ended, and read for an item and for the page of trust."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from forecasting.store.application.lines import Line
from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Row, now
from forecasting.store.application.tables import forecast_edits

e = forecast_edits


def add_edit(
    transaction: Transaction, line: Line, factor: Decimal, until: date, reason: str, who: str
) -> None:
    """Have plans to come expect so many times what they would. One that holds already is ended."""
    end_edits(transaction, line.location, line.sku, who)
    transaction.execute(
        e.insert().values(
            location=line.location,
            sku=line.sku,
            factor=factor,
            begins=line.as_of,
            until=until,
            daily_demand=line.daily_demand,
            reason=reason,
            who=who,
            at=now(),
        )
    )


def end_edits(transaction: Transaction, location: str, sku: str, who: str) -> bool:
    """Let plans expect what they would again; False where nothing was edited."""
    this = sa.update(e).where(e.c.location == location, e.c.sku == sku, e.c.ended_at.is_(None))
    return bool(transaction.execute(this.values(ended_by=who, ended_at=now())).rowcount)


def edits_of(transaction: Transaction, location: str, sku: str) -> Sequence[Row]:
    """The edits of an item, the last first."""
    this = (e.c.location == location, e.c.sku == sku)
    found = transaction.execute(sa.select(e).where(*this).order_by(e.c.id.desc()))
    return [dict(row) for row in found.mappings()]


def edits_holding(transaction: Transaction, today: date) -> Sequence[Row]:
    """All that hold in a plan of today, by item."""
    holds = (e.c.until > today, e.c.ended_at.is_(None))
    found = transaction.execute(sa.select(e).where(*holds).order_by(e.c.sku, e.c.location))
    return [dict(row) for row in found.mappings()]


def edits_before(transaction: Transaction, today: date, most: int = 500) -> Sequence[Row]:
    """All that began before today, the last first."""
    found = transaction.execute(sa.select(e).where(e.c.begins < today).order_by(e.c.id.desc()).limit(most))
    return [dict(row) for row in found.mappings()]
