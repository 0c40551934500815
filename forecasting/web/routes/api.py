"""The REST interface: the same use cases for programs, by tokens. ``/api/v1/openapi.json`` describes it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from forecasting.reviewing import deciding
from forecasting.reviewing.deciding import Seen
from forecasting.reviewing.quantities import effects, snap, typed_quantity
from forecasting.reviewing.refusals import (
    ChangedMeanwhileError,
    ListChangedError,
    NoSuchLineError,
    NotAllowedError,
    PlanReplacedError,
    RefusedError,
)
from forecasting.reviewing.reserving import NotEnoughError
from forecasting.reviewing.roles import DECIDE, READ
from forecasting.store.application.lines import Line, find_lines, find_numbered, totals
from forecasting.store.application.opened import AWAY, Store, UnreadableError
from forecasting.store.application.plans import rows_of
from forecasting.store.application.suppliers import supplier_orders
from forecasting.web.caller import Caller, Database, NotSignedInError, program_needs
from forecasting.web.plan_shown import plan_answered
from forecasting.web.query import selection
from forecasting.web.routes.api_goods import add_goods
from forecasting.web.routes.api_orders import add_orders
from forecasting.web.routes.api_promises import add_promises, shop_out
from forecasting.web.routes.api_reservations import add_reservations
from forecasting.web.routes.api_work import add_work

MOST = 1_000
"""Lines of one answer, at most."""

Reading = Annotated[Caller, Depends(program_needs(READ))]
Deciding = Annotated[Caller, Depends(program_needs(DECIDE))]
Table = Literal["excess", "overdue", "open_purchases", "persistent_backorders", "notices", "assumptions"]

WITHOUT = frozenset({"curve_quantity", "curve_cost", "curve_risk", "break_quantity", "break_cost"})


class PlanOut(BaseModel):
    """The plan that is decided on."""

    run: str
    as_of: date


class LineOut(BaseModel):
    """A line: what was recommended, and what was decided. Columns as in docs/outputs.md."""

    model_config = ConfigDict(extra="allow")

    run: str
    number: int
    version: int
    location: str
    sku: str
    description: str
    supplier: str
    status: str
    suggested: Decimal
    quantity: Decimal
    value: Decimal
    risk: Decimal
    saving: Decimal
    changed_by: str | None
    changed_at: datetime | None
    ordered_in: str | None
    ordered_run: str | None
    ordered_by: str | None


class RefusalOut(BaseModel):
    """Why not, in words."""

    model_config = ConfigDict(extra="allow")

    detail: str


class LinesOut(BaseModel):
    """A page of lines, and what the whole selection comes to."""

    lines: list[LineOut]
    total_lines: int
    total_value: Decimal
    open_lines: int
    open_value: Decimal


class EffectsOut(BaseModel):
    """What ordering a quantity would do."""

    quantity: Decimal
    packs: Decimal
    unit_cost: Decimal
    value: Decimal
    risk: Decimal
    cost: Decimal
    saving: Decimal
    cover_days: Decimal | None
    covers_until: date | None


class DecisionIn(BaseModel):
    """A decision about a line, at the version that was read."""

    model_config = ConfigDict(extra="forbid")

    run: str
    version: int = Field(ge=0, lt=2**31)
    action: Literal["quantity", "approve", "reject", "snooze", "reopen"]
    quantity: Decimal | None = None
    reason: str = Field(default="", max_length=500)
    until: date | None = None


class ApprovalIn(BaseModel):
    """Approve what of a selection waits, if it is so many lines with so much money."""

    model_config = ConfigDict(extra="forbid")

    run: str
    lines: int = Field(ge=0, lt=2**31)
    value: Decimal = Field(ge=0, lt=10**15)
    supplier: str | None = None
    search: str = ""
    only: str = "suggested"
    under: str = ""


class ApprovedOut(BaseModel):
    """How many lines were approved, and their money."""

    lines: int
    value: Decimal


class UndoIn(BaseModel):
    """The plan of which one's last change is to be taken back."""

    model_config = ConfigDict(extra="forbid")

    run: str


class UndoneOut(BaseModel):
    """What was taken back: how many lines, and how many stay since someone changed them afterwards."""

    restored: int
    kept: int


def create_api(store: Store) -> FastAPI:
    """The interface as an application of its own."""
    refusals: dict[int | str, dict[str, Any]] = {
        400: {"model": RefusalOut, "description": "It cannot be done, and why; nothing was changed."},
        401: {"model": RefusalOut, "description": "No token, or one that is of no use."},
        403: {"model": RefusalOut, "description": "The token's person, scope or limit does not allow it."},
        404: {"model": RefusalOut, "description": "There is no such line, or no plan yet."},
        409: {"model": RefusalOut, "description": "Someone was faster: the line or list as it is now."},
    }
    api = FastAPI(
        title="reorder", version="1", docs_url=None, redoc_url=None, openapi_url=None, responses=refusals
    )
    api.state.store = store
    _add_reading(api)
    add_promises(api)
    add_reservations(api)
    add_goods(api)
    add_orders(api)
    add_work(api)
    _add_deciding(api)
    _handle_errors(api)

    @api.get("/openapi.json", include_in_schema=False)
    def openapi(_: Reading) -> Response:
        """What this interface offers, as OpenAPI."""
        described = api.openapi()
        described["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        described["security"] = [{"token": []}]
        described["servers"] = [{"url": "/api/v1"}]
        return JSONResponse(described)

    return api


def _out(line: Line) -> dict[str, Any]:
    return {name: value for name, value in asdict(line).items() if name not in WITHOUT}


def _add_reading(api: FastAPI) -> None:
    @api.get("/plan", response_model=PlanOut)
    def plan(_: Reading, store: Database) -> Any:
        """The plan that is decided on."""
        return plan_answered(store)

    @api.get("/suppliers")
    def suppliers(_: Reading, store: Database) -> list[dict[str, Any]]:
        """What each supplier's order comes to now, the one that saves most first."""
        plan = plan_answered(store)
        with store.reading() as transaction:
            return [asdict(order) for order in supplier_orders(transaction, plan)]

    @api.get("/lines", response_model=LinesOut)
    def lines(
        request: Request,
        _: Reading,
        store: Database,
        supplier: Annotated[str | None, Query(max_length=200)] = None,
        size: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> Any:
        """Lines by the filters of the pages: search, skus, only, status, under, category, sort, dir, page."""
        said = {**request.query_params} | ({} if supplier is None else {"name": supplier})
        wanted = selection(plan_answered(store).run, said, size=size)
        with store.reading() as transaction:
            found, sums = find_lines(transaction, wanted), totals(transaction, wanted)
        return {
            "lines": [_out(line) for line in found],
            "total_lines": sums.lines,
            "total_value": sums.value,
            "open_lines": sums.open_lines,
            "open_value": sums.open_value,
        }

    @api.get("/lines/{number}", response_model=LineOut)
    def line(_: Reading, store: Database, number: int) -> Any:
        """One line."""
        return _out(_line(store, number))

    @api.get("/lines/{number}/effects", response_model=EffectsOut)
    def line_effects(_: Reading, store: Database, number: int, quantity: str) -> Any:
        """What ordering a quantity of it would do; nothing is kept."""
        found = _line(store, number)
        return effects(found, snap(found, typed_quantity(quantity)))

    @api.get("/tables/{table}")
    def table(_: Reading, store: Database, table: Table) -> list[dict[str, Any]]:
        """A table of the plan, as docs/outputs.md describes it."""
        plan = plan_answered(store)
        with store.reading() as transaction:
            return [dict(row) for row in rows_of(transaction, table, plan.run)]


def _line(store: Store, number: int) -> Line:
    run = plan_answered(store).run
    with store.reading() as transaction:
        found = find_numbered(transaction, run, number)
    if found is None:
        raise NoSuchLineError(f"The plan has no line {number}.")
    return found


def _add_deciding(api: FastAPI) -> None:
    @api.post("/lines/{number}/decision", response_model=LineOut)
    def decide(caller: Deciding, store: Database, number: int, wanted: DecisionIn) -> Any:
        """Decide a line. 409 with the line as it is now, where it was changed since it was read."""
        if not 0 < number < 2**31:
            raise NoSuchLineError(f"The plan has no line {number}.")
        return _out(_decided(store, caller, Seen(wanted.run, number, wanted.version), wanted))

    @api.post("/approve-shown", response_model=ApprovedOut)
    def approve_shown(caller: Deciding, store: Database, wanted: ApprovalIn) -> Any:
        """Approve many lines at once: all of them, or none where the list has changed."""
        said = {"search": wanted.search, "only": wanted.only, "under": wanted.under}
        if wanted.supplier is not None:
            said["name"] = wanted.supplier
        chosen = selection(wanted.run, said)
        lines, value = deciding.approve_shown(store, caller.person, chosen, wanted.lines, wanted.value)
        return {"lines": lines, "value": value}

    @api.post("/undo", response_model=UndoneOut)
    def undo(caller: Deciding, store: Database, wanted: UndoIn) -> Any:
        """Take back one's last change, or batch of changes."""
        undone = deciding.undo(store, caller.person, wanted.run)
        return {"restored": 0, "kept": 0} if undone is None else undone


def _decided(store: Store, caller: Caller, seen: Seen, wanted: DecisionIn) -> Line:
    person = caller.person
    if wanted.action == "quantity":
        if wanted.quantity is None:
            raise RefusedError("Give the quantity.")
        return deciding.set_quantity(store, person, seen, typed_quantity(f"{wanted.quantity:f}"))
    if wanted.action == "snooze":
        if wanted.until is None:
            raise RefusedError("Give the date until which it sleeps.")
        return deciding.snooze(store, person, seen, wanted.until, wanted.reason)
    if wanted.action == "reject":
        return deciding.reject(store, person, seen, wanted.reason)
    return (deciding.approve if wanted.action == "approve" else deciding.reopen)(store, person, seen)


def _handle_errors(api: FastAPI) -> None:
    def answer(status: int, error: Exception, **more: Any) -> Response:
        return JSONResponse({"detail": str(error), **more}, status)

    @api.exception_handler(NotSignedInError)
    def not_signed_in(_: Request, __: NotSignedInError) -> Response:
        said = {"detail": "Give a token: Authorization: Bearer TOKEN."}
        return JSONResponse(said, 401, {"WWW-Authenticate": "Bearer"})

    @api.exception_handler(UnreadableError)
    def unreadable(_: Request, __: UnreadableError) -> Response:
        return JSONResponse({"detail": "A text of the request cannot be kept: it has a NUL in it."}, 400)

    def away(_: Request, __: Exception) -> Response:
        said = "The database does not answer, or is busy: ask what was kept before you write again."
        return JSONResponse({"detail": said}, 503, {"Retry-After": "5"})

    for kind in AWAY:
        api.add_exception_handler(kind, away)

    @api.exception_handler(RefusedError)
    def refused(_: Request, error: RefusedError) -> Response:
        if isinstance(error, ChangedMeanwhileError):
            line = LineOut(**_out(error.line)).model_dump(mode="json")
            return answer(409, error, line=line)
        if isinstance(error, ListChangedError):
            return answer(409, error, lines=error.lines, value=str(error.value))
        if isinstance(error, NotEnoughError):
            return answer(409, error, left=str(error.left), shop=shop_out(error.shop))
        statuses = {NotAllowedError: 403, NoSuchLineError: 404, PlanReplacedError: 409}
        return answer(statuses.get(type(error), 400), error)
