"""The REST interface's share of reservations: units set aside while a customer places an order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Path
from pydantic import BaseModel, ConfigDict, Field

from forecasting.reviewing.reserving import LONGEST_MINUTES, Wanted, release, reserve
from forecasting.reviewing.roles import DECIDE
from forecasting.web.caller import Caller, Database, program_needs
from forecasting.web.plan_shown import current_plan

Deciding = Annotated[Caller, Depends(program_needs(DECIDE))]
Key = Annotated[str, Path(min_length=1, max_length=200)]


class ReservationIn(BaseModel):
    """What is to be set aside, for which order to come, and for how long."""

    model_config = ConfigDict(extra="forbid")

    sku: str = Field(max_length=200)
    location: str = Field(default="main", max_length=200)
    quantity: Decimal = Field(gt=0, le=Decimal("1e9"), max_digits=18, decimal_places=6)
    order: str = Field(default="", max_length=200)
    minutes: int = Field(default=15, ge=1, le=LONGEST_MINUTES)
    or_alternative: bool = False


class ReservationOut(BaseModel):
    """Units that are set aside until a time (UTC), unless they were released before."""

    key: str
    sku: str
    location: str
    quantity: Decimal
    asked_sku: str
    asked_quantity: Decimal
    order: str
    at: datetime
    until: datetime
    ended_at: datetime | None


def add_reservations(api: FastAPI) -> None:
    """Add the addresses to the interface."""

    @api.put("/reservations/{key}", response_model=ReservationOut)
    def set_aside(caller: Deciding, store: Database, key: Key, wanted: ReservationIn) -> Any:
        """Set units in stock aside. The key is the caller's: asked twice, it is one reservation.

        ``or_alternative``: else the first listed alternative of which there is enough. 409 where less is
        left: with ``left``, and with what the shop may say and offer instead.
        """
        current_plan(store)  # notices a run that was written just now
        return reserve(store, caller.person, key, Wanted(**wanted.model_dump()))

    @api.delete("/reservations/{key}", status_code=204)
    def give_back(caller: Deciding, store: Database, key: Key) -> None:
        """Release what was set aside; twice is no error."""
        release(store, caller.person, key)
