"""The ledger told slowly: one day, one item, one line at a time, and nothing kept that can be recounted."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor

import numpy as np

from forecasting.simulation.flows import Flows

NEVER = np.iinfo(np.int64).max
DUST = 1e-9


@dataclass
class Line:
    """``owed``: open at the opening; ``cancels_on``: the day on which its customer cancels what still waits;
    ``accepts``: whether they would take an alternative."""

    place: int
    day: int
    due: int
    quantity: float
    owed: float = 0.0
    cancels_on: int = NEVER
    accepts: bool = False
    open: float = 0.0
    short: float = 0.0
    lost: float = 0.0
    cancelled: float = 0.0
    substituted: float = 0.0
    shipped_on: int = NEVER


@dataclass
class Item:
    """``lines``: (day, due, quantity, and what else ``Line`` takes, in its order), in order;
    ``receipts``: (day, quantity, and what was ordered where that differs);
    ``alternatives``: (item, ratio), the first choice first; ``cap``: the most units that may wait."""

    lines: list[tuple]
    receipts: list[tuple]
    opening: float
    allowed: bool
    count_from: int
    alternatives: list[tuple[int, float]] = field(default_factory=list)
    cap: float = float("inf")


@dataclass
class Told:
    """Everything that the ledger says about one item, day by day and in sum."""

    lines: list[Line]
    flows: dict[str, np.ndarray]
    whole: bool
    shelf: float
    on_hand: list[float] = field(default_factory=list)
    backlog: list[float] = field(default_factory=list)
    on_order: list[float] = field(default_factory=list)
    stockout: list[bool] = field(default_factory=list)
    stood_in: float = 0.0

    @property
    def waiting(self) -> list[Line]:
        return [line for line in self.lines if line.open > 0]


def tell(lines, receipts, opening, allowed, first_day, last_day, count_from, edges, until=None) -> Told:
    """One item by itself."""
    item = Item(lines, receipts, opening, allowed, count_from)
    return tell_all([item], first_day, last_day, edges, until)[0]


def tell_all(
    items: list[Item], first_day: int, last_day: int, edges: list[int], until: int | None = None
) -> list[Told]:
    """All items side by side."""
    until = last_day if until is None else until
    every = []
    for item in items:
        lines = [Line(k, *line) for k, line in enumerate(item.lines)]
        for line in lines:
            line.open = line.owed
        whole = all(line.quantity == floor(line.quantity) for line in lines)
        every.append(
            Told(
                lines,
                {name: np.zeros(len(edges) - 1) for name in Flows._fields},
                whole and item.opening == floor(item.opening),
                item.opening,
            )
        )

    def period(day: int) -> int:
        return max(k for k in range(len(edges) - 1) if edges[k] <= day)

    for day in range(first_day, until + 1):
        for item, told in zip(items, every, strict=True):
            arrived = sum(receipt[1] for receipt in item.receipts if receipt[0] == day)
            told.shelf += arrived
            serve_own(item, told, day)
            if day >= item.count_from:
                told.flows["received_units"][period(day)] += arrived
        for item, told in zip(items, every, strict=True):
            for line in told.lines:
                if line.day == day and line.lost and line.accepts and not item.allowed:
                    offer(line, item, told, every)
        for item, told in zip(items, every, strict=True):
            waiting = told.waiting
            told.on_hand.append(told.shelf)
            told.backlog.append(sum(line.open for line in waiting))
            told.on_order.append(sum(receipt[-1] for receipt in item.receipts if receipt[0] > day))
            told.stockout.append(told.shelf == 0)
            if day >= item.count_from:
                into = told.flows
                into["backlog_unit_days"][period(day)] += told.backlog[-1]
                into["late_unit_days"][period(day)] += sum(line.open for line in waiting if line.due <= day)
                into["on_hand_unit_days"][period(day)] += told.shelf
                into["days"][period(day)] += 1

    for item, told in zip(items, every, strict=True):
        for line in told.lines:
            if max(first_day, item.count_from) <= line.day <= until:
                add_up(line, told.flows, period(line.day), until)
    return every


def serve_own(item: Item, told: Told, day: int) -> None:
    """Receipts to the backlog, customers who leave, and the day's lines."""
    for line in sorted(told.waiting, key=lambda line: (line.due, line.place)):
        given = min(line.open, told.shelf)
        line.open -= given
        told.shelf -= given
        if line.open <= DUST and given > 0:
            line.open = 0.0
            line.shipped_on = NEVER if line.lost else day
    told.shelf = 0.0 if told.shelf < DUST else told.shelf

    for line in told.waiting:
        if line.cancels_on == day:
            line.cancelled, line.open = line.open, 0.0

    for line in told.lines:
        if line.day != day:
            continue
        given = min(line.quantity, told.shelf)
        told.shelf -= given
        told.shelf = 0.0 if told.shelf < DUST else told.shelf
        missing = line.quantity - given
        if missing <= DUST:
            line.shipped_on = day
            continue
        line.short = missing
        room = item.cap - sum(other.open for other in told.lines) if item.allowed else 0.0
        line.open = min(missing, room if room > DUST else 0.0)
        line.lost = missing - line.open


def offer(line: Line, item: Item, told: Told, every: list[Told]) -> None:
    """What is missing of a line, from the alternatives in turn."""
    wanted = line.lost
    for number, ratio in item.alternatives:
        other = every[number]
        units = min(wanted, other.shelf / ratio)
        units = floor(units + DUST) if told.whole else units
        given = ceil(units * ratio - DUST) if other.whole else units * ratio
        if units <= DUST or given > other.shelf + DUST:
            continue
        other.shelf -= given
        other.shelf = 0.0 if other.shelf < DUST else other.shelf
        other.stood_in += given
        line.substituted += units
        wanted -= units


def add_up(line: Line, into: dict[str, np.ndarray], k: int, until: int) -> None:
    """What one line adds to the flows of its period."""
    into["lines"][k] += 1
    into["units"][k] += line.quantity
    into["backordered_lines"][k] += line.short > 0 and line.lost == 0
    into["backordered_units"][k] += line.short - line.lost
    into["lost_lines"][k] += line.lost > 0
    into["lost_units"][k] += line.lost
    into["substituted_units"][k] += line.substituted
    into["cancelled_lines"][k] += line.cancelled > 0
    into["cancelled_units"][k] += line.cancelled
    into["in_full_lines"][k] += line.shipped_on <= line.due
    open_at_deadline = line.cancelled == 0 or line.cancels_on > line.due
    late = line.lost == 0 and line.shipped_on > line.due and line.due <= until and open_at_deadline
    into["late_lines"][k] += late
    into["short_periods"][k] = max(into["short_periods"][k], line.short > 0)
