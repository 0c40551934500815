"""The REST interface's share of orders: what a send would write, and what is where."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field

from forecasting.reviewing import jobs as asking
from forecasting.reviewing.roles import READ
from forecasting.web.caller import Caller, Database, program_needs
from forecasting.web.plan_shown import plan_answered
from forecasting.web.routes.api_work import WorkOut, begun, progress
from forecasting.web.routes.orders import orders_now, targets

Reading = Annotated[Caller, Depends(program_needs(READ))]


class OrderOut(BaseModel):
    """An order. ``status``: ``approved`` (not frozen yet), or as ``reorder status`` has it; ``number``: the
    ordering system's own.
    """

    model_config = ConfigDict(from_attributes=True)

    key: str
    run: str
    as_of: date
    supplier: str
    location: str
    lines: int
    value: Decimal
    status: str
    target: str
    number: str
    reason: str


NOT_FROZEN = {"status": "approved", "target": "", "number": "", "reason": ""}


class DryRunIn(BaseModel):
    """The ordering system to ask, by its name in the file of targets."""

    model_config = ConfigDict(extra="forbid")

    to: str = Field(max_length=200)


def add_orders(api: FastAPI) -> None:
    """Add the addresses to the interface."""

    @api.get("/orders", response_model=list[OrderOut])
    def orders(_: Reading, store: Database) -> Any:
        """What is approved as the orders that it becomes, what waits, and what was sent in 30 days."""
        plan = plan_answered(store)
        found = orders_now(store, plan)
        same = ("key", "run", "as_of", "supplier", "location", "value")
        approved = [
            {name: getattr(each, name) for name in same} | {"lines": len(each.lines), **NOT_FROZEN}
            for each in found["frozen"].orders
        ]
        return [*approved, *found["kept"]]

    @api.post("/orders/dry-run", response_model=WorkOut, status_code=202)
    def dry_run(caller: Reading, store: Database, wanted: DryRunIn) -> Any:
        """Ask an ordering system what a send would write; its answer is at ``/orders/dry-run/{job}``."""
        job = asking.ask_dry_run(store, caller.person, wanted.to, targets())
        return begun(store, job)

    @api.get("/orders/dry-run/{job}", response_model=WorkOut)
    def answer(_: Reading, store: Database, job: str) -> Any:
        """How far it is, and in the end what the ordering system says of each order."""
        return progress(store, asking.DRY_RUN, job)
