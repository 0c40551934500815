"""The REST interface's share of what is ahead: the year's cash, and what would be with other figures."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from forecasting.reviewing import jobs as asking
from forecasting.reviewing.calendar import as_rows, calendar
from forecasting.reviewing.edits import edit_forecast, end_forecast_edit, typed_percent
from forecasting.reviewing.roles import FORECAST, READ
from forecasting.serving.jobs import start
from forecasting.store.application.ahead import levels, order_days
from forecasting.store.application.edits import edits_holding
from forecasting.store.application.jobs import find_job
from forecasting.store.application.opened import Store
from forecasting.store.application.scenarios import scenarios_kept
from forecasting.web.caller import Caller, Database, program_needs
from forecasting.web.plan_shown import plan_answered
from forecasting.web.routes.trust import trusted

Reading = Annotated[Caller, Depends(program_needs(READ))]
Forecasting = Annotated[Caller, Depends(program_needs(FORECAST))]


class ChangeIn(BaseModel):
    """What is to be different; what is left out stays as it is. ``supplier``: only its items."""

    model_config = ConfigDict(extra="forbid")

    holding_rate: float | None = Field(default=None, ge=0, le=5, allow_inf_nan=False)
    shortage_factor: float | None = Field(default=None, ge=0.1, le=20, allow_inf_nan=False)
    lead_time_factor: float | None = Field(default=None, ge=0.1, le=10, allow_inf_nan=False)
    budget: float | None = Field(default=None, ge=0, le=1e12, allow_inf_nan=False)
    supplier: str = Field(default="", max_length=200)


class EditIn(BaseModel):
    """An item's forecast, so many per cent more (below 0: less) until a day, for a reason."""

    model_config = ConfigDict(extra="forbid")

    sku: str = Field(max_length=200)
    location: str = Field(default="main", max_length=200)
    percent: float = Field(ge=-100, le=1000, allow_inf_nan=False)
    until: date
    reason: str = Field(min_length=1, max_length=500)


class ItemIn(BaseModel):
    """An item."""

    model_config = ConfigDict(extra="forbid")

    sku: str = Field(max_length=200)
    location: str = Field(default="main", max_length=200)


class WorkOut(BaseModel):
    """A piece of work: how far it is, and in the end what came of it."""

    job: str
    state: str
    said: str
    result: dict[str, Any] | None


def begun(store: Store, job: str) -> WorkOut:
    """A piece of work that was asked for a moment ago, and is started."""
    start(store.url)
    return WorkOut(job=job, state="waiting", said="Waiting for its turn.", result=None)


def progress(store: Store, kind: str, job: str) -> WorkOut:
    """How far a piece of work of a kind is. Raises HTTPException, 404, where it is not known."""
    with store.reading() as transaction:
        found = find_job(transaction, job)
    if found is None or found.kind != kind:
        raise HTTPException(404, "That is not known any more.")
    result = None if found.result is None else dict(found.result)
    return WorkOut(job=found.job, state=found.state, said=found.said, result=result)


def add_work(api: FastAPI) -> None:
    """Add the addresses to the interface."""

    @api.get("/calendar")
    def year(_: Reading, store: Database) -> list[dict[str, Any]]:
        """Order dates and cash of the twelve months to come, a row a supplier."""
        plan = plan_answered(store)
        with store.reading() as transaction:
            return [
                dict(row)
                for row in as_rows(
                    calendar(levels(transaction, plan.run), plan.as_of, order_days(transaction, plan.run))
                )
            ]

    @api.post("/what-if", response_model=WorkOut, status_code=202)
    def what_if(caller: Reading, store: Database, wanted: ChangeIn) -> Any:
        """Have the plan made with a change; ask for the outcome at ``/what-if/{job}``. Nothing is kept."""
        figures = wanted.model_dump(exclude_none=True, exclude={"supplier"})
        said = {name: f"{value:.12f}" for name, value in figures.items()} | {"supplier": wanted.supplier}
        job = asking.ask_what_if(store, caller.person, asking.asked_change(said))
        return begun(store, job)

    @api.get("/what-if/{job}", response_model=WorkOut)
    def outcome(_: Reading, store: Database, job: str) -> Any:
        """How far it is, and in the end what came of it."""
        return progress(store, asking.WHAT_IF, job)

    @api.get("/forecast-edits")
    def edits(_: Reading, store: Database) -> list[dict[str, Any]]:
        """The forecast edits that hold in a plan of the newest plan's day."""
        plan = plan_answered(store)
        with store.reading() as transaction:
            return [dict(row) for row in edits_holding(transaction, plan.as_of)]

    @api.post("/forecast-edits", status_code=204)
    def edit(caller: Forecasting, store: Database, wanted: EditIn) -> None:
        """Edit a forecast; the plans to come honour it."""
        percent = typed_percent(f"{wanted.percent:+.6f}")
        item = (wanted.location, wanted.sku)
        edit_forecast(store, caller.person, item, percent, wanted.until, wanted.reason)

    @api.post("/forecast-edits/end", status_code=204)
    def end_edit(caller: Forecasting, store: Database, wanted: ItemIn) -> None:
        """Let an item be forecast as before."""
        end_forecast_edit(store, caller.person, (wanted.location, wanted.sku))

    @api.get("/trust")
    def trust(_: Reading, store: Database) -> dict[str, Any]:
        """The last replay, what became of forecasts and of edits, and suppliers' scorecards."""
        plan = plan_answered(store)
        found = trusted(store, plan)
        return {
            "replay": [dict(row) for row in found["policies"]],
            "equal_terms": [dict(row) for row in found["equal"]],
            "forecasts": [asdict(each) for each in found["forecasts"]],
            "edits": [asdict(each) for each in found["edits"]],
            "suppliers": [dict(row) for row in found["suppliers"]],
        }

    @api.get("/scenarios")
    def scenarios(_: Reading, store: Database) -> list[dict[str, Any]]:
        """The scenarios that were kept under a name, the last first."""
        with store.reading() as transaction:
            return [dict(row) for row in scenarios_kept(transaction)]
