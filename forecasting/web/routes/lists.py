"""What a plan says beside its orders: what is not suggested, excess, open purchases, what the data lacks."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from forecasting.store.application.lines import count_by_reason
from forecasting.store.application.opened import Store
from forecasting.store.application.plans import Plan, Row, rows_of, rows_with_descriptions
from forecasting.store.flags import FLAGS
from forecasting.web.caller import Database, Reader
from forecasting.web.plan_shown import Shown
from forecasting.web.rendering import page, shared
from forecasting.web.routes.lines import grid_values

router = APIRouter()

WHY = {**FLAGS, "enough": "What is in stock and on order is enough."}


@router.get("/not-suggested")
def not_suggested(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """Lines of which nothing is suggested, each with the reason."""
    said = {**request.query_params, "only": "not_suggested"}
    said.setdefault("sort", "sku")
    said.setdefault("dir", "asc")
    values = grid_values(store, plan, said, "/not-suggested")
    with store.reading() as transaction:
        reasons = count_by_reason(transaction, plan.run)
    alone = request.headers.get("hx-target") == "grid"
    template = "quiet_grid.html" if alone else "not_suggested.html"
    return page(request, template, {**shared(caller, plan), **values, "reasons": reasons, "why": WHY})


def _table(store: Store, plan: Plan, name: str, *order: str) -> list[Row]:
    with store.reading() as transaction:
        return list(rows_with_descriptions(transaction, name, plan.run, *order))


@router.get("/excess")
def excess(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """Stock that no likely demand calls for, the most money first."""
    rows = _table(store, plan, "excess", "-excess_value", "sku")
    return page(request, "excess.html", {**shared(caller, plan), "rows": rows})


@router.get("/purchases")
def purchases(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """Open purchase orders: the overdue ones, and what is still to come."""
    late = _table(store, plan, "overdue", "number")
    overdue = {(row["purchase_order"], row["location"], row["sku"]) for row in late}
    to_come = [
        row
        for row in _table(store, plan, "open_purchases", "number")
        if (row["purchase_order"], row["location"], row["sku"]) not in overdue
    ]
    return page(request, "purchases.html", {**shared(caller, plan), "late": late, "to_come": to_come})


@router.get("/data")
def data(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """What looks odd in the data, and what was assumed: the dearest first."""
    notices = _table(store, plan, "notices", "number")
    # Only a sum of money can be put in order; what has none comes after it, as the plan has it.
    notices.sort(key=lambda row: -(row["money"] or 0))
    with store.reading() as transaction:
        assumed = rows_of(transaction, "assumptions", plan.run, "-items", "setting")
    return page(request, "data.html", {**shared(caller, plan), "notices": notices, "assumed": assumed})
