"""Suppliers whose terms say another lead time than their receipts show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.oddities.given import Days, Given
from forecasting.dataset.source import LISTED
from forecasting.errors import Notice

DELIVERIES = 5
"""Purchase orders that must have come before they say anything."""

TIMES, DAYS = 2.0, 5.0
"""How far apart: this many times, and this many days."""


def notices(given: Given) -> Iterator[Notice]:
    """Each supplier whose ``lead_time_days`` is far from the median of what its orders took."""
    if not given.has("suppliers", "purchase_orders"):
        return
    names = pd.Index(given.frames["suppliers"]["supplier"].astype(object))
    supplier = _supplier(given, names)
    took = given.days("purchase_orders", "received_at") - given.days("purchase_orders", "ordered_at")
    came = np.flatnonzero((supplier >= 0) & ~np.isnan(took))
    order = given.frames["purchase_orders"]["purchase_order"].cat.codes.to_numpy()

    # All lines of one order that came together are one delivery.
    deliveries = pd.DataFrame({"supplier": supplier[came], "order": order[came], "took": took[came]})
    seen = deliveries.drop_duplicates().groupby("supplier")["took"].agg(["median", "size"])
    said = given.numbers("suppliers", "lead_time_days")[seen.index.to_numpy()]
    shown = seen["median"].to_numpy()
    far = np.maximum(said, shown) > TIMES * np.minimum(said, shown)
    odd = np.flatnonzero(far & (np.abs(said - shown) > DAYS) & (seen["size"].to_numpy() >= DELIVERIES))
    for index in odd[:LISTED]:
        row = np.array([seen.index[index]])
        what = (
            f"supplier {names[row[0]]}: its {seen['size'].iloc[index]:,} deliveries took "
            f"{shown[index]:g} days (median), far from the lead_time_days of its terms"
        )
        yield given.notice(
            "suppliers", "lead_time_days", row, what, "Correct the terms, or the dates of receipts."
        )


def _supplier(given: Given, names: pd.Index) -> Days:
    """int64: the supplier of each purchase: its own, or else the product's; -1: not known."""
    own = given.number_of("purchase_orders", "supplier", names)
    if not given.has("products"):
        return own
    skus = pd.Index(given.frames["products"]["sku"].astype(object))
    product = given.number_of("purchase_orders", "sku", skus)
    usual = np.append(given.number_of("products", "supplier", names), -1)
    return np.where(own >= 0, own, usual[product])
