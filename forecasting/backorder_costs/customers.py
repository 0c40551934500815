"""Each customer's orders in time: how many there were, and what they were worth, in any stretch of days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import LONG_AGO, FloatArray, IntArray
from forecasting.inputs.line_fates import Lines


@dataclass(frozen=True)
class CustomerOrders:
    """Orders of customers that are named, by customer and day.

    Attributes:
        customer, day: int64, shape (k,): whose order it is, and of which day.
        value: float64, shape (k,): money, of lines without a price nothing.
        first_day: the first day of all.

    """

    customer: IntArray
    day: IntArray
    value: FloatArray
    first_day: int

    @classmethod
    def of(cls, lines: Lines) -> CustomerOrders:
        """The orders that these lines are of."""
        named = np.flatnonzero(lines.customer >= 0)
        order, place = np.unique(lines.order[named], return_index=True)
        number = np.searchsorted(order, lines.order[named])
        value = np.bincount(number, np.nan_to_num(lines.value[named]), len(order)).astype(np.float64)
        first = named[place]
        sort = np.lexsort((lines.ordered[first], lines.customer[first]))
        first = first[sort]
        return cls(lines.customer[first], lines.ordered[first], value[sort], lines.first_day)

    def between(self, customer: IntArray, after: IntArray, until: IntArray) -> tuple[FloatArray, FloatArray]:
        """Orders of each customer on days ``after`` < day <= ``until``: their number and value, float64."""
        low, high = self._place(customer, after), self._place(customer, until)
        money = np.concatenate([[0.0], np.cumsum(self.value)])
        return (high - low).astype(np.float64), np.maximum(money[high] - money[low], 0.0)

    def last_before(self, customer: IntArray, day: IntArray) -> IntArray:
        """The day of each customer's last order before ``day``; LONG_AGO: there is none."""
        place = self._place(customer, day - 1) - 1
        # Where there is none before, the place is the last one: that of nobody.
        who, when = np.append(self.customer, -2), np.append(self.day, LONG_AGO)
        return np.where(who[place] == customer, when[place], LONG_AGO)

    def _place(self, customer: IntArray, day: IntArray) -> IntArray:
        """How many orders stand up to the customer's last one by the close of ``day``."""
        span = int(self.day.max(initial=self.first_day)) - self.first_day + 3
        key = self.customer * span + self.day - self.first_day + 1
        at = np.clip(day - self.first_day + 1, 0, span - 1)
        return np.searchsorted(key, customer * span + at, side="right").astype(np.int64)
