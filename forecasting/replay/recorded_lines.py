"""What became of each order line, as the dataset tells it: short or not, how long it waited, lost, late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import LONG_AGO, BoolArray, DemandLines, FloatArray, IntArray
from forecasting.inputs.records import OrderStatus
from forecasting.replay.parts import demand_in_one_piece
from forecasting.replay.scenario import Scenario
from forecasting.simulation.state import TOLERANCE

NEVER = DemandLines.NEVER


@dataclass(frozen=True)
class RecordedLines:
    """The parts that the lines of a scenario shipped in, each attribute of shape (k,).

    Attributes:
        line: int64: the line of ``Scenario.lines`` that it is part of; ``item`` is the line's.
        day, due: int64: when it was due to ship, and its deadline.
        sent, rest, short: float64, units: shipped in the end; not shipped; not shipped when due.
        sent_on: int64: the day on which it shipped.
        given_up: int64: the day from whose close the rest is no longer owed; NEVER.
        lost: bool: what was short when due did not wait.
        left: bool: cancelled, with the day, before its deadline had passed.
        counted: bool: its flows count in the replay.
        ships: bool: nothing says that it did not ship.
        dated: bool: the day on which it shipped is recorded.
        silent: bool: nothing at all is recorded of it.

    """

    line: IntArray
    item: IntArray
    day: IntArray
    due: IntArray
    sent: FloatArray
    rest: FloatArray
    short: FloatArray
    sent_on: IntArray
    given_up: IntArray
    lost: BoolArray
    left: BoolArray
    counted: BoolArray
    ships: BoolArray
    dated: BoolArray
    silent: BoolArray

    def flows(self, past: Scenario) -> dict[str, FloatArray]:
        """The tallies that lines bring about, by name: float64, shape (n, p) each.

        A line of several parts waits if any of them does, is lost if some are and none waits, late if any
        is, in full if all are.
        """
        lines, edges = past.lines, past.period_edges
        shape, m = (len(past.count_from), len(edges) - 1), len(lines)
        of_line = lines.item * shape[1] + np.searchsorted(edges, lines.day, side="right") - 1
        counts = np.bincount(self.line[self.counted], minlength=m) > 0

        def any_of(which: BoolArray) -> BoolArray:
            return np.asarray(np.bincount(self.line[which], minlength=m) > 0)

        def summed(which: BoolArray, units: FloatArray | None = None) -> FloatArray:
            chosen = which & counts
            weights = None if units is None else units[chosen]
            flow = np.bincount(of_line[chosen], weights, shape[0] * shape[1])
            return flow.reshape(shape).astype(np.float64)

        def units_of(which: BoolArray, of: FloatArray) -> FloatArray:
            units = np.bincount(self.line[which], of[which], m).astype(np.float64)
            return summed(np.ones(m, dtype=bool), units)

        short, whole = self.short > 0, self.rest == 0
        on_time = whole & (self.sent_on <= self.due)
        late = ~self.lost & ~on_time & ~self.left & (self.due <= past.last_day)
        waits = any_of(short & ~self.lost)
        cancels = short & ~self.lost & ~whole & (self.given_up <= past.last_day)
        return {
            "lines": summed(np.ones(m, dtype=bool)),
            "units": summed(np.ones(m, dtype=bool), lines.quantity),
            "backordered_lines": summed(waits),
            "backordered_units": units_of(short & ~self.lost, self.short),
            "lost_lines": summed(any_of(self.lost) & ~waits),
            "lost_units": units_of(self.lost, self.short),
            "late_lines": summed(any_of(late)),
            "in_full_lines": summed(~any_of(~on_time | (self.sent_on > past.last_day))),
            "cancelled_lines": summed(any_of(cancels)),
            "cancelled_units": units_of(cancels, self.rest),
            "substituted_units": np.zeros(shape),  # no order line says that it took another's place
            "short_periods": (summed(any_of(short)) > 0).astype(np.float64),
            "backlog_unit_days": self._owed(past, self.day),
            "late_unit_days": self._owed(past, np.maximum(self.day, self.due)),
        }

    def _owed(self, past: Scenario, since: IntArray) -> FloatArray:
        """Units owed, summed over the closes that count from each part's day ``since`` on: (n, p).

        What shipped in the end is owed until then, the rest until it is given up.
        """
        first = np.maximum(past.first_day, past.count_from)[self.item]
        begin = np.clip(since, first, past.last_day + 1)
        total = np.zeros((len(past.count_from), len(past.period_edges) - 1))
        for units, until in ((self.sent, self.sent_on), (self.rest, self.given_up)):
            end = np.clip(until, begin, past.last_day + 1)
            some = (units > 0) & (end > begin) & (self.short > 0) & ~self.lost
            total += _unit_days(self.item[some], begin[some], units[some], past.period_edges, len(total))
            total -= _unit_days(self.item[some], end[some], units[some], past.period_edges, len(total))
        # Sums of fractions do not come back to zero by themselves.
        return np.where(total > TOLERANCE, total, 0.0)


def _unit_days(item: IntArray, begin: IntArray, units: FloatArray, edges: IntArray, n: int) -> FloatArray:
    """Units times the closes from day ``begin`` to the end of each period: float64, shape (n, p)."""
    periods = len(edges) - 1
    period = np.minimum(np.searchsorted(edges, begin, side="right") - 1, periods - 1)
    cell = item * periods + period
    own = np.bincount(cell, units * (edges[period + 1] - begin), n * periods).reshape(n, periods)
    begun = np.bincount(cell, units, n * periods).reshape(n, periods)
    return own + (np.cumsum(begun, axis=1) - begun) * np.diff(edges)


def recorded_lines(past: Scenario) -> RecordedLines:
    """What the order records say of each line that is demand in the end.

    A row that shipped in several parts is taken to have shipped all at once, on the last day
    (``shipped_at``): what left before is not recorded. A row that says nothing shipped when it was due.
    """
    orders = past.observer.records.orders
    lines, row, line = demand_in_one_piece(past.observer)
    item, day, due = lines.item[line], lines.day[line], lines.due[line]
    quantity, status = orders.quantity[row], orders.status[row]
    shipped, cancelled_on = orders.shipped[row], orders.cancelled[row]
    refused, still_open, cancelled = (
        status == each for each in (OrderStatus.REFUSED, OrderStatus.OPEN, OrderStatus.CANCELLED)
    )
    dated = shipped > LONG_AGO

    given = orders.shipped_units[row]
    nothing = refused | (~dated & (still_open | cancelled))
    sent = np.where(np.isnan(given), np.where(nothing, 0.0, quantity), given)
    rest = np.where(quantity - sent > TOLERANCE, quantity - sent, 0.0)
    # What left on a day that is not recorded was there when it was due; a refusal is made on the day.
    sent_on = np.where(dated & ~refused, shipped, day)
    gone = cancelled & (cancelled_on > LONG_AGO)
    early = gone & (cancelled_on < day)
    short = np.where(early, 0.0, np.where(sent_on <= day, rest, quantity))
    given_up = np.where(gone, cancelled_on, np.where(cancelled, day, np.maximum(sent_on, day)))
    return RecordedLines(
        line=line,
        item=item,
        day=day,
        due=due,
        sent=sent,
        rest=rest,
        short=short,
        sent_on=sent_on,
        given_up=np.where(still_open, NEVER, given_up),
        lost=(short > 0) & ~still_open & ~cancelled & (sent_on <= day),
        left=gone & (cancelled_on <= due),
        counted=(day >= np.maximum(past.first_day, past.count_from[item])) & (day <= past.last_day),
        ships=~(refused | still_open | cancelled),
        dated=dated,
        silent=~dated & (status == OrderStatus.UNSTATED),
    )
