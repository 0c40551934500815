"""Whether it can be trusted: past orders replayed; forecasts, promises, edits and suppliers in hindsight."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from forecasting.reviewing.jobs import LOOK_BACK, ask_look_back
from forecasting.reviewing.trust import accuracy, by_person, edit_outcomes, outcomes
from forecasting.serving.jobs import start
from forecasting.store.application.edits import edits_before
from forecasting.store.application.jobs import last_job
from forecasting.store.application.opened import Store
from forecasting.store.application.past import (
    asked_until,
    earlier_plans,
    edited_lines,
    forecasts_of,
    runs_of,
    shortage_rates,
    with_costs,
)
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
        before = earlier_plans(transaction, plan)
        asked = asked_until(transaction, plan.run) if before else None
        made = [(each.as_of, forecasts_of(transaction, each.run)) for each in before]
        edited = edited_lines(transaction, plan)
        rates = shortage_rates(transaction, sorted({row["run"] for row in edited}))
        promises = [each for each in runs_of(transaction, "promise") if each.described.get("kept")]
        suppliers = rows_of(transaction, "supplier_scores", plan.run, "-receipts", "supplier")
        job = last_job(transaction, LOOK_BACK)
        forecast_edits = with_costs(transaction, plan.run, edits_before(transaction, plan.as_of))
        usual = shortage_rates(transaction, [plan.run]).get(plan.run, 0.0)
        if forecast_edits and asked is None:
            asked = asked_until(transaction, plan.run)
    checked = [accuracy(of, as_of, asked, plan.as_of) for as_of, of in made] if asked else []
    rate = float(plan.described.get("config", {}).get("holding_rate", 0.25))
    edits = outcomes(edited, asked, plan.as_of, rate, rates) if asked else []
    return {
        "replay": replay,
        "policies": policies,
        "equal": [row for row in equal if row["policy"] == OURS],
        "ours": OURS,
        "forecasts": [each for each in checked if each is not None],
        "promises": promises,
        "edits": edits,
        "people": by_person(edits),
        "forecast_edits": edit_outcomes(forecast_edits, asked, plan.as_of, rate, usual) if asked else [],
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
