"""What became of each order line by a day: on time or late, how long it waited, cancelled or not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray
from forecasting.domain.days import MICROSECONDS_A_DAY
from forecasting.inputs.demand import due_to_ship
from forecasting.inputs.records import OrderStatus, Records


class Fate(IntEnum):
    """Of a line: shipped when due or late, cancelled while it waited, waiting still, refused, open and not
    late yet; or not told.
    """

    UNTOLD = 0
    ON_TIME = 1
    LATE = 2
    CANCELLED = 3
    WAITING = 4
    REFUSED = 5
    NOT_LATE_YET = 6


@dataclass(frozen=True)
class Lines:
    """Order lines as known at the close of a day; each attribute of shape (m,).

    Attributes:
        order, item: int64. ``customer``: int64, -1 where the line names none.
        day: int64: when it was due to ship, the company's usual days of handling included.
        ordered: int64: the day of the order.
        fate: int64, a ``Fate``.
        waited: int64, days from ``day`` until it shipped or was cancelled, or until now; 0 if on time.
        units: float64. ``value``: float64, money; NaN without a price.
        usual_days: the company's usual days of handling.
        first_day, as_of: the first and the last day that is looked at.

    """

    order: IntArray
    item: IntArray
    customer: IntArray
    day: IntArray
    ordered: IntArray
    fate: IntArray
    waited: IntArray
    units: FloatArray
    value: FloatArray
    usual_days: int
    first_day: int
    as_of: int

    @property
    def late(self) -> BoolArray:
        """bool, shape (m,): not shipped when it was due."""
        return (self.fate >= Fate.LATE) & (self.fate <= Fate.WAITING)

    @property
    def cluster(self) -> IntArray:
        """int64, shape (m,): the customer, or the order where it names none: what is not independent."""
        named = int(self.customer.max(initial=-1)) + 1
        return np.where(self.customer >= 0, self.customer, named + self.order)


def order_lines(
    records: Records,
    as_of: int,
    cancelled_after_days: float,
    open_line_days: float = np.inf,
    *,
    refused: bool = False,
) -> Lines:
    """Each line that was asked for by the close of ``as_of`` and was not taken back at once.

    A line is late that has not shipped in full when it was due to ship and so many days later as lines
    usually take (the median). What nothing dates is ``UNTOLD``. A line that waits longer than
    ``open_line_days`` was forgotten: it is left out. Refused lines are in only where they are asked for.
    """
    orders = records.orders
    due = due_to_ship(orders, records.products.day["available_from"])
    shipped = (orders.shipped > LONG_AGO) & (orders.shipped <= as_of)
    cancelled = (orders.cancelled > LONG_AGO) & (orders.cancelled <= as_of)
    in_full = shipped & ~(orders.shipped_units < orders.quantity)
    stays_open = shipped & ~in_full & (orders.status == OrderStatus.OPEN)
    shipped &= ~stays_open
    # What was cancelled after all of it had left came back; it was not cancelled for waiting.
    cancelled &= ~in_full
    shipped &= ~cancelled

    usual = np.median((orders.shipped - due)[shipped]) if shipped.any() else 0.0
    usual_days = max(int(usual), 0)
    day = due + usual_days

    told_open = (orders.status == OrderStatus.OPEN) | stays_open
    told_open |= (orders.shipped > as_of) | (orders.cancelled > as_of)
    end = np.where(shipped, orders.shipped, np.where(cancelled, orders.cancelled, as_of))
    late = end > day
    fate = np.where(told_open, Fate.WAITING, Fate.UNTOLD)
    fate = np.where(cancelled, Fate.CANCELLED, np.where(shipped, Fate.LATE, fate))
    in_time = np.where(told_open, Fate.NOT_LATE_YET, Fate.UNTOLD)
    fate = np.where(late, fate, np.where(shipped, Fate.ON_TIME, in_time))

    at_once = orders.cancelled_after < cancelled_after_days * MICROSECONDS_A_DAY
    forgotten = (fate == Fate.WAITING) & (as_of - day > open_line_days)
    turned_away = orders.status == OrderStatus.REFUSED
    fate = np.where(turned_away, Fate.REFUSED, fate)
    kept = (np.maximum(orders.ordered, due) <= as_of) & (refused | ~turned_away)
    kept &= turned_away | (~at_once & ~forgotten & ~(cancelled & ~late))
    row = np.flatnonzero(kept)
    return Lines(
        order=orders.order[row],
        item=orders.item[row],
        customer=orders.customer[row],
        day=day[row],
        ordered=orders.ordered[row],
        fate=fate[row],
        waited=np.where(late & (fate > Fate.ON_TIME) & ~turned_away, end - day, 0)[row],
        units=orders.quantity[row],
        value=(orders.quantity * orders.unit_price)[row],
        usual_days=usual_days,
        first_day=records.first_day,
        as_of=as_of,
    )
