"""What earlier plans said, and what was decided about them, beside what has been asked for since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Plan, Row
from forecasting.store.application.tables import LINE, decisions, plan_table, plans, runs_seen

FloatArray = npt.NDArray[np.float64]
LEVELS = ("demand_q50", "demand_q80", "demand_q95")
SHORTAGE = ("cost_lost_business", "cost_goodwill", "cost_admin", "cost_word_of_mouth")


@dataclass(frozen=True)
class Asked:
    """Demand of the weeks up to a plan's day: ``weeks``, float64, shape (n, w), oldest first; ``row``: of
    each item by location and SKU.
    """

    row: dict[tuple[str, str], int]
    weeks: FloatArray


@dataclass(frozen=True)
class Forecasts:
    """What a plan expected of n items over their protection intervals, days; each array of shape (n,)."""

    items: Sequence[tuple[str, str]]
    days: FloatArray
    mean: FloatArray
    levels: dict[str, FloatArray]


def earlier_plans(transaction: Transaction, latest: Plan, most: int = 12) -> Sequence[Plan]:
    """The plans of days before the latest one's, of each day the last; the newest first."""
    details = plan_table("line_details")
    shown = sa.exists().where(details.c.run == plans.c.run)
    statement = (
        sa.select(plans.c.run, plans.c.as_of)
        .where(plans.c.as_of < latest.as_of, shown)
        .order_by(plans.c.as_of.desc(), plans.c.seen_at.desc(), plans.c.run)
        .limit(most * 4)
    )
    found: dict[Any, Plan] = {}
    for row in transaction.execute(statement):
        found.setdefault(row.as_of, Plan(row.run, row.as_of, {}))
    return list(found.values())[:most]


def asked_until(transaction: Transaction, run: str, item: tuple[str, str] | None = None) -> Asked:
    """Demand week by week, as a plan recorded it; of one ``item`` alone, by location and SKU."""
    weeks = plan_table("item_weeks")
    statement = sa.select(weeks.c.location, weeks.c.sku, weeks.c.asked).where(weeks.c.run == run)
    if item is not None:
        statement = statement.where(weeks.c.location == item[0], weeks.c.sku == item[1])
    rows = transaction.execute(statement).all()
    figures = [np.array(row.asked.split(";"), dtype=np.float64) for row in rows]
    return Asked(
        {(row.location, row.sku): at for at, row in enumerate(rows)},
        np.stack(figures) if figures else np.zeros((0, 1)),
    )


def forecasts_of(transaction: Transaction, run: str) -> Forecasts:
    """What a plan expected."""
    r = plan_table("recommendations")
    names = ("protection_days", "demand_mean", *LEVELS)
    columns = [sa.cast(r.c[name], sa.Float) for name in names]
    rows = transaction.execute(sa.select(r.c.location, r.c.sku, *columns).where(r.c.run == run)).all()
    values = np.array([row[2:] for row in rows], dtype=np.float64).reshape(len(rows), len(names)).T
    levels = dict(zip(LEVELS, values[2:], strict=True))
    return Forecasts([(row[0], row[1]) for row in rows], values[0], values[1], levels)


def edited_lines(transaction: Transaction, latest: Plan, most: int = 2_000) -> Sequence[Row]:
    """Lines of earlier plans on which a buyer did not follow the suggestion, the newest first: approved with
    another quantity, or rejected; with what the plan said of them.
    """
    r, d, c = (plan_table(name) for name in ("recommendations", "line_details", "costs"))
    x = decisions

    def same(table: sa.Table) -> sa.ColumnElement[bool]:
        return sa.and_(*(table.c[name] == x.c[name] for name in LINE))

    ordered = sa.case((x.c.status == "rejected", 0), else_=x.c.quantity)
    short = sum((c.c[name] for name in SHORTAGE[1:]), c.c[SHORTAGE[0]])
    statement = (
        sa.select(
            x.c.run,
            x.c.location,
            x.c.sku,
            r.c.as_of,
            x.c.status,
            x.c.reason,
            x.c.changed_by,
            r.c.quantity.label("suggested"),
            ordered.label("ordered"),
            r.c.unit_cost,
            r.c.protection_days,
            r.c.expected_short_units,
            short.label("shortage_cost"),
            d.c.counted_on,
            d.c.daily_demand,
            d.c.description,
        )
        .select_from(x.join(r, same(r)).join(d, same(d)).join(c, same(c)))
        .where(
            r.c.as_of < latest.as_of,
            sa.or_(
                sa.and_(x.c.status == "rejected", r.c.quantity > 0),
                sa.and_(x.c.status == "approved", x.c.quantity.is_not(None), x.c.quantity != r.c.quantity),
            ),
        )
        .order_by(r.c.as_of.desc(), x.c.location, x.c.sku)
        .limit(most)
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]


def item_before(transaction: Transaction, runs: Sequence[str], location: str, sku: str) -> Sequence[Row]:
    """What earlier plans suggested of an item, and what was decided, the newest first."""
    r, d, x = plan_table("recommendations"), plan_table("line_details"), decisions

    def same(table: sa.FromClause) -> sa.ColumnElement[bool]:
        return sa.and_(*(table.c[name] == r.c[name] for name in LINE))

    ordered = sa.case((x.c.status == "rejected", 0), else_=sa.func.coalesce(x.c.quantity, r.c.quantity))
    names = ("run", "as_of", "protection_days", "demand_mean", "demand_q80", "stockout_probability")
    statement = (
        sa.select(
            *(r.c[name] for name in names),
            r.c.quantity.label("suggested"),
            ordered.label("ordered"),
            sa.func.coalesce(x.c.status, "open").label("status"),
            x.c.changed_by,
            x.c.reason,
            d.c.counted_on,
        )
        .select_from(r.join(d, same(d)).outerjoin(x, same(x)))
        .where(r.c.run.in_(runs), r.c.location == location, r.c.sku == sku)
        .order_by(r.c.as_of.desc())
    )
    return [dict(row) for row in transaction.execute(statement).mappings()]


def shortage_rates(transaction: Transaction, runs: Sequence[str]) -> dict[str, float]:
    """What a unit short costs on average by each plan, money."""
    r, c = plan_table("recommendations"), plan_table("costs")
    short = sum((c.c[name] for name in SHORTAGE[1:]), c.c[SHORTAGE[0]])
    statement = (
        sa.select(
            r.c.run,
            sa.func.sum(sa.cast(short, sa.Float)),
            sa.func.sum(sa.cast(r.c.expected_short_units, sa.Float)),
        )
        .select_from(r.join(c, sa.and_(*(c.c[name] == r.c[name] for name in LINE))))
        .where(r.c.run.in_(runs))
        .group_by(r.c.run)
    )
    return {run: (cost / units if units else 0.0) for run, cost, units in transaction.execute(statement)}


def with_costs(transaction: Transaction, run: str, rows: Sequence[Row]) -> Sequence[Row]:
    """Rows about items that a plan knows, each with what a unit costs and what its shortages are to cost."""
    r, c = plan_table("recommendations"), plan_table("costs")
    short = sum((c.c[name] for name in SHORTAGE[1:]), c.c[SHORTAGE[0]])
    columns = (r.c.location, r.c.sku, r.c.unit_cost, r.c.expected_short_units, short.label("shortage_cost"))
    statement = (
        sa.select(*columns)
        .select_from(r.join(c, sa.and_(*(c.c[name] == r.c[name] for name in LINE))))
        .where(r.c.run == run, r.c.sku.in_({row["sku"] for row in rows}))
    )
    known = {(row["location"], row["sku"]): row for row in transaction.execute(statement).mappings()}
    items = [(row["location"], row["sku"]) for row in rows]
    return [{**row, **known[item]} for row, item in zip(rows, items, strict=True) if item in known]


def runs_of(transaction: Transaction, command: str, most: int = 24, saying: str = "") -> Sequence[Plan]:
    """The runs of a command, the newest first; ``saying``: a part of what they say of themselves, as JSON."""
    runs = plan_table("runs")
    statement = (
        sa.select(runs_seen.c.run, runs_seen.c.as_of, runs.c.described)
        .join(runs, runs.c.run == runs_seen.c.run)
        .where(runs_seen.c.command == command, runs.c.described.contains(saying, autoescape=True))
        .order_by(runs_seen.c.as_of.desc(), runs_seen.c.seen_at.desc())
        .limit(most)
    )
    return [Plan(row.run, row.as_of, json.loads(row.described)) for row in transaction.execute(statement)]
