"""From Orderspace's records to our tables.

Charges for shipping are no goods, and a standing order is a template: neither is demand. A line is in as many
parts as it was dispatched in. Stock is what is on hand: allocated units are still there, and open lines say
to whom they are owed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from forecasting.connectors.sources.frames import Notices, frame, numbers, parts_of_lines, texts, times
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes

LINE = (
    "line",
    "order",
    "ordered_at",
    "sku",
    "quantity",
    "customer_id",
    "customer",
    "unit_price",
    "due",
    "held",
    "standing",
    "state",
    "dispatched",
    "cancelled_at",
)


def tables_of(kept: Kept, as_of: date) -> Changes:
    """The tables of what is kept; ``as_of``: the day that the levels are of."""
    said = Notices()
    tables = {"orders": _orders(kept, said), "products": _products(kept, said), "stock": _stock(kept, as_of)}
    feeds = ("orders", "dispatches", "products", "inventory_levels", "customers")
    return Changes(tables, {feed: kept.count(feed) for feed in feeds}, said.said)


def _lines(kept: Kept) -> Iterator[tuple[Any, ...]]:
    for key, order in kept.records("orders"):
        if order.get("status") == "standing_order":
            continue
        number = order.get("number")
        head = str(key if number is None else number)
        for line in order.get("order_lines") or []:
            if not line.get("shipping"):
                yield (
                    line.get("id"),
                    head,
                    order.get("created"),
                    line.get("sku"),
                    line.get("quantity"),
                    order.get("customer_id"),
                    order.get("company_name"),
                    line.get("unit_price"),
                    order.get("delivery_date"),
                    bool(line.get("on_hold")) or order.get("status") == "preorder",
                    bool(order.get("standing_order_id")),
                    order.get("status"),
                    line.get("dispatched"),
                    order.get("cancelled_seen"),
                )


def _orders(kept: Kept, said: Notices) -> pd.DataFrame:
    lines = frame(_lines(kept), LINE)
    for name in ("ordered_at", "due", "cancelled_at"):
        lines[name] = times(lines[name])
    for name in ("quantity", "unit_price", "dispatched"):
        lines[name] = numbers(lines[name])
    lines["sku"] = texts(lines["sku"])
    lines = said.left_out(lines, lines["sku"].isna(), "order lines have no SKU, and are left out")
    lines = said.left_out(lines, ~(lines["quantity"] > 0), "order lines are of 0 units, and are left out")
    lines = said.left_out(lines, lines["ordered_at"].isna(), "order lines have no day, and are left out")
    lines = said.left_out(lines, lines["line"].duplicated(), "order lines are there twice; one is left out")
    early = lines["due"] < lines["ordered_at"].dt.normalize()
    said.count(early, "order lines are wished for before they were ordered; that wish is left out")
    lines["due"] = lines["due"].where(~early)

    lines["customer"] = _customers(kept, lines)
    done = np.where(lines["state"] == "fulfilled", lines["quantity"], lines["dispatched"].fillna(0.0))
    lines["gone"] = done.astype(float)
    orders = parts_of_lines(lines.drop(columns=["dispatched", "customer_id"]), _dispatched(kept))
    left, held, standing = (orders[name].astype(bool) for name in ("left", "held", "standing"))
    cancelled = (orders["state"] == "cancelled") & ~left
    orders["status"] = np.select([left, cancelled], ["shipped", "cancelled"], "open")
    orders["cancelled_at"] = orders["cancelled_at"].where(cancelled)
    orders["kind"] = np.select([held, standing], ["preorder", "standing"], "order")
    return orders.drop(columns=["held", "standing", "state", "left"])


def _dispatched(kept: Kept) -> pd.DataFrame:
    """What left: line, shipped_at (its day), units."""
    rows = (
        (line.get("order_line_id"), dispatch.get("created"), line.get("quantity"))
        for _, dispatch in kept.records("dispatches")
        for line in dispatch.get("dispatch_lines") or []
    )
    parts = frame(rows, ("line", "shipped_at", "units"))
    parts["shipped_at"] = times(parts["shipped_at"])
    parts["units"] = numbers(parts["units"])
    return parts[(parts["units"] > 0) & parts["shipped_at"].notna()]


def _customers(kept: Kept, lines: pd.DataFrame) -> pd.Series:
    """A customer's name of today; two of one name are told apart by their ids."""
    pairs = [(key, record.get("company_name")) for key, record in kept.records("customers")]
    named = frame(pairs, ("customer_id", "name"))
    named["name"] = texts(named["name"])
    named = named[named["name"].notna()]
    shared = named["name"].duplicated(keep=False)
    named["name"] = named["name"].where(~shared, named["name"] + " (" + named["customer_id"] + ")")
    known = lines["customer_id"].map(named.set_index("customer_id")["name"].to_dict()).astype(object)
    return texts(known.fillna(texts(lines["customer"])).fillna(texts(lines["customer_id"])))


def _variants(kept: Kept) -> Iterator[tuple[Any, ...]]:
    for _, product in kept.records("products"):
        categories = product.get("categories") or [{}]
        for variant in product.get("product_variants") or []:
            options = variant.get("options") or {}
            named = ", ".join(map(str, options.values() if isinstance(options, dict) else [options]))
            yield (
                variant.get("sku"),
                " ".join(part for part in (product.get("name"), named) if part),
                categories[0].get("name"),
                variant.get("unit_price"),
                variant.get("backorder"),
                product.get("inactive_seen"),
                product.get("active") is False,
            )


def _products(kept: Kept, said: Notices) -> pd.DataFrame:
    columns = ("sku", "description", "category", "unit_price", "backorder", "ends_on", "inactive")
    products = frame(_variants(kept), columns)
    products["sku"] = texts(products["sku"])
    products = said.left_out(products, products["sku"].isna(), "products have no SKU, and are left out")
    # Of two with one SKU the one that is still sold counts.
    products = products.sort_values(["sku", "inactive"], kind="stable")
    doubled = products["sku"].duplicated()
    products = said.left_out(products, doubled, "products bear the SKU of another; they are left out")
    products["unit_price"] = numbers(products["unit_price"])
    products["category"] = texts(products["category"])
    products["description"] = texts(products["description"])
    allowed = products["backorder"].map({True: "allowed", False: "refused"})
    products["backorder"] = allowed.where(allowed.notna(), None)
    products["ends_on"] = times(products["ends_on"]).dt.normalize()
    return products.drop(columns="inactive")


def _stock(kept: Kept, as_of: date) -> pd.DataFrame:
    rows = ((key, level.get("on_hand")) for key, level in kept.records("inventory_levels"))
    stock = frame(rows, ("sku", "on_hand"))
    stock["sku"], stock["on_hand"] = texts(stock["sku"]), numbers(stock["on_hand"])
    stock = stock[stock["sku"].notna() & stock["on_hand"].notna()]
    stock.insert(0, "as_of", pd.Series(pd.Timestamp(as_of), index=stock.index, dtype="datetime64[us]"))
    return stock
