"""What a line of a plan is, in SQL: the recommendation, what was decided about it, and the order it is in.

One statement says it. What is shown, counted, approved in bulk and exported are selections of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.tables import (
    LINE,
    decisions,
    outbox_lines,
    outbox_orders,
    plan_table,
    plans,
    snoozes,
)

r, d = plan_table("recommendations"), plan_table("line_details")
x, s = decisions, snoozes
o, ol = outbox_orders.alias("an_order"), outbox_lines.alias("ordered_line")
decisions_then = decisions.alias("decided_then")
GIVEN_UP = "given_up"
"""The status of an order that a person gave up: its items may be ordered anew."""


def unknown_to(run: Any, as_of: Any, dated: sa.FromClause) -> Sequence[sa.ColumnElement[bool]]:
    """The two ways in which a line of an order (``ol`` in ``o``) can be another plan's which this one cannot
    have known of: of its day or later, or frozen since it was first seen. ``dated``: the one of the two
    tables whose dates are asked.
    """
    seen_at = sa.select(plans.c.seen_at).where(plans.c.run == run).correlate(r).scalar_subquery()
    others = sa.and_(ol.c.run != run, o.c.status != GIVEN_UP)
    return sa.and_(dated.c.as_of >= as_of, others), sa.and_(dated.c.frozen_at >= seen_at, others)


_same_item = (ol.c.location == r.c.location, ol.c.sku == r.c.sku)
_ways = unknown_to(r.c.run, r.c.as_of, ol)
# Each way by itself: a database finds either by an index.
_elsewhere = sa.or_(*(sa.exists().where(*_same_item, o.c.key == ol.c.key, way).correlate(r) for way in _ways))


def _ordered(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Something of the order that a line is in, or else of the last one that holds its item where the plan
    cannot have known of it.
    """
    then = sa.and_(*(decisions_then.c[name] == ol.c[name] for name in LINE))
    of_item = (
        sa.select(column)
        .select_from(ol.join(o, o.c.key == ol.c.key).outerjoin(decisions_then, then))
        .where(*_same_item)
        .order_by(ol.c.frozen_at.desc(), ol.c.key)
        .limit(1)
        .correlate(r)
    )
    own = ol.c.run == r.c.run
    return sa.func.coalesce(*(of_item.where(each).scalar_subquery() for each in (own, sa.or_(*_ways))))


quantity = sa.func.coalesce(x.c.quantity, r.c.quantity)
value = sa.func.coalesce(x.c.value, r.c.value)
held = sa.and_(s.c.until.is_not(None), s.c.until > r.c.as_of)
decided = sa.case(
    (sa.and_(x.c.status == "snoozed", x.c.snoozed_until <= r.c.as_of), "open"),
    (x.c.status.is_not(None), x.c.status),
    (held, "snoozed"),
    else_="open",
)
stands = decided.in_(("open", "approved"))
"""Whether a line's quantity counts: it waits, is approved, or is ordered."""

status = sa.case(
    # The outbox is asked last, and only of lines that would order something: it may hold years.
    (~stands, decided),
    (quantity <= 0, decided),
    (_elsewhere, "ordered"),
    else_=decided,
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
    "ordered_in": _ordered(ol.c.key),
    "ordered_run": _ordered(ol.c.run),
    "ordered_by": _ordered(decisions_then.c.changed_by),
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


EVERY = 2**31 - 1
"""More lines than any plan has."""


def worked_out(*columns: Any, where: Sequence[sa.ColumnElement[bool]]) -> sa.Subquery:
    """Some columns of the lines of all plans, for figures to be made of.

    The limit leaves no line out. It keeps a database from putting what a column stands for in its place,
    and so from working a line's status out anew for each figure that counts it.
    """
    return select_lines(*columns).where(*where).limit(EVERY).subquery()
