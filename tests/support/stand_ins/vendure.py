"""Vendure's admin API as it was seen: pages by count, whole seconds, refusals with status 200."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx2

from tests.support.clocks import FakeClock

USER, PASSWORD = "superadmin", "vendure-hunter2"
MOST = 1_000


class Vendure:
    """Orders and variants by id."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.orders: dict[int, dict] = {}
        self.variants: dict[int, dict] = {}
        self.tokens: set[str] = set()
        self.made = self.writes = 0
        self.custom = True
        self.shown: dict[str, dict] = {}
        self.etas: dict[str, dict] = {}

    # ---- What happens

    def _now(self) -> str:
        return datetime.fromtimestamp(int(self.clock.now), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def stock(self, sku: str, units: float) -> None:
        there = [each for each in self.variants.values() if each["sku"] == sku]
        level = {"stockOnHand": int(units), "stockAllocated": 0, "stockLocation": {"name": "Default"}}
        if there:
            there[0]["stockLevels"] = [level]
            return
        key = len(self.variants) + 1
        variant = {"id": str(key), "sku": sku, "name": f"Item {sku}", "price": 950, "enabled": True}
        variant |= {"trackInventory": "INHERIT", "outOfStockThreshold": -50, "product": {"enabled": True}}
        self.variants[key] = {**variant, "useGlobalOutOfStockThreshold": False, "stockLevels": [level]}

    def sell(self, number: int, wanted: dict[str, float], state: str = "PaymentSettled") -> None:
        key = len(self.orders) + 1
        lines = []
        for sku, units in wanted.items():
            self.made += 1
            line = {"id": str(self.made), "quantity": int(units), "orderPlacedQuantity": int(units)}
            line |= {"unitPrice": 950, "productVariant": {"sku": sku}, "fulfillmentLines": []}
            lines.append(line)
        placed = None if state == "AddingItems" else self._now()
        order = {"id": str(key), "code": str(number), "state": state, "orderPlacedAt": placed, "lines": lines}
        customer = {"firstName": "Ann", "lastName": "B", "emailAddress": "ann@x.example"}
        self.orders[key] = {**order, "customer": customer, "updatedAt": self._now()}

    def order(self, number: int) -> dict:
        return next(each for each in self.orders.values() if each["code"] == str(number))

    def ship(self, number: int) -> None:
        order = self.order(number)
        for line in order["lines"]:
            fulfillment = {"state": "Shipped", "createdAt": self._now()}
            line["fulfillmentLines"] = [{"quantity": line["quantity"], "fulfillment": fulfillment}]
        order |= {"state": "Shipped", "updatedAt": self._now()}

    def change(self, number: int, sku: str, units: float) -> None:
        order = self.order(number)
        for line in order["lines"]:
            if line["productVariant"]["sku"] == sku:
                line |= {"quantity": int(units), "orderPlacedQuantity": int(units)}
        order["updatedAt"] = self._now()

    def delete(self, number: int) -> None:
        del self.orders[int(self.order(number)["id"])]

    # ---- What it answers

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        said = json.loads(request.content)
        query, given = said["query"], said["variables"]
        if "login(" in query:
            if (given["user"], given["password"]) != (USER, PASSWORD):
                wrong = {"__typename": "InvalidCredentialsError", "message": "The credentials did not match"}
                return _data({"login": wrong})
            token = f"token-hunter2-{len(self.tokens)}"
            self.tokens.add(token)
            return _data({"login": {"__typename": "CurrentUser"}}, {"vendure-auth-token": token})
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            error = {"message": "You are not currently authorized", "extensions": {"code": "FORBIDDEN"}}
            return httpx2.Response(200, json={"errors": [error], "data": None})
        if query.startswith("mutation"):
            return self._write(query, given)
        if "customFields" in query:
            return self._custom(query, given)
        if "globalSettings" in query:
            return _data({"globalSettings": {"trackInventory": True, "outOfStockThreshold": 0}})
        take, skip = given.get("take", 1), given.get("skip", 0)
        assert take <= MOST, "Cannot take more than 1000 results"
        if "productVariants" in query:
            return _data({"productVariants": {"items": list(self.variants.values())[skip:][:take]}})
        assert "active: {eq: false}" in query, "carts would come along"
        orders = [each for each in self.orders.values() if each["state"] != "AddingItems"]
        if "DESC" in query:
            newest = sorted(orders, key=lambda each: each["updatedAt"], reverse=True)
            return _data({"orders": {"items": newest[:take]}})
        found = [each for each in orders if each["updatedAt"] > given["after"]]
        return _data({"orders": {"items": found[skip:][:take]}})

    def _custom(self, query: str, given: dict) -> httpx2.Response:
        """Custom fields, where the configuration names them."""
        if not self.custom:
            error = {"message": "Cannot query field", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}
            return httpx2.Response(400, json={"errors": [error]})
        if "productVariants(" in query:
            rows = [{"sku": each["sku"], **self.told(each["id"])} for each in self.variants.values()]
            return _data({"productVariants": {"items": rows[given["skip"] :][: given["take"]]}})
        orders = [each for each in self.orders.values() if each["code"] in given["codes"]]
        rows = [
            {"id": each["id"], "code": each["code"], "customFields": self.etas.get(each["id"])}
            for each in orders
        ]
        return _data({"orders": {"items": rows}})

    def told(self, key: str) -> dict:
        empty = {"translations": [{"id": f"t{key}", "languageCode": "en", "customFields": None}]}
        return {"id": key, **self.shown.get(key, {**empty, "customFields": None})}

    def _write(self, query: str, given: dict) -> httpx2.Response:
        self.writes += 1
        if "updateProductVariants" in query:
            for each in given["input"]:
                self.shown[each["id"]] = {name: each[name] for name in ("translations", "customFields")}
            return _data({"updateProductVariants": []})
        self.etas[given["input"]["id"]] = given["input"]["customFields"]
        return _data({"setOrderCustomFields": {}})


def _data(data: dict, headers: dict[str, str] | None = None) -> httpx2.Response:
    return httpx2.Response(200, json={"data": data}, headers=headers)
