"""The REST interface's share of goods: purchases to come, and what there is too much of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import Depends, FastAPI
from pydantic import BaseModel

from forecasting.reviewing.excess import Excess, excess_of
from forecasting.reviewing.purchases import OpenPurchases, Purchase
from forecasting.reviewing.roles import READ
from forecasting.web.caller import Caller, Database, program_needs
from forecasting.web.plan_shown import plan_answered

Reading = Annotated[Caller, Depends(program_needs(READ))]


class ActOut(BaseModel):
    """What to ask a supplier for, of a line of a purchase order. ``customers``: numbers of the lines that it
    serves, as in ``promises``. ``saves``, ``costs``, ``not_spent``: money.
    """

    purchase_order: str
    location: str
    sku: str
    supplier: str
    does: Literal["expedite", "defer", "cancel"]
    units: float
    until: date | None
    saves: float
    costs: float
    not_spent: float
    customers: list[int]


class ExcessOut(BaseModel):
    """What to do about an item that there is too much of. ``worth``: the lowest price of a unit that pays."""

    location: str
    sku: str
    excess_units: Decimal
    excess_value: Decimal
    holding_a_year: float
    does: Literal["transfer", "return", "mark_down", "keep"]
    units: float
    to: str
    gain: float
    worth: float


def _act_out(each: Purchase) -> ActOut:
    row, act = each.row, each.act
    assert act is not None
    return ActOut(
        **{name: row[name] for name in ("purchase_order", "location", "sku", "supplier")},
        does=act.does,
        units=act.units,
        until=act.until,
        saves=act.saves,
        costs=act.costs,
        not_spent=act.frees,
        customers=[line["number"] for line in each.customers],
    )


def _excess_out(each: Excess) -> ExcessOut:
    row = {name: each.row[name] for name in ("location", "sku", "excess_units", "excess_value")}
    said = {name: getattr(each, name) for name in ("does", "units", "to", "gain", "worth")}
    return ExcessOut(**row, **said, holding_a_year=each.holding)


def add_goods(api: FastAPI) -> None:
    """Add the addresses to the interface."""

    @api.get("/purchase-actions")
    def purchase_actions(_: Reading, store: Database) -> list[ActOut]:
        """What to expedite, defer or cancel, what is worth most first."""
        plan = plan_answered(store)
        with store.reading() as transaction:
            return [_act_out(each) for each in OpenPurchases.read(transaction, plan).to_ask()]

    @api.get("/excess-actions")
    def excess_actions(_: Reading, store: Database) -> list[ExcessOut]:
        """What to do about each item that there is too much of, the most money first."""
        plan = plan_answered(store)
        with store.reading() as transaction:
            return [_excess_out(each) for each in excess_of(transaction, plan)]
