"""From Vendure's records to our tables.

A line's quantity falls where units are cancelled; what was ordered is what it was when the order was placed.
Prices count in hundredths.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from forecasting.connectors.sources.documents import Moved, orders_of
from forecasting.connectors.sources.frames import Notices, frame, numbers, texts, times
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes

LEFT = ("Shipped", "Delivered")
NOT_YET = ("AddingItems", "ArrangingPayment", "Draft")
PRICE = 0.01


def tables_of(kept: Kept, usual: Mapping[str, Any], locations: Mapping[str, str], as_of: date) -> Changes:
    """The tables. ``usual``: what holds of variants that say nothing of their own."""
    said = Notices()
    tables = {
        "orders": orders_of(_lines(kept), _shipped(kept), said),
        "products": _products(kept, usual, said),
        "stock": _stock(kept, usual, locations, as_of),
    }
    return Changes(tables, {feed: kept.count(feed) for feed in ("orders", "variants")}, said.said)


def _lines(kept: Kept) -> pd.DataFrame:
    rows = []
    for _, order in kept.records("orders"):
        if order["state"] in NOT_YET or not order["orderPlacedAt"]:
            continue
        customer = order.get("customer") or {}
        name = " ".join(filter(None, (customer.get("firstName"), customer.get("lastName"))))
        for line in order["lines"]:
            placed = line["orderPlacedQuantity"] or line["quantity"]
            whole = {
                "order": order["code"],
                "ordered_at": order["orderPlacedAt"],
                "sku": line["productVariant"]["sku"],
                "customer": customer.get("emailAddress") or name or None,
                "unit_price": line["unitPrice"] * PRICE,
                "location": "main",
                "done": False,
            }
            key = str(line["id"])
            rows.append({**whole, "line": key, "quantity": line["quantity"], "cancelled": False})
            # It does not say when: the units that were taken back are a line of their own.
            taken = placed - line["quantity"]
            rows.append({**whole, "line": f"{key}/cancelled", "quantity": taken, "cancelled": True})
    return pd.DataFrame([row for row in rows if row["quantity"] > 0])


def _shipped(kept: Kept) -> Moved:
    rows = (
        (str(line["id"]), part["fulfillment"]["createdAt"], part["quantity"])
        for _, order in kept.records("orders")
        for line in order["lines"]
        for part in line["fulfillmentLines"] or []
        if part["fulfillment"]["state"] in LEFT
    )
    parts = frame(rows, ("line", "at", "units"))
    return Moved(texts(parts["line"]), times(parts["at"]), numbers(parts["units"]))


def _is_tracked(variant: Mapping[str, Any], usual: Mapping[str, Any]) -> bool:
    said = variant["trackInventory"]
    return bool(usual["trackInventory"]) if said == "INHERIT" else said == "TRUE"


def _products(kept: Kept, usual: Mapping[str, Any], said: Notices) -> pd.DataFrame:
    rows = []
    for _, variant in kept.records("variants"):
        inherits = variant["useGlobalOutOfStockThreshold"]
        least = usual["outOfStockThreshold"] if inherits else variant["outOfStockThreshold"]
        # Below nothing in stock it sells on, down to the threshold; what is not tracked is never out.
        sells_on = least < 0 or not _is_tracked(variant, usual)
        limit = -float(least) if least < 0 and _is_tracked(variant, usual) else None
        off = variant.get("off_seen")
        rows.append(
            (
                variant["sku"],
                variant["name"],
                variant["price"] * PRICE,
                "allowed" if sells_on else "refused",
                limit,
                off,
                off is not None,
            )
        )
    columns = ("sku", "description", "unit_price", "backorder", "max_backorder_quantity", "ends_on", "off")
    found = frame(rows, columns)
    found["sku"] = texts(found["sku"])
    found = said.left_out(found, found["sku"].isna(), "variants have no SKU, and are left out")
    found = found.sort_values(["sku", "off"], kind="stable")
    found = said.left_out(
        found, found["sku"].duplicated(), "variants bear the SKU of another; they are left out"
    )
    for name in ("unit_price", "max_backorder_quantity"):
        found[name] = numbers(found[name])
    found["ends_on"] = times(found["ends_on"])
    return found.drop(columns="off")


def _stock(kept: Kept, usual: Mapping[str, Any], locations: Mapping[str, str], as_of: date) -> pd.DataFrame:
    rows = [
        (variant["sku"], level["stockOnHand"], level["stockLocation"]["name"])
        for _, variant in kept.records("variants")
        if _is_tracked(variant, usual)
        for level in variant["stockLevels"]
    ]
    found = frame(rows, ("sku", "on_hand", "location"))
    found["sku"], found["on_hand"] = texts(found["sku"]), numbers(found["on_hand"])
    found = found[found["sku"].notna()]
    alone = found["location"].nunique() < 2
    ours = found["location"].map(dict(locations)).astype(object)
    found["location"] = np.where(ours.notna(), ours, "main" if alone else found["location"])
    found = found.groupby(["sku", "location"])["on_hand"].sum().reset_index()
    found.insert(0, "as_of", pd.Series(pd.Timestamp(as_of), index=found.index, dtype="datetime64[us]"))
    return found
