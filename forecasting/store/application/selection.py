"""Which lines of a plan are meant: filters, order and page, as a value and as conditions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from forecasting.store.application.line_source import d, quantity, r, saving, status, value, x
from forecasting.store.application.writing import holds

RISKY = 0.3
"""A line whose risk of running out before goods arrive is at least this is said to run out."""

DATA_FLAGS = (
    "stock_assumed",
    "stock_contradiction",
    "location_mismatch",
    "infeasible_terms",
    "absurd_costs",
    "orders_unknown",
    "odd_order",
    "level_shift",
)
"""Flags that say: look at the data before you believe the quantity."""

SORTS = {
    "saving": saving,
    "sku": r.c.sku,
    "supplier": r.c.supplier,
    "category": d.c.category,
    "on_hand": r.c.on_hand,
    "on_order": r.c.on_order,
    "owed": r.c.backlog,
    "suggested": r.c.quantity,
    "quantity": quantity,
    "value": value,
    "risk": r.c.stockout_probability,
    "cover": (r.c.inventory_position + quantity) / sa.func.nullif(d.c.daily_demand, 0),
    "order_by": r.c.order_by,
    "arrives_on": r.c.arrives_on,
    "status": status,
}


def _flagged(*words: str) -> sa.ColumnElement[bool]:
    every = ";" + r.c.flags + ";"
    return sa.or_(*(every.contains(f";{word};") for word in words))


FILTERS: dict[str, sa.ColumnElement[bool]] = {
    "suggested": sa.or_(r.c.quantity > 0, quantity > 0, x.c.version > 0),
    "not_suggested": sa.and_(r.c.quantity == 0, quantity == 0),
    "owed": r.c.backlog > 0,
    "runs_out": r.c.stockout_probability >= RISKY,
    "persistent": _flagged("persistent_backorder"),
    "new": _flagged("no_history", "not_known_yet"),
    "data": _flagged(*DATA_FLAGS),
    "excess": _flagged("excess"),
    "odd": _flagged("odd_order"),
    "overdue": _flagged("overdue"),
    "edited": quantity != r.c.quantity,
    "plain": sa.and_(r.c.stockout_probability < RISKY, r.c.backlog == 0, ~_flagged(*DATA_FLAGS)),
}
"""What lines can be narrowed to, by name."""

STATUSES = ("open", "approved", "ordered", "rejected", "snoozed")


@dataclass(frozen=True)
class Selection:
    """Which lines of a plan, in which order, and which part of them.

    Attributes:
        run: the plan.
        supplier, category, location: exactly these; None: any. An empty supplier is that of lines with none.
        search: a part of the SKU, description or supplier, in any case.
        skus: only these; empty: any.
        only: a name of FILTERS; empty: all.
        status: one of STATUSES; empty: any.
        under: a line's money must be below it; None: any.
        reason: a flag that must be there (why nothing is suggested); ``enough``: none of those there are.
        sort: a name of SORTS. down: whether the largest comes first.
        page, size: which part; the first is 1.

    """

    run: str
    supplier: str | None = None
    category: str | None = None
    location: str | None = None
    search: str = ""
    skus: tuple[str, ...] = ()
    only: str = ""
    status: str = ""
    under: Decimal | None = None
    reason: str = ""
    sort: str = "saving"
    down: bool = True
    page: int = 1
    size: int = 100

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What a line has to be."""
        found = [r.c.run == self.run]
        for column, wanted in (
            (r.c.supplier, self.supplier),
            (d.c.category, self.category),
            (r.c.location, self.location),
        ):
            if wanted is not None:
                found.append(column == wanted)
        if self.search:
            texts = (r.c.sku, d.c.description, r.c.supplier)
            found.append(sa.or_(*(holds(text, self.search) for text in texts)))
        if self.skus:
            found.append(sa.func.lower(r.c.sku).in_([sku.lower() for sku in self.skus]))
        if self.only:
            found.append(FILTERS[self.only])
        if self.status:
            found.append(status == self.status)
        if self.under is not None:
            found.append(value < self.under)
        if self.reason:
            found.append(_flagged(self.reason) if self.reason != "enough" else ~_flagged(*WHY_NOT))
        return found


WHY_NOT = (
    "ended",
    "not_known_yet",
    "infeasible_terms",
    "no_history",
    "minimum_out_of_reach",
    "order_not_worth",
    "budget",
    "volume_limit",
    "excess",
)
"""Flags that say why nothing is suggested, the first that is there; without one, stock is enough."""
