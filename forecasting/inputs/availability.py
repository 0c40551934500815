"""When items could not be sold: as the records of availability say, and as counts of the stock show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.domain.days import MICROSECONDS_A_DAY
from forecasting.inputs.records import OrderStatus, Records
from forecasting.inputs.unconstrained_demand import Availability, IntradaySales
from models.shared.intraday_profile import HOURS

MICROSECONDS_AN_HOUR = MICROSECONDS_A_DAY // HOURS


def availability(records: Records, refuses: BoolArray) -> Availability:
    """When the items could not be sold.

    A record of availability speaks of a day; where one of an item and day has a time of day, all of that day
    speak of the hours at which they are, and hours without a record were whole. A day of which none speaks
    was lost where the item was counted at 0 at its close and at that of the day before, takes no backorders,
    and was not sold.

    Args:
        refuses: bool, shape (n,): items that take no backorders.

    """
    given = _given(records)
    item, day = _counted_out(records, refuses, given)
    item, day = np.concatenate([given.item, item]), np.concatenate([given.day, day])
    if len(item) == 0:
        return given

    share = np.concatenate([given.share, np.zeros(len(item) - len(given.item))])
    hours = given.hours
    if hours is not None:
        hours = np.concatenate([hours, np.full((len(item) - len(hours), HOURS), np.nan)])
    refused, intraday = _refused_and_intraday(records, Availability(item, day, share, hours=hours))
    return Availability(item, day, share, refused, hours, intraday)


def _given(records: Records) -> Availability:
    """What the records of availability say, one row an item and day."""
    rows = records.availability
    item, day, hour, share = rows.item, rows.day, rows.hour, rows.share
    if not hour.any():
        return Availability(item, day, share)

    (item, day), row = np.unique(np.stack([item, day]), axis=1, return_inverse=True)
    timed = np.bincount(row, hour) > 0
    hours = np.ones((len(item), HOURS))
    hours[row, hour] = share

    whole_day = np.zeros(len(item))
    whole_day[row] = share
    share = np.where(timed, hours.mean(axis=1), whole_day)
    hours[~timed] = np.nan
    return Availability(item, day, share, hours=hours)


def _counted_out(records: Records, refuses: BoolArray, given: Availability) -> tuple[IntArray, IntArray]:
    """Items and days on which counts of 0, one after the other, show that nothing could be sold."""
    counts, orders = records.counts, records.orders
    empty = (counts.on_hand == 0) & refuses[counts.item]
    item, day = counts.item[empty], counts.day[empty]
    if len(day) == 0:
        return item, day

    sold = orders.status != OrderStatus.REFUSED
    ordered = _item_days(orders.item, orders.ordered)[sold]
    counted = _item_days(item, day)
    out = np.isin(counted, _item_days(item, day + 1))
    out &= ~np.isin(counted, np.concatenate([_item_days(given.item, given.day), ordered]))
    return item[out], day[out]


def _item_days(item: IntArray, day: IntArray) -> IntArray:
    """One number for each item and day; an item's days follow each other."""
    return item * 2**32 + day


def _refused_and_intraday(records: Records, unavailable: Availability) -> tuple[FloatArray, IntradaySales]:
    """Units asked for while the item could not be sold, per row; and when and like whom people buy."""
    orders = records.orders
    ever_out = np.zeros(len(records.items), dtype=bool)
    ever_out[unavailable.item[unavailable.share < 1]] = True
    own = np.flatnonzero(ever_out[orders.item])

    item, day, quantity = orders.item[own], orders.ordered[own], orders.quantity[own]
    of_day = orders.time[own] - day * MICROSECONDS_A_DAY
    hour, timed = of_day // MICROSECONDS_AN_HOUR, of_day > 0

    # The row of ``unavailable`` that is of each line's item and day, if there is one.
    keys = _item_days(unavailable.item, unavailable.day)
    order = np.argsort(keys)
    key = _item_days(item, day)
    row = order[np.minimum(np.searchsorted(keys[order], key), len(keys) - 1)]
    on_row = keys[row] == key

    outside = orders.status[own] == OrderStatus.REFUSED
    if unavailable.hours is not None:
        outside = outside | (timed & (unavailable.hours[row, hour] == 0))
    outside = outside & on_row
    refused = np.bincount(row[outside], quantity[outside], len(keys)).astype(np.float64)

    # A line that was ordered ahead came at a time that says nothing of when it is wanted.
    usual = timed & ~orders.ahead[own] & (~on_row | (unavailable.share[row] >= 1))
    return refused, IntradaySales(
        _peer_groups(records), item[usual], day[usual], hour[usual], quantity[usual]
    )


def _peer_groups(records: Records) -> IntArray:
    """The same SKU elsewhere where it has several locations, else the category: int64, shape (n,)."""
    skus, first, number, count = np.unique(
        records.items.sku.astype(str), return_index=True, return_inverse=True, return_counts=True
    )
    named = pd.Series(records.products.text["category"][first], dtype=object)
    category = pd.factorize(named.where(named != ""))[0][number]
    return np.where(count[number] > 1, len(skus) + 1 + number, category + 1).astype(np.int64)
