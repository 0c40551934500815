"""InvenTree as its public source says: unique references that fit a pattern, lines that merge."""

from __future__ import annotations

import json
import re

import httpx2

TOKEN = "Token inventree-hunter2"


class Inventree:
    """Purchase orders and their lines."""

    def __init__(self, skus=(), suppliers=("ACME",)) -> None:
        self.suppliers = [{"pk": pk, "name": name} for pk, name in enumerate(suppliers, start=3)]
        self.parts = [{"pk": pk, "SKU": sku, "supplier": 3} for pk, sku in enumerate(skus, start=20)]
        self.orders: list[dict] = []
        self.lines: list[dict] = []
        self.numbers = iter(range(1, 100_000))

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.headers["Authorization"] != TOKEN:
            return httpx2.Response(401, json={"detail": "Invalid token."})
        path, query = request.url.path, request.url.params
        body = json.loads(request.content) if request.content else {}
        if path == "/api/company/":
            return httpx2.Response(
                200, json=[row for row in self.suppliers if query["search"] in row["name"]]
            )
        if path == "/api/company/part/":
            found = [
                p for p in self.parts if p["SKU"] == query["SKU"] and str(p["supplier"]) == query["supplier"]
            ]
            return httpx2.Response(200, json=found)
        if path == "/api/order/po/":
            return self._order(body) if request.method == "POST" else self._orders(query)
        if request.method == "DELETE":
            pk = int(path.rstrip("/").rpartition("/")[2])
            there = [line for line in self.lines if line["pk"] == pk]
            self.lines = [line for line in self.lines if line["pk"] != pk]
            return httpx2.Response(
                204 if there else 404, json={"detail": "Not found."} if not there else None
            )
        if request.method == "POST":
            return self._line(body)
        found = [line for line in self.lines if str(line["order"]) == query["order"]]
        return httpx2.Response(200, json=found)

    def count(self, key: str) -> int:
        """Orders of the key that hold each line once."""
        orders = [order for order in self.orders if order["supplier_reference"] == key]
        for order in orders:
            named = [line["reference"] for line in self.lines if line["order"] == order["pk"]]
            assert len(named) == len(set(named)) == int(named[0].rpartition("/")[2])
        return len(orders)

    def cancel(self, number: str) -> None:
        next(order for order in self.orders if order["reference"] == number)["status"] = 40

    def delete(self, number: str) -> None:
        self.orders = [order for order in self.orders if order["reference"] != number]

    def _orders(self, query) -> httpx2.Response:
        wanted = query["reference"].lower()
        return httpx2.Response(
            200, json=[each for each in self.orders if each["reference"].lower() == wanted]
        )

    def _order(self, body) -> httpx2.Response:
        if not re.fullmatch(r"PO-\d+", body["reference"]):
            return httpx2.Response(400, json={"reference": ["Reference must match required pattern"]})
        if any(order["reference"] == body["reference"] for order in self.orders):
            return httpx2.Response(400, json={"reference": ["This field must be unique."]})
        self.orders.append({**body, "pk": next(self.numbers), "status": 10})
        return httpx2.Response(201, json=self.orders[-1])

    def _line(self, body) -> httpx2.Response:
        if body.get("merge_items", True):
            for line in self.lines:
                if (line["order"], line["part"]) == (body["order"], body["part"]):
                    line["quantity"] = str(float(line["quantity"]) + float(body["quantity"]))
                    return httpx2.Response(201, json=line)
        self.lines.append({**body, "pk": next(self.numbers)})
        return httpx2.Response(201, json=self.lines[-1])
