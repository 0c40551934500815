"""Customers who wait, and by when they get what; items that run short again and again."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from forecasting.reviewing.jobs import CAUSES, PROMISE, ask_causes
from forecasting.reviewing.pinning import give_promises, pin, try_pins, unpin
from forecasting.reviewing.refusals import RefusedError
from forecasting.serving.jobs import start
from forecasting.store.application.jobs import last_job
from forecasting.store.application.opened import Store
from forecasting.store.application.pins import all_pins, sources_of_item
from forecasting.store.application.plans import Plan, latest_run, rows_of, rows_with_descriptions
from forecasting.store.application.promised import (
    VERDICTS,
    Waiting,
    by_verdict,
    count_waiting,
    moved,
    promise_of,
    told_to_customers,
    waiting_lines,
)
from forecasting.web.caller import Caller, Database, Decider, Reader
from forecasting.web.plan_shown import Shown
from forecasting.web.query import page_number
from forecasting.web.rendering import page, reloaded, shared, so_far

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
                "told": told_to_customers(transaction, promised.run),
                "pins": all_pins(transaction),
                "job": last_job(transaction, PROMISE),
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
        if found is None:
            said = {"title": "No such line", "text": f"No open line has the number {number}."}
            return page(request, "error.html", {**shared(caller, plan), **said}, 404)
        sources = sources_of_item(transaction, plan.run, found["location"], found["sku"])
        held = all_pins(transaction)
    pins = [
        each for each in held if each["order"] == found["order"] and each["line"] in (None, found["line"])
    ]
    values = {"row": found, "promised": promised, "sources": sources, "pins": pins}
    return page(request, "customer_line.html", {**shared(caller, plan), **values})


@router.post("/customers/pin")
def set_aside(
    caller: Decider,
    store: Database,
    number: Annotated[int, Form()],
    source: Annotated[str, Form()] = "",
    quantity: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Set goods aside for a line."""
    pin(store, caller.person, number, source, quantity, reason)
    return reloaded()


@router.post("/customers/unpin")
def give_back(caller: Decider, store: Database, number: Annotated[int, Form(alias="pin")]) -> Response:
    """Take a pin out."""
    unpin(store, caller.person, number)
    return reloaded()


@router.post("/customers/try")
def try_out(request: Request, caller: Decider, store: Database, plan: Shown) -> Response:
    """Try out what the pins do to everybody's promises."""
    try_pins(store, caller.person)
    start(store.url)
    return _trying(request, caller, store, plan)


@router.post("/customers/give")
def give(
    request: Request, caller: Decider, store: Database, plan: Shown, run: Annotated[str, Form()] = ""
) -> Response:
    """Give the promises that were tried out."""
    give_promises(store, caller.person, run)
    start(store.url)
    return _trying(request, caller, store, plan)


@router.get("/customers/progress")
def progress(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """How far that is."""
    return _trying(request, caller, store, plan)


def _trying(request: Request, caller: Caller, store: Store, plan: Plan) -> Response:
    with store.reading() as transaction:
        job = last_job(transaction, PROMISE)
        values = {"pins": all_pins(transaction), "promised": latest_run(transaction, "promise")}
    return so_far(request, "pins.html", {**shared(caller, plan), **values}, job)


@router.get("/backorders")
def backorders(request: Request, caller: Reader, store: Database, plan: Shown, cause: str = "") -> Response:
    """Items that run short again and again: the evidence, the cause, and what more stock would avoid."""
    with store.reading() as transaction:
        looked = latest_run(transaction, "backorders")
        job = last_job(transaction, CAUSES)
        rows = rows_with_descriptions(transaction, "persistent_backorders", plan.run, "-money", "sku")
        told = {}
        if looked is not None and looked.as_of == plan.as_of:
            found = rows_of(transaction, "persistent_backorders", looked.run)
            told = {(row["location"], row["sku"]): row for row in found if row["cause"]}
    # What was looked into since the plan was made says more of the same item.
    rows = [{**row, **told.get((row["location"], row["sku"]), {})} for row in rows]
    causes: dict[str, list[Any]] = {}
    for row in rows:
        causes.setdefault(row["cause"] or "not looked into", []).append(row)
    shown = causes.get(cause, []) if cause else rows
    values = {"rows": shown, "every": rows, "causes": causes, "cause": cause, "job": job}
    return page(request, "backorders.html", {**shared(caller, plan), **values})


@router.post("/backorders/causes")
def look_into(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """Have the causes of the dearest looked into."""
    ask_causes(store, caller.person)
    start(store.url)
    return _looking(request, caller, store, plan)


@router.get("/backorders/progress")
def looking(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """How far that is."""
    return _looking(request, caller, store, plan)


def _looking(request: Request, caller: Caller, store: Store, plan: Plan) -> Response:
    with store.reading() as transaction:
        job = last_job(transaction, CAUSES)
    return so_far(request, "look_into.html", shared(caller, plan), job)
