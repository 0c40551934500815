"""Editing a forecast: by how much, until when, and why. The plans to come honour it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from forecasting.reviewing.deciding import LONGEST_REASON
from forecasting.reviewing.quantities import PLAIN_NUMBER
from forecasting.reviewing.refusals import RefusedError
from forecasting.reviewing.roles import FORECAST, require
from forecasting.store.application.edits import add_edit, edits_of, end_edits
from forecasting.store.application.lines import Line, find_line
from forecasting.store.application.notes import record
from forecasting.store.application.opened import Store, Transaction
from forecasting.store.application.people import Person
from forecasting.store.application.plans import latest_plan

LONGEST = timedelta(days=366)
LEAST, MOST = Decimal(-100), Decimal(1000)


def typed_percent(text: str) -> Decimal:
    """By how many per cent more, or less, as it was typed: 30, +30, -20.

    Raises RefusedError where it is no such figure.
    """
    typed = "".join(text.split()).replace("\u2212", "-").removesuffix("%")
    sign, digits = (typed[0], typed[1:]) if typed[:1] in ("+", "-") else ("", typed)
    percent = Decimal(f"{sign}{digits}") if PLAIN_NUMBER.fullmatch(digits) else Decimal(0)
    if not LEAST <= percent <= MOST or percent == 0:
        raise RefusedError(f"{text.strip()[:20]!r}: write by how many per cent, as +30 or -20.")
    return percent


def edit_forecast(
    database: Store, person: Person, item: tuple[str, str], percent: Decimal, until: date, reason: str
) -> None:
    """Have the plans to come expect so many per cent more of an item, by location and SKU, until a day."""
    require(person, FORECAST)
    said = reason.strip()[:LONGEST_REASON]
    if not said:
        raise RefusedError("Say why: whoever plans next will want to know. Nothing was changed.")
    with database.writing() as transaction:
        line = _line(transaction, item)
        if not line.as_of < until <= line.as_of + LONGEST:
            raise RefusedError(f"Name a day after {line.as_of}, and within a year. Nothing was changed.")
        factor = 1 + percent / 100
        daily = line.daily_demand
        for held in edits_of(transaction, line.location, line.sku):
            # The plan has honoured it: without it, it would have expected this.
            if held["ended_at"] is None and held["begins"] < line.as_of < held["until"] and held["factor"]:
                daily = daily / held["factor"]
        add_edit(transaction, replace(line, daily_demand=daily), factor, until, said, person.name)
        record(transaction, person.name, "edit forecast", line.sku, f"{percent:+f} % until {until}: {said}")


def end_forecast_edit(database: Store, person: Person, item: tuple[str, str]) -> None:
    """Let plans expect of an item what they would again."""
    require(person, FORECAST)
    with database.writing() as transaction:
        line = _line(transaction, item)
        if not end_edits(transaction, line.location, line.sku, person.name):
            raise RefusedError("The forecast of this item is not edited.")
        record(transaction, person.name, "end forecast edit", line.sku)


def _line(transaction: Transaction, item: tuple[str, str]) -> Line:
    plan = latest_plan(transaction)
    line = None if plan is None else find_line(transaction, plan.run, *item)
    if line is None:
        raise RefusedError("The plan has no such item.")
    return line
