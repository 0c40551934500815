"""Demand that the dataset shows in parts, put together again.

A line that stock did not suffice for is often kept as several: what shipped at once, and a row (a child of
the order) for each shipment that followed. The customer asked once. So rows of one order and item, due to
ship on one day by one deadline, are one line where they shipped on different days, or some did not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.domain import DemandLines, IntArray
from forecasting.planning.observer import Observer


def demand_in_one_piece(observer: Observer) -> tuple[DemandLines, IntArray, IntArray]:
    """The lines that are demand in the end, and what they were put together of.

    Returns:
        The lines; and of each of their k parts the row of ``orders``, and the line that it is part of
        (int64, shape (k,) each).

    """
    lines = observer.lines
    keep = observer.for_good
    row, happened = observer.record[keep], lines.where(keep)
    place = np.arange(len(happened), dtype=np.int64)
    shipped = observer.records.orders.shipped[row]
    if len(shipped) == 0 or shipped.min() == shipped.max():
        return happened, row, place

    item = happened.item
    order = np.lexsort((happened.due, happened.order, happened.day, item))
    same = np.ones(len(order) - 1, dtype=bool)
    for key in (item, happened.day, happened.order, happened.due):
        same &= np.diff(key[order]) == 0
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    group = np.cumsum(np.concatenate([[True], ~same])) - 1
    apart = np.minimum.reduceat(shipped[order], starts) < np.maximum.reduceat(shipped[order], starts)
    # The sort is stable: the first of a group is the first in time.
    leader = np.empty_like(place)
    leader[order] = np.where(apart[group], order[starts][group], order)
    leads = leader == place
    part_of = (np.cumsum(leads) - 1)[leader]
    quantity = np.bincount(part_of, happened.quantity).astype(np.float64)
    return replace(happened.where(leads), quantity=quantity), row, part_of
