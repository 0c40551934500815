"""What became of each document's line: how much came or left, on which day, and what is still open.

Companies leave days out, and write parts down: 40 of 100 received, on no given day. Here every unit of a
line is in one place at each time. What was ordered has come, is open, or is closed; what was asked for has
shipped, is owed, or is closed.

Where a receipt's day is not written down, it is the day on which the line was expected (else the usual lead
time after its order), and never later than the last day that the records know of. What left on no given day
left on the day on which it was due to ship.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray
from forecasting.inputs.demand import due_to_ship
from forecasting.inputs.records import OrderRecords, OrderStatus, PurchaseRecords, PurchaseStatus, Records


@dataclass(frozen=True)
class PurchaseLines:
    """What became of each line of a purchase order; each attribute of shape (m,).

    Attributes:
        came: float64, units that came.
        came_on: int64, the day from whose start on they could be used; LONG_AGO where nothing came.
        dated: bool: that day is written down; where it is not, ``came_on`` is an estimate.
        rest: float64, units that are still to come after those.

    """

    came: FloatArray
    came_on: IntArray
    dated: BoolArray
    rest: FloatArray

    def open_at(self, purchases: PurchaseRecords, day: int) -> FloatArray:
        """Units on order at the close of ``day``: float64, shape (m,)."""
        # What is received, and nothing of it, was closed.
        closed = (self.came == 0) & (self.rest == 0)
        units = np.where(self.came_by(day) | closed, self.rest, purchases.quantity)
        return np.where((purchases.ordered <= day) & purchases.firm, units, 0.0)

    def came_by(self, day: int) -> BoolArray:
        """bool, shape (m,): the units that came were there by the close of ``day``."""
        return (self.came > 0) & (self.came_on <= day)


def purchase_lines(records: Records, usual_days: FloatArray) -> PurchaseLines:
    """What became of the lines of purchase orders.

    Args:
        records: what the company wrote down.
        usual_days: float64, shape (n,), days: the usual lead time of each item.

    """
    purchases = records.purchases
    status, dated = purchases.status, purchases.received > LONG_AGO
    named = ~np.isnan(purchases.received_units)

    # Of a receipt that names no units, or a line that is said to be received, all came.
    all_came = dated | (status == PurchaseStatus.RECEIVED)
    came = np.where(named, purchases.received_units, np.where(all_came, purchases.quantity, 0.0))
    came = np.where(np.isin(status, (PurchaseStatus.DRAFT, PurchaseStatus.REQUESTED)), 0.0, came)

    goes_on = (status == PurchaseStatus.OPEN) | ((status == PurchaseStatus.UNSTATED) & ~dated)
    rest = np.where(goes_on, np.maximum(purchases.quantity - came, 0.0), 0.0)

    estimate = np.minimum(promised_or_usual(purchases, usual_days), records.last_known_day)
    came_on = np.where(dated, purchases.received, np.maximum(estimate, purchases.ordered))
    return PurchaseLines(came, np.where(came > 0, came_on, LONG_AGO), dated & (came > 0), rest)


def promised_or_usual(purchases: PurchaseRecords, usual_days: FloatArray) -> IntArray:
    """The day that each line was confirmed for, else promised for, else usually takes: int64, shape (m,)."""
    usual = purchases.ordered + 1 + np.round(usual_days[purchases.item]).astype(np.int64)
    return np.where(purchases.promised > LONG_AGO, purchases.promised, usual)


@dataclass(frozen=True)
class Shipments:
    """What left of each customer's order line.

    Attributes:
        units: float64, shape (m,): units that left.
        day: int64, shape (m,): when; LONG_AGO where nothing left.
        dated: bool, shape (m,): that day is written down.

    """

    units: FloatArray
    day: IntArray
    dated: BoolArray


def shipments(records: Records) -> Shipments:
    """What left of customers' order lines. A line of which nothing is said left whole, when it was due.

    What is said to have left is gone by the last day that the records know of, also where it was due later.
    """
    orders = records.orders
    dated = orders.shipped > LONG_AGO
    silent = (orders.status == OrderStatus.UNSTATED) | (orders.status == OrderStatus.SHIPPED)

    whole = np.where(dated | silent, orders.quantity, 0.0)
    units = np.where(np.isnan(orders.shipped_units), whole, orders.shipped_units)
    units = np.where((orders.status == OrderStatus.REFUSED) & ~dated, 0.0, units)

    due = due_to_ship(orders, records.products.day["available_from"])
    gone = (orders.status == OrderStatus.SHIPPED) | (np.nan_to_num(orders.shipped_units) > 0)
    by_now = np.minimum(due, np.maximum(records.last_known_day, orders.ordered))
    day = np.where(dated, orders.shipped, np.where(gone, by_now, due))
    return Shipments(units, np.where(units > 0, day, LONG_AGO), dated & (units > 0))


def owed_units(
    orders: OrderRecords, day: int, due_to_ship: IntArray, open_line_days: float = np.inf
) -> FloatArray:
    """Units of each order line that are owed at the close of ``day``: float64, shape (order records,).

    A line is owed from the day it is due to ship until it ships or is cancelled; of one that is open, what
    has not left yet. One of whose status nothing is said is taken to have shipped.

    Args:
        due_to_ship: int64, shape (order records,): the day on which each line is due to ship.
        open_line_days: a line that is said to be open so long after that was forgotten: it is not owed.

    """
    undated, open_line = orders.shipped == LONG_AGO, orders.status == OrderStatus.OPEN
    open_line &= due_to_ship >= day - open_line_days
    left = np.nan_to_num(orders.shipped_units)

    # Before it ships a dated line is owed whole; an open one that shipped in part goes on being owed.
    later = (orders.shipped > day) & (orders.status != OrderStatus.REFUSED)
    in_part = open_line & ~undated & (orders.shipped <= day) & (left > 0)
    given_up = (orders.status == OrderStatus.CANCELLED) & undated & (orders.cancelled > day)
    owed = (due_to_ship <= day) & (later | in_part | (open_line & undated) | given_up)

    units = np.where(undated | in_part, orders.quantity - left, orders.quantity)
    return np.where(owed, np.maximum(units, 0.0), 0.0)


def open_units(
    records: Records, day: int, due_to_ship: IntArray, open_line_days: float = np.inf
) -> FloatArray:
    """Units that each order line is still to get at the close of ``day``: float64, shape (order records,).

    What is owed (``owed_units``), and what was ordered ahead and has not left, whether it is said to be open
    or nothing is said of it.
    """
    orders = records.orders
    owed = owed_units(orders, day, due_to_ship, open_line_days)
    left = shipments(records)
    ahead = (orders.ordered <= day) & (due_to_ship > day) & (orders.status != OrderStatus.REFUSED)
    ahead &= (orders.cancelled == LONG_AGO) | (orders.cancelled > day)
    to_come = orders.quantity - np.where(left.day <= day, left.units, 0.0)
    return np.where(ahead, np.maximum(to_come, 0.0), owed)
