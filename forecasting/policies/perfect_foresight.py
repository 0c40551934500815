"""Perfect foresight: orders as one who knew every order to come. What the best policy is held against.

What will be demanded between the arrival of this order and of the next is bought now where holding it
until then costs no more than serving it late; the rest waits for the next order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from forecasting.domain import DemandLines, FloatArray, IntArray
from forecasting.policies.base import Decision, Situation


@dataclass(frozen=True)
class PerfectForesight:
    """Knows the future; a replay gives it that, nobody else can.

    Attributes:
        lines: all demand, to the end of the replay.
        arrivals: for a review day and items, the days on which an order placed now and one placed at
            the next review arrive.

    """

    lines: DemandLines
    arrivals: Callable[[int, IntArray], tuple[IntArray, IntArray]] = field(repr=False)
    name: str = "perfect_foresight"

    def decide(self, situation: Situation) -> Decision:
        """Enough for all demand up to the next arrival that is worth holding stock for."""
        arrives, next_arrives = self.arrivals(situation.as_of, situation.item)
        costs = situation.costs
        late = costs.shortage_per_unit(situation.line_size)
        waiting = np.where(situation.backorder_allowed, costs.waiting_per_unit_day, 0.0)
        # A unit due d days after the arrival: holding h d against lateness p + b (gap - d).
        gap = np.maximum(next_arrives - arrives, 0)
        rate = np.maximum(costs.holding_per_unit_day + waiting, 1e-12)
        worth = np.minimum(np.floor((late + waiting * gap) / rate + 1e-9), gap - 1)
        until = arrives + worth.astype(np.int64)
        needed = self._demand(situation.item, situation.as_of, until)
        if not situation.backorder_allowed.all():
            # What finds no stock before the arrival is lost and needs no replacement.
            before = self._demand(situation.item, situation.as_of, arrives - 1)
            stock = np.maximum(situation.position, 0.0)
            lost = np.where(situation.backorder_allowed, 0.0, np.maximum(before - stock, 0.0))
            needed = needed - lost
        wanted = np.where(situation.orderable, needed - situation.stock.position, 0.0)
        return Decision(situation.terms.at_least(wanted), needed - 1.0, needed)

    def _demand(self, item: IntArray, after: int, until: IntArray) -> FloatArray:
        """Units due after day ``after`` and up to each item's day ``until``."""
        total = np.concatenate([[0.0], np.cumsum(self.lines.quantity)])
        begin, end = self.lines.indptr[item], self.lines.indptr[item + 1]
        low = _search(self.lines.day, begin, end, np.full(len(item), after))
        high = _search(self.lines.day, begin, end, until)
        return np.round(total[np.maximum(high, low)] - total[low], 9)


def _search(day: IntArray, begin: IntArray, end: IntArray, until: IntArray) -> IntArray:
    """For each item the end of its lines with day <= until, by bisection in all items at once."""
    low, high = begin.copy(), end.copy()
    while np.any(low < high):
        middle = (low + high) // 2
        inside = low < high
        right = inside & (day[np.minimum(middle, len(day) - 1)] <= until)
        low = np.where(right, middle + 1, low)
        high = np.where(inside & ~right, middle, high)
    return low
