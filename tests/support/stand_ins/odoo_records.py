"""An Odoo that is read from, as its public source says: found by domain, ``false`` for nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx2

from tests.support.clocks import FakeClock
from tests.support.stand_ins.domains import holds

KEY = "odoo-source-hunter2"
UNIT, DOZEN = [1, "Units"], [2, "Dozens"]


class OdooRecords:
    """What happens, as the records that Odoo makes of it. ``since_19``: it calls a unit otherwise."""

    def __init__(self, clock: FakeClock, since_19: bool = True) -> None:
        self.clock, self.since_19 = clock, since_19
        self.rows: dict[str, dict[int, dict]] = {}
        self.made = 0
        self.currency = [1, "EUR"]
        self._put("stock.warehouse", {"name": "Central"})
        self._put("res.company", {"currency_id": self.currency})
        inverse = {} if since_19 else {"factor_inv": 1.0}
        self._put("uom.uom", {"id": 1, "name": "Units", "factor": 1.0, **inverse})
        dozen = {"factor": 12.0} if since_19 else {"factor": 1 / 12, "factor_inv": 12.0}
        self._put("uom.uom", {"id": 2, "name": "Dozens", **dozen})
        self._put("product.supplierinfo", {}, nothing=True)

    # ---- What happens

    def _now(self) -> str:
        return datetime.fromtimestamp(self.clock.now, UTC).strftime("%Y-%m-%d %H:%M:%S")

    def _put(self, model: str, row: dict, nothing: bool = False) -> dict:
        rows = self.rows.setdefault(model, {})
        if nothing:
            return {}
        self.made += 1
        made = {"id": self.made + 100, **row, "write_date": self._now()}
        rows[made["id"]] = made
        return made

    def unit(self, unit: list) -> dict:
        return {"product_uom_id" if self.since_19 else "product_uom": unit}

    def stock(self, sku: str, units: float) -> None:
        there = [row for row in self.rows.get("product.product", {}).values() if row["default_code"] == sku]
        if there:
            there[0]["qty_available"] = float(units)
            return
        template = [self.made + 1_000, sku]
        product = {"default_code": sku, "name": f"Item {sku}", "active": True, "type": "consu"}
        product |= {"is_storable": True, "sale_ok": True, "uom_id": UNIT, "product_tmpl_id": template}
        product |= {"lst_price": 9.5, "standard_price": 4.0, "categ_id": [1, "Lamps"]}
        self._put("product.product", {**product, "qty_available": float(units)})

    def product(self, sku: str) -> list:
        return next(
            [row["id"], sku] for row in self.rows["product.product"].values() if row["default_code"] == sku
        )

    def sell(self, number: int, wanted: dict[str, float], state: str = "sale", unit: list = UNIT) -> None:
        head = {"name": f"{number}", "state": state, "date_order": self._now(), "commitment_date": False}
        sale = self._put("sale.order", {**head, "partner_id": [9, "Corner Shop"], "warehouse_id": [101, "x"]})
        for sku, units in wanted.items():
            line = {
                "order_id": [sale["id"], sale["name"]],
                "product_id": self.product(sku),
                "price_unit": 9.5,
            }
            line |= {"product_uom_qty": float(units), "qty_delivered": 0.0, "display_type": False}
            self._put("sale.order.line", {**line, **self.unit(unit)})

    def _sale(self, number: int) -> dict:
        return next(row for row in self.rows["sale.order"].values() if row["name"] == f"{number}")

    def _lines(self, number: int) -> list[dict]:
        sale = self._sale(number)["id"]
        return [row for row in self.rows["sale.order.line"].values() if row["order_id"][0] == sale]

    def ship(self, number: int) -> None:
        for line in self._lines(number):
            ends = {"location_id": {"usage": "internal"}, "location_dest_id": {"usage": "customer"}}
            move = {"state": "done", "date": self._now(), "product_qty": line["product_uom_qty"], **ends}
            self._put("stock.move", {**move, "sale_line_id": [line["id"], "x"], "purchase_line_id": False})
            self._put("sale.order.line", {**line, "qty_delivered": line["product_uom_qty"]})

    def change(self, number: int, sku: str, units: float) -> None:
        for line in self._lines(number):
            if line["product_id"][1] == sku:
                self._put("sale.order.line", {**line, "product_uom_qty": float(units)})

    def delete(self, number: int) -> None:
        for line in self._lines(number):
            del self.rows["sale.order.line"][line["id"]]
        del self.rows["sale.order"][self._sale(number)["id"]]

    def buy(self, name: str, wanted: dict[str, float], state: str = "purchase", **more: Any) -> list[dict]:
        head = {"name": name, "state": state, "date_order": self._now(), "date_approve": False}
        head |= {"partner_id": [7, "ACME"], "currency_id": self.currency, "picking_type_id": False}
        bought = self._put("purchase.order", {**head, "origin": False, **more})
        made = []
        for sku, units in wanted.items():
            line = {"order_id": [bought["id"], name], "product_id": self.product(sku), "price_unit": 4.0}
            line |= {"product_qty": float(units), "qty_received": 0.0, "date_planned": False}
            made.append(self._put("purchase.order.line", {**line, "display_type": False, **self.unit(UNIT)}))
        return made

    def receive(self, line: dict, units: float) -> None:
        ends = {"location_id": {"usage": "supplier"}, "location_dest_id": {"usage": "internal"}}
        move = {"state": "done", "date": self._now(), "product_qty": float(units), **ends}
        self._put("stock.move", {**move, "sale_line_id": False, "purchase_line_id": [line["id"], "x"]})

    # ---- What it answers

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if request.url.path == "/jsonrpc":
            asked = body["params"]
            if asked["service"] == "common":
                return _rpc(2 if asked["args"][2] == KEY else False)
            model, method, _, named = asked["args"][3:]
            return _rpc(self._call(model, method, named))
        if request.headers["Authorization"] != f"bearer {KEY}":
            return httpx2.Response(401, json={"name": "Unauthorized", "message": "Invalid apikey"})
        _, _, _, model, method = request.url.path.split("/")
        return httpx2.Response(200, json=self._call(model, method, body))

    def _call(self, model: str, method: str, named: dict) -> Any:
        rows = self.rows.get(model, {})
        if method == "fields_get":
            return {name: {"type": "char"} for row in rows.values() for name in row}
        found = [row for row in rows.values() if holds(_ids(row), named["domain"])]
        field, _, way = named["order"].partition(" ")
        found.sort(key=lambda row: row[field], reverse=way == "desc")
        found = found[: named.get("limit")]
        unknown = [name for name in named["fields"] for row in found if name not in row]
        assert not unknown, f"Invalid field {unknown} on model {model!r}"
        return [{"id": row["id"], **{name: row[name] for name in named["fields"]}} for row in found]


def _ids(row: dict) -> dict:
    """A record as a domain sees it: what it points to is an id."""
    return {name: value[0] if isinstance(value, list) else value for name, value in row.items()}


def _rpc(result: Any) -> httpx2.Response:
    return httpx2.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": result})
