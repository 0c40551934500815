"""What a typed quantity comes to: the order that its terms allow, and what that order would do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

import numpy as np

from forecasting.reviewing.refusals import NotAQuantityError
from forecasting.store.application.lines import Line

LARGEST = Decimal(1_000_000_000)
"""More than this is a slip of the hand."""

FAR_DAYS = 3650
"""A cover of ten years and more is not told to the day."""

PLAIN_NUMBER = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
"""A number as people type it: digits, and a point."""

MONEY, SHARE = Decimal("0.0001"), Decimal("0.000001")


@dataclass(frozen=True)
class Effects:
    """What ordering a quantity of a line would do.

    Attributes:
        quantity: units, as the terms allow it. packs: the same in packs.
        unit_cost, value: money.
        risk: the probability that stock runs out from the arrival on, until the next order can arrive.
        cost: expected cost, money. saving: against ordering nothing.
        cover_days: how long stock lasts at the expected demand; None: for years, or nothing is asked for.
        covers_until: the day until when.

    """

    quantity: Decimal
    packs: Decimal
    unit_cost: Decimal
    value: Decimal
    risk: Decimal
    cost: Decimal
    saving: Decimal
    cover_days: Decimal | None
    covers_until: date | None


def typed_quantity(text: str) -> Decimal:
    """The quantity that someone typed; spaces between thousands are no matter.

    Raises NotAQuantityError where it is none, negative, or beyond reason.
    """
    typed = "".join(text.split())
    # Decimal reads more than people write: 1_0 as 10, 1e3 as 1,000, digits of other scripts.
    quantity = Decimal(typed) if PLAIN_NUMBER.fullmatch(typed) else Decimal(-1)
    if not 0 <= quantity <= LARGEST or quantity != quantity.quantize(SHARE):
        raise NotAQuantityError(
            f"{text.strip()[:20]!r} is no quantity: write it as 120. Nothing was changed."
        )
    return quantity


def snap(line: Line, wanted: Decimal) -> Decimal:
    """The smallest order that covers ``wanted`` and that the line's terms allow: whole packs, at least the
    minimum, at most the maximum. Nothing where nothing is wanted.
    """
    if wanted <= 0:
        return Decimal(0)
    packs = (wanted / line.pack_size).to_integral_value(ROUND_CEILING)
    quantity = max(packs * line.pack_size, line.smallest)
    if line.largest is not None and quantity > line.largest:
        quantity = line.largest
    return quantity if line.largest is None or line.smallest <= line.largest else Decimal(0)


def snapped_by(line: Line, wanted: Decimal) -> str:
    """Why ``snap`` gives another quantity than the one wanted; empty where it does not."""
    quantity = snap(line, wanted)
    if quantity == wanted:
        return ""
    if quantity == 0:
        return "No order fits this item's terms."
    if quantity < wanted:
        return f"{plain(wanted)} is above the largest order of {plain(quantity)}."
    if wanted < line.smallest and quantity == line.smallest:
        return f"{plain(wanted)} is below the smallest order of {plain(quantity)}."
    return f"{plain(wanted)} is no whole number of packs of {plain(line.pack_size)}: rounded up."


def price(line: Line, quantity: Decimal) -> Decimal:
    """Money a unit of an order of that many."""
    cost = line.list_cost
    for from_quantity, cheaper in price_breaks(line):
        if quantity >= from_quantity:
            cost = cheaper
    return cost


def price_breaks(line: Line) -> list[tuple[Decimal, Decimal]]:
    """From how many units on a unit costs how much, rising."""
    quantities, costs = (
        [Decimal(word) for word in text.split(";") if word] for text in (line.break_quantity, line.break_cost)
    )
    return list(zip(quantities, costs, strict=True))


def next_break(line: Line, quantity: Decimal) -> Decimal | None:
    """The order that reaches the next lower price; None where there is none."""
    for from_quantity, cheaper in price_breaks(line):
        reaching = snap(line, from_quantity)
        if reaching > quantity and reaching >= from_quantity and cheaper < price(line, quantity):
            return reaching
    return None


def curve(line: Line) -> tuple[list[float], list[float], list[float]]:
    """Quantities that the plan weighed, rising from 0, with the cost and the risk of each."""
    quantity, cost, risk = (
        [float(word) for word in text.split(";") if word]
        for text in (line.curve_quantity, line.curve_cost, line.curve_risk)
    )
    return quantity, cost, risk


def effects(line: Line, quantity: Decimal) -> Effects:
    """What ordering ``quantity``, an order that the terms allow, would do.

    Cost and risk are the plan's own at the quantities that it weighed, and lie on straight lines between
    them. Beyond the last one the cost goes on as between the last two.
    """
    at, costs, risks = curve(line)
    units = float(quantity)
    cost = float(np.interp(units, at, costs))
    if units > at[-1] and len(at) > 1:
        cost += (units - at[-1]) * (costs[-1] - costs[-2]) / (at[-1] - at[-2])
    risk = float(np.interp(units, at, risks))

    unit_cost = price(line, quantity)
    days = cover_days(line, quantity)
    expected = Decimal(cost).quantize(MONEY)
    return Effects(
        quantity=quantity,
        packs=quantity / line.pack_size,
        unit_cost=unit_cost,
        value=(quantity * unit_cost).quantize(MONEY, ROUND_HALF_UP),
        risk=Decimal(risk).quantize(SHARE),
        cost=expected,
        saving=line.expected_cost - expected,
        cover_days=days,
        covers_until=None if days is None else line.as_of + timedelta(days=int(days)),
    )


def cover_days(line: Line, quantity: Decimal) -> Decimal | None:
    """How many days the stock that is counted on and ``quantity`` last; None: for years, or for ever."""
    if line.daily_demand <= 0:
        return None
    days = max(line.counted_on + quantity, Decimal(0)) / line.daily_demand
    return days.quantize(Decimal(1)) if days < FAR_DAYS else None


def runs_out_on(line: Line) -> date | None:
    """The day on which what lies there now is used up at the expected demand; None: not for years."""
    if line.daily_demand <= 0:
        return None
    days = max(line.on_hand - line.backlog, Decimal(0)) / line.daily_demand
    return line.as_of + timedelta(days=int(days)) if days < FAR_DAYS else None


def plain(number: Decimal) -> str:
    """A quantity in words: without zeros that say nothing, a comma between thousands."""
    rounded = number.quantize(SHARE)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
