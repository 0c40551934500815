"""The ledger told slowly: one item, one day, one line at a time, with nothing kept that can be recounted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

NEVER = np.iinfo(np.int64).max
DUST = 1e-9

FLOWS = (
    "lines",
    "units",
    "backordered_lines",
    "backordered_units",
    "lost_lines",
    "lost_units",
    "late_lines",
    "in_full_lines",
    "backlog_unit_days",
    "late_unit_days",
    "on_hand_unit_days",
    "days",
    "received_units",
    "short_periods",
)


@dataclass
class Line:
    place: int
    day: int
    due: int
    quantity: float
    open: float = 0.0
    short: float = 0.0
    lost: float = 0.0
    shipped_on: int = NEVER


@dataclass
class Told:
    """Everything that the ledger says about one item, day by day and in sum."""

    on_hand: list[float] = field(default_factory=list)
    backlog: list[float] = field(default_factory=list)
    on_order: list[float] = field(default_factory=list)
    stockout: list[bool] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    tallies: dict[str, np.ndarray] = field(default_factory=dict)


def tell(
    lines: list[tuple[int, int, float]],
    receipts: list[tuple[int, float]],
    opening: float,
    allowed: bool,
    first_day: int,
    last_day: int,
    count_from: int,
    edges: list[int],
    until: int | None = None,
) -> Told:
    """``lines``: (day, due, quantity) in order; ``receipts``: (day, quantity). One item."""
    until = last_day if until is None else until
    told = Told(lines=[Line(k, *line) for k, line in enumerate(lines)])
    told.tallies = {name: np.zeros(len(edges) - 1) for name in FLOWS}
    on_hand = opening

    def period(day: int) -> int:
        return max(k for k in range(len(edges) - 1) if edges[k] <= day)

    for day in range(first_day, until + 1):
        arrived = sum(quantity for when, quantity in receipts if when == day)
        on_hand += arrived
        waiting = [line for line in told.lines if line.open > 0]
        for line in sorted(waiting, key=lambda line: (line.due, line.place)):
            given = min(line.open, on_hand)
            line.open -= given
            on_hand -= given
            if line.open <= DUST:
                line.open, line.shipped_on = 0.0, day
        on_hand = 0.0 if on_hand < DUST else on_hand

        refused = False
        for line in told.lines:
            if line.day != day:
                continue
            given = min(line.quantity, on_hand)
            on_hand -= given
            on_hand = 0.0 if on_hand < DUST else on_hand
            missing = line.quantity - given
            if missing <= DUST:
                line.shipped_on = day
                continue
            line.short = missing
            if allowed:
                line.open = missing
            else:
                line.lost = missing
                refused = True

        waiting = [line for line in told.lines if line.open > 0]
        told.on_hand.append(on_hand)
        told.backlog.append(sum(line.open for line in waiting))
        told.on_order.append(sum(quantity for when, quantity in receipts if when > day))
        told.stockout.append(on_hand == 0 or refused)
        if day >= count_from:
            into = told.tallies
            into["backlog_unit_days"][period(day)] += told.backlog[-1]
            into["late_unit_days"][period(day)] += sum(line.open for line in waiting if line.due <= day)
            into["on_hand_unit_days"][period(day)] += on_hand
            into["days"][period(day)] += 1
            into["received_units"][period(day)] += arrived

    for line in told.lines:
        if not max(first_day, count_from) <= line.day <= until:
            continue
        k, into = period(line.day), told.tallies
        into["lines"][k] += 1
        into["units"][k] += line.quantity
        into["backordered_lines"][k] += line.short > 0 and line.lost == 0
        into["backordered_units"][k] += line.short - line.lost
        into["lost_lines"][k] += line.lost > 0
        into["lost_units"][k] += line.lost
        into["in_full_lines"][k] += line.shipped_on <= line.due
        into["late_lines"][k] += line.lost == 0 and line.shipped_on > line.due and line.due <= until
        into["short_periods"][k] = max(into["short_periods"][k], line.short > 0)
    return told
