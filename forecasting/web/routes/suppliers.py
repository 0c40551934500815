"""The first page: what each supplier's order comes to, and what it lacks. And one supplier's order."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from forecasting.reviewing.filling import fill_order, filling, lines_of_order
from forecasting.reviewing.refusals import RefusedError
from forecasting.store.application.lines import find_lines, totals
from forecasting.store.application.opened import Store
from forecasting.store.application.plans import Plan
from forecasting.store.application.selection import Selection
from forecasting.store.application.suppliers import SupplierOrder, supplier_orders
from forecasting.web.caller import Database, Decider, Reader
from forecasting.web.plan_shown import Shown, current_plan
from forecasting.web.rendering import number, page, shared, toast
from forecasting.web.routes.lines import WHOLE, grid_values, offered, part_or

router = APIRouter()
PATH = "/supplier"
TO = ("minimum", "freight")
SIZE = 250
"""Lines of a supplier's order on one page: an order is looked at as a whole."""


@router.get("/")
def suppliers(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """All suppliers, the one whose order saves most first."""
    with store.reading() as transaction:
        orders = supplier_orders(transaction, plan)
    ordered = [order for order in orders if order.lines]
    quiet = [order for order in orders if not order.lines]
    return page(request, "suppliers.html", {**shared(caller, plan), "orders": ordered, "quiet": quiet})


@router.get(PATH)
def supplier(request: Request, caller: Reader, store: Database, plan: Shown, name: str) -> Response:
    """One supplier's order."""
    values = grid_values(store, plan, request.query_params, PATH, SIZE)
    with store.reading() as transaction:
        found = supplier_orders(transaction, plan, name)
    order = found[0] if found else None
    if order is None:
        text = f"The plan has no supplier {name}."
        return page(
            request, "error.html", {**shared(caller, plan), "title": "No such supplier", "text": text}, 404
        )
    template = part_or(request, WHOLE)
    if template == WHOLE:
        values |= offered(store, plan)
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


def _missing(order: SupplierOrder, to: str) -> Decimal:
    """What an order lacks to its minimum, or to free freight."""
    if to not in TO:
        raise RefusedError(f"An order is filled to one of {', '.join(TO)}, not to {to[:40]!r}.")
    missing = order.to_minimum if to == "minimum" else order.to_free_freight
    return missing or Decimal(0)


def _order(store: Store, plan: Plan, name: str) -> SupplierOrder:
    with store.reading() as transaction:
        found = supplier_orders(transaction, plan, name)
    if not found:
        raise RefusedError(f"The plan has no supplier {name}.")
    return found[0]


@router.get("/supplier/fill")
def propose_filling(
    request: Request, caller: Reader, store: Database, name: str, to: str = "minimum"
) -> Response:
    """What would fill the order, and what that costs: nothing is kept."""
    plan = current_plan(store)
    if plan is None:
        return Response(status_code=204)
    order = _order(store, plan, name)
    with store.reading() as transaction:
        found = filling(lines_of_order(transaction, plan.run, name), _missing(order, to))
    values = {"order": order, "found": found, "to": to}
    return page(request, "fill.html", {**shared(caller, plan), **values})


@router.post("/plans/{run}/fill")
def fill(
    request: Request,
    caller: Decider,
    store: Database,
    run: str,
    to: Annotated[str, Form()],
    value: Annotated[Decimal, Form()],
    name: Annotated[str, Form()] = "",
) -> Response:
    """Fill the order, if that is the money that was agreed to. A supplier may be without a name."""
    plan = current_plan(store)
    if plan is None:
        raise RefusedError("There is no plan any more.")
    missing = _missing(_order(store, plan, name), to)
    found = fill_order(store, caller.person, run, name, missing, value)
    lines = f"{len(found.fills)} line{'' if len(found.fills) == 1 else 's'}"
    text = f"{lines} raised, worth {number(found.value, 2)} more."
    return toast(request, text, HX_Trigger="reload-grid, totals, filled")


@router.get("/supplier/print")
def printable(request: Request, caller: Reader, store: Database, plan: Shown, name: str) -> Response:
    """The order on paper: what is approved of it, and nothing else."""
    _order(store, plan, name)
    wanted = Selection(plan.run, supplier=name, status="approved", sort="sku", down=False, size=10_000)
    with store.reading() as transaction:
        lines, sums = find_lines(transaction, wanted), totals(transaction, wanted)
    values = {"lines": lines, "total": sums, "name": name}
    return page(request, "print.html", {**shared(caller, plan), **values})
