"""The grid of lines, and the decisions that are made in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response

from forecasting.reviewing import deciding
from forecasting.reviewing.deciding import Seen
from forecasting.reviewing.quantities import (
    cover_days,
    effects,
    next_break,
    snap,
    snapped_by,
    typed_quantity,
)
from forecasting.reviewing.refusals import (
    ChangedMeanwhileError,
    ListChangedError,
    NoSuchLineError,
    NotAllowedError,
    RefusedError,
)
from forecasting.store.application.lines import Line, find_lines, find_numbered, totals, words_of
from forecasting.store.application.notes import drop_view, save_view, views_of
from forecasting.store.application.opened import Store
from forecasting.store.application.plans import Plan
from forecasting.store.application.selection import Selection
from forecasting.store.application.suppliers import supplier_names
from forecasting.web.caller import Commenter, Database, Decider, Reader
from forecasting.web.plan_shown import Shown
from forecasting.web.query import PARAMETERS, SIZE, links, selection
from forecasting.web.rendering import number, page, per_cent, reloaded, shared, toast

router = APIRouter()
PATH = "/lines"


WHOLE = "lines.html"
PARTS = {"grid": "grid.html", "count": "count.html"}


def part_or(request: Request, whole: str) -> str:
    """The template of the part of a page that is asked for, else that of the ``whole`` page."""
    return PARTS.get(request.headers.get("hx-target", ""), whole)


def grid_values(
    store: Store, plan: Plan, said: Mapping[str, str], path: str, size: int = SIZE, only: str = "suggested"
) -> dict[str, Any]:
    """What the grid's template shows: lines, totals, what a bulk approval would approve, and links."""
    wanted = selection(plan.run, said, only=only, size=size)
    with store.reading() as transaction:
        lines, sums = find_lines(transaction, wanted), totals(transaction, wanted)
    return {
        "wanted": wanted,
        "lines": lines,
        "total": sums,
        "link": links(path, said),
        "path": path,
        "order": None,
        "cover_days": cover_days,
        "said": {name: said[name] for name in PARAMETERS if said.get(name)},
    }


def offered(store: Store, plan: Plan) -> dict[str, Any]:
    """The suppliers, categories and places that the whole page lets a list be narrowed to."""
    with store.reading() as transaction:
        return {
            "suppliers": supplier_names(transaction, plan.run),
            "categories": words_of(transaction, plan.run, "category"),
            "locations": words_of(transaction, plan.run, "location"),
        }


@router.get(PATH)
def all_lines(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """All lines, those that save most first."""
    template = part_or(request, WHOLE)
    values = grid_values(store, plan, request.query_params, PATH)
    if template == WHOLE:
        with store.reading() as transaction:
            values["views"] = views_of(transaction, caller.person.name)
        values |= offered(store, plan)
    return page(request, template, {**shared(caller, plan), **values})


def _found(store: Store, run: str, number: int) -> Line:
    with store.reading() as transaction:
        line = find_numbered(transaction, run, number)
    if line is None:
        raise NoSuchLineError(f"The plan has no line {number}.")
    return line


def _row(request: Request, caller: Any, line: Line, note: str = "", status: int = 200) -> Response:
    by_supplier = "/supplier?" not in request.headers.get("hx-current-url", "")
    values = {"line": line, "note": note, "by_supplier": by_supplier, "cover_days": cover_days}
    changed = {"HX-Trigger": "totals"} if status == 200 else {}
    return page(request, "row.html", {"me": caller, **values}, status, changed)


def _decide(request: Request, caller: Any, store: Store, seen: Seen, decide: Callable[[], Line]) -> Response:
    """The line as it is after a decision; or as it is now, with what kept the decision from being made."""
    try:
        line = decide()
    except ChangedMeanwhileError as error:
        return _row(request, caller, error.line, str(error), 409)
    except NotAllowedError as error:
        return _row(request, caller, _found(store, seen.run, seen.number), str(error), 403)
    except RefusedError as error:
        return _row(request, caller, _found(store, seen.run, seen.number), str(error), 422)
    return _row(request, caller, line)


LINE = "/plans/{run}/lines/{number}"
Version = Annotated[int, Form()]


@router.post(f"{LINE}/quantity")
def set_quantity(
    request: Request,
    caller: Decider,
    store: Database,
    run: str,
    number: int,
    version: Version,
    quantity: Annotated[str, Form()] = "",
) -> Response:
    """Another quantity."""
    seen = Seen(run, number, version)
    snapped = ""

    def decide() -> Line:
        nonlocal snapped
        wanted = typed_quantity(quantity)
        line = deciding.set_quantity(store, caller.person, seen, wanted)
        snapped = snapped_by(line, wanted)
        return line

    answer = _decide(request, caller, store, seen, decide)
    return _row(request, caller, _found(store, run, number), snapped) if snapped else answer


@router.post(f"{LINE}/approve")
def approve(
    request: Request, caller: Decider, store: Database, run: str, number: int, version: Version
) -> Response:
    """Approve it."""
    seen = Seen(run, number, version)
    return _decide(request, caller, store, seen, lambda: deciding.approve(store, caller.person, seen))


@router.post(f"{LINE}/reopen")
def reopen(
    request: Request, caller: Decider, store: Database, run: str, number: int, version: Version
) -> Response:
    """Take a decision back."""
    seen = Seen(run, number, version)
    return _decide(request, caller, store, seen, lambda: deciding.reopen(store, caller.person, seen))


@router.post(f"{LINE}/reject")
def reject(
    request: Request,
    caller: Decider,
    store: Database,
    run: str,
    number: int,
    version: Version,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Order nothing of it, for a reason."""
    seen = Seen(run, number, version)
    return _decide(request, caller, store, seen, lambda: deciding.reject(store, caller.person, seen, reason))


@router.post(f"{LINE}/snooze")
def snooze(
    request: Request,
    caller: Decider,
    store: Database,
    run: str,
    number: int,
    version: Version,
    until: Annotated[date, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Put it off until a date."""
    seen = Seen(run, number, version)
    return _decide(
        request, caller, store, seen, lambda: deciding.snooze(store, caller.person, seen, until, reason)
    )


@router.get(f"{LINE}/what-if")
def what_if(_: Reader, store: Database, run: str, number: int, quantity: str = "") -> Response:
    """What a quantity would do, as it is typed."""
    line = _found(store, run, number)
    wanted = typed_quantity(quantity)
    return JSONResponse(effects_json(line, wanted))


def effects_json(line: Line, wanted: Decimal) -> dict[str, str]:
    """What a quantity would do, written as the page writes it."""
    does = effects(line, snap(line, wanted))
    reaching = next_break(line, does.quantity)
    return {
        "quantity": number(does.quantity),
        "packs": f"{number(does.packs)} × {number(line.pack_size)}" if line.pack_size != 1 else "",
        "snapped": "" if does.quantity == wanted else number(does.quantity),
        "value": number(does.value, 2),
        "risk": per_cent(does.risk),
        "bar": f"{float(does.risk) * 64:.1f}",
        "cover": number(does.cover_days) if does.cover_days is not None else "years",
        "saving": number(does.saving, 2),
        "price_break": "" if reaching is None else number(reaching),
    }


@router.post("/plans/{run}/approve-shown")
def approve_shown(
    request: Request,
    caller: Decider,
    store: Database,
    run: str,
    lines: Annotated[int, Form()],
    value: Annotated[Decimal, Form()],
    shown: Annotated[str, Form()] = "",
) -> Response:
    """Approve what a page shows, if it is what was agreed to."""
    wanted: Selection = selection(run, dict(parse_qsl(shown, keep_blank_values=True)), only="suggested")
    try:
        approved, worth = deciding.approve_shown(store, caller.person, wanted, lines, value)
    except ListChangedError as error:
        return toast(request, str(error), bad=True, status=409, HX_Trigger="reload-grid")
    text = f"{number(approved)} line{'' if approved == 1 else 's'} approved, worth {number(worth, 2)}."
    return page(
        request,
        "toast.html",
        {"text": text, "bad": False, "undo": run},
        200,
        {"HX-Trigger": "reload-grid, totals"},
    )


@router.post("/plans/{run}/undo")
def undo(request: Request, caller: Decider, store: Database, run: str) -> Response:
    """Take back one's last change."""
    undone = deciding.undo(store, caller.person, run)
    if undone is None:
        return toast(request, "There is nothing of yours to undo.")
    text = f"{number(undone.restored)} line{'' if undone.restored == 1 else 's'} set back."
    if undone.kept:
        text += f" {number(undone.kept)} stay, as someone changed them since."
    return page(
        request,
        "toast.html",
        {"text": text, "bad": False, "undo": ""},
        200,
        {"HX-Trigger": "reload-grid, totals"},
    )


@router.post("/views")
def keep_view(
    request: Request,
    caller: Commenter,
    store: Database,
    name: Annotated[str, Form()] = "",
    query: Annotated[str, Form()] = "",
) -> Response:
    """Keep the filters of the page under a name."""
    known = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key in PARAMETERS]
    called = name.strip()[:60]
    if not called:
        raise RefusedError("Give the view a name.")
    with store.writing() as transaction:
        save_view(transaction, caller.person.name, called, links(PATH, dict(known))(page=""))
    return reloaded()


@router.post("/views/forget")
def forget_view(caller: Commenter, store: Database, name: Annotated[str, Form()]) -> Response:
    """Forget a view."""
    with store.writing() as transaction:
        drop_view(transaction, caller.person.name, name)
    return reloaded()
