"""What there is at the close of a day: on hand, on order, owed to customers; from a dataset's tables."""

from __future__ import annotations

import numpy as np

from forecasting.dataset.dataset import Dataset
from forecasting.domain import LONG_AGO, FloatArray, IntArray, LeadTimes, OrderCrossover, Receipts
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.demand import days_of, item_numbers


def counted(dataset: Dataset, catalogue: Catalogue, day: int) -> FloatArray:
    """On hand at the close of ``day``: float64, shape (n,); NaN where nothing was counted up to then.

    It is the last count up to that day, with what was received and shipped since; never below zero.
    """
    table = dataset.stock
    as_of = days_of(table["as_of"])
    known = np.flatnonzero(as_of <= day)
    order = known[np.argsort(as_of[known], kind="stable")]
    item = item_numbers(table.iloc[order], catalogue.items)
    on_hand, since = np.full(len(catalogue), np.nan), np.full(len(catalogue), day)
    # Of several counts written to one place the last one stays: the latest, as they are in order.
    on_hand[item] = table["on_hand"].to_numpy(dtype=np.float64)[order]
    since[item] = as_of[order]
    moved = movements(dataset, catalogue)
    between = (moved.day <= day) & (moved.day > since[moved.item])
    net = np.bincount(moved.item[between], moved.quantity[between], len(catalogue))
    return np.maximum(on_hand + net, 0.0)


def movements(dataset: Dataset, catalogue: Catalogue) -> Receipts:
    """What was received (quantity above zero) and shipped (below), each on its day.

    What is said to be shipped without a day, or of which nothing is said, shipped on the day of its
    order. A line or receipt that names no quantity moved all of it.
    """
    bought, orders = dataset.purchase_orders, dataset.orders
    received = bought["quantity_received"].fillna(bought["quantity"]).to_numpy(dtype=np.float64)
    status = orders["status"].astype(object)
    silent = (status.isna() | (status == "shipped")).to_numpy(dtype=bool)
    shipped_on = days_of(orders["shipped_at"])
    shipped_on = np.where((shipped_on == LONG_AGO) & silent, days_of(orders["ordered_at"]), shipped_on)
    shipped = orders["quantity_shipped"].fillna(orders["quantity"]).to_numpy(dtype=np.float64)
    item = np.concatenate([item_numbers(bought, catalogue.items), item_numbers(orders, catalogue.items)])
    day = np.concatenate([days_of(bought["received_at"]), shipped_on])
    quantity = np.concatenate([received, -shipped])
    keep = (item >= 0) & (day > LONG_AGO)
    return Receipts(item[keep], day[keep], quantity[keep])


def on_the_way(dataset: Dataset, catalogue: Catalogue, day: int, *, in_hindsight: bool) -> Receipts:
    """What had been ordered by the close of ``day`` and had not come, with the day it can be used.

    That is the day on which it was expected (tomorrow, where that has passed; a mean lead time after
    the order, where none was named) or, ``in_hindsight``, the day on which it really came.
    """
    table = dataset.purchase_orders
    item = item_numbers(table, catalogue.items)
    ordered, expected = days_of(table["ordered_at"]), days_of(table["expected_at"])
    received = days_of(table["received_at"])
    status = table["status"].astype(object)
    came = (received > LONG_AGO) & (received <= day)
    firm = ~status.isin(["draft", "cancelled"]).to_numpy(dtype=bool)
    # Received on a day that nobody wrote down: it came, some time.
    coming = (status != "received").to_numpy(dtype=bool) | (received > LONG_AGO)
    keep = (item >= 0) & (ordered <= day) & ~came & firm & coming
    usual = ordered + 1 + np.round(catalogue.lead_times.mean[item]).astype(np.int64)
    arrives = np.where(expected > LONG_AGO, expected, usual)
    quantity = table["quantity"].to_numpy(dtype=np.float64)
    received_units = table["quantity_received"].to_numpy(dtype=np.float64)
    if in_hindsight:
        arrives = np.where(received > LONG_AGO, received, arrives)
        known = (received > LONG_AGO) & ~np.isnan(received_units)
        quantity = np.where(known, received_units, quantity)
    else:
        part = (received == LONG_AGO) & ~np.isnan(received_units)
        quantity = np.where(part, quantity - received_units, quantity)
    keep &= quantity > 0
    return Receipts(item[keep], np.maximum(arrives, day + 1)[keep], quantity[keep])


def owed(dataset: Dataset, catalogue: Catalogue, day: int, due_to_ship: IntArray) -> FloatArray:
    """Units owed to customers at the close of ``day``: float64, shape (n,). Arguments as ``owed_lines``."""
    units = owed_lines(dataset, day, due_to_ship)
    item = item_numbers(dataset.orders, catalogue.items)
    return np.bincount(item, units, len(catalogue)).astype(np.float64)


def owed_lines(dataset: Dataset, day: int, due_to_ship: IntArray) -> FloatArray:
    """Units of each order line that are owed at the close of ``day``: float64, shape (rows of orders,).

    A line is owed from the day it is due to ship until it ships or is cancelled. A dataset that says
    nothing of a line's status is taken to have shipped it.

    Args:
        due_to_ship: int64, shape (rows of orders,): the day on which each line is due to ship.

    """
    orders = dataset.orders
    status = orders["status"].astype(object).to_numpy()
    shipped, cancelled = days_of(orders["shipped_at"]), days_of(orders["cancelled_at"])
    quantity = orders["quantity"].to_numpy(dtype=np.float64)
    shipped_units = np.nan_to_num(orders["quantity_shipped"].to_numpy(dtype=np.float64))
    later = (shipped > day) & (status != "refused")
    waiting = (status == "open") & (shipped == LONG_AGO)
    given_up = (status == "cancelled") & (shipped == LONG_AGO) & (cancelled > day)
    keep = (due_to_ship <= day) & (later | waiting | given_up)
    units = np.where(shipped == LONG_AGO, quantity - shipped_units, quantity)
    return np.where(keep, np.maximum(units, 0.0), 0.0)


def beyond_protection(receipts: Receipts, day: int, protection_days: FloatArray) -> FloatArray:
    """Units on their way that come only after each item's protection interval: float64, shape (n,)."""
    late = receipts.day > day + protection_days[receipts.item]
    return np.bincount(receipts.item[late], receipts.quantity[late], len(protection_days)).astype(np.float64)


def overtaken(
    receipts: Receipts, day: int, lead_times: LeadTimes, review_days: FloatArray
) -> OrderCrossover | None:
    """What of the goods on their way an order placed at the close of ``day`` may overtake; None: nothing.

    Args:
        receipts: with the day on which each is expected. Those ``beyond_protection`` are left out.
        lead_times, review_days: of the n items.

    """
    soon = receipts.day <= day + (review_days + lead_times.mean)[receipts.item]
    item, due, quantity = receipts.item[soon], receipts.day[soon], receipts.quantity[soon]
    # By how many days each comes after the new order, for each length that its lead time may have.
    behind = due[:, None] - (day + 1 + lead_times.days[item])
    overtaking = behind > 0
    if not overtaking.any():
        return None
    units, missed = np.zeros(lead_times.days.shape), np.zeros(lead_times.days.shape)
    share = np.minimum(behind / review_days[item, None], 1.0)
    np.add.at(units, item, np.where(overtaking, quantity[:, None], 0.0))
    np.add.at(missed, item, np.where(overtaking, quantity[:, None] * share, 0.0))
    return OrderCrossover(units, np.divide(missed, units, out=np.zeros_like(units), where=units > 0))
