"""What there is at the close of a day: on hand, on order, owed to customers; from counts and documents."""

from __future__ import annotations

import numpy as np

from forecasting.domain import LONG_AGO, FloatArray, IntArray, LeadTimes, OrderCrossover, Receipts
from forecasting.inputs.records import OrderRecords, OrderStatus, PurchaseRecords, PurchaseStatus, Records


def counted(records: Records, day: int) -> FloatArray:
    """On hand at the close of ``day``: float64, shape (n,); NaN where nothing was counted up to then.

    It is the last count up to that day, with what was received and shipped since; never below zero.
    """
    counts, n = records.counts, len(records.items)
    known = np.flatnonzero(counts.day <= day)
    order = known[np.argsort(counts.day[known], kind="stable")]
    item = counts.item[order]

    # Of several counts written to one row the last one stays: the latest, as they are in order.
    on_hand, since = np.full(n, np.nan), np.full(n, day)
    on_hand[item] = counts.on_hand[order]
    since[item] = counts.day[order]

    moved = movements(records)
    between = (moved.day <= day) & (moved.day > since[moved.item])
    net = np.bincount(moved.item[between], moved.quantity[between], n)
    return np.maximum(on_hand + net, 0.0)


def movements(records: Records) -> Receipts:
    """What was received (quantity above zero) and shipped (below), each on its day.

    What is said to be shipped without a day, or of which nothing is said, shipped on the day of its
    order. A line or receipt that names no quantity moved all of it.
    """
    purchases, orders = records.purchases, records.orders
    silent = (orders.status == OrderStatus.UNSTATED) | (orders.status == OrderStatus.SHIPPED)
    shipped_on = np.where((orders.shipped == LONG_AGO) & silent, orders.ordered, orders.shipped)
    shipped = np.where(np.isnan(orders.shipped_units), orders.quantity, orders.shipped_units)

    item = np.concatenate([purchases.item, orders.item])
    day = np.concatenate([purchases.received, shipped_on])
    quantity = np.concatenate([purchases.came_units, -shipped])
    dated = day > LONG_AGO
    return Receipts(item[dated], day[dated], quantity[dated])


def on_the_way(
    purchases: PurchaseRecords, lead_times: LeadTimes, day: int, *, in_hindsight: bool
) -> Receipts:
    """What had been ordered by the close of ``day`` and had not come, with the day it can be used.

    That is the day on which it was expected (tomorrow, where that has passed; a mean lead time after
    the order, where none was named) or, ``in_hindsight``, the day on which it really came.

    Args:
        lead_times: of the items.

    """
    dated = purchases.received > LONG_AGO
    came = dated & (purchases.received <= day)
    # Received on a day that nobody wrote down: it came, some time.
    coming = (purchases.status != PurchaseStatus.RECEIVED) | dated
    keep = (purchases.ordered <= day) & ~came & purchases.firm & coming

    usual = purchases.ordered + 1 + np.round(lead_times.mean[purchases.item]).astype(np.int64)
    arrives = np.where(purchases.expected > LONG_AGO, purchases.expected, usual)
    units_given = ~np.isnan(purchases.received_units)
    if in_hindsight:
        arrives = np.where(dated, purchases.received, arrives)
        quantity = np.where(dated & units_given, purchases.received_units, purchases.quantity)
    else:
        rest = purchases.quantity - purchases.received_units
        quantity = np.where(~dated & units_given, rest, purchases.quantity)

    keep &= quantity > 0
    return Receipts(purchases.item[keep], np.maximum(arrives, day + 1)[keep], quantity[keep])


def owed_units(
    orders: OrderRecords, day: int, due_to_ship: IntArray, open_line_days: float = np.inf
) -> FloatArray:
    """Units of each order line that are owed at the close of ``day``: float64, shape (order records,).

    A line is owed from the day it is due to ship until it ships or is cancelled. One of whose status nothing
    is said is taken to have shipped.

    Args:
        due_to_ship: int64, shape (order records,): the day on which each line is due to ship.
        open_line_days: a line that is said to be open so long after that was forgotten: it is not owed.

    """
    undated = orders.shipped == LONG_AGO
    later = (orders.shipped > day) & (orders.status != OrderStatus.REFUSED)
    waiting = (orders.status == OrderStatus.OPEN) & undated & (due_to_ship >= day - open_line_days)
    given_up = (orders.status == OrderStatus.CANCELLED) & undated & (orders.cancelled > day)
    owed = (due_to_ship <= day) & (later | waiting | given_up)

    rest = orders.quantity - np.nan_to_num(orders.shipped_units)
    units = np.where(undated, rest, orders.quantity)
    return np.where(owed, np.maximum(units, 0.0), 0.0)


def after_protection(receipts: Receipts, day: int, protection_days: FloatArray) -> FloatArray:
    """Units on their way that come only after each item's protection interval: float64, shape (n,)."""
    after = receipts.day > day + protection_days[receipts.item]
    item, quantity = receipts.item[after], receipts.quantity[after]
    return np.bincount(item, quantity, len(protection_days)).astype(np.float64)


def overtaken(
    receipts: Receipts, day: int, lead_times: LeadTimes, review_days: FloatArray
) -> OrderCrossover | None:
    """What of the goods on their way an order placed at the close of ``day`` may overtake; None: nothing.

    Args:
        receipts: with the day on which each is expected. Those that come ``after_protection`` are left out.
        lead_times, review_days: of the n items.

    """
    soon = receipts.day <= day + (review_days + lead_times.mean)[receipts.item]
    item, due, quantity = receipts.item[soon], receipts.day[soon], receipts.quantity[soon]

    # By how many days each comes after the new order, for each length that its lead time may have.
    behind = due[:, None] - (day + 1 + lead_times.days[item])
    overtaking = behind > 0
    if not overtaking.any():
        return None

    units, missing = np.zeros(lead_times.days.shape), np.zeros(lead_times.days.shape)
    share = np.minimum(behind / review_days[item, None], 1.0)
    np.add.at(units, item, np.where(overtaking, quantity[:, None], 0.0))
    np.add.at(missing, item, np.where(overtaking, quantity[:, None] * share, 0.0))
    return OrderCrossover(units, np.divide(missing, units, out=np.zeros_like(units), where=units > 0))
