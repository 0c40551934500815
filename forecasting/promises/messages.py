"""What a customer is told of an order line: one message, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, TextArray
from forecasting.promises.verdicts import Promised, Verdict
from forecasting.promises.words import chances_in_words, days_in_words, units_in_words


@dataclass(frozen=True)
class Told:
    """What messages are made of, of m lines; each of shape (m,).

    Attributes:
        promised: the verdicts and days.
        deadline: int64, day; LONG_AGO: none.
        quantity: float64, units that are still to ship.
        now: float64, units of these that ship at once, where the line may be split.
        stocked: bool: all of it is in stock.
        sku: text.
        missing: text: why there is no date; empty where there is one.
        alternative: text, a SKU; empty: none. ``alternative_units``: float64.

    """

    promised: Promised
    deadline: IntArray
    quantity: FloatArray
    now: FloatArray
    stocked: BoolArray
    sku: TextArray
    missing: TextArray
    alternative: TextArray
    alternative_units: FloatArray


def messages(told: Told) -> TextArray:
    """One message a line: text, shape (m,)."""
    promised = told.promised
    columns: Sequence[Sequence[Any]] = (
        promised.verdict.tolist(),
        days_in_words(told.deadline),
        chances_in_words(promised.on_time),
        _dates(told),
        told.missing.tolist(),
    )
    said = [_message(*row) for row in zip(*columns, strict=True)]
    for line in np.flatnonzero(told.alternative.astype(bool)):
        units = units_in_words(told.alternative_units[line : line + 1])[0]
        said[line] += f" Instead, {units} of {told.alternative[line]} can ship at once."
    return np.array(said, dtype=object)


def _message(verdict: int, deadline: str, chance: str, dates: str, missing: str) -> str:
    """The message of one line, from its parts in words."""
    if missing:
        dates = (
            f"{dates} we cannot give a date yet: {missing}"
            if dates
            else f"We cannot give a date yet: {missing}"
        )
    if verdict == Verdict.DEADLINE_PASSED:
        return f"Your deadline, {deadline}, has passed. {dates}."
    if verdict == Verdict.CANNOT_MAKE_IT:
        return f"We cannot make your deadline, {deadline}. {dates}."
    if verdict == Verdict.AT_RISK:
        return f"Your deadline, {deadline}, is at risk: {chance} that we make it. {dates}."
    if verdict == Verdict.WILL_MAKE_IT and deadline:
        return f"{dates}, in time for your deadline, {deadline}."
    return f"{dates}."


def _dates(told: Told) -> list[str]:
    """By when each line is there: what ships at once, and the rest."""
    promised, later = told.promised, told.quantity - told.now
    rows = zip(
        days_in_words(promised.p50),
        days_in_words(promised.p90),
        (promised.p50 == promised.p90).tolist(),
        told.stocked.tolist(),
        told.sku.tolist(),
        units_in_words(told.quantity),
        units_in_words(told.now),
        units_in_words(later),
        strict=True,
    )
    said = []
    for p50, p90, exact, stocked, sku, quantity, now, rest in rows:
        what = f"your {sku}" if quantity == "1" else f"all {quantity} of {sku}"
        likely = "" if exact else f", as likely as not by {p50}"
        if not p90:
            said.append("" if now == "0" else f"{now} of {sku} ship now; for the other {rest}")
        elif now != "0":
            said.append(f"{now} of {sku} ship now, and you will have the other {rest} by {p90}{likely}")
        elif stocked:
            said.append(f"You will have {what} by {p90}, from stock")
        else:
            said.append(f"You will have {what} by {p90}{likely}")
    return said
