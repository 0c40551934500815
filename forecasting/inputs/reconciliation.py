"""Counts, receipts and shipments held against each other, item by item: where they cannot all be right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray, Items, day_text
from forecasting.errors import Notice
from forecasting.inputs.documents import purchase_lines, shipments
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.inputs.stock import OnHand, movements

VANISHED = 0.25
"""A count that is short of what came since the count before it by more than this share of it."""

ONE_BY_ONE = 3
"""Of more items than this, expired stock is one notice; the flag names each of them."""

FEWEST_UNITS = 2.0
"""A gap below this many units is a miscount."""


def reconcile(
    records: Records,
    there: OnHand,
    usual_days: FloatArray,
    day: int,
    unit_cost: FloatArray,
    notices: Notices,
) -> BoolArray:
    """Say in ``notices`` where the records of stock contradict each other, or were read by a rule.

    Args:
        records: what the company wrote down.
        there: the stock on hand at the close of ``day``, as it was read.
        usual_days: float64, shape (n,), days: the usual lead time of each item.
        day: the day.
        unit_cost: float64, shape (n,), money.
        notices: grows.

    Returns:
        bool, shape (n,): the items whose stock is not known for a contradiction.

    """
    vanished = _vanished(records, usual_days, day)

    def say(units: FloatArray, words: Callable[[int], str], todo: str) -> None:
        for item in map(int, np.flatnonzero(units > 1e-9)):
            notices.add(_of_item(records.items, item, words(item), todo, units[item] * unit_cost[item]))

    def too_much_left(item: int) -> str:
        counted, comes_to = day_text(int(there.counted_on[item])), -there.gap[item] - there.owed[item]
        return (
            f"more left than there can have been: counted on {counted}, with what came and left since the "
            f"stock comes to {comes_to:,.10g}"
        )

    say(
        there.gap,
        too_much_left,
        "Count it, or book the receipts that are missing; until then its stock is not known.",
    )
    say(
        vanished,
        lambda item: f"{vanished[item]:,.10g} units that were received are not in the count after it",
        "Count again, or book where they went; the count is believed.",
    )
    _expired(records.items, there.expired, unit_cost, notices)
    _undated(records, usual_days, there.counted_on, day, notices)
    return (there.gap > 1e-9) | (vanished > 0)


def _vanished(records: Records, usual_days: FloatArray, day: int) -> FloatArray:
    """Units received between the last two counts that the last one does not show: float64, shape (n,)."""
    counts, n = records.counts, len(records.items)
    known = np.flatnonzero((counts.day <= day) & (counts.item >= 0))
    order = known[np.lexsort((counts.day[known], counts.item[known]))]
    item, when, units = counts.item[order], counts.day[order], counts.on_hand[order]

    last = np.append(item[1:] != item[:-1], True)[: len(item)]
    end = np.flatnonzero(last & np.append(False, item[1:] == item[:-1])[: len(item)])
    before, begins, ends = (np.full(n, fill) for fill in (np.nan, LONG_AGO, LONG_AGO))
    after = np.full(n, np.nan)
    before[item[end]], after[item[end]] = units[end - 1], units[end]
    begins[item[end]], ends[item[end]] = when[end - 1], when[end]

    moved = movements(records, usual_days)
    inside = (moved.day > begins[moved.item]) & (moved.day <= ends[moved.item])
    net = np.bincount(moved.item[inside], moved.quantity[inside], n)
    came = inside & (moved.quantity > 0)
    received = np.bincount(moved.item[came], moved.quantity[came], n)

    gap = np.nan_to_num(before + net - after)
    vanished = (gap > VANISHED * received) & (received > 0) & (gap >= FEWEST_UNITS)
    return np.where(vanished, np.minimum(gap, received), 0.0)


def _expired(items: Items, expired: FloatArray, unit_cost: FloatArray, notices: Notices) -> None:
    """Stock that can be sold no more: of few items one by one, of more of them together."""
    old = np.flatnonzero(expired > 1e-9)
    todo = "Write them off, or correct shelf_life_days or expires_on."
    if len(old) > ONE_BY_ONE:
        worth = expired * unit_cost
        dearest = old[np.argsort(-worth[old], kind="stable")][:ONE_BY_ONE]
        what = (
            f"{expired[old].sum():,.10g} units of {len(old):,} items are beyond their shelf life, and are no "
            f"stock ({', '.join(str(items.sku[item]) for item in dearest)}, ..)"
        )
        money = round(float(worth[old].sum()), 2)
        notices.add(Notice("stock", None, "on_hand", None, what, todo, money=money))
        return
    for item in map(int, old):
        what = f"{expired[item]:,.10g} units are beyond their shelf life, and are no stock"
        notices.add(_of_item(items, item, what, todo, expired[item] * unit_cost[item]))


def _undated(
    records: Records, usual_days: FloatArray, counted_on: IntArray, day: int, notices: Notices
) -> None:
    """Movements without a day, and where they were put."""
    lines, purchases = purchase_lines(records, usual_days), records.purchases
    undated = (lines.came > 0) & ~lines.dated & (purchases.ordered <= day)
    if undated.any():
        after = int(np.sum(undated & (lines.came_on > counted_on[purchases.item]) & (lines.came_on <= day)))
        number = int(undated.sum())
        what = (
            f"{number:,} receipt{'s' if number > 1 else ''} without a day: {after:,} of them are taken to "
            "have come after the last count, by the day expected or the usual lead time"
        )
        todo = "Give received_at; what came before a count is in it, what came after is added to it."
        notices.add(Notice("purchase_orders", None, "received_at", None, what, todo))

    left, orders = shipments(records), records.orders
    parts = (left.units > 0) & ~left.dated & ~np.isnan(orders.shipped_units) & (orders.ordered <= day)
    parts &= orders.shipped_units < orders.quantity
    if parts.any():
        number = int(parts.sum())
        what = (
            f"{number:,} part shipment{'s' if number > 1 else ''} without a day: taken to have left when the "
            "line was due"
        )
        todo = "Give shipped_at; what left before a count is not in it, what left after is taken off it."
        notices.add(Notice("orders", None, "shipped_at", None, what, todo))


def _of_item(items: Items, item: int, what: str, todo: str, money: float) -> Notice:
    location, sku = str(items.location[item]), str(items.sku[item])
    what, money = f"{sku} at {location}: {what}", round(float(money), 2)
    return Notice("stock", None, "on_hand", None, what, todo, location, sku, money)
