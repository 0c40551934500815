"""The kernels of the ledger, and the arrays that they work on."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.domain import FloatArray, IntArray
from models.compile import compiled

TOLERANCE = 1e-9
"""Units. Less than this is what float arithmetic leaves over of fractions, neither stock nor shortage."""


class Lines(NamedTuple):
    """The order lines: ``DemandLines`` without what the ledger has no use for."""

    indptr: IntArray
    day: IntArray
    due: IntArray
    quantity: FloatArray


class State(NamedTuple):
    """All that changes from day to day. Per item (n,) unless said otherwise.

    Item ``i`` keeps its open lines in ``queue[head[i]:tail[i]]``, by deadline, of which those up to
    ``overdue[i]`` have passed theirs. A line enters the queue once at most, so that the item's own
    share of ``queue`` (as many places as it has lines) always suffices.
    """

    on_hand: FloatArray
    backlog: FloatArray
    late: FloatArray
    next_line: IntArray
    head: IntArray
    tail: IntArray
    overdue: IntArray
    queue: IntArray  # (m,)
    open_units: FloatArray  # (m,)
    short: FloatArray  # (m,)
    lost: FloatArray  # (m,)
    shipped_on: IntArray  # (m,)


class Receipts(NamedTuple):
    """The receipts of one step, by item and day."""

    indptr: IntArray
    day: IntArray
    quantity: FloatArray


class Closes(NamedTuple):
    """What is noted at the close of each day.

    Items come last: a step of a few days goes through all items, and so writes from left to right.
    """

    stockout: npt.NDArray[np.uint8]  # (days, n)
    period: IntArray  # (days,): the period that each day belongs to
    sums: FloatArray  # (p, n, 5): the SUMMED tallies


SUMMED = ("on_hand_unit_days", "backlog_unit_days", "late_unit_days", "days", "received_units")


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


@compiled
def advance_items(start, stop, span, lines, state, receipts, rules, closes):
    """Simulate a step of days for the items ``start`` to ``stop``.

    ``span``: the ledger's first day, the first day of the step, its last day. ``rules``: per item,
    whether short units wait, and the day from which its flows are counted.

    One function, and every array under a local name: handing tuples of arrays from function to
    function inside the loop counts references by the dozen, and takes ten times as long.
    """
    first, opened, closed = span
    backorder_allowed, count_from = rules
    on_hand_of, backlog_of, late_of, next_line, heads, tails, overdues = state[:7]
    queue, open_units, short, lost, shipped_on = state[7:]
    indptr, line_day, due, quantity = lines
    receipt_indptr, receipt_day, receipt_quantity = receipts
    stockout, period_of, sums = closes
    for i in range(start, stop):
        on_hand, backlog, late = on_hand_of[i], backlog_of[i], late_of[i]
        line, head, tail, overdue = next_line[i], heads[i], tails[i], overdues[i]
        receipt = receipt_indptr[i]
        for day in range(opened, closed + 1):
            # What arrives goes to the open lines, earliest deadline first; the rest on the shelf.
            received = 0.0
            while receipt < receipt_indptr[i + 1] and receipt_day[receipt] == day:
                received += receipt_quantity[receipt]
                receipt += 1
            if received > 0.0:
                on_hand += received
                while head < tail and on_hand > 0.0:
                    waiting = queue[head]
                    in_full = open_units[waiting] <= on_hand + TOLERANCE
                    given = open_units[waiting] if in_full else on_hand
                    open_units[waiting] -= given
                    backlog -= given
                    late -= given
                    on_hand = _no_dust(on_hand - given)
                    if in_full:
                        shipped_on[waiting] = day
                        head += 1
                overdue = max(overdue, head)
                # Goods go to the overdue first: once none of them is left, none of ``late`` is; and sums
                # of fractions do not come back to zero by themselves.
                backlog = 0.0 if head == tail else backlog
                late = 0.0 if head == overdue else late

            while line < indptr[i + 1] and line_day[line] == day:
                missing = quantity[line] - on_hand
                if missing <= TOLERANCE:
                    on_hand = _no_dust(-missing)
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
                    else:
                        lost[line] = missing
                line += 1

            while overdue < tail and due[queue[overdue]] <= day:
                late += open_units[queue[overdue]]
                overdue += 1
            stockout[day - first, i] = on_hand == 0.0
            if day >= count_from[i]:
                period = period_of[day - first]
                sums[period, i, 0] += on_hand
                sums[period, i, 1] += backlog
                sums[period, i, 2] += late
                sums[period, i, 3] += 1.0
                sums[period, i, 4] += received
        on_hand_of[i], backlog_of[i], late_of[i] = on_hand, backlog, late
        next_line[i], heads[i], tails[i], overdues[i] = line, head, tail, overdue


@compiled
def _no_dust(units):
    return units if units > TOLERANCE else 0.0


@compiled
def tally_lines(start, stop, span, lines, state, count_from, period_of, flows):
    """Add up what became of the lines of the items ``start`` to ``stop``, by item and period.

    ``span``: the ledger's first day, and the last day closed.
    """
    first, closed = span
    for i in range(start, stop):
        for line in range(lines.indptr[i], lines.indptr[i + 1]):
            day = lines.day[line]
            if day < max(first, count_from[i]) or day > closed:
                continue
            period = period_of[day - first]
            flows.lines[i, period] += 1.0
            flows.units[i, period] += lines.quantity[line]
            if state.short[line] > 0.0:
                flows.short_periods[i, period] = 1.0
            if state.lost[line] > 0.0:
                flows.lost_lines[i, period] += 1.0
                flows.lost_units[i, period] += state.lost[line]
                continue
            if state.short[line] > 0.0:
                flows.backordered_lines[i, period] += 1.0
                flows.backordered_units[i, period] += state.short[line]
            if state.shipped_on[line] <= lines.due[line]:
                flows.in_full_lines[i, period] += 1.0
            elif lines.due[line] <= closed:
                flows.late_lines[i, period] += 1.0
