"""The kernels of the ledger, and the arrays that they work on."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray
from models.shared.compile import compiled

TOLERANCE = 1e-9
"""Units. Less than this is what float arithmetic leaves over of fractions, neither stock nor shortage."""

NEVER = DemandLines.NEVER


class Lines(NamedTuple):
    """The order lines: ``DemandLines`` without what the ledger has no use for, and when customers leave.

    ``leaver`` are the numbers of the lines whose customer will not wait for ever: item ``i`` has
    ``leaver[leaver_indptr[i]:leaver_indptr[i + 1]]``, by the day of ``leaves`` on which each is gone.
    ``leaves`` is empty where there are none.
    """

    indptr: IntArray
    day: IntArray
    due: IntArray
    quantity: FloatArray
    leaves: IntArray  # (m,), or (0,)
    leaver_indptr: IntArray
    leaver: IntArray


ITEM = np.dtype(
    [(name, np.float64) for name in ("on_hand", "backlog", "late")]
    + [(name, np.int64) for name in ("since", "line", "head", "tail", "overdue", "leaver", "receipt", "last")]
)
"""What changes of an item from day to day, side by side: an event then touches one place in memory.

on_hand, backlog, late (owed after its deadline): units. What was on hand, owed and overdue has
been counted for the closes before day ``since``, and has not changed since. ``line``, ``leaver``: the next
of the item's order lines, and of its lines that may be cancelled. ``receipt``, ``last``: the first and
the last of its receipts to come; a ``receipt`` of -1: none.

Its open lines are ``queue[head:tail]``, by deadline, of which those before ``overdue`` have passed theirs.
A line enters the queue once at most, so that the item's own share of ``queue`` (as many places as it has
lines) always suffices. A line that was cancelled keeps its place, with nothing open.
"""


class State(NamedTuple):
    """All that changes from day to day. Nothing happens to an item before the start of day ``wake``."""

    items: npt.NDArray[np.void]  # (n,) of ITEM
    wake: IntArray  # (n,)
    queue: IntArray  # (m,)
    open_units: FloatArray  # (m,)
    short: FloatArray  # (m,)
    cancelled: FloatArray  # (m,)
    shipped_on: IntArray  # (m,)


class Closes(NamedTuple):
    """What is noted at the closes of days."""

    stockout: BoolArray  # (n, days)
    edges: IntArray  # (p + 1,)
    period: IntArray  # (days,): the period that each day belongs to
    sums: FloatArray  # (p, n, 4): the SUMMED tallies. A step goes through all items, from left to right


SUMMED = ("on_hand_unit_days", "backlog_unit_days", "late_unit_days", "received_units")


class Flows(NamedTuple):
    """What the lines add up to, (n, p) each."""

    lines: FloatArray
    units: FloatArray
    backordered_lines: FloatArray
    backordered_units: FloatArray
    lost_lines: FloatArray
    lost_units: FloatArray
    late_lines: FloatArray
    in_full_lines: FloatArray
    short_periods: FloatArray
    days: FloatArray
    cancelled_lines: FloatArray
    cancelled_units: FloatArray
    substituted_units: FloatArray


@compiled
def advance_items(start, stop, span, lines, state, receipts, rules, closes):
    """Simulate the items ``start`` to ``stop`` through the close of the last day of ``span``.

    It goes from one day on which something happens to an item to the next: most days of most items see
    neither a line nor a receipt. ``span``: the ledger's first day, and the day to close. ``rules``: per
    item, whether short units wait, and the day from which its flows are counted.

    One function, and every array under a local name: handing tuples of arrays from function to
    function inside the loop counts references by the dozen, and takes ten times as long.
    """
    first, closed = span
    backorder_allowed, count_from = rules
    items, wake, queue, open_units, short, cancelled, shipped_on = state
    indptr, line_day, due, quantity, leaves, leaver_indptr, leavers = lines
    receipt_day, receipt_quantity, _, following = receipts
    stockout, _, period_of, sums = closes
    for i in range(start, stop):
        day = wake[i]
        if day > closed:
            continue
        item = items[i]
        on_hand, backlog, late = item.on_hand, item.backlog, item.late
        line, head, tail, overdue, since = item.line, item.head, item.tail, item.overdue, item.since
        leaver, receipt = item.leaver, item.receipt
        while day <= closed:
            # Nothing has changed at the closes since.
            if on_hand == 0.0:
                for close in range(since, day):
                    stockout[i, close - first] = True
            sum_closes(i, (max(since, count_from[i]), day), first, on_hand, backlog, late, closes)
            since = day

            # What arrives goes to the open lines, earliest deadline first; the rest on the shelf.
            received = 0.0
            while receipt >= 0 and receipt_day[receipt] == day:
                received += receipt_quantity[receipt]
                receipt = following[receipt]
            if received > 0.0:
                on_hand += received
                if day >= count_from[i]:
                    sums[period_of[day - first], i, 3] += received
            while head < tail and on_hand > 0.0:
                waiting = queue[head]
                units = open_units[waiting]
                if units == 0.0:
                    head += 1
                    continue
                in_full = units <= on_hand + TOLERANCE
                given = units if in_full else on_hand
                open_units[waiting] = units - given
                backlog -= given
                late -= given
                on_hand = no_dust(on_hand - given)
                if in_full:
                    open_units[waiting] = 0.0
                    shipped_on[waiting] = day
                    head += 1

            # Customers who have waited long enough go, with what is still open of their lines.
            while leaver < leaver_indptr[i + 1] and leaves[leavers[leaver]] == day:
                waiting = leavers[leaver]
                units = open_units[waiting]
                if units > 0.0:
                    open_units[waiting] = 0.0
                    cancelled[waiting] = units
                    backlog -= units
                    late -= units if due[waiting] < day else 0.0
                leaver += 1
            while head < tail and open_units[queue[head]] == 0.0:
                head += 1
            overdue = max(overdue, head)
            # Goods go to the overdue first: once none of them is left, none of ``late`` is; and sums
            # of fractions do not come back to zero by themselves.
            backlog = 0.0 if head == tail else backlog
            late = 0.0 if head == overdue else late

            while line < indptr[i + 1] and line_day[line] == day:
                missing = quantity[line] - on_hand
                if missing <= TOLERANCE:
                    on_hand = no_dust(-missing)
                    shipped_on[line] = day
                else:
                    on_hand = 0.0
                    short[line] = missing
                    if backorder_allowed[i]:
                        backlog += missing
                        open_units[line] = missing
                        # Behind those with the same deadline; they mostly come in order.
                        place = tail
                        while place > head and due[queue[place - 1]] > due[line]:
                            queue[place] = queue[place - 1]
                            place -= 1
                        queue[place] = line
                        tail += 1
                        if due[line] < day:
                            overdue += 1
                            late += missing
                line += 1

            while overdue < tail and due[queue[overdue]] <= day:
                late += open_units[queue[overdue]]
                overdue += 1

            day = NEVER
            if line < indptr[i + 1]:
                day = line_day[line]
            if receipt >= 0:
                day = min(day, receipt_day[receipt])
            if overdue < tail:
                day = min(day, due[queue[overdue]])
            if leaver < leaver_indptr[i + 1]:
                day = min(day, leaves[leavers[leaver]])
        wake[i] = day
        item.on_hand, item.backlog, item.late = on_hand, backlog, late
        item.line, item.head, item.tail, item.overdue, item.since = line, head, tail, overdue, since
        item.leaver, item.receipt = leaver, receipt


@compiled
def no_dust(units):
    """``units``, or nothing where that is all that float arithmetic left over."""
    return units if units > TOLERANCE else 0.0


@compiled
def sum_closes(i, days, first, on_hand, backlog, late, closes):
    """Add the closes ``days[0] <= day < days[1]`` of item ``i`` to its sums: nothing changed in between."""
    _, edges, period_of, sums = closes
    begin, end = days
    if begin >= end or on_hand + backlog == 0.0:
        return
    period = period_of[begin - first]
    while begin < end:
        until = min(end, edges[period + 1])
        sums[period, i, 0] += on_hand * (until - begin)
        sums[period, i, 1] += backlog * (until - begin)
        sums[period, i, 2] += late * (until - begin)
        begin = until
        period += 1


@compiled
def sum_to_the_end(start, stop, span, state, count_from, closes):
    """Add the closes that ``advance_items`` has yet to, of the items ``start`` to ``stop``.

    ``span``: the ledger's first day, and the last day closed.
    """
    first, closed = span
    for i in range(start, stop):
        item = state.items[i]
        days = (max(item.since, count_from[i]), closed + 1)
        sum_closes(i, days, first, item.on_hand, item.backlog, item.late, closes)


@compiled
def tally_lines(start, stop, span, lines, state, rules, closes, flows):
    """Add up what became of the lines of the items ``start`` to ``stop``, by item and period.

    ``span``: the ledger's first day, and the last day closed. ``rules``: per item, whether short units
    wait, and the day from which its flows are counted; per line, the units taken of an alternative
    (empty where there are none). The flows of cancelled lines and alternatives have no rows where
    there cannot be any.
    """
    first, closed = span
    backorder_allowed, count_from, substituted = rules
    indptr, line_day, due, quantity, leaves, _, _ = lines
    short_of, cancelled_of, shipped_on = state.short, state.cancelled, state.shipped_on
    period_of, edges = closes.period, closes.edges
    line_flow, unit_flow, backordered_lines, backordered_units, lost_lines, lost_units = flows[:6]
    late_lines, in_full_lines, short_periods, days = flows[6:10]
    cancelled_lines, cancelled_units, substituted_units = flows[10:]
    for i in range(start, stop):
        begin = max(first, count_from[i])
        for period in range(len(edges) - 1):
            days[i, period] = max(min(edges[period + 1], closed + 1) - max(edges[period], begin), 0)
        for line in range(indptr[i], indptr[i + 1]):
            day = line_day[line]
            if day < begin or day > closed:
                continue
            period = period_of[day - first]
            line_flow[i, period] += 1.0
            unit_flow[i, period] += quantity[line]
            short, cancelled = short_of[line], 0.0
            if short > 0.0:
                short_periods[i, period] = 1.0
                if not backorder_allowed[i]:
                    lost_lines[i, period] += 1.0
                    lost_units[i, period] += short
                    if len(substituted):
                        substituted_units[i, period] += substituted[line]
                    continue
                backordered_lines[i, period] += 1.0
                backordered_units[i, period] += short
                cancelled = cancelled_of[line]
            if cancelled > 0.0:
                cancelled_lines[i, period] += 1.0
                cancelled_units[i, period] += cancelled
            if shipped_on[line] <= due[line]:
                in_full_lines[i, period] += 1.0
            elif due[line] <= closed and (cancelled == 0.0 or leaves[line] > due[line]):
                late_lines[i, period] += 1.0
