"""What customers were promised by a run of ``promise``: lines that wait, and what can still be sold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.past import runs_of
from forecasting.store.application.plans import Plan, Row
from forecasting.store.application.tables import plan_table
from forecasting.store.application.writing import holds

VERDICTS = ("cannot_make_it", "deadline_passed", "at_risk", "unknown", "will_make_it")
"""What is said of a deadline, the most pressing first."""


@dataclass(frozen=True)
class Waiting:
    """Which lines are meant. An empty text narrows nothing; ``page`` begins at 1.

    ``run``: of ``promise``; ``details``: the plan whose descriptions are shown.
    """

    run: str
    details: str
    verdict: str = ""
    search: str = ""
    sku: str = ""
    location: str = ""
    page: int = 1
    size: int = 100

    def conditions(self, promises: sa.Table) -> list[sa.ColumnElement[bool]]:
        """What a line has to be."""
        exact = {"verdict": self.verdict, "sku": self.sku, "location": self.location}
        found = [promises.c.run == self.run]
        found += [promises.c[name] == word for name, word in exact.items() if word]
        if self.search:
            texts = (promises.c.order, promises.c.customer, promises.c.sku)
            found.append(sa.or_(*(holds(text, self.search) for text in texts)))
        return found


def promises_in_force(transaction: Transaction) -> Plan | None:
    """The last promises that were given; else the last that were held against none; None: none."""
    given = promises_given(transaction)
    if given is not None:
        return given
    return next(
        (run for run in runs_of(transaction, "promise") if run.described.get("previous") is None), None
    )


def promises_given(transaction: Transaction, before: date | None = None) -> Plan | None:
    """The last promises that were given, however many were only tried out since; None: none.

    ``before``: of a day before this one.
    """
    for run in runs_of(transaction, "promise", saying=json.dumps({"applied": True})[1:-1]):
        if run.described.get("applied") is True and (before is None or run.as_of < before):
            return run
    return None


def is_given(transaction: Transaction, run: str) -> bool:
    """Whether the promises of a run were given."""
    runs = plan_table("runs")
    said = transaction.scalar(sa.select(runs.c.described).where(runs.c.run == run))
    return said is not None and json.loads(said).get("applied") is True


def promises_before(transaction: Transaction, run: str) -> Plan | None:
    """The promises that those of a run were held against; None: none."""
    known = {each.run: each for each in runs_of(transaction, "promise")}
    return known.get(known[run].described.get("previous") or "") if run in known else None


def told_to_customers(transaction: Transaction, run: str) -> Sequence[Row]:
    """What customers are told by a run of promises: a notice for each change."""
    told = plan_table("notices_to_customers")
    return [dict(row) for row in transaction.execute(sa.select(told).where(told.c.run == run)).mappings()]


def waiting_lines(transaction: Transaction, wanted: Waiting) -> Sequence[Row]:
    """The lines of a page, the most pressing first, each with the action that saves most of it."""
    p, a, d = (plan_table(name) for name in ("promises", "actions", "line_details"))
    first = (
        sa.select(a.c.number, sa.func.min(a.c.rank).label("rank"))
        .where(a.c.run == wanted.run, a.c.net > 0)
        .group_by(a.c.number)
        .subquery()
    )
    best = sa.and_(a.c.run == wanted.run, a.c.rank == first.c.rank)
    same_item = sa.and_(d.c.run == wanted.details, d.c.location == p.c.location, d.c.sku == p.c.sku)
    told = ("action", "what", "days", "new_date", "makes_deadline", "cost", "at_stake", "saves", "net")
    pressing = sa.case({word: at for at, word in enumerate(VERDICTS)}, value=p.c.verdict, else_=len(VERDICTS))
    statement = (
        sa.select(
            p, *(a.c[name] for name in told), sa.func.coalesce(d.c.description, "").label("description")
        )
        .select_from(
            p.outerjoin(first, first.c.number == p.c.number).outerjoin(a, best).outerjoin(d, same_item)
        )
        .where(*wanted.conditions(p))
        .order_by(pressing, a.c.net.desc().nulls_last(), p.c.deadline.asc().nulls_last(), p.c.number)
        .limit(wanted.size)
        .offset((wanted.page - 1) * wanted.size)
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]


def deadlines_of_item(
    transaction: Transaction, run: str, location: str, sku: str
) -> Sequence[tuple[date, Decimal]]:
    """The days by which customers need an item, by a run of promises, and how many units, the first first."""
    p = plan_table("promises")
    this = (p.c.run == run, p.c.location == location, p.c.sku == sku, p.c.deadline.is_not(None))
    statement = (
        sa.select(p.c.deadline, sa.func.sum(p.c.quantity, type_=p.c.quantity.type))
        .where(*this)
        .group_by(p.c.deadline)
        .order_by(p.c.deadline)
    )
    return [(day, units) for day, units in transaction.execute(statement)]


def count_waiting(transaction: Transaction, wanted: Waiting) -> int:
    """How many lines all pages have."""
    p = plan_table("promises")
    return transaction.scalar(sa.select(sa.func.count()).where(*wanted.conditions(p))) or 0


def by_verdict(transaction: Transaction, run: str) -> Mapping[str, tuple[int, Decimal]]:
    """Lines and units of each verdict that there is, the most pressing first."""
    p = plan_table("promises")
    statement = (
        sa.select(p.c.verdict, sa.func.count(), sa.func.sum(p.c.quantity, type_=p.c.quantity.type))
        .where(p.c.run == run)
        .group_by(p.c.verdict)
    )
    found = {verdict: (lines, units) for verdict, lines, units in transaction.execute(statement)}
    return {verdict: found[verdict] for verdict in VERDICTS if verdict in found}


def promise_of(transaction: Transaction, run: str, number: int) -> Row | None:
    """One line's promise, with ``sources``, ``actions`` and ``change`` of it; None where there is none."""
    if not 0 < number < 2**31:  # beyond what a database takes as a number
        return None

    def rows(table: str, *order: str) -> list[dict[str, Any]]:
        source = plan_table(table)
        this = (source.c.run == run, source.c.number == number)
        chosen = sa.select(source).where(*this).order_by(*(source.c[name] for name in order))
        return [dict(row) for row in transaction.execute(chosen).mappings()]

    found = rows("promises")
    if not found:
        return None
    changes = rows("promise_changes")
    return {
        **found[0],
        "sources": rows("promise_sources", "part"),
        "actions": rows("actions", "rank"),
        "change": changes[0] if changes else None,
    }


def storefront_of(transaction: Transaction, run: str, location: str, sku: str) -> Row | None:
    """What a shop may say and sell of an item, with what may stand in for it; None where there is no such."""
    shop, others = plan_table("storefront"), plan_table("promise_alternatives")
    this = (shop.c.run == run, shop.c.location == location, shop.c.sku == sku)
    found = transaction.execute(sa.select(shop).where(*this)).mappings().first()
    if found is None:
        return None
    same = (others.c.run == run, others.c.location == location, others.c.sku == sku)
    listed = transaction.execute(sa.select(others).where(*same).order_by(others.c.rank)).mappings()
    return {**found, "alternatives": [dict(row) for row in listed]}


def moved(transaction: Transaction, run: str) -> Sequence[Row]:
    """Lines that gain or lose against the promises before, those that lose most days first."""
    changes = plan_table("promise_changes")
    chosen = (
        sa.select(changes)
        .where(changes.c.run == run, changes.c.effect.in_(("gains", "loses", "same")))
        .order_by(changes.c.days.desc().nulls_last(), changes.c.number)
    )
    return [dict(row) for row in transaction.execute(chosen).mappings()]
