"""The REST interface's share of promises: what customers are promised, and what a shop may say of an item."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict

from forecasting.reviewing.reserving import shop_of
from forecasting.reviewing.roles import READ
from forecasting.store.application.opened import Store, Transaction
from forecasting.store.application.plans import Plan, latest_run
from forecasting.store.application.promised import (
    Waiting,
    count_waiting,
    promise_of,
    told_to_customers,
    waiting_lines,
)
from forecasting.web.caller import Caller, Database, program_needs
from forecasting.web.plan_shown import current_plan

Reading = Annotated[Caller, Depends(program_needs(READ))]
Verdict = Literal["cannot_make_it", "deadline_passed", "at_risk", "unknown", "will_make_it"]
MOST = 1_000
"""Lines of one answer, at most."""


class PromiseOut(BaseModel):
    """An open order line's promise: columns as ``promises`` in docs/outputs.md, and the best action."""

    model_config = ConfigDict(extra="allow")

    run: str
    as_of: date
    number: int
    order: str
    line: str | None
    location: str
    sku: str
    customer: str | None
    quantity: Decimal
    eta_p50: date | None
    eta_p90: date | None
    deadline: date | None
    verdict: str


class PromisesOut(BaseModel):
    """A page of promises, and how many there are on all pages."""

    lines: list[PromiseOut]
    total_lines: int


class StorefrontOut(BaseModel):
    """What a shop may say and sell of an item: columns as ``storefront`` in docs/outputs.md."""

    model_config = ConfigDict(extra="allow")

    run: str
    as_of: date
    location: str
    sku: str
    status: str
    says: str
    promisable_now: Decimal
    promisable_by_date: str
    eta_p90: date | None
    alternatives: list[dict[str, Any]]


def add_promises(api: FastAPI) -> None:
    """Add the addresses to the interface."""

    @api.get("/promises", response_model=PromisesOut)
    def promises(
        _: Reading,
        store: Database,
        verdict: Annotated[Verdict | None, Query()] = None,
        search: Annotated[str, Query(max_length=200)] = "",
        sku: Annotated[str, Query(max_length=200)] = "",
        location: Annotated[str, Query(max_length=200)] = "",
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
        size: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> Any:
        """Open order lines with their promises, the most pressing first, by the last run of ``promise``."""
        plan = current_plan(store)
        with store.reading() as transaction:
            run = _promised(transaction).run
            details = run if plan is None else plan.run
            wanted = Waiting(run, details, verdict or "", search, sku, location, page, size)
            found = waiting_lines(transaction, wanted)
            return {"lines": found, "total_lines": count_waiting(transaction, wanted)}

    @api.get("/promises/{number}", response_model=PromiseOut)
    def promise(_: Reading, store: Database, number: int) -> Any:
        """One line's promise, with what serves it and what could be done for it."""
        return _found(store, lambda transaction, run: promise_of(transaction, run, number), "open line")

    @api.get("/storefront", response_model=StorefrontOut)
    def storefront(
        _: Reading,
        store: Database,
        sku: Annotated[str, Query(max_length=200)],
        location: Annotated[str, Query(max_length=200)] = "main",
    ) -> Any:
        """What can be promised of one item, in words and in figures, and what may stand in for it."""
        return _found(store, lambda transaction, run: shop_of(transaction, run, location, sku), "item")

    @api.get("/customer-notices")
    def notices(_: Reading, store: Database) -> list[dict[str, Any]]:
        """What customers have to be told by the last promises; nobody has been told before they are given."""
        current_plan(store)
        with store.reading() as transaction:
            return [dict(row) for row in told_to_customers(transaction, _promised(transaction).run)]


def shop_out(shop: Mapping[str, Any]) -> dict[str, Any]:
    """What may be said of an item, as JSON."""
    return StorefrontOut(**shop).model_dump(mode="json")


def _promised(transaction: Transaction) -> Plan:
    run = latest_run(transaction, "promise")
    if run is None:
        raise HTTPException(404, "Nothing has been promised yet: run reorder promise with --db.")
    return run


def _found(store: Store, find: Any, what: str) -> Mapping[str, Any]:
    current_plan(store)  # notices a run that was written just now
    with store.reading() as transaction:
        found: Mapping[str, Any] | None = find(transaction, _promised(transaction).run)
    if found is None:
        raise HTTPException(404, f"There is no such {what}.")
    return found
