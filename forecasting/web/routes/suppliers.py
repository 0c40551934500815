"""The first page: what each supplier's order comes to, and what it lacks. And one supplier's order."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from forecasting.store.application.lines import find_lines, totals
from forecasting.store.application.selection import Selection
from forecasting.store.application.suppliers import supplier_orders
from forecasting.web.caller import Database, Reader
from forecasting.web.rendering import current_plan, page, shared
from forecasting.web.routes.lines import grid_values, is_part

router = APIRouter()
PATH = "/supplier"
SIZE = 250
"""Lines of a supplier's order on one page: an order is looked at as a whole."""


@router.get("/")
def suppliers(request: Request, caller: Reader, store: Database) -> Response:
    """All suppliers, the one whose order saves most first."""
    plan = current_plan(store)
    if plan is None:
        return page(request, "no_plan.html", shared(caller, plan))
    with store.reading() as transaction:
        orders = supplier_orders(transaction, plan)
    ordered = [order for order in orders if order.lines]
    quiet = [order for order in orders if not order.lines]
    return page(request, "suppliers.html", {**shared(caller, plan), "orders": ordered, "quiet": quiet})


@router.get(PATH)
def supplier(request: Request, caller: Reader, store: Database, name: str) -> Response:
    """One supplier's order."""
    plan = current_plan(store)
    if plan is None:
        return page(request, "no_plan.html", shared(caller, plan))
    values = grid_values(store, plan, request.query_params, PATH, SIZE)
    with store.reading() as transaction:
        found = supplier_orders(transaction, plan, name)
    order = found[0] if found else None
    if order is None:
        text = f"The plan has no supplier {name}."
        return page(
            request, "error.html", {**shared(caller, plan), "title": "No such supplier", "text": text}, 404
        )
    template = "grid.html" if is_part(request) else "lines.html"
    return page(request, template, {**shared(caller, plan), **values, "order": order})


@router.get("/supplier/facts")
def facts(request: Request, caller: Reader, store: Database, name: str) -> Response:
    """What the order comes to now: the head of its page."""
    plan = current_plan(store)
    if plan is None:
        return Response(status_code=204)
    with store.reading() as transaction:
        found = supplier_orders(transaction, plan, name)
    return (
        page(request, "facts.html", {**shared(caller, plan), "order": found[0]})
        if found
        else Response(status_code=204)
    )


@router.get("/supplier/print")
def printable(request: Request, caller: Reader, store: Database, name: str) -> Response:
    """The order on paper: what is approved of it, and nothing else."""
    plan = current_plan(store)
    if plan is None:
        return page(request, "no_plan.html", shared(caller, plan))
    wanted = Selection(plan.run, supplier=name, status="approved", sort="sku", down=False, size=10_000)
    with store.reading() as transaction:
        lines, sums = find_lines(transaction, wanted), totals(transaction, wanted)
    values = {"lines": lines, "total": sums, "name": name}
    return page(request, "print.html", {**shared(caller, plan), **values})
