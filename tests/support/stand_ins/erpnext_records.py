"""An ERPNext that is read from, as its public source says: lists hold no lines, and twenty rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote

import httpx2

from tests.support.clocks import FakeClock
from tests.support.stand_ins.domains import holds

KEY, SECRET = "erp-source-key", "erp-source-hunter2"


class ErpnextRecords:
    """What happens, as the documents that ERPNext makes of it."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.rows: dict[str, dict[str, dict]] = {}
        self.made = 0
        self.forbidden: set[str] = set()

    # ---- What happens

    def _now(self) -> str:
        return datetime.fromtimestamp(self.clock.now, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    def put(self, document: str, name: str, row: dict) -> dict:
        made = {"docstatus": 1, **row, "name": name, "modified": self._now()}
        self.rows.setdefault(document, {})[name] = made
        return made

    def line(self, sku: str, units: float, **more) -> dict:
        self.made += 1
        made = {"name": f"row{self.made}", "item_code": sku, "qty": float(units), "stock_qty": float(units)}
        made |= {"rate": 9.5, "base_rate": 9.5, "conversion_factor": 1.0, "warehouse": "Stores - C"}
        return {**made, "delivered_qty": 0.0, **more}

    def stock(self, sku: str, units: float) -> None:
        if sku not in self.rows.get("Item", {}):
            item = {"item_code": sku, "item_name": f"Item {sku}", "item_group": "Lamps", "disabled": 0}
            self.put("Item", sku, {**item, "is_stock_item": 1, "last_purchase_rate": 4.0})
        held = {"item_code": sku, "warehouse": "Stores - C", "actual_qty": float(units)}
        self.put("Bin", f"bin-{sku}", held)

    def sell(self, number: int, wanted: dict[str, float]) -> None:
        head = {"customer": "Corner Shop", "transaction_date": self._now()[:10], "status": "To Deliver"}
        items = [self.line(sku, units) for sku, units in wanted.items()]
        self.put("Sales Order", str(number), {**head, "items": items})

    def ship(self, number: int) -> None:
        sale = self.rows["Sales Order"][str(number)]
        lines = [self.line(each["item_code"], each["qty"], so_detail=each["name"]) for each in sale["items"]]
        self.put("Delivery Note", f"DN-{number}", {"posting_date": self._now()[:10], "items": lines})
        items = [{**each, "delivered_qty": each["qty"]} for each in sale["items"]]
        self.put("Sales Order", str(number), {**sale, "items": items, "status": "Completed"})

    def change(self, number: int, sku: str, units: float) -> None:
        sale = self.rows["Sales Order"][str(number)]
        for line in sale["items"]:
            if line["item_code"] == sku:
                line |= {"qty": float(units), "stock_qty": float(units)}
        self.put("Sales Order", str(number), sale)

    def delete(self, number: int) -> None:
        del self.rows["Sales Order"][str(number)]

    # ---- What it answers

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.headers["Authorization"] != f"token {KEY}:{SECRET}":
            return httpx2.Response(401, json={"exc_type": "AuthenticationError"})
        # The path as it came: a name may hold a stroke.
        path = request.url.raw_path.decode().partition("?")[0]
        document, _, name = path.removeprefix("/api/resource/").partition("/")
        if unquote(document) in self.forbidden:
            return httpx2.Response(403, json={"exc_type": "PermissionError"})
        rows = self.rows.get(unquote(document), {})
        if name:
            row = rows.get(unquote(name))
            if row is None:
                return httpx2.Response(404, json={"exc_type": "DoesNotExistError"})
            return httpx2.Response(200, json={"data": row})
        query = {key: values[0] for key, values in parse_qs(request.url.query.decode()).items()}
        found = [row for row in rows.values() if holds(row, json.loads(query.get("filters", "[]")))]
        field, _, way = query.get("order_by", "modified desc").partition(" ")
        found.sort(key=lambda row: row[field], reverse=way == "desc")
        found = found[: int(query.get("limit_page_length", 20)) or None]
        fields = json.loads(query.get("fields", '["name"]'))
        return httpx2.Response(
            200, json={"data": [{name: row.get(name) for name in fields} for row in found]}
        )
