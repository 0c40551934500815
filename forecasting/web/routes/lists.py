"""What a plan says beside its orders: what is not suggested, excess, open purchases, what the data lacks."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from forecasting.reviewing.excess import excess_of
from forecasting.reviewing.mending import decided, mended
from forecasting.reviewing.purchases import OpenPurchases, late
from forecasting.store.application.acting import count_purchases
from forecasting.store.application.lines import count_by_reason
from forecasting.store.application.plans import rows_of, rows_with_descriptions
from forecasting.store.flags import FLAGS
from forecasting.web.caller import Database, Reader
from forecasting.web.plan_shown import Shown
from forecasting.web.query import page_number
from forecasting.web.rendering import page, shared
from forecasting.web.routes.lines import grid_values

router = APIRouter()
PURCHASES = "/purchases"
SIZE = 100
"""Purchases of a page: those to ask for, and those to come."""

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


@router.get("/excess")
def excess(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """Stock that no likely demand calls for, the most money first."""
    with store.reading() as transaction:
        rows = excess_of(transaction, plan)
    return page(request, "excess.html", {**shared(caller, plan), "rows": rows})


@router.get(PURCHASES)
def open_purchases(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """Open purchase orders: what to ask for, the overdue ones, and what is still to come."""
    at = page_number(request.query_params.get("page", ""))
    part = request.headers.get("hx-target") == "grid"
    values: dict[str, Any] = {"wanted": {"page": at, "size": SIZE}, "most": SIZE}
    values["link"] = lambda page: f"{PURCHASES}?page={page}"
    with store.reading() as transaction:
        lines, money = count_purchases(transaction, plan.run, "to_come")
        values |= {"total": {"lines": lines, "value": money}}
        known = OpenPurchases.read(transaction, plan)
        values["shown"] = known.of("to_come", ((at - 1) * SIZE, SIZE))
        if not part:
            values["acts"] = known.to_ask()
            values["late"] = late(known.of("late"))
    template = "to_come.html" if part else "purchases.html"
    return page(request, template, {**shared(caller, plan), **values})


@router.get("/data")
def data(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """What looks odd in the data, and what was assumed: the dearest first."""
    with store.reading() as transaction:
        notices = list(rows_with_descriptions(transaction, "notices", plan.run, "number"))
        assumed = rows_of(transaction, "assumptions", plan.run, "-items", "setting")
    # Only a sum of money can be put in order; what has none comes after it, as the plan has it.
    notices.sort(key=lambda row: -(row["money"] or 0))
    values = {"notices": notices, "assumed": assumed, "mended": mended, "decided": decided}
    return page(request, "data.html", {**shared(caller, plan), **values})
