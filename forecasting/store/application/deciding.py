"""Writing decisions: one line at its version, many at once, and back again. Every change is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.store.application import line_source as reading
from forecasting.store.application.lines import Line
from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import now
from forecasting.store.application.selection import Selection
from forecasting.store.application.tables import (
    LINE,
    STATE,
    changes,
    decisions,
    outbox_lines,
    plan_table,
    snoozes,
)
from forecasting.store.application.writing import insert_unless_there, inserting

x, c = decisions, changes


@dataclass(frozen=True)
class State:
    """What was decided about a line. Figures are empty where the recommended quantity stands."""

    status: str
    quantity: Decimal | None = None
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    risk: Decimal | None = None
    expected_cost: Decimal | None = None
    reason: str = ""
    snoozed_until: date | None = None


@dataclass(frozen=True)
class Author:
    """Who changes something, what it is called, and the batch that an undo takes back as one."""

    who: str
    action: str
    batch: str


@dataclass(frozen=True)
class Undone:
    """What an undo took back: how many lines; and how many stay: changed by someone since, or ordered."""

    action: str
    restored: int
    kept: int


def state_of(transaction: Transaction, line: Line) -> State:
    """What is decided about a line now."""
    found = transaction.execute(sa.select(*(x.c[name] for name in STATE)).where(*_is(x, line))).first()
    if found is None:
        return State(line.status, reason=line.note, snoozed_until=line.snoozed_until)
    return State(**{**found._mapping, "status": line.status})


def save(transaction: Transaction, line: Line, new: State, author: Author) -> bool:
    """Put the decision in the place of the one that ``line`` shows; False where that has changed since."""
    old, at = state_of(transaction, line), now()
    stands = {**asdict(new), "version": line.version + 1, "changed_by": author.who, "changed_at": at}
    if line.version == 0:
        written = insert_unless_there(transaction, decisions, {**_key(line), **stands})
    else:
        this = sa.update(decisions).where(*_is(x, line), x.c.version == line.version)
        written = transaction.execute(this.values(**stands)).rowcount == 1
    if not written:
        return False

    transaction.execute(
        changes.insert().values(
            **_key(line),
            batch=author.batch,
            who=author.who,
            at=at,
            action=author.action,
            from_version=line.version,
            undone=False,
            **{f"old_{name}": value for name, value in asdict(old).items()},
            **{f"new_{name}": value for name, value in asdict(new).items()},
        )
    )
    _sync_snoozes(transaction, author)
    return True


def approve_all(transaction: Transaction, wanted: Selection, author: Author) -> tuple[int, Decimal]:
    """Approve what of a selection waits for a decision. Returns how many lines, and their money."""
    conditions = [*wanted.conditions(), reading.status == "open", reading.quantity > 0]
    at = now()
    as_was = {f"old_{name}": x.c[name] for name in STATE} | {f"new_{name}": x.c[name] for name in STATE}
    columns = {
        **{name: reading.r.c[name] for name in LINE},
        **as_was,
        "old_status": reading.status,
        "new_status": sa.literal("approved"),
        "new_reason": sa.literal(""),
        "new_snoozed_until": sa.cast(sa.null(), sa.Date),
        "batch": sa.literal(author.batch),
        "who": sa.literal(author.who),
        "at": sa.literal(at),
        "action": sa.literal(author.action),
        "from_version": sa.func.coalesce(x.c.version, 0),
        "undone": sa.literal(False),
    }
    chosen = reading.select_lines(*(column.label(name) for name, column in columns.items()))
    written = transaction.execute(changes.insert().from_select(list(columns), chosen.where(*conditions)))

    # Everything of the decision is as it was, but for its status.
    batch = sa.select(c).where(c.c.batch == author.batch).subquery()
    stands = {
        **{name: batch.c[name] for name in LINE},
        **{name: batch.c[f"new_{name}"] for name in STATE},
        "version": batch.c.from_version + 1,
        "changed_by": batch.c.who,
        "changed_at": batch.c.at,
    }
    chosen = sa.select(*(column.label(name) for name, column in stands.items())).where(sa.true())
    insert = inserting(transaction, decisions).from_select(list(stands), chosen)
    renewed = {name: insert.excluded[name] for name in stands if name not in LINE}
    transaction.execute(insert.on_conflict_do_update(index_elements=list(LINE), set_=renewed))

    approved = _in_batch(reading.r, author.batch)
    value = transaction.scalar(
        reading.select_lines(sa.func.coalesce(sa.func.sum(reading.value), 0)).where(
            reading.r.c.run == wanted.run, approved
        )
    )
    return written.rowcount, Decimal(value)


def undo(transaction: Transaction, run: str, author: Author) -> Undone | None:
    """Take back the last change, or batch of them, of a person in a plan; None where there is none.

    A line that someone has changed since stays as they left it; one that is in an order stays approved.
    """
    mine = (c.c.run == run, c.c.who == author.who, c.c.undone.is_(False))
    last = transaction.execute(
        sa.select(c.c.batch, c.c.action).where(*mine).order_by(c.c.id.desc()).limit(1)
    ).first()
    if last is None:
        return None

    changed = transaction.scalar(sa.select(sa.func.count()).where(c.c.batch == last.batch)) or 0
    same_line = [x.c[name] == c.c[name] for name in LINE]
    later = changes.alias()
    changed_since = sa.exists().where(
        *(later.c[name] == c.c[name] for name in LINE), later.c.id > c.c.id, later.c.undone.is_(False)
    )
    ordered = sa.exists().where(*(outbox_lines.c[name] == c.c[name] for name in LINE))
    this = [c.c.batch == last.batch, ~changed_since, ~ordered, *same_line]
    at = now()

    # What the undo does is a change as well, and is kept as one.
    kept = {
        **{name: c.c[name] for name in LINE},
        **{f"old_{name}": c.c[f"new_{name}"] for name in STATE},
        **{f"new_{name}": c.c[f"old_{name}"] for name in STATE},
        "batch": sa.literal(author.batch),
        "who": sa.literal(author.who),
        "at": sa.literal(at),
        "action": sa.literal("undo"),
        "from_version": x.c.version,
        "undone": sa.literal(True),
    }
    chosen = sa.select(*(column.label(name) for name, column in kept.items())).select_from(
        c.join(x, sa.and_(*same_line))
    )
    transaction.execute(changes.insert().from_select(list(kept), chosen.where(*this)))
    back = {name: c.c[f"old_{name}"] for name in STATE}
    restored = transaction.execute(
        sa.update(decisions)
        .where(*this)
        .values(
            **{**back, "reason": sa.func.coalesce(c.c.old_reason, "")},
            version=x.c.version + 1,
            changed_by=author.who,
            changed_at=at,
        )
    ).rowcount
    transaction.execute(sa.update(changes).where(c.c.batch == last.batch).values(undone=True))
    _sync_snoozes(transaction, author)
    return Undone(last.action, restored, changed - restored)


def approved_by_supplier(transaction: Transaction, run: str) -> Mapping[str, Decimal]:
    """What the approved lines of each supplier come to, in money."""
    statement = (
        reading.select_lines(reading.r.c.supplier, sa.func.sum(reading.value))
        .where(reading.r.c.run == run, x.c.status == "approved")
        .group_by(reading.r.c.supplier)
    )
    return {supplier: Decimal(value) for supplier, value in transaction.execute(statement)}


def suppliers_of_batch(transaction: Transaction, batch: str) -> Sequence[str]:
    """The suppliers whose lines a batch changed."""
    statement = reading.select_lines(reading.r.c.supplier).where(_in_batch(reading.r, batch)).distinct()
    return list(transaction.scalars(statement))


def changes_of_item(transaction: Transaction, location: str, sku: str, limit: int = 30) -> Sequence[Any]:
    """What was done with an item's lines, in every plan, the last first; with what was suggested then."""
    r = plan_table("recommendations")
    same = sa.and_(*(r.c[name] == c.c[name] for name in LINE))
    return (
        transaction.execute(
            sa.select(c, r.c.as_of, r.c.quantity.label("suggested"))
            .select_from(c.join(r, same))
            .where(c.c.location == location, c.c.sku == sku)
            .order_by(c.c.id.desc())
            .limit(limit)
        )
        .mappings()
        .all()
    )


def _sync_snoozes(transaction: Transaction, author: Author) -> None:
    """A snooze outlives its plan: the next one's line of that item is held too, until the date."""
    for_these = sa.exists().where(
        c.c.batch == author.batch, c.c.location == snoozes.c.location, c.c.sku == snoozes.c.sku
    )
    transaction.execute(snoozes.delete().where(for_these))
    asleep = (
        sa.select(x.c.location, x.c.sku, x.c.snoozed_until, x.c.changed_by, x.c.reason)
        .join(c, sa.and_(*(x.c[name] == c.c[name] for name in LINE)))
        .where(c.c.batch == author.batch, x.c.status == "snoozed", x.c.snoozed_until.is_not(None))
    )
    columns = ["location", "sku", "until", "who", "reason"]
    transaction.execute(snoozes.insert().from_select(columns, asleep))


def _in_batch(table: sa.FromClause, batch: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(c.c.batch == batch, *(c.c[name] == table.c[name] for name in LINE))


def _key(line: Line) -> dict[str, str]:
    return {name: getattr(line, name) for name in LINE}


def _is(table: sa.Table, line: Line) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == getattr(line, name) for name in LINE]
