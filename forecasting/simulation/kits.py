"""Kits: lines that take several items from the shelf at once, and reach as far as the scarcest of them.

It joins items, so a kit and all that shares a component with it go through a day together: receipts; what
waits, by deadline, each line as far as goods reach (a line that cannot ship holds nothing back from those
behind it); customers who leave; the day's lines in their order. Nothing is set aside for a kit that waits.
Kits ship whole: of a line that does not fit, as many as do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from forecasting.domain import DemandLines, FloatArray, IntArray
from forecasting.simulation.kernels import (
    cancel_waiting,
    fall_due,
    no_dust,
    put_on_backorder,
    receive,
    refuse,
    settle,
    sum_closes,
)
from forecasting.simulation.state import RECEIVED, TOLERANCE, Closes, Lines, Receipts, Rules, State
from models.shared.compile import compiled, compiled_within


@dataclass(frozen=True)
class Kits:
    """What kits are put together from, by kit: ``item``, ``component``: int64, shape (k,); ``quantity``:
    float64, shape (k,), > 0, units of the component in one kit. A component is no kit.
    """

    item: IntArray
    component: IntArray
    quantity: FloatArray

    def __post_init__(self) -> None:
        if np.any(np.diff(self.item) < 0):
            raise ValueError("kits must be ordered by item")
        if np.isin(self.component, self.item).any():
            raise ValueError("a component of a kit is a kit itself: give what it comes to in the end")
        if not np.all(np.isfinite(self.quantity) & (self.quantity > 0)):
            raise ValueError("quantity must be finite and > 0")

    def __len__(self) -> int:
        return len(self.item)


class Bills(NamedTuple):
    """What a unit of each item takes from the shelf: itself, or the components of a kit. Item ``i`` has
    ``component[indptr[i]:indptr[i + 1]]``, of each ``quantity`` units.
    """

    indptr: IntArray
    component: IntArray
    quantity: FloatArray


class Groups(NamedTuple):
    """Items that share goods, g groups: ``members[member_at[g]:member_at[g + 1]]``, and their order lines as
    they come: ``line[line_at[g]:line_at[g + 1]]``, of the items ``line_item``. ``next_line``: of each, (g,).
    """

    member_at: IntArray
    members: IntArray
    line_at: IntArray
    line: IntArray
    line_item: IntArray
    next_line: IntArray


@dataclass(frozen=True)
class Joined:
    """The kits of one ledger, and what shares goods with them."""

    bills: Bills
    groups: Groups
    blocked: IntArray

    @staticmethod
    def of(kits: Kits, lines: DemandLines) -> Joined:
        """Nothing done yet. Raises ValueError where a kit is none of the items."""
        n = len(lines.indptr) - 1
        if min(kits.item.min(), kits.component.min()) < 0 or max(kits.item.max(), kits.component.max()) >= n:
            raise ValueError(f"a kit or component is none of the {n} items")
        return Joined(_bills(kits, n), _groups(kits, lines), np.zeros(n, dtype=np.int64))

    def advance(
        self,
        span: tuple[int, int, int],
        lines: Lines,
        state: State,
        receipts: Receipts,
        rules: Rules,
        closes: Closes,
    ) -> None:
        """Go through the days of ``span``: the ledger's first day, the first to do, and the last."""
        shop = Shop(span[0], self.bills, lines, state, receipts, rules, closes)
        advance_groups(span[1:], self.groups, self.blocked, shop)


class Shop(NamedTuple):
    """All that a ledger's kernels work on. ``first``: its first day."""

    first: int
    bills: Bills
    lines: Lines
    state: State
    receipts: Receipts
    rules: Rules
    closes: Closes


def _bills(kits: Kits, n: int) -> Bills:
    count = np.bincount(kits.item, minlength=n)
    alone = np.flatnonzero(count == 0)
    item = np.concatenate([kits.item, alone])
    order = np.argsort(item, kind="stable")
    return Bills(
        np.concatenate([[0], np.cumsum(np.maximum(count, 1))]).astype(np.int64),
        np.concatenate([kits.component, alone])[order].astype(np.int64),
        np.concatenate([kits.quantity, np.ones(len(alone))])[order],
    )


def _groups(kits: Kits, lines: DemandLines) -> Groups:
    """Items that share goods, each group's lines by day, and of one day as customers' orders are numbered."""
    n = len(lines.indptr) - 1
    links = coo_array((np.ones(len(kits)), (kits.item, kits.component)), shape=(n, n))
    label = connected_components(links, directed=False)[1]
    joined = np.unique(np.concatenate([kits.item, kits.component]))
    known, group = np.unique(label[joined], return_inverse=True)
    members = joined[np.argsort(group, kind="stable")]

    of_item = np.full(n, -1, dtype=np.int64)
    of_item[joined] = group
    line = np.flatnonzero(of_item[lines.item] >= 0)
    item, day = lines.item[line], lines.day[line]

    # Lines of one item keep their order: none is numbered before one that is ahead of it on the same day.
    begins = np.append(True, (np.diff(item) != 0) | (np.diff(day) != 0))[: len(line)]
    rank = lines.order[line] + np.cumsum(begins) * (int(lines.order.max(initial=0)) + 1)
    number = np.maximum.accumulate(rank) - np.cumsum(begins) * (int(lines.order.max(initial=0)) + 1)
    order = np.lexsort((line, number, day, of_item[item]))
    line_at = np.searchsorted(of_item[item][order], np.arange(len(known) + 1))
    return Groups(
        member_at=np.concatenate([[0], np.cumsum(np.bincount(group))]).astype(np.int64),
        members=members.astype(np.int64),
        line_at=line_at.astype(np.int64),
        line=line[order].astype(np.int64),
        line_item=item[order].astype(np.int64),
        next_line=line_at[:-1].astype(np.int64).copy(),
    )


@compiled
def advance_groups(days: tuple[int, int], groups: Groups, blocked: IntArray, shop: Shop) -> None:
    """Simulate each group of items from the first of ``days`` to the close of the last.

    ``blocked``: int64, shape (n,): the last day on which nothing more could be given of each item.
    """
    lines = shop.lines
    for g in range(len(groups.member_at) - 1):
        members = groups.members[groups.member_at[g] : groups.member_at[g + 1]]
        place, end = groups.next_line[g], groups.line_at[g + 1]
        while place < end and lines.day[groups.line[place]] < days[0]:
            place += 1
        for day in range(days[0], days[1] + 1):
            came = take_in(members, day, shop)
            if came or day == shop.first:
                serve_waiting(members, day, blocked, shop)
            leave(members, day, shop)
            while place < end and lines.day[groups.line[place]] == day:
                sell(groups.line_item[place], day, shop)
                place += 1
            pass_deadlines(members, day, shop)
        groups.next_line[g] = place


@compiled
def touch(i: int, day: int, shop: Shop) -> None:
    """Count the closes before ``day`` of an item of which something is about to change."""
    item, first, closes = shop.state.items[i], shop.first, shop.closes
    if item.since >= day:
        return
    if item.on_hand == 0.0:
        for close in range(item.since, day):
            closes.stockout[i, close - first] = True
    days = (max(item.since, shop.rules.count_from[i]), day)
    sum_closes(i, days, first, item, closes.edges, closes.period, closes.sums)
    item.since = day


@compiled_within
def take_in(members: IntArray, day: int, shop: Shop) -> bool:
    """Put what arrives on ``day`` on the shelf; returns whether anything did."""
    receipts, closes, came = shop.receipts, shop.closes, False
    for i in members:
        item = shop.state.items[i]
        if item.receipt >= 0 and receipts.day[item.receipt] == day:
            touch(i, day, shop)
            received = receive(item, day, receipts.day, receipts.quantity, receipts.following)
            if received > 0.0 and day >= shop.rules.count_from[i]:
                closes.sums[closes.period[day - shop.first], i, RECEIVED] += received
            came = True
    return came


@compiled
def takes(i: int, units: float, day: int, shop: Shop) -> float:
    """Take from the shelf what ``units`` of an item need, as far as it reaches; returns the units."""
    bills, items = shop.bills, shop.state.items
    begin, end = bills.indptr[i], bills.indptr[i + 1]
    reach = np.inf
    for k in range(begin, end):
        reach = min(reach, items[bills.component[k]].on_hand / bills.quantity[k])
    given = units
    if units > reach + TOLERANCE:
        kit = end - begin > 1 or bills.component[begin] != i
        given = np.floor(reach + TOLERANCE) if kit else reach
    if given <= 0.0:
        return 0.0
    for k in range(begin, end):
        component = bills.component[k]
        touch(component, day, shop)
        items[component].on_hand = no_dust(items[component].on_hand - given * bills.quantity[k])
    return given


@compiled_within
def serve_waiting(members: IntArray, day: int, blocked: IntArray, shop: Shop) -> None:
    """Give what is on the shelf to the open lines of a group, the earliest deadline first."""
    items, queue, open_units = shop.state.items, shop.state.queue, shop.state.open_units
    due = shop.lines.due
    while True:
        chosen, earliest = -1, 0
        for i in members:
            while items[i].head < items[i].tail and open_units[queue[items[i].head]] == 0.0:
                items[i].head += 1
            if items[i].head == items[i].tail or blocked[i] == day:
                continue
            deadline = due[queue[items[i].head]]
            if chosen < 0 or deadline < earliest:
                chosen, earliest = i, deadline
        if chosen < 0:
            return
        item, waiting = items[chosen], queue[items[chosen].head]
        units = open_units[waiting]
        given = takes(chosen, units, day, shop)
        if given < units:
            blocked[chosen] = day
        if given > 0.0:
            touch(chosen, day, shop)
            item.backlog -= given
            item.late -= given if due[waiting] < day else 0.0
            open_units[waiting] = units - given if given < units else 0.0
            if given >= units:
                shop.state.shipped_on[waiting] = day
                item.head += 1


@compiled
def leave(members: IntArray, day: int, shop: Shop) -> None:
    """Customers of a group who have waited long enough go."""
    lines, state = shop.lines, shop.state
    impatient, cancels_on = lines.impatient, lines.cancels_on
    for i in members:
        item, last = state.items[i], lines.impatient_indptr[i + 1]
        if item.impatient < last and cancels_on[impatient[item.impatient]] == day:
            touch(i, day, shop)
            cancel_waiting(
                item, day, last, cancels_on, impatient, lines.due, state.open_units, state.cancelled
            )
        settle(item, state.queue, state.open_units)


@compiled
def sell(i: int, day: int, shop: Shop) -> None:
    """Serve the next line of an item: what is missing waits, or is lost."""
    state, rules, lines = shop.state, shop.rules, shop.lines
    item, line = state.items[i], state.items[i].line
    units = lines.quantity[line]
    missing = units - takes(i, units, day, shop)
    if missing <= TOLERANCE:
        state.shipped_on[line] = day
    else:
        state.short[line] = missing
        if rules.backorder_allowed[i]:
            touch(i, day, shop)
            if missing > rules.cap[i] - item.backlog:
                missing = refuse(item, missing, rules.cap[i], state.lost)
            if missing > 0.0:
                put_on_backorder(item, day, missing, lines.due, state.queue, state.open_units)
    item.line += 1


@compiled_within
def pass_deadlines(members: IntArray, day: int, shop: Shop) -> None:
    """What has not shipped by the close of its deadline is late."""
    due, queue = shop.lines.due, shop.state.queue
    for i in members:
        item = shop.state.items[i]
        if item.overdue < item.tail and due[queue[item.overdue]] <= day:
            touch(i, day, shop)
            fall_due(item, day, due, queue, shop.state.open_units)
