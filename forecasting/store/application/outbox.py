"""The outbox in the database: orders are put in once, and claimed by one sender at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.domain.purchase_orders import PurchaseOrder, from_payload
from forecasting.errors import RequestError
from forecasting.store.application import line_source as reading
from forecasting.store.application.opened import Transaction
from forecasting.store.application.tables import (
    LINE,
    outbox_events,
    outbox_lines,
    outbox_orders,
    plan_table,
    plans,
)

o, ol, e = outbox_orders, outbox_lines, outbox_events
UNFINISHED = ("waiting", "reserved")
GIVEN_UP = reading.GIVEN_UP
FINISHED = ("delivered", "left_alone", GIVEN_UP)


class OtherContentError(RequestError):
    """The outbox holds an order of this key that says something else."""


class LostLeaseError(Exception):
    """Another sender has taken the order over: what this one learnt is not kept."""


@dataclass(frozen=True)
class Kept:
    """An order of the outbox. ``fence`` counts the claims: only the last one may write."""

    key: str
    payload: str
    payload_hash: str
    target: str
    guarantee: str
    run: str
    as_of: date
    supplier: str
    location: str
    lines: int
    value: Decimal
    frozen_at: datetime
    status: str
    number: str
    reason: str
    attempts: int
    next_at: datetime
    changed_at: datetime
    lease_owner: str | None
    lease_until: datetime | None
    fence: int

    @property
    def order(self) -> PurchaseOrder:
        """The order itself."""
        return from_payload(self.payload)


KEPT = sa.select(*(o.c[name] for name in Kept.__dataclass_fields__))


def approved_lines(transaction: Transaction, run: str) -> Sequence[Any]:
    """The approved lines of a plan that are in no order yet, with what an order has to say of them."""
    r, d, x = reading.r, reading.d, reading.x
    in_an_order = sa.exists().where(*(ol.c[name] == r.c[name] for name in LINE))
    return transaction.execute(
        reading.select_lines(
            r.c.location,
            r.c.sku,
            r.c.supplier,
            r.c.as_of,
            r.c.arrives_on,
            sa.func.coalesce(d.c.description, "").label("description"),
            reading.quantity.label("quantity"),
            sa.func.coalesce(x.c.unit_cost, r.c.unit_cost).label("unit_cost"),
            x.c.version,
            r.c.kind,
            r.c.source,
        )
        .where(r.c.run == run, x.c.status == "approved", reading.quantity > 0, ~in_an_order)
        .order_by(r.c.supplier, r.c.location, r.c.sku)
    ).all()


def order_terms(transaction: Transaction, run: str) -> Sequence[Any]:
    """The rows of ``order_terms`` of a plan."""
    table = plan_table("order_terms")
    return transaction.execute(sa.select(table).where(table.c.run == run)).all()


def second_orders(transaction: Transaction, run: str) -> Sequence[Any]:
    """What a plan asks of second suppliers, beside its lines."""
    table = plan_table("second_orders")
    return transaction.execute(sa.select(table).where(table.c.run == run)).all()


def approved_elsewhere(transaction: Transaction, run: str) -> int:
    """How many approved lines of other plans are in no order: a newer plan took their place."""
    r, x = reading.r, reading.x
    in_an_order = sa.exists().where(*(ol.c[name] == r.c[name] for name in LINE))
    return transaction.scalar(
        reading.select_lines(sa.func.count()).where(
            r.c.run != run, x.c.status == "approved", reading.quantity > 0, ~in_an_order
        )
    )


def ordered_unknown_to(transaction: Transaction, run: str, as_of: date) -> Mapping[tuple[str, str], str]:
    """Items that another plan's order holds which this plan cannot have known of: (location, sku) -> key."""
    held, within = reading.ol, reading.o
    statement = (
        sa.select(held.c.location, held.c.sku, held.c.key)
        .join(within, within.c.key == held.c.key)
        .where(sa.or_(*reading.unknown_to(run, as_of, within)))
    )
    return {(row.location, row.sku): row.key for row in transaction.execute(statement)}


def put_in(
    transaction: Transaction,
    order: PurchaseOrder,
    target: str,
    guarantee: str,
    versions: Mapping[str, int],
    now: datetime,
) -> bool:
    """Put an order into the outbox, bound to a target; False where it is there already.

    ``guarantee``: how the target keeps it from becoming two. ``versions``: of each SKU's decision.
    Raises OtherContentError where the key is there with other content.
    """
    held = transaction.scalar(sa.select(o.c.payload_hash).where(o.c.key == order.key))
    if held is not None:
        if held != order.payload_hash:
            raise OtherContentError(f"{order.key}: the outbox holds this order with other content; refused")
        return False
    transaction.execute(
        o.insert().values(
            key=order.key,
            payload=order.payload,
            payload_hash=order.payload_hash,
            target=target,
            guarantee=guarantee,
            run=order.run,
            as_of=order.as_of,
            supplier=order.supplier,
            location=order.location,
            lines=len(order.lines),
            value=order.value,
            frozen_at=now,
            status="waiting",
            number="",
            reason="",
            attempts=0,
            next_at=now,
            changed_at=now,
            fence=0,
        )
    )
    of_all = {"run": order.run, "location": order.location, "as_of": order.as_of}
    of_all |= {"key": order.key, "frozen_at": now}
    lines = [{**of_all, "sku": sku, "version": version} for sku, version in versions.items()]
    # An order may hold nothing but what is asked of a second supplier: that goes with the items' own lines.
    if lines:
        transaction.execute(ol.insert(), lines)
    _note(transaction, order.key, now, "waiting", "", "")
    return True


def claim(
    transaction: Transaction,
    target: str,
    owner: str,
    now: datetime,
    seconds: float,
    until: datetime = datetime.max,
) -> Kept | None:
    """Take the next order that is due, for so many seconds; None where there is none that is free.

    ``until``: what is due after it is left to another night.
    """
    free = sa.or_(o.c.lease_until.is_(None), o.c.lease_until <= now)
    due = (o.c.target == target, o.c.status.in_(UNFINISHED), o.c.next_at <= min(now, until), free)
    key = transaction.scalar(sa.select(o.c.key).where(*due).order_by(o.c.next_at, o.c.key).limit(1))
    if key is None:
        return None
    lease = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds), "fence": o.c.fence + 1}
    transaction.execute(sa.update(o).where(o.c.key == key).values(**lease))
    return one(transaction, key)


def keep(transaction: Transaction, kept: Kept, now: datetime, **changed: Any) -> Kept:
    """Write down what became of an order that was claimed, and return it so.

    Raises LostLeaseError where another sender has claimed it since.
    """
    mine = (o.c.key == kept.key, o.c.fence == kept.fence)
    values = {**changed, "changed_at": now}
    if transaction.execute(sa.update(o).where(*mine).values(**values)).rowcount != 1:
        raise LostLeaseError(kept.key)
    said = {name: changed.get(name, getattr(kept, name)) for name in ("status", "number", "reason")}
    if any(said[name] != getattr(kept, name) for name in said):
        _note(transaction, kept.key, now, said["status"], said["number"], said["reason"])
    return replace(kept, **values)


def lease_owners(transaction: Transaction, target: str) -> Sequence[str]:
    """Who has a lease on an order of the target, run out or not."""
    held = (o.c.target == target, o.c.lease_owner.is_not(None))
    return list(transaction.scalars(sa.select(o.c.lease_owner).where(*held).distinct()))


def end_leases(transaction: Transaction, target: str, owner: str) -> None:
    """Free the orders of a sender that is dead. Should it live after all, it keeps nothing any more."""
    held = (o.c.target == target, o.c.lease_owner == owner)
    free = {"lease_owner": None, "lease_until": None, "fence": o.c.fence + 1}
    transaction.execute(sa.update(o).where(*held).values(**free))


def next_due(transaction: Transaction, target: str) -> datetime | None:
    """When the next order that is not finished may be tried; None: none is left."""
    free_at = sa.case((o.c.lease_until > o.c.next_at, o.c.lease_until), else_=o.c.next_at)
    statement = sa.select(sa.func.min(free_at)).where(o.c.target == target, o.c.status.in_(UNFINISHED))
    return transaction.scalar(statement)


def unfinished(transaction: Transaction, target: str) -> int:
    """How many orders of the target are on their way."""
    mine = (o.c.target == target, o.c.status.in_(UNFINISHED))
    return transaction.scalar(sa.select(sa.func.count()).where(*mine)) or 0


def orders(
    transaction: Transaction, *, target: str | None = None, since: datetime | None = None, run: str = ""
) -> Sequence[Kept]:
    """Orders of the outbox, or of one target, the newest plan first.

    ``since``: of those that are finished only what has changed since then, and those of the day of the plan
    ``run``, of which there is more than one plan where a night was killed and run again.
    """
    conditions: list[Any] = [] if target is None else [o.c.target == target]
    if since is not None:
        day = sa.select(plans.c.as_of).where(plans.c.run == run).scalar_subquery()
        recent = sa.or_(o.c.changed_at >= since, o.c.as_of == day)
        conditions.append(sa.or_(recent, o.c.status.not_in(FINISHED)))
    keys = (o.c.as_of.desc(), o.c.frozen_at.desc(), o.c.supplier, o.c.key)
    return [Kept(**row._mapping) for row in transaction.execute(KEPT.where(*conditions).order_by(*keys))]


def one(transaction: Transaction, key: str) -> Kept | None:
    """The order of a key."""
    row = transaction.execute(KEPT.where(o.c.key == key)).first()
    return None if row is None else Kept(**row._mapping)


def delivered_since(transaction: Transaction, target: str, since: datetime) -> Mapping[str, str]:
    """The numbers of orders that reached the target after ``since``, by key; empty of one given up."""
    gone = o.c.status == GIVEN_UP
    there = sa.and_(o.c.number != "", o.c.status.in_(("delivered", "left_alone")))
    recent = (o.c.target == target, o.c.changed_at >= since, sa.or_(there, gone))
    rows = transaction.execute(sa.select(o.c.key, o.c.number, o.c.status).where(*recent))
    # Of what was given up no draft is to be left.
    return {row.key: "" if row.status == GIVEN_UP else row.number for row in rows}


def handed_over(transaction: Transaction, target: str, since: datetime, before: datetime) -> Sequence[Kept]:
    """The orders in the target that were brought there, or last seen to be changed, in this time."""
    there = (o.c.status.in_(("delivered", "left_alone")), o.c.number != "")
    then = (o.c.changed_at >= since, o.c.changed_at < before)
    found = transaction.execute(KEPT.where(o.c.target == target, *there, *then).order_by(o.c.key))
    return [Kept(**row._mapping) for row in found]


def events(transaction: Transaction, key: str) -> Sequence[Any]:
    """What became of an order, in its order."""
    return transaction.execute(sa.select(e).where(e.c.key == key).order_by(e.c.id)).all()


def retry(transaction: Transaction, key: str, now: datetime) -> None:
    """Have a parked order tried again. Raises RequestError where that could order something twice."""
    kept = one(transaction, key)
    if kept is None:
        raise RequestError(f"{key}: the outbox has no such order; reorder status lists them")
    if kept.status != "parked":
        raise RequestError(f"{key}: is {kept.status}; only what is parked is tried again")
    later = ol.alias()
    other = (
        sa.select(later.c.sku, later.c.key)
        .join(o, o.c.key == later.c.key)
        .join(ol, sa.and_(ol.c.location == later.c.location, ol.c.sku == later.c.sku))
        .where(ol.c.key == key, later.c.key != key, o.c.frozen_at >= kept.frozen_at, o.c.status != GIVEN_UP)
    )
    twice = transaction.execute(other.limit(1)).first()
    if twice is not None:
        raise RequestError(
            f"{key}: {twice.sku} was ordered again since, in {twice.key}; it is not sent twice"
        )
    values = {"status": "waiting", "reason": "", "attempts": 0, "next_at": now, "fence": o.c.fence + 1}
    values |= {"lease_owner": None, "lease_until": None, "changed_at": now}
    transaction.execute(sa.update(o).where(o.c.key == key).values(**values))
    _note(transaction, key, now, "waiting", kept.number, "tried again on request")


def give_up(transaction: Transaction, key: str, reason: str, now: datetime) -> None:
    """Give a parked order up for good. Raises RequestError where it is not parked."""
    kept = one(transaction, key)
    if kept is None:
        raise RequestError(f"{key}: the outbox has no such order; reorder status lists them")
    if kept.status != "parked":
        raise RequestError(f"{key}: is {kept.status}; only what is parked is given up")
    values = {"status": GIVEN_UP, "reason": reason, "changed_at": now, "fence": o.c.fence + 1}
    values |= {"lease_owner": None, "lease_until": None}
    transaction.execute(sa.update(o).where(o.c.key == key).values(**values))
    _note(transaction, key, now, GIVEN_UP, kept.number, reason)


def _note(transaction: Transaction, key: str, at: datetime, status: str, number: str, said: str) -> None:
    transaction.execute(e.insert().values(key=key, at=at, status=status, number=number, said=said))
