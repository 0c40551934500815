"""Odoo as its public source says: ``load`` once under an external id, always 200, or ``ids: false``."""

from __future__ import annotations

import json

import httpx2

KEY = "odoo-key-hunter2"


class Odoo:
    """Both of its APIs over one set of tables."""

    def __init__(self, skus=(), partners=("ACME",)) -> None:
        self.partners = dict(enumerate(partners, start=7))
        self.products = dict(enumerate(skus, start=11))
        self.orders: dict[int, dict] = {}
        self.external: dict[tuple[str, str], int] = {}
        self.says: list[dict] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if request.url.path == "/jsonrpc":
            return self._jsonrpc(body)
        if request.headers["Authorization"] != f"bearer {KEY}":
            return httpx2.Response(401, json={"name": "Unauthorized", "message": "Invalid apikey"})
        _, _, _, model, method = request.url.path.split("/")
        return httpx2.Response(200, json=self._call(model, method, body))

    def count(self, key: str) -> int:
        return sum(order["origin"] == key for order in self.orders.values())

    def cancel(self, number: str) -> None:
        next(each for each in self.orders.values() if each["name"] == number)["state"] = "cancel"

    def edit(self, number: str, quantity: float) -> None:
        next(each for each in self.orders.values() if each["name"] == number)["lines"][0][1] = quantity

    def delete(self, number: str) -> None:
        found = next(key for key, each in self.orders.items() if each["name"] == number)
        del self.orders[found]
        self.external = {name: order for name, order in self.external.items() if order != found}

    def _jsonrpc(self, body) -> httpx2.Response:
        asked = body["params"]
        if asked["service"] == "common":
            uid = 2 if asked["args"][2] == KEY else False
            return httpx2.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": uid})
        model, method, _, named = asked["args"][3:]
        return httpx2.Response(
            200, json={"jsonrpc": "2.0", "id": 1, "result": self._call(model, method, named)}
        )

    def _call(self, model, method, named):
        if method == "load":
            return self._load(named)
        rows = getattr(self, "_" + model.replace(".", "_"))(named["domain"])
        return [{"id": row["id"], **{name: row[name] for name in named["fields"]}} for row in rows]

    def _load(self, named):
        context = named["context"]
        assert context == {"module": "reorder", "mode": "update", "noupdate": True}
        rows = [dict(zip(named["fields"], row, strict=True)) for row in named["data"]]
        if self.says:
            return {"ids": False, "messages": [self.says.pop()], "nextrow": 0}
        name = (context["module"], rows[0]["id"])
        if name not in self.external:
            assert int(rows[0]["partner_id/.id"]) in self.partners
            number = len(self.orders) + 1
            lines = [
                [int(row["order_line/product_id/.id"]), float(row["order_line/product_qty"])] for row in rows
            ]
            order = {"id": number, "name": f"P{number:05d}", "state": "draft", "origin": rows[0]["origin"]}
            self.orders[number] = {**order, "lines": lines}
            self.external[name] = number
        return {"ids": [self.external[name]], "messages": [], "nextrow": 0}

    def _ir_model_data(self, domain):
        wanted = {name: value for name, _, value in domain}
        number = self.external.get((wanted["module"], wanted["name"]))
        return [] if number is None else [{"id": number, "res_id": number}]

    def _res_partner(self, domain):
        wanted = domain[1][2]
        return [{"id": number} for number, name in self.partners.items() if name == wanted]

    def _product_product(self, domain):
        field, _, wanted = domain[0]
        rows = [{"id": number, "default_code": sku} for number, sku in self.products.items()]
        return [row for row in rows if row["id" if field == "id" else "default_code"] in wanted]

    def _purchase_order(self, domain):
        field, _, wanted = domain[0]
        names = wanted if isinstance(wanted, list) else [wanted]
        return [order for order in self.orders.values() if order[field] in names]

    def _purchase_order_line(self, domain):
        assert [row[:2] for row in domain] == [["order_id", "in"], ["product_id", "!="]]
        return [
            {
                "id": at,
                "order_id": [order, self.orders[order]["name"]],
                "product_id": [product, self.products[product]],
                "product_qty": quantity,
            }
            for order in domain[0][2]
            for at, (product, quantity) in enumerate(self.orders[order]["lines"])
        ]
