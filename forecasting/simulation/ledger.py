"""The simulated stock of a replay: many items, day by day, order line by order line.

A day goes as ``docs/replay.md`` writes it down: receipts, given to the backlog by deadline; customers who
leave; then the day's lines; then the close. One kernel does it for a block of items, all days of a step
in one go; where items take each other's place, it goes day by day for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray, Stock, day_text
from forecasting.simulation.flows import CLOSE_FLOWS, Flows
from forecasting.simulation.kernels import advance_items, sum_to_the_end, tally_lines
from forecasting.simulation.kits import Joined, Kits
from forecasting.simulation.lots import Lots, Shelves
from forecasting.simulation.opening import check, impatient, opened, require
from forecasting.simulation.pipeline import Pipeline
from forecasting.simulation.state import NEVER, TOLERANCE, Closes, Lines, Outcome, Rules
from forecasting.simulation.stretch import Stretch
from forecasting.simulation.substitution import Alternatives, Substitution
from forecasting.simulation.withdrawals import withdraw
from models.shared.compile import over_items

WORTH_THREADS = 20_000
"""Item-days. A step of fewer is over before another thread has started."""


class Ledger:
    """The stock of n items, advanced day by day.

    Two ledgers of the same arguments and receipts agree in every bit, in however many steps each was
    advanced and its receipts were scheduled.

    Args:
        lines: the demand; lines outside the stretch are left out, all others count (whoever calls drops
            those that were cancelled: ``DemandLines.where``).
        opening: float64, shape (n,), >= 0: units on hand at the close of the day before the first.
        backorder_allowed: bool, shape (n,): whether short units wait; else they are lost.
        stretch: the days simulated, and how they are counted.
        owed: float64, shape (m,), >= 0: units of each line from before the first day that are owed at
            the close of the day before it; they wait from then on, and what is on hand goes to them at
            the start of the first day. None: nothing is owed.
        cancels_on: int64, shape (m,): the day on which each line's customer cancels what is still on
            backorder then, after that day's receipts; NEVER where they wait for ever. None: all do.
        alternatives: what customers take where an item that refuses backorders is short. None: nothing.
        caps: float64, shape (n,), >= 0: the most units of each item that may wait at once; what is short
            beyond them is lost. None: there is no limit.
        kits: what kits are put together from when they are sold. None: there are none.
        lots: on which days goods expire, at whose close they are written off. None: they keep.

    Attributes:
        closed: the last day simulated so far; the day before the first to begin with.
        wasted: float64, shape (n, p), units that have expired, of the days that count.

    Raises ValueError where the arguments do not fit together.

    """

    def __init__(
        self,
        lines: DemandLines,
        opening: FloatArray,
        backorder_allowed: BoolArray,
        stretch: Stretch,
        *,
        owed: FloatArray | None = None,
        cancels_on: IntArray | None = None,
        alternatives: Alternatives | None = None,
        caps: FloatArray | None = None,
        kits: Kits | None = None,
        lots: Lots | None = None,
    ) -> None:
        check(lines, opening, backorder_allowed, stretch)
        limit = np.full(len(opening), np.inf) if caps is None else caps
        fits = np.shape(limit) == np.shape(opening) and np.all(limit >= 0)
        require(bool(fits), f"caps must have one value >= 0 for each of {len(opening)} items")
        self._first, self._last = stretch.first_day, stretch.last_day
        self.closed = self._first - 1
        self._rules = Rules(
            np.ascontiguousarray(backorder_allowed, dtype=np.bool_),
            np.ascontiguousarray(stretch.count_from, dtype=np.int64),
            np.ascontiguousarray(limit, dtype=np.float64),
        )

        self._state = opened(lines, opening, owed, self._first)
        if caps is not None:
            self._state = self._state._replace(lost=np.zeros(len(lines)))
        self._lines = Lines(
            np.ascontiguousarray(lines.indptr, dtype=np.int64),
            np.ascontiguousarray(lines.day, dtype=np.int64),
            np.ascontiguousarray(lines.due, dtype=np.int64),
            np.ascontiguousarray(lines.quantity, dtype=np.float64),
            *impatient(lines, cancels_on, self._first, self._state),
        )
        self._pipeline = Pipeline(self._state)

        n, periods = len(opening), len(stretch.period_edges) - 1
        self._closes = Closes(
            np.zeros((n, len(stretch.days)), dtype=np.bool_),
            np.asarray(stretch.period_edges, dtype=np.int64),
            stretch.period,
            np.zeros((periods, n, len(CLOSE_FLOWS))),
        )
        self._substitution: Substitution | None = None
        if alternatives is not None and len(alternatives):
            self._substitution = Substitution.of(alternatives, lines, opening, self._rules.backorder_allowed)
        self._joined = Joined.of(kits, lines) if kits is not None and len(kits) else None
        self._rest()
        self._shelves = None if lots is None else Shelves(lots, opening, self._first)
        self.wasted = np.zeros((n, periods))

    def schedule(
        self, item: IntArray, day: IntArray, quantity: FloatArray, ordered: FloatArray | None = None
    ) -> None:
        """Have goods arrive at the start of a day to come.

        Args:
            item: int64, shape (k,): the item of each receipt; an item may have several.
            day: int64, shape (k,). Beyond the last day simulated they stay on order for ever.
            quantity: float64, shape (k,), >= 0, units that come.
            ordered: float64, shape (k,), >= 0: units that are on order until that day, where more or
                fewer come. None: as many as come.

        Raises ValueError where a day is closed already, or a quantity is negative or not finite.

        """
        item, day = np.asarray(item, dtype=np.int64), np.asarray(day, dtype=np.int64)
        quantity = np.asarray(quantity, dtype=np.float64)
        ordered = quantity if ordered is None else np.asarray(ordered, dtype=np.float64)
        require(
            item.shape == day.shape == quantity.shape == ordered.shape,
            "item, day and quantity differ in length",
        )
        if len(item) == 0:
            return
        require(item.min() >= 0 and item.max() < len(self._state.wake), "there is no such item")
        for units in (quantity, ordered):
            require(bool(np.all(np.isfinite(units) & (units >= 0))), "quantity must be finite and >= 0")
        if day.min() <= self.closed:
            raise ValueError(
                f"a receipt on {day_text(int(day.min()))} comes too late: "
                f"{day_text(self.closed)} is closed already"
            )
        some = (quantity > 0) | (ordered > 0)
        if not some.all():
            item, day, quantity, ordered = item[some], day[some], quantity[some], ordered[some]
        self._pipeline.add(item, day, quantity, ordered, self.closed)
        self._rest()
        if self._shelves is not None:
            self._shelves.expect(item, day, quantity)

    def _rest(self) -> None:
        """What goes through its days together with others has none of its own."""
        if self._joined is not None:
            self._state.wake[self._joined.groups.members] = NEVER

    def withdraw(self, item: IntArray, quantity: FloatArray) -> None:
        """Have goods leave for elsewhere, after the close of the last day simulated.

        Args:
            item: int64, shape (k,); an item may be there several times.
            quantity: float64, shape (k,), >= 0, units.

        Raises ValueError where more is taken than lies there.

        """
        item, quantity = np.asarray(item, dtype=np.int64), np.asarray(quantity, dtype=np.float64)
        taken = np.bincount(item, quantity, len(self._state.wake))
        there = bool(np.all(taken <= self._state.items["on_hand"] + TOLERANCE))
        require(there and bool(np.all(quantity >= 0)), "more is to leave than lies there")
        span = (self._first, self.closed)
        withdraw(span, item, quantity, self._state, self._rules.count_from, self._closes)

    def advance(self, day: int) -> None:
        """Simulate through the close of ``day``; nothing happens if that is closed already.

        Raises ValueError where ``day`` lies beyond the last day.
        """
        if day > self._last:
            raise ValueError(f"{day_text(day)} lies beyond the last day, {day_text(self._last)}")
        if day <= self.closed:
            return
        if self._substitution is None and self._shelves is None:
            self._through(day)
            return
        rest = (self._lines, self._state, self._rules, self._closes)
        for each in range(self.closed + 1, day + 1):
            self._through(each)
            if self._substitution is not None:
                self._substitution.serve((self._first, each), *rest)
            if self._shelves is not None:
                self._write_off(self._shelves, each)

    def _write_off(self, shelves: Shelves, day: int) -> None:
        """Take off the shelves what has expired by the close of ``day``."""
        item, units = shelves.close(day, self._state.items["on_hand"])
        self.withdraw(item, units)
        counted = day >= self._rules.count_from[item]
        self.wasted[item[counted], self._closes.period[day - self._first]] += units[counted]

    def expiring(self, until: FloatArray, daily: FloatArray) -> FloatArray:
        """Units on hand that are likely to expire unsold by a day: float64, shape (n,); see ``Shelves``."""
        if self._shelves is None:
            return np.zeros(len(until))
        return self._shelves.expiring(self.closed, until, daily)

    def _through(self, day: int) -> None:
        n = len(self._state.wake)
        run = over_items if n * (day - self.closed) >= WORTH_THREADS else _in_one_go
        span = (self._first, day)
        if self._joined is not None:
            days = (self._first, self.closed + 1, day)
            rest = (self._lines, self._state, self._pipeline.receipts, self._rules, self._closes)
            self._joined.advance(days, *rest)
        run(
            advance_items,
            n,
            span,
            self._lines,
            self._state,
            self._pipeline.receipts,
            self._rules,
            self._closes,
        )
        self.closed = day

    @property
    def stock(self) -> Stock:
        """On hand, on order and backlog at the close of the last day simulated."""
        items = self._state.items
        return Stock(items["on_hand"].copy(), self._pipeline.on_order, items["backlog"].copy())

    @property
    def short(self) -> FloatArray:
        """float64, shape (m,): units of each line that could not ship when due, waiting or lost."""
        return self._state.short.copy()

    @property
    def lost(self) -> FloatArray:
        """float64, shape (m,): units of each line that were refused."""
        beyond = self._state.lost if len(self._state.lost) else 0.0
        return np.where(
            np.repeat(self._rules.backorder_allowed, np.diff(self._lines.indptr)), beyond, self.short
        )

    @property
    def cancelled(self) -> FloatArray:
        """float64, shape (m,): units of each line that its customer cancelled while they waited."""
        return self._state.cancelled.copy()

    @property
    def substituted(self) -> FloatArray:
        """float64, shape (m,): units of each line, among those lost, that an alternative stood in for."""
        if self._substitution is None:
            return np.zeros(len(self._lines.day))
        return self._substitution.substituted.copy()

    @property
    def stood_in(self) -> FloatArray:
        """float64, shape (n,): units of each item that shipped in the place of others."""
        if self._substitution is None:
            return np.zeros(len(self._rules.backorder_allowed))
        return self._substitution.stood_in.copy()

    @property
    def shipped_on(self) -> IntArray:
        """int64, shape (m,): the day on which each line was shipped in full; NEVER where it was not."""
        shipped_on = self._state.shipped_on.copy()
        if len(self._state.lost):
            # What waited of a line may have shipped; the rest of it never does.
            shipped_on[self._state.lost > 0] = NEVER
        return shipped_on

    @property
    def stockout(self) -> BoolArray:
        """bool, shape (n, days): the item closed that day with nothing on hand.

        Sales hide demand on those days, and on no others: goods come at the start of a day, so that a
        day which refused a unit closes without any. Days not simulated yet are False.
        """
        stockout = self._closes.stockout.copy()
        empty = np.flatnonzero(self._state.items["on_hand"] == 0)
        day = np.arange(self._first, self.closed + 1)
        stockout[empty, : len(day)] |= day >= self._state.items["since"][empty, None]
        return stockout

    @property
    def flows(self) -> Flows:
        """All flows so far. Lines still open are late where their deadline has passed."""
        span, n = (self._first, self.closed), len(self._rules.count_from)
        # The ledger goes on from where it was: its own sums stay what they are.
        closes = self._closes._replace(sums=self._closes.sums.copy())
        over_items(sum_to_the_end, n, span, self._state, self._rules.count_from, closes)
        sums = closes.sums.transpose(1, 0, 2)

        flows = self._room_for_lines(sums.shape[:2])
        # Each in one piece, as it comes back from another process, too: sums over it then round alike.
        apart = {name: np.ascontiguousarray(sums[:, :, place]) for place, name in enumerate(CLOSE_FLOWS)}
        flows = flows._replace(**apart)
        over_items(tally_lines, n, span, self._lines, self._outcome, self._rules, closes, flows)
        nothing = np.broadcast_to(0.0, sums.shape[:2])
        return Flows.of(**{name: flow if flow.size else nothing for name, flow in flows._asdict().items()})

    def _room_for_lines(self, shape: tuple[int, ...]) -> Flows:
        """Zeros for the flows that lines bring about; what cannot have happened takes no room."""
        never = set(CLOSE_FLOWS)
        if not len(self._lines.impatient):
            never |= {"cancelled_lines", "cancelled_units"}
        if self._substitution is None:
            never.add("substituted_units")

        # Side by side: a line then touches one place in memory, not one in each of a dozen arrays.
        names = [name for name in Flows._fields if name not in never]
        whole = np.zeros((*shape, len(names)))
        parts = {name: whole[:, :, place] for place, name in enumerate(names)}
        return Flows(*(parts.get(name, whole[:0, :0, 0]) for name in Flows._fields))

    @property
    def _outcome(self) -> Outcome:
        substituted = np.zeros(0) if self._substitution is None else self._substitution.substituted
        state = self._state
        return Outcome(state.short, state.cancelled, state.shipped_on, substituted, state.lost)


def _in_one_go(kernel: Callable[..., None], items: int, *arguments: Any) -> None:
    kernel(0, items, *arguments)
