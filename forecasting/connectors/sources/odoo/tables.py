"""From Odoo's records to our tables.

Quantities become those of the product's own unit. Requests for quotation, sent or not, are drafts: nobody
waits for them yet. A field that is not set is ``false`` there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from forecasting.connectors.sources.documents import Moved, orders_of, purchases_of, received
from forecasting.connectors.sources.frames import Notices, frame, numbers, texts, times
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes

DRAFT = ("draft", "sent", "to approve")
OWN_KEY = "reorder-"
"""How the origin of an order begins that this program made."""


def tables_of(
    kept: Kept,
    stock: Mapping[str, Mapping[str, float]],
    at: Mapping[int, str],
    currency: int | None,
    as_of: date,
) -> Changes:
    """The tables. ``stock``: our location -> units by product. ``at``: a warehouse -> our location."""
    said = Notices()
    goods = {key: row for key, row in kept.records("products") if row["default_code"]}
    read = _Read(kept, goods, at, currency, said)
    supplies = read.supplies()
    tables = {
        "orders": orders_of(read.sale_lines(), _moved(kept, "shipped", "sale_line_id"), said),
        "products": read.products(supplies),
        "suppliers": pd.DataFrame({"supplier": supplies["supplier"].unique()}),
        "stock": _stock(stock, goods, as_of),
        "purchase_orders": received(
            purchases_of(read.purchase_lines(), said), _moved(kept, "received", "purchase_line_id")
        ),
    }
    feeds = ("sales", "sale_lines", "shipped", "received", "purchases", "purchase_lines", "products")
    rows = {feed: kept.count(feed) for feed in feeds}
    return Changes(tables, rows, said.said, suggestions=read.suggestions(supplies))


def _id(value: Any) -> str:
    """The key of a record that a field points to, ``[id, name]``; empty where it points to none."""
    return str(value[0]) if value else ""


def _name(value: Any) -> str | None:
    return str(value[1]) if value else None


class _Read:
    """The kept records, with what is looked up for each line."""

    def __init__(
        self,
        kept: Kept,
        goods: Mapping[str, Mapping[str, Any]],
        at: Mapping[int, str],
        currency: int | None,
        said: Notices,
    ) -> None:
        self.kept, self.goods, self.at, self.currency, self.said = kept, goods, at, currency, said
        self.units = dict(kept.records("units"))
        self.warehouses = {key: _id(row.get("warehouse_id")) for key, row in kept.records("picking_types")}

    def _size(self, unit: str) -> float:
        """Reference units in a unit. Up to 18 ``factor`` is the other way round, and ``factor_inv`` this."""
        row = self.units.get(unit, {})
        return float(row.get("factor_inv") or row.get("factor") or 1.0)

    def _factor(self, line: Mapping[str, Any], product: Mapping[str, Any]) -> float:
        """Product's own units in a unit of the line."""
        unit = _id(line.get("product_uom_id") or line.get("product_uom"))
        own = _id(product.get("uom_id"))
        return 1.0 if not unit or unit == own else self._size(unit) / self._size(own)

    def _location(self, warehouse: str) -> str:
        return self.at.get(int(warehouse or 0), "main")

    def sale_lines(self) -> pd.DataFrame:
        """Lines of what was ordered: quotations are none."""
        sales = dict(self.kept.records("sales"))
        rows = []
        for key, line in self.kept.records("sale_lines"):
            sale, product = sales.get(_id(line["order_id"])), self.goods.get(_id(line["product_id"]))
            if sale is None or product is None or sale["state"] in ("draft", "sent"):
                continue
            if sale["state"] == "cancel" and sale.get("cancelled_seen") is None:
                continue
            factor = self._factor(line, product)
            rows.append(
                {
                    "line": key,
                    "order": sale["name"],
                    "ordered_at": sale["date_order"],
                    "sku": product["default_code"],
                    "quantity": line["product_uom_qty"] * factor,
                    "location": self._location(_id(sale.get("warehouse_id"))),
                    "customer": _name(sale["partner_id"]),
                    "unit_price": line["price_unit"] / factor,
                    "due": sale["commitment_date"] or None,
                    "done": False,
                    "gone": (line.get("qty_delivered") or 0.0) * factor,
                    "cancelled": sale["state"] == "cancel",
                    "cancelled_at": sale.get("cancelled_seen"),
                }
            )
        return pd.DataFrame(rows)

    def purchase_lines(self) -> pd.DataFrame:
        """Lines of purchases, requests for quotation among them as drafts."""
        purchases = dict(self.kept.records("purchases"))
        states = {"purchase": "open", "done": "open", "cancel": "cancelled"}
        rows, foreign = [], []
        for key, line in self.kept.records("purchase_lines"):
            bought, product = purchases.get(_id(line["order_id"])), self.goods.get(_id(line["product_id"]))
            if bought is None or product is None:
                continue
            factor = self._factor(line, product)
            own = self.currency is None or _id(bought.get("currency_id")) in ("", str(self.currency))
            foreign.append(not own)
            origin = str(bought.get("origin") or "")
            warehouse = self.warehouses.get(_id(bought.get("picking_type_id")), "")
            rows.append(
                {
                    "purchase_order": origin if origin.startswith(OWN_KEY) else bought["name"],
                    "line": key,
                    "sku": product["default_code"],
                    "quantity": line["product_qty"] * factor,
                    "ordered_at": bought.get("date_approve") or bought["date_order"],
                    "location": self._location(warehouse),
                    "supplier": _name(bought["partner_id"]),
                    "expected_at": line["date_planned"] or None,
                    "unit_cost": line["price_unit"] / factor if own else None,
                    "status": states.get(bought["state"], "draft"),
                }
            )
        said = "purchase lines are in another currency; their price is left out"
        self.said.count(pd.Series(foreign, dtype=bool), said)
        return pd.DataFrame(rows)

    def supplies(self) -> pd.DataFrame:
        """What each supplier asks for a product: the first supplier first, its lowest quantity first."""
        of_template: dict[str, list[str]] = {}
        for key, row in self.goods.items():
            of_template.setdefault(_id(row["product_tmpl_id"]), []).append(key)
        order = sorted(
            (row for _, row in self.kept.records("supplies")), key=lambda row: row["sequence"] or 0
        )
        rows: list[tuple[Any, ...]] = []
        for place, row in enumerate(order):
            own = self.currency is None or _id(row.get("currency_id")) in ("", str(self.currency))
            products = (
                [_id(row["product_id"])]
                if row["product_id"]
                else of_template.get(_id(row["product_tmpl_id"]), [])
            )
            for key in products:
                if key not in self.goods:
                    continue
                factor = self._factor(row, self.goods[key])
                cost = row["price"] / factor if own and row["price"] else None
                least = (row["min_qty"] or 0.0) * factor
                rows.append((key, _name(row["partner_id"]), row["delay"], place, least, cost))
        found = frame(rows, ("product", "supplier", "lead_time_days", "first", "least", "unit_cost"))
        for name in ("lead_time_days", "first", "least", "unit_cost"):
            found[name] = numbers(found[name])
        found = found[found["supplier"].notna()]
        return found.sort_values(["product", "first", "least"], kind="stable").drop_duplicates("product")

    def products(self, supplies: pd.DataFrame) -> pd.DataFrame:
        """Goods with their first supplier's terms, and the company's own levels."""
        rows = [
            (
                key,
                row["default_code"],
                row["name"],
                _name(row["categ_id"]),
                row["lst_price"],
                row["standard_price"],
            )
            for key, row in self.goods.items()
            if row.get("active", True) and row.get("is_storable", row.get("type") != "service")
        ]
        columns = ("product", "sku", "description", "category", "unit_price", "own_cost")
        found = frame(rows, columns).drop_duplicates("sku")
        first = supplies.set_index("product")
        for name in ("supplier", "lead_time_days", "least", "unit_cost"):
            found[name] = found["product"].map(first[name].to_dict()).astype(object)
        own = numbers(found["own_cost"])
        cost = numbers(found["unit_cost"])
        found["unit_cost"] = cost.where(cost.notna(), own.where(own > 0))
        least = numbers(found["least"])
        found["min_order_quantity"] = least.where(least > 0)
        found["unit_price"] = numbers(found["unit_price"])
        found["lead_time_days"] = numbers(found["lead_time_days"])
        levels = self._levels()
        for name in ("reorder_point", "order_up_to"):
            found[name] = numbers(found["product"].map(levels[name].to_dict()))
        return found.drop(columns=["product", "own_cost", "least"])

    def _levels(self) -> pd.DataFrame:
        # Odoo orders below its level, we at or below ours: a unit lower.
        rows = (
            (_id(row["product_id"]), row["product_min_qty"] - 1.0, row["product_max_qty"])
            for _, row in sorted(self.kept.records("order_points"), key=lambda pair: int(pair[0]))
        )
        return (
            frame(rows, ("product", "reorder_point", "order_up_to"))
            .drop_duplicates("product")
            .set_index("product")
        )

    def suggestions(self, supplies: pd.DataFrame) -> pd.DataFrame:
        """What Odoo itself suggests to buy by its order points."""
        first = supplies.set_index("product")["supplier"].to_dict()
        rows = (
            (
                self._location(_id(row["warehouse_id"])),
                self.goods[_id(row["product_id"])]["default_code"],
                first.get(_id(row["product_id"])),
                row["qty_to_order"],
                None,
            )
            for _, row in self.kept.records("order_points")
            if _id(row["product_id"]) in self.goods and row.get("qty_to_order")
        )
        return frame(rows, ("location", "sku", "supplier", "quantity", "needed_on"))


def _moved(kept: Kept, feed: str, field: str) -> Moved:
    rows = (
        (_id(row[field]), row["date"], row["product_qty"]) for _, row in kept.records(feed) if row.get(field)
    )
    moves = frame(rows, ("line", "at", "units"))
    return Moved(texts(moves["line"]), times(moves["at"]), numbers(moves["units"]))


def _stock(
    stock: Mapping[str, Mapping[str, float]], goods: Mapping[str, Mapping[str, Any]], as_of: date
) -> pd.DataFrame:
    rows = [
        (goods[key]["default_code"], units, location)
        for location, held in stock.items()
        for key, units in held.items()
        if key in goods
    ]
    found = frame(rows, ("sku", "on_hand", "location"))
    found["on_hand"] = numbers(found["on_hand"])
    found.insert(0, "as_of", pd.Series(pd.Timestamp(as_of), index=found.index, dtype="datetime64[us]"))
    return found
