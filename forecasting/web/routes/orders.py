"""Approved lines as orders: what a send would write, what an ordering system says of it, what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from forecasting.bootstrap.ordering import targets_in, utc_now
from forecasting.reviewing import jobs as asking
from forecasting.sending.freezing import Bound, freeze
from forecasting.sending.machine import MEANING, Status
from forecasting.serving.jobs import start, targets_file
from forecasting.store.application import outbox
from forecasting.store.application.jobs import Job, last_job
from forecasting.store.application.opened import Store
from forecasting.store.application.plans import Plan
from forecasting.web.caller import Database, Reader
from forecasting.web.plan_shown import Shown
from forecasting.web.rendering import page, shared

router = APIRouter()
FINISHED_DAYS = 30
"""Finished orders of so many days are shown."""


def targets() -> Mapping[str, str]:
    """The ordering systems that may be asked, and their kinds."""
    return targets_in(targets_file())


def orders_now(store: Store, plan: Plan) -> dict[str, Any]:
    """``frozen``: what a send would make of what is approved; ``kept``: what the outbox has."""
    now = utc_now()
    with store.reading() as transaction:
        kept = outbox.orders(transaction, since=now - timedelta(days=FINISHED_DAYS))
    return {"frozen": freeze(store, Bound(""), now, run=plan.run, keep=False), "kept": kept}


def last_dry_run(store: Store) -> Job | None:
    """The last time that an ordering system was asked, by anybody."""
    with store.reading() as transaction:
        return last_job(transaction, asking.DRY_RUN)


@router.get("/orders")
def orders(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """What is approved, as the orders that it would become; and what was sent."""
    meaning = {state.value: said for state, said in MEANING.items()}
    values = {"job": last_dry_run(store), "targets": targets(), "meaning": meaning, "parked": Status.PARKED}
    return page(request, "orders.html", {**shared(caller, plan), **orders_now(store, plan), **values})


@router.post("/orders/dry-run")
def dry_run(
    request: Request, caller: Reader, store: Database, plan: Shown, to: Annotated[str, Form()] = ""
) -> Response:
    """Ask an ordering system what a send would write. Nothing is changed there, or here."""
    asking.ask_dry_run(store, caller.person, to, targets())
    start(store.url)
    return progress(request, caller, store, plan)


@router.get("/orders/progress")
def progress(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """How far it is; at the end what the ordering system says."""
    values = {"job": last_dry_run(store), "targets": targets()}
    return page(request, "dry_run.html", {**shared(caller, plan), **values})
