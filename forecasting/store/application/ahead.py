"""The levels of a plan's items as arrays: what a calendar of the orders to come is reckoned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from forecasting.store.application.line_source import d, quantity, r, select_lines, stands, value
from forecasting.store.application.opened import Transaction
from forecasting.store.application.tables import plan_table

FloatArray = npt.NDArray[np.float64]
NEVER = ("ended", "infeasible_terms")
DAYS_AHEAD = 91.0


@dataclass(frozen=True)
class Levels:
    """Of n items; each float64, shape (n,), units but where said.

    Attributes:
        supplier: text. orderable: bool: whether more can be ordered at all.
        quantity: what is ordered now as it stands; nothing of what was rejected or put off. value: its money.
        counted_on: the position without it. daily_demand: expected a day of the next quarter.
        reorder_point, order_up_to: the levels. unit_cost: money. review_days: days.
        pack_size, smallest, largest: what an order may be; inf: no limit.

    """

    supplier: Sequence[str]
    orderable: npt.NDArray[np.bool_]
    quantity: FloatArray
    value: FloatArray
    counted_on: FloatArray
    daily_demand: FloatArray
    reorder_point: FloatArray
    order_up_to: FloatArray
    unit_cost: FloatArray
    review_days: FloatArray
    pack_size: FloatArray
    smallest: FloatArray
    largest: FloatArray


def order_days(transaction: Transaction, run: str) -> Mapping[str, Sequence[date]]:
    """The days on which each supplier can be ordered from, rising; of those who always can be none
    is named.
    """
    table = plan_table("order_calendar")
    found = sa.select(table.c.supplier, table.c.order_on).where(table.c.run == run).distinct()
    days: dict[str, list[date]] = {}
    for row in transaction.execute(found.order_by(table.c.supplier, table.c.order_on)):
        days.setdefault(row.supplier, []).append(row.order_on)
    return days


def levels(transaction: Transaction, run: str) -> Levels:
    """The levels of all items of a plan, with the quantities that stand."""
    weeks = plan_table("item_weeks")
    figures: dict[str, Any] = {
        "quantity": sa.case((stands, quantity), else_=0),
        "value": sa.case((stands, value), else_=0),
        "counted_on": d.c.counted_on,
        "reorder_point": r.c.reorder_point,
        "order_up_to": r.c.order_up_to,
        "unit_cost": r.c.unit_cost,
        "review_days": d.c.review_days,
        "pack_size": d.c.pack_size,
        "smallest": d.c.smallest,
        "largest": d.c.largest,
        "daily_demand": d.c.daily_demand,
    }
    # As floating point from the start: a decimal each of 30,000 items takes a second.
    columns = [sa.cast(column, sa.Float).label(name) for name, column in figures.items()]
    same = sa.and_(weeks.c.run == r.c.run, weeks.c.location == r.c.location, weeks.c.sku == r.c.sku)
    statement = (
        select_lines(r.c.supplier, r.c.flags, weeks.c.sum_mean, *columns)
        .outerjoin(weeks, same)
        .where(r.c.run == run)
        .order_by(r.c.location, r.c.sku)
    )
    rows = transaction.execute(statement).all()
    supplier, flags, sums = ([row[at] for row in rows] for at in range(3))
    values = np.array([row[3:] for row in rows], dtype=np.float64).reshape(len(rows), len(columns))
    found = dict(zip(figures, values.T, strict=True))
    quarter = np.array([float(each.rpartition(";")[2]) if each else np.nan for each in sums])
    daily = np.where(np.isnan(quarter), found.pop("daily_demand"), quarter / DAYS_AHEAD)
    largest = np.where(np.isnan(found["largest"]), np.inf, found.pop("largest"))
    orderable = np.array([not any(word in each.split(";") for word in NEVER) for each in flags], dtype=bool)
    return Levels(supplier, orderable, daily_demand=daily, largest=largest, **found)
