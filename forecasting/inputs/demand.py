"""From order lines to demand: which lines count, when they could be known, and demand per bucket.

Demand is what customers asked for. A refused line counts; a line that was cancelled at once, or
returned after it was shipped, does not; one that was cancelled while it waited does. What would have been
asked for while an item could not be sold is not zero: it is estimated (``hidden_demand``) or unknown.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.dataset.dataset import Dataset
from forecasting.domain import BoolArray, Calendar, DemandLines, FloatArray, IntArray, Items
from forecasting.inputs.unconstrained_demand import Availability, Habits, Seen, open_and_hidden, whole_units
from models.shared.history import History
from models.shared.intraday_profile import HOURS

__all__ = [
    "LONG_AGO",
    "Availability",
    "all_items",
    "availability",
    "days_of",
    "demand_lines",
    "due_to_ship",
    "history",
    "item_numbers",
    "known_at",
    "order_of_lines",
]

LONG_AGO = np.iinfo(np.int64).min // 4


def days_of(times: pd.Series) -> IntArray:
    """Day numbers of a column of times; LONG_AGO where there is none."""
    values = times.to_numpy(dtype="datetime64[us]")
    days = values.astype("datetime64[D]").astype(np.int64)
    return np.where(np.isnat(values), LONG_AGO, days)


def all_items(dataset: Dataset) -> Items:
    """Every item that the dataset speaks of, ordered by (location, sku).

    A SKU that only ``products`` names is an item at each location that has stock or orders.
    """
    pairs = [
        table[["location", "sku"]].drop_duplicates().astype(str)
        for table in (dataset.orders, dataset.stock, dataset.purchase_orders)
    ]
    known = pd.concat(pairs).drop_duplicates()
    elsewhere = dataset.products.loc[~dataset.products["sku"].isin(known["sku"]), ["sku"]].astype(str)
    if len(elsewhere):
        locations = pd.DataFrame({"location": known["location"].unique()})
        known = pd.concat([known, locations.merge(elsewhere, how="cross")])
    known = known.sort_values(["location", "sku"], kind="stable")
    return Items(known["location"].to_numpy(dtype=object), known["sku"].to_numpy(dtype=object))


def item_numbers(table: pd.DataFrame, items: Items) -> IntArray:
    """The item of each row of a table with ``location`` and ``sku``; -1 where it is none of them."""
    location, sku = table["location"].astype("category"), table["sku"].astype("category")
    locations = pd.Index(sorted(set(items.location)))
    skus = pd.Index(sorted(set(items.sku)))
    number = np.full(len(locations) * len(skus) + 1, -1, dtype=np.int64)
    own = locations.get_indexer(items.location) * len(skus) + skus.get_indexer(items.sku)
    number[own] = np.arange(len(items))
    place = _codes(location, locations)
    which = _codes(sku, skus)
    key = np.where((place >= 0) & (which >= 0), place * len(skus) + which, len(number) - 1)
    return number[key]


def _codes(column: pd.Series, index: pd.Index) -> IntArray:
    """Where each value of a categorical column stands in ``index``, or -1."""
    of_category = index.get_indexer(column.cat.categories.astype(str))
    codes = column.cat.codes.to_numpy()
    return np.where(codes >= 0, np.append(of_category, -1)[codes], -1).astype(np.int64)


def demand_lines(
    dataset: Dataset, items: Items, available_from: IntArray, cancelled_after_days: float
) -> DemandLines:
    """The order lines that count as demand, or once did, with when that could be known.

    Args:
        available_from: int64, shape (n,): the day from which an item can be had, LONG_AGO if always:
            a line ordered before it is due to ship on it.
        cancelled_after_days: a line cancelled sooner than this after its order was never demand.

    """
    orders = dataset.orders
    item = item_numbers(orders, items)
    ordered = days_of(orders["ordered_at"])
    day = due_to_ship(dataset, item, available_from)
    shipped = days_of(orders["shipped_at"])
    cancelled = days_of(orders["cancelled_at"])
    due = days_of(orders["due"])
    refused = (orders["status"] == "refused").to_numpy(dtype=bool)
    waited = orders["cancelled_at"] - orders["ordered_at"]
    at_once = (waited < pd.Timedelta(days=cancelled_after_days)).to_numpy(dtype=bool)
    returned = (shipped > LONG_AGO) & (shipped <= cancelled)
    withdrawn = (cancelled > LONG_AGO) & ~refused & (at_once | returned)

    order = order_of_lines(dataset, item, day)
    counts = np.bincount(item, minlength=len(items))
    return DemandLines(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        day=day[order],
        due=np.where(due > LONG_AGO, np.maximum(due, day), day)[order],
        quantity=orders["quantity"].to_numpy(dtype=np.float64)[order],
        order=pd.factorize(orders["order"])[0].astype(np.int64)[order],
        known_until=np.where(withdrawn, cancelled - 1, DemandLines.NEVER)[order],
        known_from=np.minimum(ordered, day)[order],
    )


def order_of_lines(dataset: Dataset, item: IntArray, day: IntArray) -> IntArray:
    """int64, shape (rows of orders,): the row that each of ``demand_lines`` is made of.

    ``item``, ``day``: the item of each row, and the day on which it is due to ship.
    """
    time = dataset.orders["ordered_at"].to_numpy(dtype="datetime64[us]").astype(np.int64)
    return np.lexsort((time, day, item))


def due_to_ship(dataset: Dataset, item: IntArray, available_from: IntArray) -> IntArray:
    """The day on which each order line is due to ship from stock: int64, shape (rows of orders,).

    It is the day of the order; for lines that are ordered ahead (kinds ``preorder`` and ``standing``)
    the day on which the customer wants them; and never before the item can be had.
    """
    orders = dataset.orders
    ordered, due = days_of(orders["ordered_at"]), days_of(orders["due"])
    ahead = orders["kind"].isin(["preorder", "standing"]).to_numpy(dtype=bool)
    wanted = np.where(ahead, np.maximum(ordered, due), ordered)
    return np.maximum(wanted, available_from[item])


def known_at(lines: DemandLines, as_of: int) -> BoolArray:
    """bool, shape (m,): whether each line counts as demand, as seen at the close of ``as_of``."""
    return (lines.known_from <= as_of) & (lines.known_until >= as_of)


def availability(dataset: Dataset, items: Items, refuses: BoolArray | None = None) -> Availability:
    """When the items could not be sold, as the tables ``availability`` and ``stock`` say.

    A row of ``availability`` speaks of a day; where a row of an item and day has a time of day, all its
    rows speak of the hours at which they are, and hours without a row were whole. A day that no row
    speaks of was lost where the item was counted at 0 at its close and at that of the day before, takes
    no backorders, and was not sold.

    Args:
        refuses: bool, shape (n,): items that take no backorders; None: those of which ``products`` says so.

    """
    if refuses is None:
        refusing = dataset.products.loc[dataset.products["backorder"] == "refused", "sku"].astype(str)
        refuses = np.isin(items.sku.astype(str), refusing.to_numpy(dtype=str))
    given = _given_availability(dataset, items)
    item, day = _counted_out(dataset, items, refuses, given)
    item, day = np.concatenate([given.item, item]), np.concatenate([given.day, day])
    if len(item) == 0:
        return given
    share = np.concatenate([given.share, np.zeros(len(item) - len(given.item))])
    hours = given.hours
    if hours is not None:
        hours = np.concatenate([hours, np.full((len(item) - len(hours), HOURS), np.nan)])
    refused, habits = _asked(dataset, items, Availability(item, day, share, hours=hours))
    return Availability(item, day, share, refused, hours, habits)


def _given_availability(dataset: Dataset, items: Items) -> Availability:
    """What the table ``availability`` says, one row an item and day."""
    table = dataset.availability
    item = item_numbers(table, items)
    keep = item >= 0
    item, share = item[keep], table["share"].to_numpy(dtype=np.float64)[keep]
    time = table["date"].to_numpy(dtype="datetime64[us]")[keep]
    day = time.astype("datetime64[D]")
    hour = (time - day).astype("timedelta64[h]").astype(np.int64)
    day = day.astype(np.int64)
    if not hour.any():
        return Availability(item, day, share)
    (item, day), row = np.unique(np.stack([item, day]), axis=1, return_inverse=True)
    timed = np.bincount(row, hour) > 0
    hours = np.ones((len(item), HOURS))
    hours[row, hour] = share
    whole = np.zeros(len(item))
    whole[row] = share
    share = np.where(timed, hours.mean(axis=1), whole)
    hours[~timed] = np.nan
    return Availability(item, day, share, hours=hours)


def _counted_out(
    dataset: Dataset, items: Items, refuses: BoolArray, given: Availability
) -> tuple[IntArray, IntArray]:
    """Items and days on which counts of 0, one after the other, show that nothing could be sold."""
    stock = dataset.stock
    item = item_numbers(stock, items)
    empty = (item >= 0) & (stock["on_hand"] == 0).to_numpy(dtype=bool) & refuses[item]
    item, day = item[empty], days_of(stock["as_of"])[empty]
    if len(day) == 0:
        return item, day
    sold = (dataset.orders["status"] != "refused").to_numpy(dtype=bool)
    ordered = _item_days(item_numbers(dataset.orders, items), days_of(dataset.orders["ordered_at"]))[sold]
    counted = _item_days(item, day)
    out = np.isin(counted, _item_days(item, day + 1))
    out &= ~np.isin(counted, np.concatenate([_item_days(given.item, given.day), ordered]))
    return item[out], day[out]


def _item_days(item: IntArray, day: IntArray) -> IntArray:
    """One number for each item and day; an item's days follow each other."""
    return item * 2**32 + day


def _asked(dataset: Dataset, items: Items, away: Availability) -> tuple[FloatArray, Habits]:
    """Units asked for while the item could not be sold, per row; and when and like whom people buy."""
    orders = dataset.orders
    out = np.zeros(len(items), dtype=bool)
    out[away.item[away.share < 1]] = True
    item = item_numbers(orders, items)
    own = np.flatnonzero((item >= 0) & out[item])
    chosen = orders.iloc[own]
    item, day = item[own], days_of(chosen["ordered_at"])
    time = chosen["ordered_at"].to_numpy(dtype="datetime64[us]")
    of_day = time - time.astype("datetime64[D]")
    hour = of_day.astype("timedelta64[h]").astype(np.int64)
    timed = of_day > np.timedelta64(0)

    keys = _item_days(away.item, away.day)
    order = np.argsort(keys)
    key = _item_days(item, day)
    row = order[np.minimum(np.searchsorted(keys[order], key), len(keys) - 1)]
    on_row = keys[row] == key
    outside = (chosen["status"] == "refused").to_numpy(dtype=bool)
    if away.hours is not None:
        outside = outside | (timed & (away.hours[row, hour] == 0))
    outside = outside & on_row
    quantity = chosen["quantity"].to_numpy(dtype=np.float64)
    refused = np.bincount(row[outside], quantity[outside], len(keys)).astype(np.float64)
    # A line that was ordered ahead came at a time that says nothing of when it is wanted.
    usual = timed & ~chosen["kind"].isin(["preorder", "standing"]).to_numpy(dtype=bool)
    usual &= ~on_row | (away.share[row] >= 1)
    return refused, Habits(_kin(dataset, items), item[usual], day[usual], hour[usual], quantity[usual])


def _kin(dataset: Dataset, items: Items) -> IntArray:
    """The same SKU elsewhere where it has several locations, else the category: int64, shape (n,)."""
    skus, number, count = np.unique(items.sku.astype(str), return_inverse=True, return_counts=True)
    products = dataset.products.set_index(dataset.products["sku"].astype(str))["category"].astype(object)
    category = pd.factorize(products.reindex(skus).to_numpy())[0][number]
    return np.where(count[number] > 1, len(skus) + 1 + number, category + 1).astype(np.int64)


def history(
    lines: DemandLines,
    as_of: int,
    calendar: Calendar,
    *,
    first_day: int,
    launched: IntArray,
    unavailable: Availability,
    available_share: float,
) -> History:
    """Demand per bucket of every item, as known at the close of ``as_of``.

    An item's history begins with the bucket of its launch or its first line, whichever is earlier, and
    runs to ``as_of``; buckets without lines are zero. A bucket is NaN where the business was closed for
    all of it, or the item could be sold for less than ``available_share`` of it (of the time, weighed by
    when demand comes); where it could be sold for more, but not for all, what was hidden is estimated.

    Args:
        first_day: the first day that the data covers; a bucket that began before it is left out.
        launched: int64, shape (n,): the day of launch, LONG_AGO where that is not known.

    """
    n = len(lines.indptr) - 1
    edges = calendar.edges(first_day, as_of)
    buckets = len(edges) - 1
    seen = known_at(lines, as_of) & (lines.day <= as_of)
    item, day = lines.item[seen], lines.day[seen]
    bucket = np.searchsorted(edges, day, side="right") - 1

    first = np.full(n, buckets, dtype=np.int64)
    np.minimum.at(first, item, np.maximum(bucket, 0))
    launch = np.searchsorted(edges, launched, side="right") - 1
    first = np.where(launched > LONG_AGO, np.minimum(first, np.maximum(launch, 0)), first)
    lengths = buckets - np.minimum(first, buckets)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    inside = bucket >= 0
    flat = indptr[:-1][item] + bucket - first[item]
    summed = np.bincount(flat[inside], weights=lines.quantity[seen][inside], minlength=indptr[-1])
    data = summed.astype(np.float64)
    orders = np.bincount(flat[inside], minlength=indptr[-1]).astype(np.float64)

    if len(unavailable.day):
        begins = edges[first]
        known = Seen(item[inside], day[inside], lines.quantity[seen][inside])
        away, share, hidden = open_and_hidden(known, as_of, calendar, begins, unavailable)
        flat = (indptr[:-1] - first)[away.item] + np.searchsorted(edges, away.day, side="right") - 1
        lost = np.bincount(flat, 1.0 - share, len(data))
        position = np.arange(len(data)) - np.repeat(indptr[:-1] - first, lengths)
        unknown = lost > (1.0 - available_share) * _days_of_business(edges, calendar)[position] + 1e-9
        unseen = np.where(unknown, 0.0, np.bincount(flat, hidden, len(data)))
        if np.all(lines.quantity == np.floor(lines.quantity)):
            # What is sold by the piece stays so: distributions of whole demand rest on whole history.
            unseen = whole_units(unseen, indptr)
        data = np.where(unknown, np.nan, data + unseen)
    closed = calendar.without_business(edges)
    if closed.any():
        position = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - first, lengths)
        data[closed[position]] = np.nan
    orders[np.isnan(data)] = np.nan
    return History(data, indptr, calendar.season, orders=orders)


def _days_of_business(edges: IntArray, calendar: Calendar) -> IntArray:
    """How many days of each bucket are open, at least 1: int64, shape (buckets,)."""
    open_days = calendar.open(np.arange(edges[0], edges[-1], dtype=np.int64))
    business = np.concatenate([[0], np.cumsum(open_days)])
    return np.maximum(np.diff(business[edges - edges[0]]), 1)
