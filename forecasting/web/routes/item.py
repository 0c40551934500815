"""One item: what its quantity means, how it comes about, and what lies behind it and ahead."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from forecasting.reviewing.projection import Weeks, arithmetic, projection, sentence
from forecasting.reviewing.quantities import (
    curve,
    effects,
    next_break,
    snap,
    snapped_by,
    typed_quantity,
)
from forecasting.reviewing.refusals import NotAQuantityError, RefusedError
from forecasting.store.application.deciding import changes_of_item
from forecasting.store.application.lines import Line, find_line
from forecasting.store.application.notes import comment, comments_of
from forecasting.store.application.opened import Store
from forecasting.store.application.plans import Plan, rows_of_item
from forecasting.store.flags import FLAGS, SEPARATOR
from forecasting.web.caller import Commenter, Database, Reader
from forecasting.web.charts import cost_chart, demand_chart, stock_chart
from forecasting.web.plan_shown import Shown, current_plan
from forecasting.web.rendering import page, shared
from forecasting.web.routes.lines import effects_json

router = APIRouter()
LONGEST_COMMENT = 2_000


def _seen_together(store: Store, plan: Plan, line: Line, quantity: Decimal) -> dict[str, Any]:
    """All that moves with the quantity."""
    this = (plan.run, line.location, line.sku)
    with store.reading() as transaction:
        found = rows_of_item(transaction, "item_weeks", *this)
        purchases = rows_of_item(transaction, "open_purchases", *this)
    weeks = Weeks.of(found[0])
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
        "stock": stock_chart(line, ahead),
        "demand": demand_chart(line, weeks),
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
    }
    return page(request, "item.html", {**shared(caller, plan), **values})


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
