"""The kernels of the ledger: a day of an item, in the sequence that ``docs/replay.md`` writes down."""

from __future__ import annotations

from typing import Any

from forecasting.domain import FloatArray, IntArray
from forecasting.simulation.flows import Flows
from forecasting.simulation.state import (
    BACKLOG,
    LATE,
    NEVER,
    ON_HAND,
    RECEIVED,
    TOLERANCE,
    Closes,
    Lines,
    Outcome,
    Receipts,
    Rules,
    State,
)
from models.shared.compile import compiled, compiled_within


@compiled
def advance_items(
    start: int,
    stop: int,
    span: tuple[int, int],
    lines: Lines,
    state: State,
    receipts: Receipts,
    rules: Rules,
    closes: Closes,
) -> None:
    """Simulate the items ``start`` to ``stop`` through the close of the last day of ``span``.

    It goes from one day on which something happens to an item to the next: most days of most items see
    neither a line nor a receipt. ``span``: the ledger's first day, and the day to close.

    Every array has a local name, and functions are handed arrays, not tuples of them: that would count
    references by the dozen inside the loop, and take ten times as long.
    """
    first, closed = span
    items, wake, queue, open_units, short, cancelled, shipped_on, lost = state
    indptr, line_day, due, quantity, cancels_on, impatient_indptr, impatient = lines
    receipt_day, receipt_quantity, _, following = receipts
    stockout, edges, period_of, sums = closes
    caps = rules.cap
    for i in range(start, stop):
        day = wake[i]
        if day > closed:
            continue

        item, begin = items[i], rules.count_from[i]
        last_line, last_impatient, waits = indptr[i + 1], impatient_indptr[i + 1], rules.backorder_allowed[i]
        while day <= closed:
            # Nothing has changed at the closes since.
            if item.on_hand == 0.0:
                for close in range(item.since, day):
                    stockout[i, close - first] = True
            sum_closes(i, (max(item.since, begin), day), first, item, edges, period_of, sums)
            item.since = day

            received = receive(item, day, receipt_day, receipt_quantity, following)
            if received > 0.0 and day >= begin:
                sums[period_of[day - first], i, RECEIVED] += received
            serve_backlog(item, day, queue, open_units, shipped_on)

            if item.impatient < last_impatient:
                cancel_waiting(item, day, last_impatient, cancels_on, impatient, due, open_units, cancelled)
            settle(item, queue, open_units)

            while item.line < last_line and line_day[item.line] == day:
                missing = ship(item, day, quantity, short, shipped_on)
                if missing > 0.0 and waits and missing > caps[i] - item.backlog:
                    missing = refuse(item, missing, caps[i], lost)
                if missing > 0.0 and waits:
                    put_on_backorder(item, day, missing, due, queue, open_units)
                item.line += 1
            fall_due(item, day, due, queue, open_units)

            day = NEVER
            if item.line < last_line:
                day = line_day[item.line]
            if item.receipt >= 0:
                day = min(day, receipt_day[item.receipt])
            if item.overdue < item.tail:
                day = min(day, due[queue[item.overdue]])
            if item.impatient < last_impatient:
                day = min(day, cancels_on[impatient[item.impatient]])
        wake[i] = day


@compiled
def receive(
    item: Any, day: int, receipt_day: IntArray, receipt_quantity: FloatArray, following: IntArray
) -> float:
    """Put what arrives on ``day`` on the shelf; returns the units. Receipts as in ``pipeline.Receipts``."""
    received = 0.0
    while item.receipt >= 0 and receipt_day[item.receipt] == day:
        received += receipt_quantity[item.receipt]
        item.receipt = following[item.receipt]
    item.on_hand += received
    return received


@compiled_within
def serve_backlog(item: Any, day: int, queue: IntArray, open_units: FloatArray, shipped_on: IntArray) -> None:
    """Give what is on hand to the open lines, earliest deadline first."""
    while item.head < item.tail and item.on_hand > 0.0:
        waiting = queue[item.head]
        units = open_units[waiting]
        if units == 0.0:
            item.head += 1
            continue

        in_full = units <= item.on_hand + TOLERANCE
        given = units if in_full else item.on_hand
        open_units[waiting] = 0.0 if in_full else units - given
        item.backlog -= given
        item.late -= given
        item.on_hand = no_dust(item.on_hand - given)
        if in_full:
            shipped_on[waiting] = day
            item.head += 1


@compiled_within
def cancel_waiting(
    item: Any,
    day: int,
    last_impatient: int,
    cancels_on: IntArray,
    impatient: IntArray,
    due: IntArray,
    open_units: FloatArray,
    cancelled: FloatArray,
) -> None:
    """Customers who have waited long enough go, with what is still open of their lines."""
    while item.impatient < last_impatient and cancels_on[impatient[item.impatient]] == day:
        waiting = impatient[item.impatient]
        units = open_units[waiting]
        if units > 0.0:
            open_units[waiting] = 0.0
            cancelled[waiting] = units
            item.backlog -= units
            item.late -= units if due[waiting] < day else 0.0
        item.impatient += 1


@compiled
def settle(item: Any, queue: IntArray, open_units: FloatArray) -> None:
    """Leave behind what is no longer open, and what float arithmetic left over of it.

    Goods go to the overdue first: once none of them is left, none of ``late`` is; and sums of fractions do
    not come back to zero by themselves.
    """
    while item.head < item.tail and open_units[queue[item.head]] == 0.0:
        item.head += 1
    item.overdue = max(item.overdue, item.head)
    if item.head == item.tail:
        item.backlog = 0.0
    if item.head == item.overdue:
        item.late = 0.0


@compiled
def ship(item: Any, day: int, quantity: FloatArray, short: FloatArray, shipped_on: IntArray) -> float:
    """Ship the item's next line as far as stock goes; returns the units that are missing."""
    line = item.line
    missing = quantity[line] - item.on_hand
    if missing <= TOLERANCE:
        item.on_hand = no_dust(-missing)
        shipped_on[line] = day
        return 0.0
    item.on_hand = 0.0
    short[line] = missing
    return missing


@compiled
def refuse(item: Any, missing: float, cap: float, lost: FloatArray) -> float:
    """Lose what is missing of the item's next line beyond the most that may wait; returns what waits."""
    waiting = min(no_dust(cap - item.backlog), missing)
    lost[item.line] = missing - waiting
    return waiting


@compiled_within
def put_on_backorder(
    item: Any, day: int, missing: float, due: IntArray, queue: IntArray, open_units: FloatArray
) -> None:
    """Have the rest of the item's next line wait, behind those with the same deadline."""
    line = item.line
    item.backlog += missing
    open_units[line] = missing

    # They mostly come in order.
    place = item.tail
    while place > item.head and due[queue[place - 1]] > due[line]:
        queue[place] = queue[place - 1]
        place -= 1
    queue[place] = line
    item.tail += 1
    if due[line] < day:
        item.overdue += 1
        item.late += missing


@compiled_within
def fall_due(item: Any, day: int, due: IntArray, queue: IntArray, open_units: FloatArray) -> None:
    """What has not shipped by the close of its deadline is late."""
    while item.overdue < item.tail and due[queue[item.overdue]] <= day:
        item.late += open_units[queue[item.overdue]]
        item.overdue += 1


@compiled_within
def no_dust(units: float) -> float:
    """``units``, or nothing where that is all that float arithmetic left over."""
    return units if units > TOLERANCE else 0.0


@compiled_within
def sum_closes(
    i: int,
    days: tuple[int, int],
    first: int,
    item: Any,
    edges: IntArray,
    period_of: IntArray,
    sums: FloatArray,
) -> None:
    """Add the closes ``days[0] <= day < days[1]`` of item ``i`` to its sums: nothing changed in between."""
    begin, end = days
    if begin >= end or item.on_hand + item.backlog == 0.0:
        return
    period = period_of[begin - first]
    while begin < end:
        until = min(end, edges[period + 1])
        sums[period, i, ON_HAND] += item.on_hand * (until - begin)
        sums[period, i, BACKLOG] += item.backlog * (until - begin)
        sums[period, i, LATE] += item.late * (until - begin)
        begin = until
        period += 1


@compiled
def sum_to_the_end(
    start: int, stop: int, span: tuple[int, int], state: State, count_from: IntArray, closes: Closes
) -> None:
    """Add the closes that ``advance_items`` has yet to, of the items ``start`` to ``stop``.

    ``span``: the ledger's first day, and the last day closed.
    """
    first, closed = span
    items, (_, edges, period_of, sums) = state.items, closes
    for i in range(start, stop):
        days = (max(items[i].since, count_from[i]), closed + 1)
        sum_closes(i, days, first, items[i], edges, period_of, sums)


@compiled
def tally_lines(
    start: int,
    stop: int,
    span: tuple[int, int],
    lines: Lines,
    outcome: Outcome,
    rules: Rules,
    closes: Closes,
    flows: Flows,
) -> None:
    """Add up what became of the lines of the items ``start`` to ``stop``, by item and period.

    ``span``: the ledger's first day, and the last day closed. Flows of cancelled lines and of alternatives
    have no rows where there cannot be any.
    """
    first, closed = span
    edges, period_of = closes.edges, closes.period
    indptr, line_day, due, quantity, cancels_on = (
        lines.indptr,
        lines.day,
        lines.due,
        lines.quantity,
        lines.cancels_on,
    )
    short_of, cancelled_of, shipped_on, substituted, refused_of = outcome
    in_all, units_in_all, short_periods, days = flows.lines, flows.units, flows.short_periods, flows.days
    lost_lines, lost_units, substituted_units = flows.lost_lines, flows.lost_units, flows.substituted_units
    waiting_lines, waiting_units = flows.backordered_lines, flows.backordered_units
    late_lines, in_full_lines = flows.late_lines, flows.in_full_lines
    cancelled_lines, cancelled_units = flows.cancelled_lines, flows.cancelled_units
    for i in range(start, stop):
        begin = max(first, rules.count_from[i])
        for period in range(len(edges) - 1):
            days[i, period] = max(min(edges[period + 1], closed + 1) - max(edges[period], begin), 0)

        for line in range(indptr[i], indptr[i + 1]):
            day = line_day[line]
            if day < begin or day > closed:
                continue
            period = period_of[day - first]
            in_all[i, period] += 1.0
            units_in_all[i, period] += quantity[line]

            short, cancelled = short_of[line], 0.0
            if short > 0.0:
                short_periods[i, period] = 1.0
                if not rules.backorder_allowed[i]:
                    lost_lines[i, period] += 1.0
                    lost_units[i, period] += short
                    if len(substituted):
                        substituted_units[i, period] += substituted[line]
                    continue
                refused = refused_of[line] if len(refused_of) else 0.0
                if refused > 0.0:
                    # Some of it waits, and some is lost: it is one short line, and will not ship in full.
                    lost_lines[i, period] += 1.0
                    lost_units[i, period] += refused
                    waiting_units[i, period] += short - refused
                    if cancelled_of[line] > 0.0:
                        cancelled_lines[i, period] += 1.0
                        cancelled_units[i, period] += cancelled_of[line]
                    continue
                waiting_lines[i, period] += 1.0
                waiting_units[i, period] += short
                cancelled = cancelled_of[line]

            if cancelled > 0.0:
                cancelled_lines[i, period] += 1.0
                cancelled_units[i, period] += cancelled
            if shipped_on[line] <= due[line]:
                in_full_lines[i, period] += 1.0
            elif due[line] <= closed and (cancelled == 0.0 or cancels_on[line] > due[line]):
                late_lines[i, period] += 1.0
