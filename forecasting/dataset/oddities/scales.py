"""Whole columns on another scale than what they must agree with: thousands, another currency or unit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.oddities.given import Floats, Given
from forecasting.dataset.oddities.terms import breaks_of_offers
from forecasting.errors import Notice

TIMES = 30.0
"""So many times apart is another scale, and no discount, inflation or pack."""

FEWEST = 10
"""Rows that must be compared for their median to say anything."""

AMOUNTS = (
    ("orders", "unit_price", "unit_price"),
    ("prices", "unit_price", "unit_price"),
    ("purchase_orders", "unit_cost", "unit_cost"),
    ("price_breaks", "unit_cost", "unit_cost"),
)
"""A table and its column, and the column of ``products`` that says about the same."""

PARTS = (
    ("orders", "quantity_shipped", "shipped"),
    ("purchase_orders", "quantity_received", "received"),
)
"""A table, what was done of its ``quantity``, and the status of lines of which all should be done."""


def notices(given: Given) -> Iterator[Notice]:
    """Columns that agree with another one but for a factor."""
    for table, column, listed in AMOUNTS:
        if given.has(table, "products"):
            skus = pd.Index(given.frames["products"]["sku"].astype(object))
            usual = np.append(given.numbers("products", listed), np.nan)[given.number_of(table, "sku", skus)]
            if table == "price_breaks":
                usual = np.where(breaks_of_offers(given), np.nan, usual)
            yield from _apart(given, table, column, usual, f"{listed} of products")
    for table, column, done in PARTS:
        if given.has(table):
            whole = (given.frames[table]["status"] == done).to_numpy()
            usual = np.where(whole, given.numbers(table, "quantity"), np.nan)
            yield from _apart(given, table, column, usual, "quantity")
    if given.has("stock", "orders", "purchase_orders"):
        yield from _counts(given)


def _apart(given: Given, table: str, column: str, usual: Floats, other: str) -> Iterator[Notice]:
    values = given.numbers(table, column)
    rows = np.flatnonzero((values > 0) & (usual > 0))
    if len(rows) < FEWEST:
        return
    times = float(np.median(values[rows] / usual[rows]))
    if times > TIMES or times < 1 / TIMES:
        what = f"in the median {times:.3g} times the {other}: another unit, currency or decimal sign?"
        yield given.notice(table, column, rows, what, f"Give both in the same unit: {column} and {other}.")


def _counts(given: Given) -> Iterator[Notice]:
    """Counts that change on quite another scale than what came and left between them."""
    _, came, left, change = given.between_counts
    moved = np.abs(came - left)
    told = moved > 0
    if told.sum() < FEWEST:
        return
    times = float(np.median(np.abs(change[told]) / moved[told]))
    if times > TIMES or 0 < times < 1 / TIMES:
        what = (
            f"between two counts the stock changes {times:.3g} times as much (in the median) as what came "
            "and left: are the counts, or the quantities, in another unit?"
        )
        rows = np.arange(len(given.frames["stock"]))
        yield given.notice("stock", "on_hand", rows, what, "Give stock, purchases and orders in one unit.")
