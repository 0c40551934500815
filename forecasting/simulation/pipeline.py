"""Goods on their way to a ledger: each item's receipts to come, as a chain by day."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.simulation.state import Receipts, State
from models.shared.compile import compiled


class Pipeline:
    """The receipts to come of a ledger, whose ``State`` says where each item's chain begins and ends."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._used = 0
        self.receipts = _room_for(256)

    def add(
        self, item: IntArray, day: IntArray, quantity: FloatArray, ordered: FloatArray, closed: int
    ) -> None:
        """Put receipts into the chains of their items. ``closed``: what was due up to then has come."""
        if self._used + len(item) > len(self.receipts.day):
            # Those that came are left behind.
            to_come = int(np.count_nonzero(self.receipts.day[: self._used] > closed))
            more = _room_for(2 * (to_come + len(item)))
            self._used = move_receipts(self.receipts, more, self._state.items)
            self.receipts = more
        place, end = self._used, self._used + len(item)
        for whole, part in zip(self.receipts, (day, quantity, ordered), strict=False):
            whole[place:end] = part
        chain_receipts(item, place, self.receipts, self._state)
        self._used = end

    @property
    def on_order(self) -> FloatArray:
        """float64, shape (n,), units."""
        units = np.zeros(len(self._state.items))
        sum_on_order(self.receipts, self._state.items, units)
        return units


def _room_for(receipts: int) -> Receipts:
    return Receipts(
        np.zeros(receipts, dtype=np.int64),
        np.zeros(receipts),
        np.zeros(receipts),
        np.zeros(receipts, dtype=np.int64),
    )


@compiled
def chain_receipts(numbers: IntArray, place: int, receipts: Receipts, state: State) -> None:
    """Put the receipts from ``place`` on, of the items ``numbers``, into their chains.

    By day; of one day, in the order in which they were announced.
    """
    day_of, _, _, following = receipts
    for k in range(len(numbers)):
        new = place + k
        day, item = day_of[new], state.items[numbers[k]]
        state.wake[numbers[k]] = min(state.wake[numbers[k]], day)
        before, after = -1, item.receipt
        if after >= 0 and day_of[item.last] <= day:
            before, after = item.last, -1
        while after >= 0 and day_of[after] <= day:
            before, after = after, following[after]
        following[new] = after
        if before < 0:
            item.receipt = new
        else:
            following[before] = new
        if after < 0:
            item.last = new


@compiled
def sum_on_order(receipts: Receipts, items: Any, on_order: FloatArray) -> None:
    """Add up what is on order of each item: the same sum, in whatever steps it was announced."""
    for i in range(len(items)):
        receipt = items[i].receipt
        while receipt >= 0:
            on_order[i] += receipts.ordered[receipt]
            receipt = receipts.following[receipt]


@compiled
def move_receipts(receipts: Receipts, into: Receipts, items: Any) -> int:
    """Copy the chains of all items to the beginning of ``into``, and say how many receipts there are."""
    place = 0
    for i in range(len(items)):
        item = items[i]
        receipt = item.receipt
        if receipt >= 0:
            item.receipt = place
        while receipt >= 0:
            into.day[place] = receipts.day[receipt]
            into.quantity[place] = receipts.quantity[receipt]
            into.ordered[place] = receipts.ordered[receipt]
            receipt = receipts.following[receipt]
            into.following[place] = place + 1 if receipt >= 0 else -1
            item.last = place
            place += 1
    return place
