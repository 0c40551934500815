"""The few methods of Tryton that a purchase needs, with its time stamps; slow tests start the real one."""

from __future__ import annotations

import json

import httpx2

PASSWORD = "tryton-hunter2"


class TrytonStandIn:
    """Purchases and their lines."""

    def __init__(self, skus=(), parties=("ACME",)) -> None:
        self.skus = dict(enumerate(skus, start=1))
        self.parties = dict(enumerate(parties, start=4))
        self.purchases: dict[int, dict] = {}
        self.session = ""
        self.clock = self.made = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        said = json.loads(request.content)
        method, parameters = said["method"], said["params"]
        if method == "common.db.login":
            if parameters[1]["password"] != PASSWORD:
                return httpx2.Response(401)
            self.session = "abc"
            return self._result([1, self.session, None])
        if not request.headers.get("Authorization", "").startswith("Session ") or not self.session:
            return httpx2.Response(401)
        if method == "model.res.user.get_preferences":
            return self._result({"company": 1, "language": "en"})
        model, _, verb = method.removeprefix("model.").rpartition(".")
        answer = getattr(self, f"_{model.replace('.', '_')}")(verb, parameters)
        return answer if isinstance(answer, httpx2.Response) else self._result(answer)

    def count(self, key: str) -> int:
        return sum(purchase["reference"] == key for purchase in self.purchases.values())

    def cancel(self, number: str) -> None:
        self.purchases[int(number)]["state"] = "cancelled"

    def edit(self, number: str, quantity: float) -> None:
        self.purchases[int(number)]["lines"][0]["quantity"] = quantity

    def delete(self, number: str) -> None:
        del self.purchases[int(number)]

    @staticmethod
    def _result(result) -> httpx2.Response:
        return httpx2.Response(200, json={"id": 1, "result": result})

    def _party_party(self, verb, parameters):
        wanted = parameters[0][0][2]
        return [{"id": pk, "addresses": [pk]} for pk, code in self.parties.items() if code == wanted]

    def _stock_location(self, verb, parameters):
        return [{"id": 9, "code": "WH"}] if parameters[0][1][2] == "WH" else []

    def _company_company(self, verb, parameters):
        return [{"id": 1, "currency": 1}]

    def _currency_currency(self, verb, parameters):
        return [{"id": 1, "code": "EUR"}] if parameters[0][0][2] == "EUR" else []

    def _product_product(self, verb, parameters):
        wanted = parameters[0][0][2]
        return [{"id": pk, "code": sku, "default_uom": 1} for pk, sku in self.skus.items() if sku in wanted]

    def _purchase_purchase(self, verb, parameters):
        return getattr(self, f"_purchase_{verb}")(*parameters)

    def _purchase_search_read(self, domain, offset, limit, order, fields, context):
        found = []
        for row in self.purchases.values():
            tests = {"=": lambda a, b: a == b, "in": lambda a, b: a in b}
            if all(tests[operator](row[field], value) for field, operator, value in domain):
                lines = [
                    {
                        **line,
                        "product.": {"code": self.skus[line["product"]]} if line.get("product") else None,
                    }
                    for line in row["lines"]
                ]
                found.append({**row, "_timestamp": str(row["stamp"]), "lines.": lines, "lines": None})
        return found

    def _purchase_create(self, rows, context):
        made = []
        for row in rows:
            self.made += 1
            ((verb, lines),) = row["lines"]
            assert verb == "create"
            numbered = [
                {**line, "id": self.made * 1_000 + at, "quantity": None} for at, line in enumerate(lines)
            ]
            self.purchases[self.made] = {
                "id": self.made,
                "state": "draft",
                "reference": row["reference"],
                "lines": numbered,
                "stamp": 0,
            }
            made.append(self.made)
        return made

    def _purchase_write(self, ids, values, context):
        for name, stamp in context.get("_timestamp", {}).items():
            if str(self.purchases[int(name.rpartition(",")[2])]["stamp"]) != stamp:
                error = ["ConcurrencyException", "This record has been modified"]
                return httpx2.Response(200, json={"id": 1, "error": error})
        purchase = self.purchases[ids[0]]
        self.clock += 1
        purchase["stamp"] = self.clock
        for verb, (line_id,), change in values["lines"]:
            assert verb == "write"
            next(line for line in purchase["lines"] if line["id"] == line_id).update(change)
        return None

    def _purchase_cancel(self, ids, context):
        for pk in ids:
            self.purchases[pk]["state"] = "cancelled"

    def _purchase_delete(self, ids, context):
        for pk in ids:
            assert self.purchases[pk]["state"] == "cancelled"
            del self.purchases[pk]
