"""Comments on items, saved views, and the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import now
from forecasting.store.application.tables import audit, changes, comments, views
from forecasting.store.application.writing import upsert
from forecasting.store.sql_tables import Exact


def comment(transaction: Transaction, location: str, sku: str, who: str, text: str) -> None:
    """Say something about an item."""
    transaction.execute(comments.insert().values(location=location, sku=sku, who=who, at=now(), text=text))


def comments_of(transaction: Transaction, location: str, sku: str) -> Sequence[Any]:
    """What was said about an item, the last first."""
    this = (comments.c.location == location, comments.c.sku == sku)
    return (
        transaction.execute(sa.select(comments).where(*this).order_by(comments.c.id.desc())).mappings().all()
    )


def save_view(transaction: Transaction, person: str, name: str, query: str) -> None:
    """Keep the filters of a page under a name."""
    upsert(transaction, views, ("person", "name"), {"person": person, "name": name, "query": query})


def drop_view(transaction: Transaction, person: str, name: str) -> None:
    """Forget a view."""
    transaction.execute(views.delete().where(views.c.person == person, views.c.name == name))


def views_of(transaction: Transaction, person: str) -> Sequence[Any]:
    """A person's views, by name."""
    statement = sa.select(views).where(views.c.person == person).order_by(views.c.name)
    return transaction.execute(statement).mappings().all()


def record(transaction: Transaction, who: str, action: str, subject: str, detail: str = "") -> None:
    """Write into the audit trail what is no change of a line: those have their own."""
    values = {"who": who, "action": action, "subject": subject, "detail": detail}
    transaction.execute(audit.insert().values(at=now(), **values))


def trail(transaction: Transaction, limit: int = 200) -> Sequence[Any]:
    """Who did what, when: changes of lines and all else, the last first. A batch is one row.

    A change of one line says from what to what; a quantity that is empty is the recommended one.
    """
    lines = (
        sa.select(
            sa.func.max(changes.c.at).label("at"),
            changes.c.who,
            changes.c.action,
            sa.case(
                (sa.func.count() == 1, sa.func.min(changes.c.sku)),
                else_=sa.cast(sa.func.count(), sa.Text) + " lines",
            ).label("subject"),
            sa.func.coalesce(sa.func.min(changes.c.new_reason), "").label("detail"),
            sa.case((sa.func.count() == 1, sa.func.min(changes.c.old_status))).label("old_status"),
            sa.case((sa.func.count() == 1, sa.func.min(changes.c.new_status))).label("new_status"),
            sa.case((sa.func.count() == 1, sa.func.min(changes.c.old_quantity))).label("old_quantity"),
            sa.case((sa.func.count() == 1, sa.func.min(changes.c.new_quantity))).label("new_quantity"),
        )
        .group_by(changes.c.batch, changes.c.who, changes.c.action)
        .order_by(sa.func.max(changes.c.id).desc())
        .limit(limit)
        .subquery()
    )
    rest = (
        sa.select(
            *(audit.c[name] for name in ("at", "who", "action", "subject", "detail")),
            *(sa.cast(sa.null(), sa.Text).label(name) for name in ("old_status", "new_status")),
            *(sa.cast(sa.null(), Exact).label(name) for name in ("old_quantity", "new_quantity")),
        )
        .order_by(audit.c.id.desc())
        .limit(limit)
        .subquery()
    )
    both = sa.union_all(sa.select(lines), sa.select(rest)).subquery()
    statement = sa.select(both).order_by(both.c.at.desc()).limit(limit)
    return transaction.execute(statement).mappings().all()
