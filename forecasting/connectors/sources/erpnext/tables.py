"""From ERPNext's documents to our tables.

``stock_qty`` counts in the item's own unit. A draft has ``docstatus`` 0, what counts 1, what was cancelled 2.
A delivery or receipt that is a return brings goods back: it is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from forecasting.connectors.sources.documents import Moved, orders_of, purchases_of, received
from forecasting.connectors.sources.frames import Notices, frame, numbers, texts, times
from forecasting.connectors.sources.kept import Kept

KEY_FIELD = "reorder_key"
"""The field that this program keeps its own key in."""


def tables_of(
    kept: Kept, locations: Mapping[str, str], as_of: date, said: Notices
) -> dict[str, pd.DataFrame]:
    """The tables, but for facts of supply.

    ``locations``: a warehouse -> our location; none: all are ``main``. ``said``: grows by what is left out.
    """
    products = _products(kept)
    return {
        "orders": orders_of(_sale_lines(kept, locations), _moved(kept, "deliveries", "so_detail"), said),
        "products": products,
        "suppliers": pd.DataFrame({"supplier": products["supplier"].dropna().unique()}),
        "stock": _stock(kept, locations, as_of),
        "purchase_orders": received(
            purchases_of(_purchase_lines(kept, locations, said), said),
            _moved(kept, "receipts", "purchase_order_item"),
        ),
    }


def _units(line: Mapping[str, Any]) -> float:
    stock = line.get("stock_qty")
    return float(stock if stock is not None else line["qty"] * (line.get("conversion_factor") or 1.0))


def _price(line: Mapping[str, Any]) -> float:
    """In the company's currency, for one of the item's own unit."""
    rate = line.get("base_rate")
    return float(rate if rate is not None else line.get("rate") or 0.0) / (
        line.get("conversion_factor") or 1.0
    )


def _sale_lines(kept: Kept, locations: Mapping[str, str]) -> pd.DataFrame:
    rows = []
    for key, sale in kept.records("sales"):
        if sale["docstatus"] == 0 or (sale["docstatus"] == 2 and sale.get("cancelled_seen") is None):
            continue
        for line in sale["items"]:
            factor = line.get("conversion_factor") or 1.0
            rows.append(
                {
                    "line": line["name"],
                    "order": key,
                    "ordered_at": sale["transaction_date"],
                    "sku": line["item_code"],
                    "quantity": _units(line),
                    "location": locations.get(str(line.get("warehouse")), "main"),
                    "customer": sale.get("customer"),
                    "unit_price": _price(line),
                    "due": line.get("delivery_date") or sale.get("delivery_date"),
                    "done": False,
                    "gone": (line.get("delivered_qty") or 0.0) * factor,
                    # What a closed order did not deliver is given up.
                    "cancelled": sale["docstatus"] == 2 or sale.get("status") == "Closed",
                    "cancelled_at": sale.get("cancelled_seen"),
                }
            )
    return pd.DataFrame(rows)


def _moved(kept: Kept, feed: str, field: str) -> Moved:
    rows = (
        (line.get(field), document["posting_date"], _units(line))
        for _, document in kept.records(feed)
        if document["docstatus"] == 1 and not document.get("is_return")
        for line in document["items"]
        if line.get(field)
    )
    moves = frame(rows, ("line", "at", "units"))
    return Moved(texts(moves["line"]), times(moves["at"]), numbers(moves["units"]))


def _purchase_lines(kept: Kept, locations: Mapping[str, str], said: Notices) -> pd.DataFrame:
    rows, closed = [], []
    for key, bought in kept.records("purchases"):
        state = {0: "draft", 2: "cancelled"}.get(bought["docstatus"], "open")
        for line in bought["items"]:
            short = state == "open" and bought.get("status") in ("Closed", "Completed")
            closed.append(short)
            rows.append(
                {
                    "purchase_order": bought.get(KEY_FIELD) or key,
                    "line": line["name"],
                    "sku": line["item_code"],
                    "quantity": _units(line),
                    "ordered_at": bought["transaction_date"],
                    "location": locations.get(str(line.get("warehouse")), "main"),
                    "supplier": bought.get("supplier"),
                    "expected_at": line.get("schedule_date"),
                    "unit_cost": _price(line),
                    # Of a closed order nothing more will come.
                    "status": "received" if short else state,
                }
            )
    return pd.DataFrame(rows)


def _items(kept: Kept) -> Iterator[tuple[Any, ...]]:
    for key, item in kept.records("items"):
        if item.get("disabled") or not item.get("is_stock_item", 1):
            continue
        defaults = [row.get("default_supplier") for row in item.get("item_defaults") or []]
        supplied = [row.get("supplier") for row in item.get("supplier_items") or []]
        named = [each for each in (*defaults, *supplied) if each]
        levels = [row for row in item.get("reorder_levels") or [] if row.get("warehouse_reorder_level")]
        level = levels[0] if levels else {}
        point, batch = level.get("warehouse_reorder_level"), level.get("warehouse_reorder_qty")
        yield (
            key,
            item.get("item_name"),
            item.get("item_group"),
            named[0] if named else None,
            item.get("last_purchase_rate") or item.get("valuation_rate") or None,
            item.get("standard_rate") or None,
            item.get("lead_time_days") or None,
            item.get("min_order_qty") or None,
            item.get("end_of_life"),
            point,
            None if point is None else point + (batch or 0.0),
        )


def _products(kept: Kept) -> pd.DataFrame:
    columns = (
        *("sku", "description", "category", "supplier", "unit_cost", "unit_price", "lead_time_days"),
        *("min_order_quantity", "ends_on", "reorder_point", "order_up_to"),
    )
    found = frame(_items(kept), columns)
    for name in ("description", "category", "supplier"):
        found[name] = texts(found[name])
    for name in columns[4:8] + columns[9:]:
        found[name] = numbers(found[name])
    found["ends_on"] = times(found["ends_on"]).dt.normalize()
    # Its default end of life is the year 2099: none.
    found["ends_on"] = found["ends_on"].where(found["ends_on"] < pd.Timestamp("2090-01-01"))
    return found


def _stock(kept: Kept, locations: Mapping[str, str], as_of: date) -> pd.DataFrame:
    rows = (
        (row["item_code"], row["actual_qty"], locations.get(str(row["warehouse"]), "main"))
        for _, row in kept.records("bins")
        if not locations or row["warehouse"] in locations
    )
    found = frame(rows, ("sku", "on_hand", "location"))
    found["on_hand"] = numbers(found["on_hand"])
    found = found.groupby(["sku", "location"])["on_hand"].sum().reset_index()
    found.insert(0, "as_of", pd.Series(pd.Timestamp(as_of), index=found.index, dtype="datetime64[us]"))
    return found
