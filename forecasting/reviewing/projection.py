"""What a page shows of an item: its sentence, the arithmetic of its quantity, stock and demand to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.reviewing.quantities import Effects, plain
from forecasting.store.application.lines import Line

FloatArray = npt.NDArray[np.float64]

DAYS = 90
LIKELY = Decimal("0.5")
"""A purchase that is less likely to come than this is not drawn."""


@dataclass(frozen=True)
class Term:
    """One row of the arithmetic. ``total``: whether it is the sum of those above it."""

    name: str
    units: Decimal
    note: str = ""
    total: bool = False


@dataclass(frozen=True)
class Receipt:
    """Units that are expected on a day, and the purchase order that they are of; empty: the line's own."""

    day: date
    units: Decimal
    purchase_order: str = ""


@dataclass(frozen=True)
class Projection:
    """Stock at the close of each of the next days, with the quantity ordered now.

    Attributes:
        expected, q05, q20, q80, q95: float64, shape (DAYS + 1,), units, from the close of today on: stock
            less what is owed, its mean and the levels that it is at or below with these probabilities.
        receipts: what comes within these days.
        runs_out: the first day at whose close none is expected to be left; None: there is no such day.

    """

    expected: FloatArray
    q05: FloatArray
    q20: FloatArray
    q80: FloatArray
    q95: FloatArray
    receipts: Sequence[Receipt]
    runs_out: date | None


@dataclass(frozen=True)
class Weeks:
    """Demand week by week, of the past and of the time to come; each float64, units but for ``available``."""

    asked: FloatArray
    available: FloatArray
    odd: FloatArray
    mean: FloatArray
    q05: FloatArray
    q20: FloatArray
    q80: FloatArray
    q95: FloatArray
    sum_mean: FloatArray
    sum_q05: FloatArray
    sum_q20: FloatArray
    sum_q80: FloatArray
    sum_q95: FloatArray

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Weeks:
        """From a row of ``item_weeks``."""
        return cls(**{name: numbers(row[name]) for name in cls.__dataclass_fields__})


def numbers(series: str) -> FloatArray:
    """The figures of a series."""
    return np.array([float(word) for word in series.split(";") if word], dtype=np.float64)


def projection(
    line: Line, weeks: Weeks, purchases: Sequence[Mapping[str, Any]], quantity: Decimal
) -> Projection:
    """Stock on hand less what is owed, and what comes, less demand, day by day.

    Between the ends of two weeks demand grows along a straight line. Receipts are drawn on the day by which
    they are as likely as not there; that they may come otherwise is in the risk, not in the bands.
    """
    days = np.arange(DAYS + 1, dtype=np.float64)
    ends = 7.0 * np.arange(len(weeks.sum_mean) + 1)
    receipts = [
        Receipt(row["likely_on"], row["quantity"], row["purchase_order"])
        for row in purchases
        if row["chance"] >= LIKELY and (row["likely_on"] - line.as_of).days <= DAYS
    ]
    if quantity > 0 and (line.arrives_on - line.as_of).days <= DAYS:
        receipts.append(Receipt(line.arrives_on, quantity))

    there = np.full(DAYS + 1, float(line.on_hand - line.backlog))
    for receipt in receipts:
        # Goods can be used from the start of their day.
        there[max((receipt.day - line.as_of).days, 0) :] += float(receipt.units)

    def left(summed: FloatArray) -> FloatArray:
        return there - np.interp(days, ends, np.concatenate([[0.0], summed]))

    expected = left(weeks.sum_mean)
    empty = np.flatnonzero(expected <= 0)
    runs_out = line.as_of + timedelta(days=int(empty[0])) if len(empty) else None
    return Projection(
        expected=expected,
        q05=left(weeks.sum_q95),
        q20=left(weeks.sum_q80),
        q80=left(weeks.sum_q20),
        q95=left(weeks.sum_q05),
        receipts=sorted(receipts, key=lambda receipt: receipt.day),
        runs_out=runs_out,
    )


def arithmetic(line: Line, quantity: Decimal) -> Sequence[Term]:
    """How the quantity comes about, in rows that add up to it."""
    days = plain(line.protection_days.quantize(Decimal("0.1")))
    mean = line.demand_mean.quantize(Decimal("0.1"))
    terms = [
        Term("Expected demand", mean, f"over the {days} days until a later order could arrive"),
        Term("Above it", line.order_up_to - mean, "for safety, and for the size of an order that pays"),
        Term("Order up to", line.order_up_to, total=True),
        Term("On hand", -line.on_hand),
        Term("On order", -line.on_order),
        Term("Owed to customers", line.backlog),
    ]
    others = (
        (line.on_order_late, "On order, too late or unlikely", "not counted on within these days"),
        (line.ordered_ahead, "Ordered ahead by customers", "due within these days"),
        (line.unseen_demand, "Asked for since the data ends", "an estimate"),
        (line.expiring, "Will expire unsold", ""),
    )
    terms += [Term(name, units, note) for units, name, note in others if units]

    needed = sum((term.units for term in terms if not term.total), Decimal(0))
    rest = quantity - needed
    return [
        *terms,
        Term("Needed", needed, total=True),
        *_rest(line, rest),
        Term("Order", quantity, total=True),
    ]


def _rest(line: Line, rest: Decimal) -> Sequence[Term]:
    """What lies between the need and the order, and why."""
    if not rest:
        return []
    why = []
    if line.pack_size != 1:
        why.append(f"packs of {plain(line.pack_size)}")
    if line.smallest > line.pack_size:
        why.append(f"at least {plain(line.smallest)}")
    if line.largest is not None:
        why.append(f"at most {plain(line.largest)}")
    joined = {"supplier_minimum", "free_freight", "volume_limit", "budget", "chosen_together"}
    if joined & set(line.flags.split(";")):
        why.append("the supplier's order as a whole")
    if line.counted_on > line.reorder_point:
        why.append(f"nothing is due above the reorder point of {plain(line.reorder_point)}")
    return [Term("To the order", rest, ", ".join(why) or "the quantity that costs least")]


def sentence(line: Line, does: Effects, ahead: Projection) -> Sequence[tuple[str, str]]:
    """What the quantity means, as parts of a sentence, each with its weight: plain, strong or bad."""
    parts: list[tuple[str, str]] = []
    if does.quantity:
        parts += [("Order ", "plain"), (plain(does.quantity), "strong"), (" for ", "plain")]
        parts += [(f"{does.value:,.2f}", "strong"), (". ", "plain")]
    else:
        parts += [("Order ", "plain"), ("nothing", "strong"), (". ", "plain")]
    if ahead.runs_out is not None:
        early = ahead.runs_out < line.arrives_on
        if ahead.runs_out <= line.as_of:
            parts += [("Out of stock", "bad"), (" now", "plain")]
        else:
            parts += [
                ("Expected to run out on ", "plain"),
                (short(ahead.runs_out), "bad" if early else "strong"),
            ]
    else:
        parts += [("Stock is expected to last these 90 days", "plain")]
    before = line.stockout_probability
    parts += [
        (" (", "plain"),
        (percent(before), "bad" if before >= Decimal("0.3") else "strong"),
        (f" before goods can arrive on {short(line.arrives_on)})", "plain"),
    ]
    if line.backlog:
        parts += [("; ", "plain"), (f"{plain(line.backlog)} owed to customers", "bad")]
    if does.covers_until is not None:
        parts += [("; covers until ", "plain"), (short(does.covers_until, line.as_of), "strong")]
    return [*parts, (".", "plain")]


def percent(share: Decimal) -> str:
    """A probability as people read it: never 0 or 100 where it is not."""
    if share <= 0:
        return "0 %"
    if share < Decimal("0.01"):
        return "<1 %"
    if Decimal("0.99") < share < 1:
        return ">99 %"
    return f"{share * 100:.0f} %"


def short(day: date, today: date | None = None) -> str:
    """A day as people say it: 3 Dec, with the year where it is another than that of ``today``."""
    text = f"{day.day} {day:%b}"
    return f"{text} {day.year}" if today is not None and day.year != today.year else text
