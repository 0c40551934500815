"""What lay in stock at the close of each day of the past, as counts, receipts and shipments tell it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.inputs.stock import movements
from forecasting.replay.scenario import Scenario

CELLS = 4_000_000
"""Items x days that are held at once."""


@dataclass(frozen=True)
class StockHistory:
    """Stock in a stretch of the past.

    Attributes:
        on_hand_unit_days: float64, shape (n, p): units on hand, summed over the closes that count; NaN
            where the dataset does not tell.
        uncounted: how many items moved and were never counted.

    """

    on_hand_unit_days: FloatArray
    uncounted: int


def stock_history(past: Scenario) -> StockHistory:
    """The stock of every item and period.

    On hand is the last count with what was received and shipped since, never below zero
    (``inputs.stock.on_hand``); before an item's first count, that count with what was received and
    shipped until then taken back. An item without any count had nothing if nothing of it ever moved, and
    is unknown otherwise. Where no receipt is recorded, stock is known from counts only: a period before the
    first or after the last of them is unknown.
    """
    catalogue, edges = past.observer.catalogue, past.period_edges
    n, before, days = len(catalogue), past.first_day - 1, past.last_day - past.first_day + 1
    moved = movements(past.observer.records, catalogue.lead_times.mean)
    counts = past.observer.records.counts
    count = _by_item(counts.item, counts.day, counts.on_hand)
    move = _by_item(moved.item, moved.day, moved.quantity)
    opening = _opening(count, move, n, before)

    out = np.zeros((n, len(edges) - 1))
    lot = max(1, CELLS // (days + 1))
    for start in range(0, n, lot):
        stop = min(start + lot, n)
        shape = (stop - start, days + 1)
        cell, quantity = _cells(move, start, stop, before, shape[1])
        change = np.bincount(cell, quantity, shape[0] * shape[1]).reshape(shape)
        change[:, 0] = 0.0
        change = np.cumsum(change, axis=1)
        base = np.full(shape, np.nan)
        cell, quantity = _cells(count, start, stop, before, shape[1])
        base.ravel()[cell] = quantity - change.ravel()[cell]
        base[:, 0] = opening[start:stop]
        # Each day rests on the last count: the place of it is the highest one so far.
        place = np.maximum.accumulate(np.where(np.isnan(base), 0, np.arange(shape[1])), axis=1)
        on_hand = np.maximum(np.take_along_axis(base, place, axis=1) + change, 0.0)[:, 1:]
        counted = np.arange(past.first_day, past.last_day + 1) >= past.count_from[start:stop, None]
        closes = np.where(counted, on_hand, 0.0)
        out[start:stop] = np.add.reduceat(closes, edges[:-1] - past.first_day, axis=1)

    uncounted = np.isnan(opening)
    moving = np.bincount(moved.item, minlength=n) + np.diff(past.observer.lines.indptr) > 0
    out[uncounted & ~moving] = 0.0
    if not np.any(moved.quantity > 0) and len(count[1]):
        untold = (edges[:-1] > count[1].max()) | (edges[1:] <= count[1].min())
        out[:, untold] = np.nan
    return StockHistory(out, int(np.count_nonzero(uncounted & moving)))


Dated = tuple[IntArray, IntArray, FloatArray]


def _by_item(item: IntArray, day: IntArray, quantity: FloatArray) -> Dated:
    order = np.lexsort((day, item))
    return item[order], day[order], quantity[order]


def _opening(count: Dated, move: Dated, n: int, day: int) -> FloatArray:
    """What the nearest count says of the close of ``day``: the last one up to then, else the first one
    after. It may be below zero, where more shipped since than there was. NaN without a count.
    """
    item, when, units = count
    opening, anchor = np.full(n, np.nan), np.full(n, day)
    for chosen in (np.flatnonzero(when > day)[::-1], np.flatnonzero(when <= day)):
        # Of several counts written to one place the last one stays.
        opening[item[chosen]], anchor[item[chosen]] = units[chosen], when[chosen]
    item, when, units = move
    since = (when > anchor[item]) & (when <= day)
    until = (when <= anchor[item]) & (when > day)
    return opening + np.bincount(item, np.where(since, units, np.where(until, -units, 0.0)), n)


def _cells(dated: Dated, start: int, stop: int, before: int, width: int) -> tuple[IntArray, FloatArray]:
    """Where those of the items ``start`` to ``stop`` that fall on days after ``before`` stand in a table
    of items x days, whose first column is ``before`` itself.
    """
    item, day, quantity = dated
    low, high = np.searchsorted(item, [start, stop])
    item, day, quantity = item[low:high], day[low:high], quantity[low:high]
    inside = (day > before) & (day < before + width)
    return (item[inside] - start) * width + day[inside] - before, quantity[inside]
