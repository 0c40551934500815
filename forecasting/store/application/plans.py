"""Which plans there are, and what they say of suppliers, excess, overdue purchases and notices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.tables import plan_table, plans, runs_seen
from forecasting.store.application.writing import insert_unless_there

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """A plan that buyers decide on: its run, the day at whose close it was made, and how it was made."""

    run: str
    as_of: date
    described: Mapping[str, Any]


def now() -> datetime:
    """The time, as the database keeps it: UTC, without saying so."""
    return to_the_moment().replace(microsecond=0)


def to_the_moment() -> datetime:
    """The time as exactly as it is known, where it decides which of two came last."""
    return datetime.now(UTC).replace(tzinfo=None)


def register_plans(transaction: Transaction) -> None:
    """Note when each plan was first seen: of several of one day the last one counts. And each other run."""
    runs = plan_table("runs")
    other = sa.select(runs).where(runs.c.command != "plan", runs.c.run.not_in(sa.select(runs_seen.c.run)))
    for row in transaction.execute(other).mappings().all():
        described = json.loads(row["described"])
        said = described.get("as_of", described.get("to"))
        as_of = None if said is None else date.fromisoformat(said)
        seen = {"run": row["run"], "command": row["command"], "as_of": as_of, "seen_at": to_the_moment()}
        insert_unless_there(transaction, runs_seen, seen)
    unknown = sa.select(runs).where(runs.c.command == "plan", runs.c.run.not_in(sa.select(plans.c.run)))
    for row in transaction.execute(unknown).mappings().all():
        as_of = date.fromisoformat(json.loads(row["described"])["as_of"])
        values = {"run": row["run"], "as_of": as_of, "seen_at": to_the_moment()}
        insert_unless_there(transaction, plans, values)


def has_new_plans(transaction: Transaction) -> bool:
    """Whether a plan, or another run, was written that ``register_plans`` has not seen."""
    runs = plan_table("runs")
    known, seen = sa.select(plans.c.run), sa.select(runs_seen.c.run)
    unseen = sa.exists().where(runs.c.run.not_in(known), runs.c.run.not_in(seen))
    return bool(transaction.scalar(sa.select(unseen)))


def latest_plan(transaction: Transaction) -> Plan | None:
    """The plan of the last day that the pages can show; None where there is none yet."""
    runs, details = plan_table("runs"), plan_table("line_details")
    shown = sa.exists().where(details.c.run == plans.c.run)
    order = (plans.c.as_of.desc(), plans.c.seen_at.desc(), plans.c.run)
    found = transaction.execute(
        sa.select(plans.c.run, plans.c.as_of, runs.c.described)
        .join(runs, runs.c.run == plans.c.run)
        .where(shown)
        .order_by(*order)
        .limit(1)
    ).first()
    return None if found is None else Plan(found.run, found.as_of, json.loads(found.described))


def known_run(transaction: Transaction, run: str) -> bool:
    """Whether there is a plan of this run."""
    return bool(transaction.scalar(sa.select(sa.exists().where(plans.c.run == run))))


def latest_run(transaction: Transaction, command: str) -> Plan | None:
    """The run of a command as of the last day, of several the one that was seen last; None: there is none."""
    runs = plan_table("runs")
    found = transaction.execute(
        sa.select(runs_seen.c.run, runs_seen.c.as_of, runs.c.described)
        .join(runs, runs.c.run == runs_seen.c.run)
        .where(runs_seen.c.command == command)
        .order_by(runs_seen.c.as_of.desc().nulls_last(), runs_seen.c.seen_at.desc(), runs_seen.c.run)
        .limit(1)
    ).first()
    return None if found is None else Plan(found.run, found.as_of, json.loads(found.described))


def rows_of(transaction: Transaction, table: str, run: str, *order: str) -> Sequence[Row]:
    """A plan's whole table, by the columns ``order``; a leading ``-`` means descending."""
    source = plan_table(table)
    keys = [source.c[key[1:]].desc() if key.startswith("-") else source.c[key] for key in order]
    found = transaction.execute(sa.select(source).where(source.c.run == run).order_by(*keys))
    return [dict(row) for row in found.mappings()]


def rows_with_descriptions(transaction: Transaction, table: str, run: str, *order: str) -> Sequence[Row]:
    """The same of a table about items, each row with the item's ``description``; empty where it has none."""
    source, details = plan_table(table), plan_table("line_details")
    keys = [source.c[key[1:]].desc() if key.startswith("-") else source.c[key] for key in order]
    same = sa.and_(*(details.c[name] == source.c[name] for name in ("run", "location", "sku")))
    statement = (
        sa.select(source, sa.func.coalesce(details.c.description, "").label("description"))
        .select_from(source.outerjoin(details, same))
        .where(source.c.run == run)
        .order_by(*keys)
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]


def rows_of_item(transaction: Transaction, table: str, run: str, location: str, sku: str) -> Sequence[Row]:
    """The rows of one item in a plan's table."""
    source = plan_table(table)
    this = (source.c.run == run, source.c.location == location, source.c.sku == sku)
    return [dict(row) for row in transaction.execute(sa.select(source).where(*this)).mappings()]
