"""From Tryton's records to our tables.

Quantities become those of the product's own unit. What left to a customer and what came from a supplier are
the moves that name the line. Draft and quoted purchases are drafts: nobody waits for them yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from forecasting.connectors.sources.documents import Moved, orders_of, purchases_of, received
from forecasting.connectors.sources.frames import Notices, frame, numbers, texts, times
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes
from forecasting.connectors.sources.supply import OFFER, supply_tables
from forecasting.connectors.sources.tryton.reading import dotted
from forecasting.connectors.sources.tryton.supply import offers

DRAFT = ("draft", "quotation")
OWN_KEY = "reorder-"
"""How the reference of an order begins that this program made."""


def tables_of(
    kept: Kept,
    stock: Mapping[str, Mapping[str, float]],
    at: Mapping[str, str],
    currency: str,
    rates: Mapping[str, float],
    as_of: date,
) -> Changes:
    """The tables.

    ``stock``: our location -> units by code. ``at``: a warehouse's code -> our location. ``currency``: the
    company's, and ``rates``: what one of each other is worth in it.
    """
    said = Notices()
    products = _products(kept)
    offered = list(offers(kept))
    supplies = _first_supplies(offered, currency)
    tables = {
        "orders": orders_of(_sale_lines(kept, at), _moved(kept, "sale.line", "customer"), said),
        "products": _with_terms(products, supplies, _levels(kept)),
        "suppliers": pd.DataFrame({"supplier": supplies["supplier"].unique()}),
        "stock": _stock(stock, as_of),
        "purchase_orders": received(
            purchases_of(_purchase_lines(kept, at, currency, said), said),
            _moved(kept, "purchase.line", "supplier"),
        ),
    }
    tables |= supply_tables(offered, rates, currency, at.values(), said)
    feeds = ("sales", "sale_lines", "moves", "purchases", "purchase_lines", "products", "supplies")
    rows = {feed: kept.count(feed) for feed in feeds}
    return Changes(tables, rows, said.said, suggestions=_requests(kept, at))


def _factor(row: Mapping[str, Any]) -> float:
    """Product's own units in a unit of the line."""
    return float(dotted(row, "unit.factor") or 1.0) / float(
        dotted(row, "product.default_uom.factor") or dotted(row, "unit.factor") or 1.0
    )


def _sale_lines(kept: Kept, at: Mapping[str, str]) -> pd.DataFrame:
    sales = dict(kept.records("sales"))
    moved = {str(move["origin"]) for _, move in kept.records("moves")}
    rows = []
    for key, line in kept.records("sale_lines"):
        sale = sales.get(str(line["sale"]))
        if line["type"] != "line" or not line.get("product.") or sale is None or not _is_order(sale):
            continue
        factor, done = _factor(line), sale["state"] == "done"
        by_moves = f"sale.line,{key}" in moved
        rows.append(
            {
                "line": key,
                "order": sale["number"] or f"#{line['sale']}",
                "ordered_at": sale["sale_date"] or sale["create_date"],
                "sku": dotted(line, "product.code"),
                "quantity": (line["quantity"] or 0.0) * factor,
                "location": at.get(str(dotted(sale, "warehouse.code")), "main"),
                "customer": dotted(sale, "party.name") or dotted(sale, "party.code"),
                "unit_price": (line["unit_price"] or 0.0) / factor,
                "due": sale["shipping_date"],
                # What a finished sale did not move was given up; without moves it is taken to have left.
                "done": done and not by_moves,
                "cancelled": sale["state"] == "cancelled" or (done and by_moves),
                "cancelled_at": sale.get("cancelled_seen"),
            }
        )
    return pd.DataFrame(rows)


def _is_order(sale: Mapping[str, Any]) -> bool:
    """Whether a sale was ever more than a quotation."""
    if sale["state"] in DRAFT:
        return False
    return sale["state"] != "cancelled" or sale.get("cancelled_seen") is not None


def _moved(kept: Kept, origin: str, other_end: str) -> Moved:
    """What was moved for the lines of a model, to or from the other end."""
    end = "to_location.type" if other_end == "customer" else "from_location.type"
    rows = (
        (str(move["origin"]).partition(",")[2], move["effective_date"], move["internal_quantity"])
        for _, move in kept.records("moves")
        if str(move["origin"]).startswith(f"{origin},")
        and move["state"] == "done"
        and dotted(move, end) == other_end
    )
    moves = frame(rows, ("line", "at", "units"))
    return Moved(texts(moves["line"]), times(moves["at"]), numbers(moves["units"]))


def _purchase_lines(kept: Kept, at: Mapping[str, str], currency: str, said: Notices) -> pd.DataFrame:
    purchases = dict(kept.records("purchases"))
    states = {"draft": "draft", "quotation": "draft", "cancelled": "cancelled", "done": "received"}
    rows, foreign = [], []
    for key, line in kept.records("purchase_lines"):
        bought = purchases.get(str(line["purchase"]))
        if line["type"] != "line" or not line.get("product.") or bought is None:
            continue
        reference = str(bought["reference"] or "")
        # A key of ours tells the night that it is ours; else their number.
        number = reference if reference.startswith(OWN_KEY) else bought["number"] or f"#{line['purchase']}"
        factor, own = _factor(line), dotted(bought, "currency.code") == currency
        foreign.append(not own)
        rows.append(
            {
                "purchase_order": number,
                "line": key,
                "sku": dotted(line, "product.code"),
                "quantity": (line["quantity"] or 0.0) * factor,
                "ordered_at": bought["purchase_date"] or bought["create_date"],
                "location": at.get(str(dotted(bought, "warehouse.code")), "main"),
                "supplier": dotted(bought, "party.code") or dotted(bought, "party.name"),
                "expected_at": line["delivery_date"],
                "unit_cost": (line["unit_price"] or 0.0) / factor if own else None,
                "status": states.get(bought["state"], "open"),
            }
        )
    said.count(
        pd.Series(foreign, dtype=bool), "purchase lines are in another currency; their price is left out"
    )
    return pd.DataFrame(rows)


def _products(kept: Kept) -> pd.DataFrame:
    rows = [
        {
            "id": row["id"],
            "sku": row["code"],
            "description": dotted(row, "template.name"),
            "category": dotted(row, "template.account_category.name"),
            "unit_price": row["list_price"] or dotted(row, "template.list_price"),
            "own_cost": row["cost_price"],
        }
        for _, row in kept.records("products")
        if row["code"] and row["active"] and dotted(row, "template.active")
        if dotted(row, "template.type") == "goods"
    ]
    columns = ("id", "sku", "description", "category", "unit_price", "own_cost")
    return pd.DataFrame(rows, columns=list(columns)).drop_duplicates("sku")


def _first_supplies(offered: Sequence[tuple[Any, ...]], currency: str) -> pd.DataFrame:
    """The usual supplier of each product, its lead time, and its price of a unit where it is in our money."""
    found = frame(offered, OFFER)
    for name in ("first", "lead_time_days", "least", "unit_cost", "units_per_purchase_unit"):
        found[name] = numbers(found[name])
    found["unit_cost"] /= found["units_per_purchase_unit"].fillna(1.0)
    found["unit_cost"] = found["unit_cost"].where(found["currency"] == currency)
    found = found[found["supplier"].notna()].sort_values(["sku", "first", "least"], kind="stable")
    return found.drop_duplicates("sku")


def _levels(kept: Kept) -> pd.DataFrame:
    """The company's own levels: of a product in several warehouses those of the first.

    Tryton orders below its level, we at or below ours: it is one smallest step lower.
    """
    rows = (
        (dotted(row, "product.code"), _one_step_below(row), row["target_quantity"])
        for _, row in sorted(kept.records("order_points"), key=lambda pair: int(pair[0]))
        if row["type"] == "purchase"
    )
    levels = frame(rows, ("sku", "reorder_point", "order_up_to")).drop_duplicates("sku")
    return levels.set_index("sku")


def _one_step_below(row: Mapping[str, Any]) -> float | None:
    if row["min_quantity"] is None:
        return None
    return float(row["min_quantity"]) - float(dotted(row, "product.default_uom.rounding") or 1.0)


def _with_terms(products: pd.DataFrame, supplies: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    first = supplies.set_index("sku")
    sku = products["sku"]
    for name in ("supplier", "lead_time_days"):
        products[name] = sku.map(first[name].to_dict())
    cost = numbers(sku.map(first["unit_cost"].to_dict()))
    own = numbers(products["own_cost"])
    products["unit_cost"] = cost.where(cost.notna(), own.where(own > 0))
    products["unit_price"] = numbers(products["unit_price"])
    for name in ("reorder_point", "order_up_to"):
        products[name] = numbers(sku.map(levels[name].to_dict()))
    return products.drop(columns=["id", "own_cost"])


def _stock(stock: Mapping[str, Mapping[str, float]], as_of: date) -> pd.DataFrame:
    rows = [(sku, units, location) for location, held in stock.items() for sku, units in held.items()]
    found = frame(rows, ("sku", "on_hand", "location"))
    found["on_hand"] = numbers(found["on_hand"])
    found.insert(0, "as_of", pd.Series(pd.Timestamp(as_of), index=found.index, dtype="datetime64[us]"))
    return found


def _requests(kept: Kept, at: Mapping[str, str]) -> pd.DataFrame:
    """What Tryton itself suggests to buy: location, sku, supplier, quantity, needed_on."""
    rows = (
        (
            at.get(str(dotted(row, "warehouse.code")), "main"),
            dotted(row, "product.code"),
            dotted(row, "party.code"),
            row["quantity"],
            row["supply_date"],
        )
        for _, row in kept.records("requests")
    )
    found = frame(rows, ("location", "sku", "supplier", "quantity", "needed_on"))
    found["quantity"] = np.asarray(numbers(found["quantity"]))
    return found[found["sku"].notna()]
