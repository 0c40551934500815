"""From Odoo's records to our tables.

Quantities become those of the product's own unit. Requests for quotation, sent or not, are drafts: nobody
waits for them yet. A field that is not set is ``false`` there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from forecasting.connectors.sources.documents import Moved, orders_of, purchases_of, received
from forecasting.connectors.sources.frames import Notices, frame, numbers, texts, times
from forecasting.connectors.sources.kept import Kept

DRAFT = ("draft", "sent", "to approve")
OWN_KEY = "reorder-"
"""How the origin of an order begins that this program made."""


def tables_of(read: Read, stock: Mapping[str, Mapping[str, float]], as_of: date) -> dict[str, pd.DataFrame]:
    """The tables, but for facts of supply. ``stock``: our location -> units by product."""
    kept, said, supplies = read.kept, read.said, read.supplies()
    return {
        "orders": orders_of(read.sale_lines(), _moved(kept, "shipped", "sale_line_id"), said),
        "products": read.products(supplies),
        "suppliers": pd.DataFrame({"supplier": supplies["supplier"].unique()}),
        "stock": _stock(stock, read.goods, as_of),
        "purchase_orders": received(
            purchases_of(read.purchase_lines(), said), _moved(kept, "received", "purchase_line_id")
        ),
    }


def id_of(value: Any) -> str:
    """The key of a record that a field points to, ``[id, name]``; empty where it points to none."""
    return str(value[0]) if value else ""


def name_of(value: Any) -> str | None:
    """What the record is called that a field points to; None where it points to none."""
    return str(value[1]) if value else None


def stocked(product: Mapping[str, Any]) -> bool:
    """Whether it is a product that is kept in stock, and not archived."""
    return bool(product.get("active", True) and product.get("is_storable", product.get("type") != "service"))


class Read:
    """The kept records, with what is looked up for each line.

    ``at``: a warehouse -> our location. ``currency``: the company's. ``said``: grows by what is left out.
    """

    def __init__(self, kept: Kept, at: Mapping[int, str], currency: int | None, said: Notices) -> None:
        self.kept, self.at, self.currency, self.said = kept, at, currency, said
        self.goods = goods = {key: row for key, row in kept.records("products") if row["default_code"]}
        self.units = dict(kept.records("units"))
        self.warehouses = {key: id_of(row.get("warehouse_id")) for key, row in kept.records("picking_types")}
        self._of_template: dict[str, list[str]] = {}
        for key, row in goods.items():
            self._of_template.setdefault(id_of(row["product_tmpl_id"]), []).append(key)

    def _size(self, unit: str) -> float:
        """Reference units in a unit. Up to 18 ``factor`` is the other way round, and ``factor_inv`` this."""
        row = self.units.get(unit, {})
        return float(row.get("factor_inv") or row.get("factor") or 1.0)

    def factor(self, line: Mapping[str, Any], product: Mapping[str, Any]) -> float:
        """Product's own units in a unit of the line."""
        unit = id_of(line.get("product_uom_id") or line.get("product_uom"))
        own = id_of(product.get("uom_id"))
        return 1.0 if not unit or unit == own else self._size(unit) / self._size(own)

    def location(self, warehouse: str) -> str:
        """Our name of a warehouse."""
        return self.at.get(int(warehouse or 0), "main")

    def sale_lines(self) -> pd.DataFrame:
        """Lines of what was ordered: quotations are none."""
        sales = dict(self.kept.records("sales"))
        rows = []
        for key, line in self.kept.records("sale_lines"):
            sale, product = sales.get(id_of(line["order_id"])), self.goods.get(id_of(line["product_id"]))
            if sale is None or product is None or sale["state"] in ("draft", "sent"):
                continue
            if sale["state"] == "cancel" and sale.get("cancelled_seen") is None:
                continue
            factor = self.factor(line, product)
            rows.append(
                {
                    "line": key,
                    "order": sale["name"],
                    "ordered_at": sale["date_order"],
                    "sku": product["default_code"],
                    "quantity": line["product_uom_qty"] * factor,
                    "location": self.location(id_of(sale.get("warehouse_id"))),
                    "customer": name_of(sale["partner_id"]),
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
            bought, product = (
                purchases.get(id_of(line["order_id"])),
                self.goods.get(id_of(line["product_id"])),
            )
            if bought is None or product is None:
                continue
            factor = self.factor(line, product)
            own = self.currency is None or id_of(bought.get("currency_id")) in ("", str(self.currency))
            foreign.append(not own)
            origin = str(bought.get("origin") or "")
            warehouse = self.warehouses.get(id_of(bought.get("picking_type_id")), "")
            rows.append(
                {
                    "purchase_order": origin if origin.startswith(OWN_KEY) else bought["name"],
                    "line": key,
                    "sku": product["default_code"],
                    "quantity": line["product_qty"] * factor,
                    "ordered_at": bought.get("date_approve") or bought["date_order"],
                    "location": self.location(warehouse),
                    "supplier": name_of(bought["partner_id"]),
                    "expected_at": line["date_planned"] or None,
                    "unit_cost": line["price_unit"] / factor if own else None,
                    "status": states.get(bought["state"], "draft"),
                }
            )
        said = "purchase lines are in another currency; their price is left out"
        self.said.count(pd.Series(foreign, dtype=bool), said)
        return pd.DataFrame(rows)

    def products_of(self, row: Mapping[str, Any]) -> list[str]:
        """The goods that a record of a product, or of all variants of one, speaks of."""
        if row["product_id"]:
            products = [id_of(row["product_id"])]
        else:
            products = self._of_template.get(id_of(row["product_tmpl_id"]), [])
        return [key for key in products if key in self.goods]

    def terms(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each product with what a supplier asks for it, the first supplier first."""
        rows = (row for _, row in self.kept.records("supplies"))
        for row in sorted(rows, key=lambda row: row["sequence"] or 0):
            for key in self.products_of(row):
                yield key, row

    def supplies(self) -> pd.DataFrame:
        """What each product's first supplier asks for it, by its lowest quantity."""
        rows: list[tuple[Any, ...]] = []
        for place, (key, row) in enumerate(self.terms()):
            own = self.currency is None or id_of(row.get("currency_id")) in ("", str(self.currency))
            factor = self.factor(row, self.goods[key])
            cost = row["price"] / factor if own and row["price"] else None
            least = (row["min_qty"] or 0.0) * factor
            rows.append((key, name_of(row["partner_id"]), row["delay"], place, least, cost))
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
                name_of(row["categ_id"]),
                row["lst_price"],
                row["standard_price"],
            )
            for key, row in self.goods.items()
            if stocked(row)
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
            (id_of(row["product_id"]), row["product_min_qty"] - 1.0, row["product_max_qty"])
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
                self.location(id_of(row["warehouse_id"])),
                self.goods[id_of(row["product_id"])]["default_code"],
                first.get(id_of(row["product_id"])),
                row["qty_to_order"],
                None,
            )
            for _, row in self.kept.records("order_points")
            if id_of(row["product_id"]) in self.goods and row.get("qty_to_order")
        )
        return frame(rows, ("location", "sku", "supplier", "quantity", "needed_on"))


def _moved(kept: Kept, feed: str, field: str) -> Moved:
    rows = (
        (id_of(row[field]), row["date"], row["product_qty"])
        for _, row in kept.records(feed)
        if row.get(field)
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
