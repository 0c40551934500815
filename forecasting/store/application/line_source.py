"""What a line of a plan is, in SQL: the recommendation, and what was decided about it.

One statement says it. What is shown, counted, approved in bulk and exported are selections of it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from forecasting.store.application.tables import decisions, plan_table, snoozes

r, d = plan_table("recommendations"), plan_table("line_details")
x, s = decisions, snoozes

quantity = sa.func.coalesce(x.c.quantity, r.c.quantity)
value = sa.func.coalesce(x.c.value, r.c.value)
held = sa.and_(s.c.until.is_not(None), s.c.until > r.c.as_of)
status = sa.case(
    (sa.and_(x.c.status == "snoozed", x.c.snoozed_until <= r.c.as_of), "open"),
    (x.c.status.is_not(None), x.c.status),
    (held, "snoozed"),
    else_="open",
)
saving = r.c.expected_cost - sa.func.coalesce(x.c.expected_cost, r.c.expected_cost_if_ordered)

COLUMNS = {
    **{column.name: column for column in r.c if column.name not in {"policy", "model", "rule", "packs"}},
    **{column.name: column for column in d.c if column.name not in r.c},
    "model": r.c.model,
    "suggested": r.c.quantity,
    "quantity": quantity,
    "unit_cost": sa.func.coalesce(x.c.unit_cost, r.c.unit_cost),
    "value": value,
    "risk": sa.func.coalesce(x.c.risk, r.c.stockout_probability_if_ordered),
    "cost": sa.func.coalesce(x.c.expected_cost, r.c.expected_cost_if_ordered),
    "saving": saving,
    "status": status,
    "note": sa.func.coalesce(x.c.reason, s.c.reason, ""),
    "snoozed_until": sa.func.coalesce(x.c.snoozed_until, sa.case((held, s.c.until))),
    "version": sa.func.coalesce(x.c.version, 0),
    "changed_by": x.c.changed_by,
    "changed_at": x.c.changed_at,
}

_FROM = (
    # Every line has its details; joined from the outside a database leaves them out where none is asked for.
    r.outerjoin(d, sa.and_(d.c.run == r.c.run, d.c.location == r.c.location, d.c.sku == r.c.sku))
    .outerjoin(x, sa.and_(x.c.run == r.c.run, x.c.location == r.c.location, x.c.sku == r.c.sku))
    .outerjoin(s, sa.and_(s.c.location == r.c.location, s.c.sku == r.c.sku))
)


def select_lines(*columns: Any) -> sa.Select[Any]:
    """Some columns of the lines of all plans."""
    return sa.select(*columns).select_from(_FROM)
