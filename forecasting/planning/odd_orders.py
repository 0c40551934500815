"""Odd order lines of the last year: which items have one, and a notice that names each line."""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, day_text
from forecasting.errors import Notice
from forecasting.planning.observer import Observer

DAYS_TOLD = 364
"""An odd line is told of for so many days; after that nobody looks it up any more."""

MOST_TOLD = 100
"""Lines that notices name, the largest first."""


def odd_orders(observer: Observer, as_of: int) -> tuple[BoolArray, tuple[Notice, ...]]:
    """What models do not believe at the close of ``as_of`` (``forecasting/inputs/odd_orders.py``).

    Returns:
        bool, shape (n,): whether a line of the item is odd; and a notice a line, the largest first. Its
        row counts the lines of ``orders`` from 1.

    """
    row, taken = observer.odd_orders(as_of)
    lately = observer.lines.day[row] > as_of - DAYS_TOLD
    row, taken = row[lately], taken[lately]

    item = observer.lines.item[row]
    has_one = np.zeros(len(observer.catalogue), dtype=bool)
    has_one[item] = True

    first = np.argsort(-observer.lines.quantity[row] / taken, kind="stable")[:MOST_TOLD]
    return has_one, tuple(_notice(observer, int(row[at]), float(taken[at])) for at in first)


def _notice(observer: Observer, line: int, taken: float) -> Notice:
    lines, records = observer.lines, observer.records
    item, number = int(lines.item[line]), int(lines.order[line])
    order, quantity = records.order_names[number], lines.quantity[line]
    return Notice(
        table="orders",
        row=int(observer.record[line]) + 1,
        column="quantity",
        value=f"{quantity:.10g}",
        what=f"order {order} of {day_text(int(lines.day[line]))} asks for {quantity:,.10g}, far beyond all "
        f"other lines of the item: its demand is learnt as if that were {taken:,.10g}",
        todo="Correct the quantity, or give the line the kind `project` if it was a one-off; if it will come "
        "again, set odd_order_factor to null.",
        location=str(records.items.location[item]),
        sku=str(records.items.sku[item]),
    )
