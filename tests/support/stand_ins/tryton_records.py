"""A Tryton that is read from: records by model, found by domain, dotted fields as it nests them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2

from tests.support.clocks import FakeClock
from tests.support.stand_ins.domains import holds

PASSWORD = "tryton-source-hunter2"
UNIT = {"id": 1, "factor": 1.0, "rounding": 1.0, "symbol": "u"}
WAREHOUSE = {"id": 5, "code": "WH", "type": "warehouse"}


class TrytonRecords:
    """What happens, as the records that Tryton makes of it."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.rows: dict[str, dict[int, dict]] = {}
        self.sessions: set[str] = set()
        self.made = 0
        self.not_there: tuple[str, ...] = ()
        self._put("stock.location", WAREHOUSE)
        self._put("company.company", {"id": 1, "currency": {"id": 1, "code": "EUR"}})

    # ---- What happens

    def _put(self, model: str, row: dict) -> dict:
        self.made += 1
        made = {"id": self.made, **row, "last_modified_at": datetime.fromtimestamp(self.clock.now, UTC)}
        made["last_modified_at"] = made["last_modified_at"].replace(tzinfo=None)
        self.rows.setdefault(model, {})[made["id"]] = made
        return made

    def stock(self, sku: str, units: float) -> None:
        there = [row for row in self.rows.get("product.product", {}).values() if row["code"] == sku]
        if there:
            there[0]["quantity"] = float(units)
            return
        template = {"id": 100 + self.made, "name": f"Item {sku}", "active": True, "type": "goods"}
        template |= {"list_price": Decimal("9.5"), "products": [self.made + 1]}
        template["account_category"] = {"id": 1, "name": "Lamps"}
        product = {"code": sku, "active": True, "template": template, "list_price": None}
        product |= {"cost_price": Decimal(4), "default_uom": UNIT, "quantity": float(units)}
        self._put("product.product", product)

    def offer(self, sku: str, supplier: str, prices: dict[float, float], **more: Any) -> None:
        """``prices``: of a unit of theirs, by the quantity from which on they hold."""
        template = self._product(sku)["template"]
        terms = {
            "party": {"id": 7, "code": supplier, "name": supplier},
            "template": template,
            "product": None,
        }
        terms |= {"lead_time_used": timedelta(days=14), "sequence": None, "code": None, "unit": UNIT}
        terms["currency"] = {"id": 1, "code": "EUR"}
        steps = [{"quantity": units, "unit_price": Decimal(str(price))} for units, price in prices.items()]
        self._put("purchase.product_supplier", {**terms, "prices": steps, **more})

    def _product(self, sku: str) -> dict:
        return next(row for row in self.rows["product.product"].values() if row["code"] == sku)

    def sell(self, number: int, wanted: dict[str, float]) -> None:
        party = {"id": 9, "code": "C-1", "name": "Corner Shop"}
        day = datetime.fromtimestamp(self.clock.now, UTC).date()
        head = {"number": str(number), "reference": None, "sale_date": day, "state": "processing"}
        head |= {"party": party, "warehouse": WAREHOUSE, "shipping_date": None, "create_date": None}
        sale = self._put("sale.sale", head)
        for sku, units in wanted.items():
            line = {"sale": sale["id"], "type": "line", "product": self._product(sku), "unit": UNIT}
            self._put("sale.line", {**line, "quantity": float(units), "unit_price": Decimal("9.5")})

    def _sale(self, number: int) -> dict:
        return next(row for row in self.rows["sale.sale"].values() if row["number"] == str(number))

    def _lines(self, number: int) -> list[dict]:
        sale = self._sale(number)["id"]
        return [row for row in self.rows["sale.line"].values() if row["sale"] == sale]

    def ship(self, number: int) -> None:
        for line in self._lines(number):
            day = datetime.fromtimestamp(self.clock.now, UTC).date()
            ends = {
                "from_location": {"id": 2, "type": "storage"},
                "to_location": {"id": 7, "type": "customer"},
            }
            move = {"origin": f"sale.line,{line['id']}", "state": "done", "effective_date": day, **ends}
            self._put("stock.move", {**move, "internal_quantity": line["quantity"]})
            # The pick names the move that it serves.
            self._put("stock.move", {**move, "origin": f"stock.move,{self.made}", "internal_quantity": 99.0})
        self._put("sale.sale", {**self._sale(number), "state": "done"})

    def change(self, number: int, sku: str, units: float) -> None:
        for line in self._lines(number):
            if line["product"]["code"] == sku:
                self._put("sale.line", {**line, "quantity": float(units)})

    def delete(self, number: int) -> None:
        for line in self._lines(number):
            del self.rows["sale.line"][line["id"]]
        del self.rows["sale.sale"][self._sale(number)["id"]]

    def _create(self, model: str, rows: list[dict]) -> list[int]:
        return [self._put(model, self._related(row))["id"] for row in rows]

    def _write(self, model: str, *pairs: Any) -> None:
        for ids, values in zip(pairs[::2], pairs[1::2], strict=True):
            for pk in ids:
                self._put(model, {**self.rows[model][pk], **values})

    def _related(self, row: dict) -> dict:
        """The same with the records that it names by their ids, so that they can be asked through."""
        models = {"product": "product.product", "location": "stock.location"}
        return {name: self.rows[models[name]][to] if name in models else to for name, to in row.items()}

    # ---- What it answers

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        said = json.loads(request.content)
        method, parameters = said["method"], said["params"]
        if method == "common.db.login":
            if parameters[1]["password"] != PASSWORD:
                return httpx2.Response(401)
            self.sessions.add("abc")
            return _result([1, "abc", None])
        if not request.headers.get("Authorization", "").startswith("Session ") or not self.sessions:
            return httpx2.Response(401)
        if method == "model.res.user.get_preferences":
            return _result({"company": 1, "language": "en"})
        model, _, verb = method.removeprefix("model.").rpartition(".")
        if model in self.not_there:
            return httpx2.Response(200, json={"id": 1, "error": [f"'{model}'", ""]})
        if verb in ("create", "write"):
            return _result(getattr(self, f"_{verb}")(model, *parameters[:-1]))
        domain, offset, limit, order = (_given(value) for value in parameters[:4])
        rows = [row for row in self.rows.get(model, {}).values() if holds(row, domain)]
        for field, way in reversed(order or [["id", "ASC"]]):
            rows.sort(key=lambda row, field=field: row[field], reverse=way == "DESC")
        rows = rows[offset:][: limit or None]
        if verb == "search":
            return _result([row["id"] for row in rows])
        return _result([_told(row, parameters[4]) for row in rows])


def _result(result: Any) -> httpx2.Response:
    return httpx2.Response(200, json={"id": 1, "result": result})


def _given(value: Any) -> Any:
    """From its JSON, as it came."""
    if isinstance(value, list):
        return [_given(each) for each in value]
    if isinstance(value, dict) and value.get("__class__") == "datetime":
        return datetime(**{name: part for name, part in value.items() if name != "__class__"})
    return value


def _told(row: dict, fields: list[str]) -> dict:
    """The fields that are asked for; those of a relation below its name and a dot."""
    made: dict[str, Any] = {"id": row["id"]}
    for field in fields:
        first, _, rest = field.partition(".")
        value = row.get(first)
        if not rest:
            made[first] = _json(value["id"] if isinstance(value, dict) else value)
        elif value is None:
            made[f"{first}."] = None
        elif isinstance(value, list):
            told_before = made.setdefault(f"{first}.", [{} for _ in value])
            for known, each in zip(told_before, value, strict=True):
                known[rest] = _json(each[rest])
        else:
            inner = _told(value, [rest])
            outer = made.setdefault(f"{first}.", inner)
            for name, told in inner.items():
                if isinstance(told, dict) and name in outer and "__class__" not in told:
                    outer[name] |= told
                else:
                    outer[name] = told
    return made


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, datetime):
        parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": "datetime", **{part: getattr(value, part) for part in parts}}
    if isinstance(value, timedelta):
        return {"__class__": "timedelta", "seconds": value.total_seconds()}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    return value
