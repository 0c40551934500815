"""A ledger with kits told slowly: one day and one line at a time, all shelves in a dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor

NEVER = 2**63 - 1
DUST = 1e-9


@dataclass
class Line:
    item: int
    day: int
    due: int
    units: float
    number: int
    cancels_on: int = NEVER
    open: float = 0.0
    short: float = 0.0
    cancelled: float = 0.0
    shipped: float = 0.0
    shipped_on: int = NEVER


@dataclass
class Told:
    on_hand: list[dict[int, float]] = field(default_factory=list)
    backlog: list[dict[int, float]] = field(default_factory=list)


def tell(lines, receipts, opening, allowed, bills, first, last) -> Told:
    """``lines`` in the order in which they come within a day; ``receipts``: (item, day, units);
    ``bills``: of each kit its components with their units."""
    shelf, told = dict(enumerate(opening)), Told()

    def give(line: Line, wanted: float, day: int) -> float:
        bill = bills.get(line.item, {line.item: 1.0})
        reach = min(shelf[part] / each for part, each in bill.items())
        given = wanted if wanted <= reach + DUST else floor(reach + DUST) if line.item in bills else reach
        for part, each in bill.items():
            shelf[part] = max(shelf[part] - given * each, 0.0)
            shelf[part] = 0.0 if shelf[part] < DUST else shelf[part]
        line.shipped += given
        return given

    for day in range(first, last + 1):
        for item, on, units in receipts:
            if on == day:
                shelf[item] += units
        # Of one item nothing overtakes; what cannot ship holds nothing of another item back.
        stuck: set[int] = set()
        for line in sorted(lines, key=lambda line: (line.due, line.item, line.day, line.number)):
            if line.open <= 0 or line.item in stuck:
                continue
            given = give(line, line.open, day)
            if given < line.open:
                stuck.add(line.item)
            line.open -= given
            if line.open <= DUST:
                line.open, line.shipped_on = 0.0, day
        for line in lines:
            if line.cancels_on == day and line.open > 0:
                line.cancelled, line.open = line.open, 0.0
        for line in lines:
            if line.day != day:
                continue
            missing = line.units - give(line, line.units, day)
            if missing <= DUST:
                line.shipped_on = day
                continue
            line.short = missing
            line.open = missing if allowed[line.item] else 0.0
        told.on_hand.append(dict(shelf))
        told.backlog.append({item: sum(x.open for x in lines if x.item == item) for item in shelf})
    return told
