"""What would be with other costs, lead times or budget; scenarios; and the year's orders and cash."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from forecasting.reviewing import jobs as asking
from forecasting.reviewing.calendar import calendar
from forecasting.reviewing.refusals import RefusedError
from forecasting.reviewing.roles import SETTLE
from forecasting.serving.jobs import start
from forecasting.store.application.ahead import levels, order_days
from forecasting.store.application.jobs import DONE, Job, find_job
from forecasting.store.application.opened import Store
from forecasting.store.application.scenarios import find_scenario, scenarios_kept, settings_kept
from forecasting.store.application.suppliers import supplier_names
from forecasting.web.caller import Caller, Database, Reader, needs
from forecasting.web.plan_shown import Shown
from forecasting.web.rendering import page, reloaded, shared, toast

router = APIRouter()
Settler = Annotated[Caller, Depends(needs(SETTLE))]


@router.get("/what-if")
def what_if(
    request: Request, caller: Reader, store: Database, plan: Shown, scenario: str = "", job: str = ""
) -> Response:
    """The form, what was asked last, and the scenarios that were kept."""
    with store.reading() as transaction:
        values: dict[str, Any] = {
            "suppliers": supplier_names(transaction, plan.run),
            "scenarios": scenarios_kept(transaction),
            "promoted": settings_kept(transaction),
            "shown": find_scenario(transaction, scenario) if scenario else None,
            "job": find_job(transaction, job) if job else None,
        }
    if scenario and values["shown"] is None:
        raise RefusedError(f"There is no scenario {scenario[:60]!r}.")
    values["config"] = plan.described.get("config", {})
    return page(request, "what_if_plan.html", {**shared(caller, plan), **values})


@router.post("/what-if")
def ask(
    request: Request,
    caller: Reader,
    store: Database,
    plan: Shown,
    holding_rate: Annotated[str, Form()] = "",
    shortage_factor: Annotated[str, Form()] = "",
    lead_time_factor: Annotated[str, Form()] = "",
    budget: Annotated[str, Form()] = "",
    supplier: Annotated[str, Form()] = "",
) -> Response:
    """Have the plan made with the change."""
    said = {
        "holding_rate": holding_rate,
        "shortage_factor": shortage_factor,
        "lead_time_factor": lead_time_factor,
        "budget": budget,
        "supplier": supplier,
    }
    job = asking.ask_what_if(store, caller.person, asking.asked_change(said))
    start(store.url)
    return _progress(request, caller, plan, store, job)


@router.get("/what-if/progress")
def progress(request: Request, caller: Reader, store: Database, plan: Shown, job: str = "") -> Response:
    """How far it is; at the end what came of it."""
    return _progress(request, caller, plan, store, job)


def _progress(request: Request, caller: Caller, plan: Any, store: Store, job: str) -> Response:
    values = {"job": _job(store, job), "shown": None}
    return page(request, "what_if_outcome.html", {**shared(caller, plan), **values})


def _job(store: Store, job: str) -> Job:
    with store.reading() as transaction:
        found = find_job(transaction, job)
    if found is None or found.kind != asking.WHAT_IF:
        raise RefusedError("That is not known any more. Ask again.")
    return found


@router.post("/what-if/keep")
def keep(
    request: Request,
    caller: Reader,
    store: Database,
    name: Annotated[str, Form()] = "",
    job: Annotated[str, Form()] = "",
) -> Response:
    """Keep it as a scenario."""
    found = _job(store, job)
    if found.state != DONE or found.result is None:
        raise RefusedError("There is nothing to keep yet.")
    asking.keep(store, caller.person, name, found.result)
    return toast(request, f"Kept as {name.strip()}.", HX_Trigger="scenarios")


@router.post("/what-if/forget")
def forget(caller: Reader, store: Database, name: Annotated[str, Form()] = "") -> Response:
    """Forget a scenario."""
    asking.forget(store, caller.person, name)
    return Response(status_code=204, headers={"HX-Redirect": "/what-if"})


@router.post("/what-if/promote")
def promote(caller: Settler, store: Database, name: Annotated[str, Form()] = "") -> Response:
    """Make its settings those of every plan to come."""
    asking.make_settings(store, caller.person, name)
    return reloaded()


@router.post("/what-if/withdraw")
def withdraw(caller: Settler, store: Database, setting: Annotated[str, Form()] = "") -> Response:
    """Let a promoted setting be again what the files say."""
    asking.withdraw_setting(store, caller.person, setting)
    return reloaded()


@router.get("/calendar")
def year(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """Order dates and cash of twelve months, by supplier."""
    with store.reading() as transaction:
        found = calendar(levels(transaction, plan.run), plan.as_of, order_days(transaction, plan.run))
    return page(request, "calendar.html", {**shared(caller, plan), "calendar": found})
