"""The simulated stock of a replay: many items, day by day, order line by order line.

A day goes as ``docs/replay.md`` writes it down: receipts, given to the backlog by deadline; then the
day's lines; then the close. One kernel does it for a block of items, all days of a step in one go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray, Stock, day_text
from forecasting.replay.kernels import (
    SUMMED,
    Closes,
    Flows,
    Lines,
    Receipts,
    State,
    advance_items,
    tally_lines,
)
from forecasting.replay.tallies import Tallies
from models.compile import over_items

WORTH_THREADS = 1_000_000
"""Item-days. A step of fewer is over before threads have started."""


class Ledger:
    """The stock of n items, advanced day by day.

    Args:
        lines: the demand; lines outside ``first_day..last_day`` are left out, all others count
            (whoever calls drops those that were cancelled: ``DemandLines.where``).
        opening: float64, shape (n,), >= 0: units on hand at the close of ``first_day - 1``.
        backorder_allowed: bool, shape (n,): whether short units wait; else they are lost.
        first_day, last_day: the first and the last day simulated.
        count_from: int64, shape (n,): flows of an item before that day are simulated, not tallied.
        period_edges: int64, shape (p + 1,), rising: period k is the days ``edges[k] <= day <
            edges[k + 1]``. They cover ``first_day..last_day``.

    Attributes:
        closed: the last day simulated so far; ``first_day - 1`` to begin with.

    Raises ValueError where the arguments do not fit together.

    """

    def __init__(
        self,
        lines: DemandLines,
        opening: FloatArray,
        backorder_allowed: BoolArray,
        *,
        first_day: int,
        last_day: int,
        count_from: IntArray,
        period_edges: IntArray,
    ) -> None:
        n, m = len(lines.indptr) - 1, len(lines)
        _require(first_day <= last_day, "the last day lies before the first")
        for name, array in (
            ("opening", opening),
            ("backorder_allowed", backorder_allowed),
            ("count_from", count_from),
        ):
            _require(np.shape(array) == (n,), f"{name} must have one value for each of {n} items")
        _require(bool(np.all(np.isfinite(opening) & (opening >= 0))), "opening must be finite and >= 0")
        edges = np.asarray(period_edges, dtype=np.int64)
        _require(
            len(edges) >= 2
            and bool(np.all(np.diff(edges) > 0))
            and edges[0] <= first_day
            and last_day < edges[-1],
            "period_edges must rise, and cover the first to the last day",
        )
        same_item = np.diff(lines.item) == 0
        _require(not np.any(np.diff(lines.day)[same_item] < 0), "lines must be ordered by item and day")

        self.closed = first_day - 1
        self._first, self._last = first_day, last_day
        self._backorder_allowed = np.ascontiguousarray(backorder_allowed, dtype=np.bool_)
        self._count_from = np.ascontiguousarray(count_from, dtype=np.int64)
        self._lines = Lines(
            np.ascontiguousarray(lines.indptr, dtype=np.int64),
            np.ascontiguousarray(lines.day, dtype=np.int64),
            np.ascontiguousarray(lines.due, dtype=np.int64),
            np.ascontiguousarray(lines.quantity, dtype=np.float64),
        )
        starts = self._lines.indptr[:-1]
        earlier = np.bincount(lines.item[lines.day < first_day], minlength=n)
        self._state = State(
            on_hand=np.array(opening, dtype=np.float64),
            backlog=np.zeros(n),
            late=np.zeros(n),
            next_line=starts + earlier,
            head=starts.copy(),
            tail=starts.copy(),
            overdue=starts.copy(),
            queue=np.zeros(m, dtype=np.int64),
            open_units=np.zeros(m),
            short=np.zeros(m),
            lost=np.zeros(m),
            shipped_on=np.full(m, DemandLines.NEVER, dtype=np.int64),
        )
        days = np.arange(first_day, last_day + 1)
        self._closes = Closes(
            np.zeros((len(days), n), dtype=np.uint8),
            np.searchsorted(edges, days, side="right").astype(np.int64) - 1,
            np.zeros((len(edges) - 1, n, len(SUMMED))),
        )
        self._pending_item = np.zeros(0, dtype=np.int64)
        self._pending_day = np.zeros(0, dtype=np.int64)
        self._pending_quantity = np.zeros(0)

    def schedule(self, item: IntArray, day: IntArray, quantity: FloatArray) -> None:
        """Have goods arrive at the start of a day to come.

        Args:
            item: int64, shape (k,): the item of each receipt; an item may have several.
            day: int64, shape (k,). Beyond the last day simulated they stay on order for ever.
            quantity: float64, shape (k,), >= 0, units.

        Raises ValueError where a day is closed already, or a quantity is negative or not finite.

        """
        item, day = np.asarray(item, dtype=np.int64), np.asarray(day, dtype=np.int64)
        quantity = np.asarray(quantity, dtype=np.float64)
        _require(item.shape == day.shape == quantity.shape, "item, day and quantity differ in length")
        if len(item) == 0:
            return
        _require(item.min() >= 0 and item.max() < len(self._state.on_hand), "there is no such item")
        _require(bool(np.all(np.isfinite(quantity) & (quantity >= 0))), "quantity must be finite and >= 0")
        if day.min() <= self.closed:
            raise ValueError(
                f"a receipt on {day_text(int(day.min()))} comes too late: "
                f"{day_text(self.closed)} is closed already"
            )
        some = quantity > 0
        self._pending_item = np.concatenate([self._pending_item, item[some]])
        self._pending_day = np.concatenate([self._pending_day, day[some]])
        self._pending_quantity = np.concatenate([self._pending_quantity, quantity[some]])

    def advance(self, day: int) -> None:
        """Simulate through the close of ``day``; nothing happens if that is closed already.

        Raises ValueError where ``day`` lies beyond the last day.
        """
        if day > self._last:
            raise ValueError(f"{day_text(day)} lies beyond the last day, {day_text(self._last)}")
        if day <= self.closed:
            return
        n = len(self._state.on_hand)
        run = over_items if n * (day - self.closed) >= WORTH_THREADS else _in_one_go
        run(
            advance_items,
            n,
            (self._first, self.closed + 1, day),
            self._lines,
            self._state,
            self._arrivals(day),
            (self._backorder_allowed, self._count_from),
            self._closes,
        )
        self.closed = day

    def _arrivals(self, until: int) -> Receipts:
        """Take the receipts due by ``until`` out of those pending, by item and day."""
        due = self._pending_day <= until
        item, day, quantity = self._pending_item[due], self._pending_day[due], self._pending_quantity[due]
        self._pending_item = self._pending_item[~due]
        self._pending_day = self._pending_day[~due]
        self._pending_quantity = self._pending_quantity[~due]
        order = np.argsort(item * (until - self._first + 1) + day - self._first, kind="stable")
        counts = np.bincount(item, minlength=len(self._state.on_hand))
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Receipts(indptr, day[order], quantity[order])

    @property
    def stock(self) -> Stock:
        """On hand, on order and backlog at the close of the last day simulated."""
        on_order = np.zeros(len(self._state.on_hand))
        np.add.at(on_order, self._pending_item, self._pending_quantity)
        return Stock(self._state.on_hand.copy(), on_order, self._state.backlog.copy())

    @property
    def short(self) -> FloatArray:
        """float64, shape (m,): units of each line that could not ship when due, waiting or lost."""
        return self._state.short.copy()

    @property
    def lost(self) -> FloatArray:
        """float64, shape (m,): units of each line that were refused."""
        return self._state.lost.copy()

    @property
    def shipped_on(self) -> IntArray:
        """int64, shape (m,): the day on which each line was shipped in full; NEVER where it was not."""
        return self._state.shipped_on.copy()

    @property
    def stockout(self) -> BoolArray:
        """bool, shape (n, days): the item closed that day with nothing on hand.

        Sales hide demand on those days, and on no others: goods come at the start of a day, so that a
        day which refused a unit closes without any. Days not simulated yet are False.
        """
        return np.ascontiguousarray(self._closes.stockout.T, dtype=np.bool_)

    @property
    def tallies(self) -> Tallies:
        """All flows so far. Lines still open are late where their deadline has passed."""
        sums = self._closes.sums.transpose(1, 0, 2)
        shape = sums.shape[:2]
        flows = Flows(*(np.zeros(shape) for _ in Flows._fields))
        over_items(
            tally_lines,
            shape[0],
            (self._first, self.closed),
            self._lines,
            self._state,
            self._count_from,
            self._closes.period,
            flows,
        )
        closes = {name: np.ascontiguousarray(sums[:, :, k]) for k, name in enumerate(SUMMED)}
        return Tallies(**flows._asdict(), **closes)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _in_one_go(kernel: Callable[..., None], items: int, *arguments: Any) -> None:
    kernel(0, items, *arguments)
