"""The few methods of Tryton that a requisition needs, its guarded steps among them."""

from __future__ import annotations

import httpx2

from tests.support.stand_ins.tryton import TrytonStandIn

STEPS = {"wait": ("draft", "waiting"), "approve": ("waiting", "approved")}


class TrytonRequisitionStandIn(TrytonStandIn):
    """Requisitions and their lines; what is asked for counts once it is approved."""

    def __init__(self, skus=(), parties=("ACME",)) -> None:
        super().__init__(skus, parties)
        self.requisitions: dict[int, dict] = {}
        self.preferences = {"company": 1, "language": "en", "employee": 3}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if b"get_preferences" in request.content and self.session:
            return self._result(self.preferences)
        return super().__call__(request)

    def count(self, key: str) -> int:
        return sum(row["description"] == key for row in self.requisitions.values())

    def cancel(self, number: str) -> None:
        self.requisitions[int(number)]["state"] = "cancelled"

    def edit(self, number: str, quantity: float) -> None:
        self.requisitions[int(number)]["lines"][0]["quantity"] = quantity

    def delete(self, number: str) -> None:
        del self.requisitions[int(number)]

    def _purchase_requisition(self, verb, parameters):
        return getattr(self, f"_requisition_{verb}")(*parameters)

    def _requisition_search_read(self, domain, offset, limit, order, fields, context):
        tests = {"=": lambda a, b: a == b, "in": lambda a, b: a in b}
        return [
            {
                **{name: row[name] for name in ("id", "state", "description")},
                "lines.": [
                    {**line, "product.": {"code": self.skus[line["product"]]}} for line in row["lines"]
                ],
            }
            for row in self.requisitions.values()
            if all(tests[operator](row[field], value) for field, operator, value in domain)
        ]

    def _requisition_create(self, rows, context):
        made = []
        for row in rows:
            assert row["employee"] == 3 and row["supply_date"]["__class__"] == "date"
            self.made += 1
            ((verb, lines),) = row["lines"]
            assert verb == "create"
            self.requisitions[self.made] = {
                "id": self.made,
                "state": "draft",
                "description": row["description"],
                "lines": [dict(line) for line in lines],
            }
            made.append(self.made)
        return made

    def _step(self, verb, ids):
        before, after = STEPS[verb]
        for pk in ids:
            if self.requisitions[pk]["state"] != before:
                error = ["UserError", [f'You can not call "{verb}" on it.', ""]]
                return httpx2.Response(200, json={"id": 1, "error": error})
            self.requisitions[pk]["state"] = after
        return None

    def _requisition_wait(self, ids, context):
        return self._step("wait", ids)

    def _requisition_approve(self, ids, context):
        return self._step("approve", ids)

    def _requisition_cancel(self, ids, context):
        for pk in ids:
            self.requisitions[pk]["state"] = "cancelled"

    def _requisition_delete(self, ids, context):
        for pk in ids:
            assert self.requisitions[pk]["state"] == "cancelled"
            del self.requisitions[pk]
