"""Whether it can be trusted: past orders replayed; forecasts, promises, edits and suppliers in hindsight."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from forecasting.reviewing.hindsight import hindsight
from forecasting.reviewing.jobs import LOOK_BACK, ask_look_back
from forecasting.reviewing.trust import by_person
from forecasting.serving.jobs import start
from forecasting.store.application.jobs import last_job
from forecasting.store.application.opened import Store
from forecasting.store.application.past import runs_of
from forecasting.store.application.plans import Plan, latest_run, rows_of
from forecasting.web.caller import Database, Reader
from forecasting.web.plan_shown import Shown
from forecasting.web.rendering import page, shared, so_far

router = APIRouter()
OURS = "cost_optimal"


def trusted(store: Store, plan: Plan) -> dict[str, Any]:
    """All that the page shows."""
    with store.reading() as transaction:
        replay = latest_run(transaction, "replay")
        policies = [] if replay is None else rows_of(transaction, "policies_replayed", replay.run)
        equal = [] if replay is None else rows_of(transaction, "equal_terms", replay.run)
        decided = hindsight(transaction, plan)
        promises = [each for each in runs_of(transaction, "promise") if each.described.get("kept")]
        suppliers = rows_of(transaction, "supplier_scores", plan.run, "-receipts", "supplier")
        job = last_job(transaction, LOOK_BACK)
    return {
        "replay": replay,
        "policies": policies,
        "equal": [row for row in equal if row["policy"] == OURS],
        "ours": OURS,
        "forecasts": decided.forecasts,
        "promises": promises,
        "edits": decided.lines,
        "people": by_person(decided.lines),
        "forecast_edits": decided.edits,
        "suppliers": [row for row in suppliers if row["receipts"]],
        "job": job,
    }


@router.get("/trust")
def trust(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """The page."""
    return page(request, "trust.html", {**shared(caller, plan), **trusted(store, plan)})


@router.post("/trust/look-back")
def look_back(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """Have the last half year replayed and planned again, beside the server."""
    ask_look_back(store, caller.person)
    start(store.url)
    return _progress(request, caller, store, plan)


@router.get("/trust/progress")
def progress(request: Request, caller: Reader, store: Database, plan: Shown) -> Response:
    """How far that is."""
    return _progress(request, caller, store, plan)


def _progress(request: Request, caller: Any, store: Store, plan: Plan) -> Response:
    with store.reading() as transaction:
        job = last_job(transaction, LOOK_BACK)
    return so_far(request, "look_back.html", shared(caller, plan), job)
