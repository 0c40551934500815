"""An Odoo that is written to and read from: what is loaded into it is a purchase, which may come one day."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx2

from tests.support.clocks import FakeClock
from tests.support.stand_ins.odoo_records import UNIT, OdooRecords

OWN = "reorder-"


class LivingOdoo(OdooRecords):
    """The records of ``OdooRecords``, and ``load`` under an external id as ``stand_ins.odoo`` has it.

    ``after_load`` is called when an order was written and nobody has been told of it yet.
    """

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.loads = 0
        self.after_load = lambda: None
        self.empty = False
        self._partners: dict[str, int] = {}

    # ---- What happens

    def partner(self, name: str) -> list:
        if name not in self._partners:
            self._partners[name] = self._put("res.partner", {"ref": False, "name": name})["id"]
        return [self._partners[name], name]

    def item(self, sku: str, supplier: str, lead_days: int, **figures: float) -> None:
        """A product; ``figures``: price, cost, least."""
        self.stock(sku, 0)
        product = next(row for row in self.rows["product.product"].values() if row["default_code"] == sku)
        product |= {"lst_price": figures["price"], "standard_price": figures["cost"]}
        terms = {"partner_id": self.partner(supplier), "product_id": self.product(sku), "delay": lead_days}
        terms |= {"min_qty": figures["least"], "price": figures["cost"], "currency_id": self.currency}
        template = {"product_tmpl_id": product["product_tmpl_id"], "sequence": 1}
        self._put("product.supplierinfo", {**terms, **template, **self.unit(UNIT)})

    def purchase(self, name: str, supplier: str, ordered: date, lines: dict[str, float]) -> int:
        """One that a buyer made. Its id."""
        at, partner = f"{ordered} 09:00:00", self.partner(supplier)
        head = {"partner_id": partner, "date_order": at, "date_approve": at}
        made = self.buy(name, lines, **head)
        return made[0]["order_id"][0]

    def drafts(self) -> list[dict]:
        """What was loaded and no buyer has confirmed yet."""
        orders = self.rows.get("purchase.order", {}).values()
        return [each for each in orders if each["state"] == "draft" and str(each["origin"]).startswith(OWN)]

    def confirm(self, order: dict) -> None:
        self._put("purchase.order", {**order, "state": "purchase", "date_approve": self._now()})

    def lines_of(self, order: int) -> list[dict]:
        rows = self.rows["purchase.order.line"].values()
        return [row for row in rows if row["order_id"][0] == order]

    def ordered(self, order: int) -> dict[str, float]:
        """Units by SKU."""
        return {row["product_id"][1]: row["product_qty"] for row in self.lines_of(order)}

    def come(self, order: int) -> None:
        """All of a purchase is received."""
        for line in self.lines_of(order):
            self.receive(line, line["product_qty"])
            self._put("purchase.order.line", {**line, "qty_received": line["product_qty"]})

    def ours(self) -> dict[str, dict[str, float]]:
        """Every order that a program wrote: key -> units by SKU. Raises where a key is there twice."""
        orders = self.rows.get("purchase.order", {}).values()
        found = [
            (each["origin"], self.ordered(each["id"]))
            for each in orders
            if str(each["origin"]).startswith(OWN)
        ]
        assert len(found) == len(dict(found)), "an order is there twice"
        return dict(found)

    # ---- What it answers

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        before = self.loads
        answer = super().__call__(request)
        if self.loads > before:
            self.after_load()
        return answer

    def _call(self, model: str, method: str, named: dict) -> Any:
        if method == "load":
            return self._load(named)
        if self.empty and method == "search_read":
            return []
        return super()._call(model, method, {"order": "id", **named})

    def _load(self, named: dict) -> Any:
        assert named["context"] == {"module": "reorder", "mode": "update", "noupdate": True}
        rows = [dict(zip(named["fields"], row, strict=True)) for row in named["data"]]
        known = {row["name"]: row for row in self.rows.get("ir.model.data", {}).values()}
        key = rows[0]["id"]
        if key not in known:
            number = self._loaded(rows)
            external = {"module": "reorder", "name": key, "model": "purchase.order", "res_id": number}
            known[key] = self._put("ir.model.data", external)
            self.loads += 1
        return {"ids": [known[key]["res_id"]], "messages": [], "nextrow": 0}

    def _loaded(self, rows: list[dict]) -> int:
        names = {number: name for name, number in self._partners.items()}
        partner = int(rows[0]["partner_id/.id"])
        head = {"partner_id": [partner, names[partner]], "origin": rows[0]["origin"]}
        goods = {row["id"]: row["default_code"] for row in self.rows["product.product"].values()}
        wanted = {
            goods[int(row["order_line/product_id/.id"])]: float(row["order_line/product_qty"]) for row in rows
        }
        assert len(wanted) == len(rows)
        made = self.buy(f"P{self.made:05d}", wanted, state="draft", **head)
        for line, row in zip(made, rows, strict=True):
            line |= {"price_unit": float(row["order_line/price_unit"])}
            line |= {"date_planned": row["order_line/date_planned"]}
        return made[0]["order_id"][0]
