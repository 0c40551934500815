"""Amounts out of proportion: a quantity that was mistyped, a cost above the price."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.oddities.given import Given
from forecasting.dataset.source import LISTED, Rows
from forecasting.errors import Notice

LINES, ORDER_LINES = 8, 3
"""Rows that an item must have before one of them can be out of proportion; and lines of customers' orders."""

TIMES_THE_HIGH, TIMES_THE_MEDIAN = 50.0, 100.0
"""How far above the item's 99 % quantile, and above its median, a quantity is out of proportion."""

TIMES_ALL = 100.0
"""A count of more than so many times all that was ever ordered of the item was mistyped."""

MISCOUNT = 0.05
"""Lots may come to so much more than the count."""

AT_ONCE_DAYS = 1.0
"""A line that was cancelled sooner than this after its order was a slip."""


def notices(given: Given) -> Iterator[Notice]:
    """Lines far above all others of their item, and products that cost more than they sell for."""
    for table, column in (("orders", "quantity"), ("purchase_orders", "quantity"), ("stock", "on_hand")):
        if given.has(table):
            yield from _large(given, table, column)
    if given.has("orders", "stock"):
        yield from _beyond_demand(given)
    if given.has("lots", "stock"):
        yield from _lots(given)
    if given.has("products"):
        cost, price = (given.numbers("products", name) for name in ("unit_cost", "unit_price"))
        dear = np.flatnonzero((cost > price) & (price > 0))
        if len(dear):
            what = "unit_cost is above unit_price: each unit sold is a loss"
            advice = "Correct one of the two: is the cost that of a pack, or in another currency?"
            yield given.notice("products", ("unit_cost", "unit_price"), dear, what, advice)


def _large(given: Given, table: str, column: str) -> Iterator[Notice]:
    quantity = given.numbers(table, column)
    item = given.frames[table]["sku"].cat.codes.to_numpy().astype(np.int64)
    rows, median = out_of_proportion(item, quantity, ORDER_LINES if table == "orders" else LINES)
    if table == "orders":
        # Who mistyped it has seen it where it was cancelled at once: it is no demand.
        waited = given.days(table, "cancelled_at") - given.days(table, "ordered_at")
        slip = waited[rows] < AT_ONCE_DAYS
        rows, median = rows[~slip], median[~slip]
    advice = "Correct it if it is mistyped; if it is a one-off, say so by kind project."
    if table != "orders":
        advice = "Correct it if it is mistyped."
    # Nothing is out of proportion to none: stock that came for the first time is no slip.
    rows, median = rows[median > 0], median[median > 0]
    for row, usual in list(zip(rows, median, strict=True))[:LISTED]:
        what = f"the {column} is {quantity[row] / usual:,.0f} times the item's median of {usual:g}"
        yield given.notice(table, column, np.array([row]), what, advice)
    if len(rows) > LISTED:
        what = f"{column} far above all others of their item"
        yield given.notice(table, column, rows[LISTED:], what, advice)


def out_of_proportion(item: Rows, quantity: np.ndarray, fewest: int = LINES) -> tuple[Rows, np.ndarray]:
    """Rows far above the others of their item, in order, and the median quantity of each one's item.

    Args:
        item: int, shape (m,). ``quantity``: float64, shape (m,), units. ``fewest``: rows of an item.

    """
    order = np.lexsort((quantity, item))
    sizes = np.bincount(item[item >= 0])
    start = np.searchsorted(item[order], np.arange(len(sizes)))
    enough = np.flatnonzero(sizes >= fewest)
    ranked = quantity[order]

    # Rounded down, so that the largest of few is held against the second largest.
    high, middle = np.full(len(sizes), np.inf), np.full(len(sizes), np.inf)
    high[enough] = ranked[start[enough] + (0.99 * (sizes[enough] - 1)).astype(np.int64)]
    middle[enough] = ranked[start[enough] + (sizes[enough] - 1) // 2]

    odd = (quantity > TIMES_THE_HIGH * high[item]) & (quantity > TIMES_THE_MEDIAN * middle[item])
    rows = np.flatnonzero(odd & (item >= 0))
    return rows, middle[item[rows]]


def _beyond_demand(given: Given) -> Iterator[Notice]:
    """Last counts of more than has ever been asked for, many times over."""
    known = pd.Index(given.frames["orders"]["sku"].cat.categories.astype(object))
    code = given.number_of("orders", "sku", known)
    lines = np.bincount(code[code >= 0], minlength=len(known))
    asked = np.bincount(code[code >= 0], given.numbers("orders", "quantity")[code >= 0], len(known))
    item, units = given.number_of("stock", "sku", known), given.numbers("stock", "on_hand")
    far = (item >= 0) & (units > TIMES_ALL * asked[item]) & (lines[item] >= LINES)
    rows = np.flatnonzero(far)
    if len(rows):
        times = units[rows[0]] / asked[item[rows[0]]]
        what = f"the count is {times:,.0f} times all that was ever ordered of the item"
        yield given.notice("stock", "on_hand", rows, what, "Correct it if it is mistyped.")


def _lots(given: Given) -> Iterator[Notice]:
    """Lots that come to more than the count of the same day."""
    keys = ["as_of", "sku", "location"]
    lots, stock = (given.frames[table][[*keys, "on_hand"]] for table in ("lots", "stock"))
    lots = lots.astype({"sku": str, "location": str}).assign(row=np.arange(len(lots)))
    summed = lots.groupby(keys, as_index=False).agg(lots=("on_hand", "sum"), row=("row", "first"))
    both = summed.merge(stock.astype({"sku": str, "location": str}), on=keys)
    more = both[both["lots"] > both["on_hand"].clip(lower=0) * (1 + MISCOUNT) + 1]
    if len(more):
        first = more.iloc[0]
        what = f"the lots come to {first['lots']:,.10g}, the count of that day is {first['on_hand']:,.10g}"
        rows = more["row"].to_numpy(dtype=np.int64)
        yield given.notice("lots", "on_hand", rows, what, "Correct one of the two: the count is believed.")
