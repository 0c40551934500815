"""One item: what its quantity means, how it comes about, and what lies behind it and ahead."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from forecasting.reviewing.edits import edit_forecast, end_forecast_edit, typed_percent
from forecasting.reviewing.projection import Weeks, arithmetic, numbers, projection, sentence
from forecasting.reviewing.quantities import (
    curve,
    effects,
    next_break,
    snap,
    snapped_by,
    typed_quantity,
)
from forecasting.reviewing.refusals import NotAQuantityError, RefusedError
from forecasting.reviewing.roles import FORECAST
from forecasting.reviewing.trust import since
from forecasting.store.application.deciding import changes_of_item
from forecasting.store.application.edits import edits_of
from forecasting.store.application.lines import Line, find_line
from forecasting.store.application.notes import comment, comments_of
from forecasting.store.application.opened import Store, Transaction
from forecasting.store.application.past import asked_until, earlier_plans, item_before
from forecasting.store.application.plans import Plan, latest_run, rows_of_item
from forecasting.store.application.promised import Waiting, deadlines_of_item, storefront_of, waiting_lines
from forecasting.store.flags import FLAGS, SEPARATOR
from forecasting.web.caller import Caller, Commenter, Database, Reader, needs
from forecasting.web.charts import cost_chart, demand_chart, stock_chart
from forecasting.web.plan_shown import Shown, current_plan
from forecasting.web.rendering import page, reloaded, shared
from forecasting.web.routes.lines import effects_json

router = APIRouter()
Forecaster = Annotated[Caller, Depends(needs(FORECAST))]
LONGEST_COMMENT = 2_000


def _seen_together(store: Store, plan: Plan, line: Line, quantity: Decimal) -> dict[str, Any]:
    """All that moves with the quantity."""
    this = (plan.run, line.location, line.sku)
    with store.reading() as transaction:
        found = rows_of_item(transaction, "item_weeks", *this)
        facts = rows_of_item(transaction, "item_facts", *this)
        purchases = rows_of_item(transaction, "open_purchases", *this)
        promised = latest_run(transaction, "promise")
        deadlines = [] if promised is None else deadlines_of_item(transaction, promised.run, *this[1:])
    weeks = Weeks.of(found[0])
    promoted = numbers(facts[0]["promoted"]) if facts else None
    ordered, does = snap(line, quantity), effects(line, snap(line, quantity))
    ahead = projection(line, weeks, purchases, ordered)
    return {
        "line": line,
        "does": does,
        "nothing": effects(line, Decimal(0)),
        "ahead": ahead,
        "weeks": weeks,
        "purchases": purchases,
        "sentence": sentence(line, does, ahead),
        "terms": arithmetic(line, ordered),
        "stock": stock_chart(line, ahead, deadlines),
        "deadlines": deadlines,
        "demand": demand_chart(line, weeks, promoted),
        "promoted": promoted,
        "customers": json.loads(facts[0]["customers"] or "[]") if facts else [],
        "lumpiness": facts[0]["lumpiness"] if facts else None,
        "cost": cost_chart(line, float(ordered), float(does.cost)),
        "curve": list(zip(*curve(line), strict=True)),
        "note": snapped_by(line, quantity),
        "reaching": next_break(line, ordered),
    }


@router.get("/item")
def item(
    request: Request, caller: Reader, store: Database, plan: Shown, sku: str, location: str = "main"
) -> Response:
    """The page."""
    with store.reading() as transaction:
        line = find_line(transaction, plan.run, location, sku)
        changes = changes_of_item(transaction, location, sku)
        said = comments_of(transaction, location, sku)
        beside = _beside(transaction, plan, location, sku)
    if line is None:
        text = f"The plan has no item {sku} at {location}."
        return page(
            request, "error.html", {**shared(caller, plan), "title": "No such item", "text": text}, 404
        )
    flags = [(word, FLAGS[word]) for word in line.flags.split(SEPARATOR) if word]
    values = {
        **_seen_together(store, plan, line, line.quantity),
        "flags": flags,
        "changes": changes,
        "comments": said,
        **beside,
    }
    return page(request, "item.html", {**shared(caller, plan), **values})


def _beside(transaction: Transaction, plan: Plan, location: str, sku: str) -> dict[str, Any]:
    """What does not move with the quantity: earlier plans, edits, who waits, and what may stand in."""
    before = [each.run for each in earlier_plans(transaction, plan)]
    rows = item_before(transaction, before, location, sku)
    asked = asked_until(transaction, plan.run, (location, sku))
    promised = latest_run(transaction, "promise")
    found: dict[str, Any] = {
        "history": since(rows, asked, plan.as_of) if asked.row else [],
        "edits": edits_of(transaction, location, sku),
        "offers": rows_of_item(transaction, "suppliers_compared", plan.run, location, sku),
        "second": rows_of_item(transaction, "second_orders", plan.run, location, sku),
        "waiting": [],
        "shop": None,
    }
    if promised is not None:
        wanted = Waiting(promised.run, plan.run, sku=sku, location=location, size=20)
        found["waiting"] = waiting_lines(transaction, wanted)
        found["shop"] = storefront_of(transaction, promised.run, location, sku)
    return found


@router.post("/item/forecast")
def edit(
    caller: Forecaster,
    store: Database,
    sku: Annotated[str, Form()],
    location: Annotated[str, Form()],
    until: Annotated[date, Form()],
    percent: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Edit its forecast."""
    edit_forecast(store, caller.person, (location, sku), typed_percent(percent), until, reason)
    return reloaded()


@router.post("/item/forecast/end")
def end_edit(
    caller: Forecaster, store: Database, sku: Annotated[str, Form()], location: Annotated[str, Form()]
) -> Response:
    """Let it be forecast as before."""
    end_forecast_edit(store, caller.person, (location, sku))
    return reloaded()


@router.get("/item/what-if")
def what_if(
    request: Request, caller: Reader, store: Database, sku: str, location: str, quantity: str = ""
) -> Response:
    """The same with another quantity: nothing is kept."""
    plan = current_plan(store)
    line = None
    if plan is not None:
        with store.reading() as transaction:
            line = find_line(transaction, plan.run, location, sku)
    if plan is None or line is None:
        raise RefusedError("There is a newer plan: reload the page.")
    try:
        wanted = typed_quantity(quantity)
    except NotAQuantityError:
        # A box that is being typed in is empty for a moment.
        return Response(status_code=204)
    values = _seen_together(store, plan, line, wanted)
    return page(
        request, "what_if.html", {**shared(caller, plan), **values, "json": effects_json(line, wanted)}
    )


@router.post("/item/comments")
def say(
    request: Request,
    caller: Commenter,
    store: Database,
    sku: Annotated[str, Form()],
    location: Annotated[str, Form()],
    text: Annotated[str, Form()] = "",
) -> Response:
    """Say something about the item."""
    plan = current_plan(store)
    said = text.strip()
    if not said or len(said) > LONGEST_COMMENT:
        raise RefusedError(f"A comment has 1 to {LONGEST_COMMENT} characters.")
    with store.writing() as transaction:
        if plan is None or find_line(transaction, plan.run, location, sku) is None:
            raise RefusedError("The plan has no such item.")
        comment(transaction, location, sku, caller.person.name, said)
    with store.reading() as transaction:
        found = comments_of(transaction, location, sku)
    return page(request, "comments.html", {**shared(caller, plan), "comments": found})
