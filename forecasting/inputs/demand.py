"""From order lines to demand: which lines count, when they could be known, and demand per bucket.

Demand is what customers asked for. A refused line counts; a line that was cancelled at once, or
returned after it was shipped, does not; one that was cancelled while it waited does. What would have been
asked for while an item could not be sold is not zero: it is estimated (``unconstrained_demand``) or unknown.
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import LONG_AGO, BoolArray, Calendar, DemandLines, FloatArray, IntArray, weekday
from forecasting.domain.days import MICROSECONDS_A_DAY
from forecasting.inputs.records import OrderRecords, OrderStatus, Records
from forecasting.inputs.unconstrained_demand import Availability, KnownLines, open_and_hidden, whole_units
from models.shared.history import History, Weekdays

FEWEST_LINES = 5
"""An item's own mean line size counts as much as this many lines of the whole range."""


def demand_lines(
    records: Records, available_from: IntArray, cancelled_after_days: float
) -> tuple[DemandLines, IntArray]:
    """The order lines that count as demand, or once did, with when that could be known.

    Args:
        available_from: int64, shape (n,): the day from which an item can be had, LONG_AGO if always:
            a line ordered before it is due to ship on it.
        cancelled_after_days: a line cancelled sooner than this after its order was never demand.

    Returns:
        The lines; and of each the order record that it is made of, int64, shape (m,).

    """
    orders = records.orders
    day = due_to_ship(orders, available_from)
    record = np.lexsort((orders.time, day, orders.item))

    at_once = orders.cancelled_after < cancelled_after_days * MICROSECONDS_A_DAY
    returned = (orders.shipped > LONG_AGO) & (orders.shipped <= orders.cancelled)
    refused = orders.status == OrderStatus.REFUSED
    withdrawn = (orders.cancelled > LONG_AGO) & ~refused & (at_once | returned)

    due = np.where(orders.due > LONG_AGO, np.maximum(orders.due, day), day)
    counts = np.bincount(orders.item, minlength=len(records.items))
    lines = DemandLines(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        day=day[record],
        due=due[record],
        quantity=orders.quantity[record],
        order=orders.order[record],
        known_until=np.where(withdrawn, orders.cancelled - 1, DemandLines.NEVER)[record],
        known_from=np.minimum(orders.ordered, day)[record],
        project=orders.project[record] if orders.project.any() else None,
    )
    return lines, record


def due_to_ship(orders: OrderRecords, available_from: IntArray) -> IntArray:
    """The day on which each order line is due to ship from stock: int64, shape (order records,).

    It is the day of the order; for lines that are ordered ahead the day on which the customer wants them;
    and never before the item can be had.
    """
    wanted = np.where(orders.ahead, np.maximum(orders.ordered, orders.due), orders.ordered)
    return np.maximum(wanted, available_from[orders.item])


def known_at(lines: DemandLines, as_of: int) -> BoolArray:
    """bool, shape (m,): whether each line counts as demand, as seen at the close of ``as_of``."""
    return (lines.known_from <= as_of) & (lines.known_until >= as_of)


def mean_line_size(lines: DemandLines, as_of: int) -> FloatArray:
    """float64, shape (n,): mean units of a customer's order line, as known at ``as_of``."""
    n, known = len(lines.indptr) - 1, known_at(lines, as_of) & lines.usual
    item = lines.item[known]
    units, count = np.bincount(item, lines.quantity[known], n), np.bincount(item, minlength=n)

    # A new item has no mean of its own yet, and one of few lines has a bad one.
    overall = units.sum() / count.sum() if count.sum() else 1.0
    return (units + FEWEST_LINES * overall) / (count + FEWEST_LINES)


def history(
    lines: DemandLines,
    as_of: int,
    calendar: Calendar,
    *,
    first_day: int,
    launched: IntArray,
    unavailable: Availability,
    available_share: float,
    stocked: IntArray | None = None,
) -> History:
    """Demand per bucket of every item, as known at the close of ``as_of``.

    An item's history begins with the bucket of its launch or its first line, or with the first whole bucket
    that it was in stock in (or counted in, where customers wait), whichever is earliest, and runs to
    ``as_of``; buckets without lines are zero. Projects are left out. A bucket is NaN where the business was
    closed for all of it, or the item could be sold for less than ``available_share`` of it (of the time,
    weighed by when demand comes); where it could be sold for more, but not for all, what was hidden is
    estimated.

    Args:
        first_day: the first day that the data covers; a bucket that began before it is left out.
        launched: int64, shape (n,): the day of launch, LONG_AGO where that is not known.
        stocked: int64, shape (n,): the first day at whose close there was stock, LONG_AGO where that is not
            known: what was there to be had, and was not asked for, was not demanded.

    """
    n = len(lines.indptr) - 1
    edges = calendar.edges(first_day, as_of)
    buckets = len(edges) - 1
    seen = known_at(lines, as_of) & (lines.day <= as_of) & lines.usual
    item, day = lines.item[seen], lines.day[seen]
    bucket = np.searchsorted(edges, day, side="right") - 1

    # Each item's history begins at a bucket of its own, so that those before its launch are no zeros.
    first = np.full(n, buckets, dtype=np.int64)
    np.minimum.at(first, item, np.maximum(bucket, 0))
    launch = np.searchsorted(edges, launched, side="right") - 1
    first = np.where(launched > LONG_AGO, np.minimum(first, np.maximum(launch, 0)), first)
    if stocked is not None:
        there = (stocked > LONG_AGO) & (stocked <= as_of)
        first = np.where(there, np.minimum(first, np.searchsorted(edges, stocked + 1)), first)
    lengths = buckets - np.minimum(first, buckets)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    inside = bucket >= 0
    flat = indptr[:-1][item] + bucket - first[item]
    summed = np.bincount(flat[inside], weights=lines.quantity[seen][inside], minlength=indptr[-1])
    data = summed.astype(np.float64)
    orders = np.bincount(flat[inside], minlength=indptr[-1]).astype(np.float64)

    if len(unavailable.day):
        begins = edges[first]
        known = KnownLines(item[inside], day[inside], lines.quantity[seen][inside])
        censored, share, hidden = open_and_hidden(known, as_of, calendar, begins, unavailable)
        flat = (indptr[:-1] - first)[censored.item] + np.searchsorted(edges, censored.day, side="right") - 1

        # Where too little of a bucket was open, an estimate would rest on nothing: models leave it out.
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
    return History(data, indptr, calendar.season, orders=orders, weekdays=_weekdays(calendar, edges, as_of))


def _weekdays(calendar: Calendar, edges: IntArray, as_of: int) -> Weekdays | None:
    """Of the days between ``edges`` and of a year ahead; None where buckets are no days."""
    if calendar.bucket != "day":
        return None
    ahead = calendar.edges_ahead(as_of)[:-1]
    return Weekdays(weekday(np.concatenate([edges[:-1], ahead])), len(ahead))


def _days_of_business(edges: IntArray, calendar: Calendar) -> IntArray:
    """How many days of each bucket are open, at least 1: int64, shape (buckets,)."""
    open_days = calendar.open(np.arange(edges[0], edges[-1], dtype=np.int64))
    business = np.concatenate([[0], np.cumsum(open_days)])
    return np.maximum(np.diff(business[edges - edges[0]]), 1)
