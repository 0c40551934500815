"""Customers who wait, and by when they get what; items that run short again and again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from forecasting.reviewing.refusals import RefusedError
from forecasting.store.application.plans import latest_run, rows_with_descriptions
from forecasting.store.application.promised import (
    VERDICTS,
    Waiting,
    by_verdict,
    count_waiting,
    moved,
    promise_of,
    waiting_lines,
)
from forecasting.web.caller import Database, Reader
from forecasting.web.plan_shown import Shown
from forecasting.web.query import page_number
from forecasting.web.rendering import page, shared

router = APIRouter()
PATH = "/customers"
KEPT = ("verdict", "search", "page")


@router.get(PATH)
def customers(
    request: Request, caller: Reader, store: Database, plan: Shown, verdict: str = "", search: str = ""
) -> Response:
    """Every open line of a customer, the most pressing first, with what would save it."""
    if verdict and verdict not in VERDICTS:
        raise RefusedError(f"There is no verdict {verdict[:40]!r}. Known are: {', '.join(VERDICTS)}.")
    said = {name: request.query_params[name] for name in KEPT if request.query_params.get(name)}

    def link(**changed: object) -> str:
        kept = {name: value for name, value in {**said, **changed}.items() if value != ""}
        return f"{PATH}?{urlencode(kept)}" if kept else PATH

    values: dict[str, Any] = {"promised": None, "link": link, "verdict": verdict, "search": search.strip()}
    with store.reading() as transaction:
        promised = latest_run(transaction, "promise")
        if promised is not None:
            wanted = Waiting(
                promised.run, plan.run, verdict, search.strip()[:200], page=page_number(said.get("page", ""))
            )
            values |= {
                "promised": promised,
                "wanted": wanted,
                "rows": waiting_lines(transaction, wanted),
                "lines": count_waiting(transaction, wanted),
                "verdicts": by_verdict(transaction, promised.run),
                "moved": moved(transaction, promised.run),
            }
    part = request.headers.get("hx-target") == "grid" and promised is not None
    return page(
        request, "waiting_grid.html" if part else "customers.html", {**shared(caller, plan), **values}
    )


@router.get("/customers/line")
def customer_line(
    request: Request, caller: Reader, store: Database, plan: Shown, number: int = 0
) -> Response:
    """One line: what serves it, what could be done and what that costs, and what the customer is told."""
    with store.reading() as transaction:
        promised = latest_run(transaction, "promise")
        found = None if promised is None else promise_of(transaction, promised.run, number)
    if promised is None or found is None:
        said = {"title": "No such line", "text": f"No open line has the number {number}."}
        return page(request, "error.html", {**shared(caller, plan), **said}, 404)
    values = {"row": found, "promised": promised}
    return page(request, "customer_line.html", {**shared(caller, plan), **values})


@router.get("/backorders")
def backorders(request: Request, caller: Reader, store: Database, plan: Shown, cause: str = "") -> Response:
    """Items that run short again and again: the evidence, the cause, and what more stock would avoid."""
    with store.reading() as transaction:
        rows = rows_with_descriptions(transaction, "persistent_backorders", plan.run, "-money", "sku")
    causes: dict[str, list[Any]] = {}
    for row in rows:
        causes.setdefault(row["cause"] or "not looked into", []).append(row)
    shown = causes.get(cause, []) if cause else rows
    values = {"rows": shown, "every": rows, "causes": causes, "cause": cause}
    return page(request, "backorders.html", {**shared(caller, plan), **values})
