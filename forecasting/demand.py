"""From order lines to demand: which lines count, when they could be known, and demand per bucket.

Demand is what customers asked for. A refused line counts; a line that was cancelled at once, or
returned after it was shipped, does not; one that was cancelled while it waited does. What an item would
have sold while it could not be sold is unknown, not zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.calendar import Calendar
from forecasting.dataset.dataset import Dataset
from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray, Items
from models.history import History

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

    time = orders["ordered_at"].to_numpy(dtype="datetime64[us]").astype(np.int64)
    order = np.lexsort((time, day, item))
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


@dataclass(frozen=True)
class Availability:
    """The share of a day during which an item could be sold, where it is below 1.

    ``item`` and ``day``: int64, shape (k,); ``share``: float64, shape (k,), 0..1.
    """

    item: IntArray
    day: IntArray
    share: FloatArray


def availability(dataset: Dataset, items: Items) -> Availability:
    """What the dataset's ``availability`` says of the given items."""
    table = dataset.availability
    item = item_numbers(table, items)
    keep = item >= 0
    share = table["share"].to_numpy(dtype=np.float64)
    return Availability(item[keep], days_of(table["date"])[keep], share[keep])


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
    all of it, or the item could be sold for less than ``available_share`` of it; where it could be sold
    for a part, demand is scaled up to the whole.

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

    share = _sold_share(unavailable, edges, first, indptr, calendar)
    scaled = data / np.maximum(share, available_share)
    if np.all(lines.quantity == np.floor(lines.quantity)):
        # What is sold by the piece stays so: distributions of whole demand rest on whole history.
        scaled = np.round(scaled)
    data = np.where(share < available_share, np.nan, scaled)
    closed = calendar.without_business(edges)
    if closed.any():
        position = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - first, lengths)
        data[closed[position]] = np.nan
    return History(data, indptr, calendar.season)


def _sold_share(
    unavailable: Availability, edges: IntArray, first: IntArray, indptr: IntArray, calendar: Calendar
) -> FloatArray:
    """The share of each bucket of the ragged panel during which its item could be sold."""
    share = np.ones(indptr[-1])
    if len(unavailable.day) == 0 or len(edges) < 2:
        return share
    bucket = np.searchsorted(edges, unavailable.day, side="right") - 1
    inside = (
        (bucket >= first[unavailable.item])
        & (bucket >= 0)
        & (unavailable.day < edges[-1])
        & calendar.open(unavailable.day)
    )
    item, bucket = unavailable.item[inside], bucket[inside]
    business = np.concatenate([[0], np.cumsum(calendar.open(np.arange(edges[0], edges[-1])))])
    length = np.maximum(np.diff(business[edges - edges[0]]), 1)
    flat = indptr[:-1][item] + bucket - first[item]
    lost = np.bincount(flat, weights=1.0 - unavailable.share[inside], minlength=len(share))
    position = np.arange(indptr[-1]) - np.repeat(indptr[:-1] - first, np.diff(indptr))
    return np.clip(share - lost / length[position], 0.0, 1.0)
