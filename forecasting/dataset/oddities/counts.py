"""What came and left between two counts of an item, and how the count changed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from forecasting.dataset.oddities.given import Days, Floats, Given

SPAN = 1e6
"""Days that no date reaches: an item and a day are one number."""


class BetweenCounts(NamedTuple):
    """Stretches between two counts of an item.

    Attributes:
        sku: text, shape (m,). came, left: float64, shape (m,), units. change: of the count, units.

    """

    sku: np.ndarray
    came: Floats
    left: Floats
    change: Floats


def between_counts(given: Given) -> BetweenCounts:
    """Each stretch between two counts, by item and day."""
    skus, locations = (given.frames["stock"][name].cat.categories for name in ("sku", "location"))
    item, day = _pair(given, "stock", skus, locations), given.days("stock", "as_of")
    counted = np.zeros(len(skus) * len(locations), dtype=np.bool_)
    counted[item] = True
    order = np.lexsort((day, item))
    item, day, on_hand = item[order], day[order], given.numbers("stock", "on_hand")[order]

    totals = []
    for table, on, units in (
        ("purchase_orders", ("received_at", "received_at"), "quantity_received"),
        ("orders", ("shipped_at", "ordered_at"), "quantity_shipped"),
    ):
        of, when, moved = _moved(given, table, _pair(given, table, skus, locations), on, units)
        known = counted[of]
        at, moved = (of * SPAN + when)[known], moved[known]
        order = np.argsort(at, kind="stable")
        summed = np.concatenate([[0.0], np.cumsum(moved[order])])
        totals.append(summed[np.searchsorted(at[order], item * SPAN + day, side="right")])

    same = item[1:] == item[:-1]
    sku = skus.to_numpy(dtype=object)[item[1:][same] // len(locations)]
    came, left = (np.diff(total)[same] for total in totals)
    return BetweenCounts(sku, came, left, np.diff(on_hand)[same])


def _pair(given: Given, table: str, skus: pd.Index, locations: pd.Index) -> Days:
    """int64, shape (rows,): a number for each SKU and location; -1: one of them was never counted."""
    sku, location = (
        given.number_of(table, name, words.astype(object))
        for name, words in (("sku", skus), ("location", locations))
    )
    return np.where((sku >= 0) & (location >= 0), sku * len(locations) + location, -1)


def _moved(
    given: Given, table: str, item: Days, on: tuple[str, str], units: str
) -> tuple[Days, Floats, Floats]:
    """Item, day and units of the lines of a table that are dated."""
    day = given.days(table, on[0])
    unknown = (
        given.frames[table]["status"].isin(["open", "cancelled", "refused", "draft", "requested"]).to_numpy()
    )
    day = np.where(np.isnan(day) & ~unknown, given.days(table, on[1]), day)
    quantity = given.numbers(table, units)
    quantity = np.where(np.isnan(quantity), given.numbers(table, "quantity"), quantity)
    dated = (item >= 0) & ~np.isnan(day)
    return item[dated], day[dated], quantity[dated]
