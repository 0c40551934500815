"""ERPNext as its public source says: names by series, whatever a client gives; a unique field."""

from __future__ import annotations

import json
from urllib.parse import unquote

import httpx2

TOKEN = "token erp-key:erp-secret-hunter2"


def refused(status: int, kind: str, message: str) -> httpx2.Response:
    messages = json.dumps([json.dumps({"message": message})])
    said = {"exc_type": kind, "exception": f"frappe.{kind}: {message}", "exc": '["Traceback ..."]'}
    return httpx2.Response(status, json={**said, "_server_messages": messages})


class Erpnext:
    """Documents by type and name."""

    def __init__(self, skus=(), suppliers=("ACME",)) -> None:
        self.skus, self.suppliers = set(skus), set(suppliers)
        self.documents: dict[str, dict[str, dict]] = {}
        self.writes = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.headers["Authorization"] != TOKEN:
            return httpx2.Response(401, json={"exc_type": "AuthenticationError"})
        _, _, _, kind, *name = request.url.raw_path.decode().split("?")[0].split("/")
        held = self.documents.setdefault(unquote(kind), {})
        if request.method == "POST":
            return self._insert(unquote(kind), held, json.loads(request.content))
        if name:
            found = held.get(unquote(name[0]))
            return (
                httpx2.Response(200, json={"data": found})
                if found
                else refused(404, "DoesNotExistError", "no")
            )
        query = request.url.params
        fields = json.loads(query.get("fields", '["name"]'))
        rows = [
            row
            for row in held.values()
            if all(
                row.get(f) in v if operator == "in" else row.get(f) == v
                for f, operator, v in json.loads(query["filters"])
            )
        ]
        length = int(query.get("limit_page_length", "20")) or len(rows)
        return httpx2.Response(200, json={"data": [{f: row.get(f) for f in fields} for row in rows[:length]]})

    def count(self, key: str) -> int:
        orders = self.documents.get("Purchase Order", {})
        return sum(order["reorder_key"] == key for order in orders.values())

    def cancel(self, number: str) -> None:
        self.documents["Purchase Order"][number] |= {"docstatus": 2, "modified": self._now()}

    def edit(self, number: str, quantity: float) -> None:
        self.documents["Purchase Order"][number]["items"][0]["qty"] = quantity
        self.documents["Purchase Order"][number]["modified"] = self._now()

    def delete(self, number: str) -> None:
        del self.documents["Purchase Order"][number]

    def _now(self) -> str:
        self.writes += 1
        return f"2026-07-01 02:00:00.{self.writes:06d}"

    def _insert(self, kind, held, said) -> httpx2.Response:
        if kind == "Custom Field":
            name = f"{said['dt']}-{said['fieldname']}"
            if name in held:
                return refused(409, "DuplicateEntryError", f"Custom Field {name} already exists")
            held[name] = {**said, "name": name}
            return httpx2.Response(200, json={"data": held[name]})
        unknown = {item["item_code"] for item in said["items"]} - self.skus
        if unknown:
            return refused(417, "LinkValidationError", f"Could not find Item Code: {sorted(unknown)[0]}")
        unique = f"{kind}-reorder_key" in self.documents.get("Custom Field", {})
        if unique and any(row["reorder_key"] == said["reorder_key"] for row in held.values()):
            return refused(417, "UniqueValidationError", "reorder_key must be unique")
        # A name that the client gives is thrown away.
        name = f"PUR-ORD-2026-{len(held) + 1:05d}"
        now = self._now()
        held[name] = {**said, "name": name, "creation": now, "modified": now}
        return httpx2.Response(200, json={"data": held[name]})
