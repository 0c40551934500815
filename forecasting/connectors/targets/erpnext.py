"""ERPNext: approved orders as draft Purchase Orders or Material Requests, with the key in a unique field.

ERPNext throws away names that a client gives. So the key goes into a custom field, ``reorder_key``, whose
unique index refuses a late or simultaneous copy; it is made where it is missing.

Written from ERPNext's public source and documentation; not run against a real one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field

from forecasting.connectors.targets.http import Http, Reply, short
from forecasting.connectors.targets.port import (
    EXACTLY_ONCE,
    AlreadyThere,
    Document,
    Held,
    RefusedByTarget,
    in_batches,
)
from forecasting.connectors.targets.settings import HttpSettings, SecretSource
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine

FIELD = "reorder_key"
CANCELLED = 2
THERE = ("UniqueValidationError", "DuplicateEntryError")


class Settings(HttpSettings):
    """``key``, ``secret``: where the two parts of the API token are. ``suppliers``, ``warehouses``: our name
    -> theirs, where they differ.
    """

    key: SecretSource
    secret: SecretSource
    document: Literal["Purchase Order", "Material Request"] = "Purchase Order"
    company: str = ""
    suppliers: dict[str, str] = Field(default_factory=dict)
    warehouses: dict[str, str] = Field(default_factory=dict)


def build(settings: Settings, transport: Any = None) -> ErpnextTarget:
    """The target."""
    token = f"{settings.key.read().get_secret_value()}:{settings.secret.read().get_secret_value()}"
    headers = {"Authorization": f"token {token}", "Accept": "application/json"}
    http = Http(
        settings.url, headers, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport
    )
    return ErpnextTarget(http, settings)


class ErpnextTarget:
    """Draft documents, found again by ``reorder_key``."""

    guarantee = EXACTLY_ONCE
    reserves = False

    def __init__(self, http: Http, settings: Settings) -> None:
        self._http, self._settings, self._field_there = http, settings, False

    def find(self, key: str) -> Sequence[Document]:
        """The document of the key."""
        self._make_sure_of_the_field()
        rows = self._list(self._settings.document, [[FIELD, "=", key]], ["name"])
        found = [self.read_back(row["name"]) for row in rows]
        return [document for document in found if document is not None]

    def read_back(self, number: str) -> Document | None:
        """The document of that name."""
        reply = self._http.ask("GET", f"{_path(self._settings.document)}/{quote(number, safe='')}")
        if reply.status == 404:
            return None
        data = _done(reply)["data"]
        quantities: dict[str, Decimal] = {}
        for item in data.get("items", []):
            sku = item["item_code"]
            quantities[sku] = quantities.get(sku, Decimal(0)) + Decimal(str(item["qty"]))
        held = Held.CANCELLED if data.get("docstatus") == CANCELLED else Held.WHOLE
        return Document(data["name"], held, quantities)

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Insert the document; the unique field refuses a second one."""
        self._make_sure_of_the_field()
        reply = self._http.ask("POST", _path(self._settings.document), body=self._said(order, key))
        return _done(reply)["data"]["name"]

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """The documents of these names that were touched since they were made; each is a request."""
        found: dict[str, Document | None] = {}
        for some in in_batches(numbers):
            match = [["name", "in", list(some)]]
            rows = self._list(self._settings.document, match, ["name", "creation", "modified"])
            there = {row["name"]: row["modified"] != row["creation"] for row in rows}
            found |= {name: None for name in some if name not in there}
            found |= {name: self.read_back(name) for name, touched in there.items() if touched}
        return found

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Nothing is ever left over."""
        return 0

    def _said(self, order: PurchaseOrder, key: str) -> dict[str, Any]:
        """The document. Figures are JSON numbers, as ERPNext keeps them."""
        warehouse = self._settings.warehouses.get(order.location, order.location)
        said: dict[str, Any] = {
            FIELD: key,
            "docstatus": 0,
            "transaction_date": order.as_of.isoformat(),
            "schedule_date": max(_planned(order, line) for line in order.lines),
            "items": [
                {
                    "item_code": line.sku,
                    "qty": float(line.quantity),
                    "rate": float(line.unit_cost),
                    "schedule_date": _planned(order, line),
                    "warehouse": warehouse,
                }
                for line in order.lines
            ],
        }
        if self._settings.company:
            said["company"] = self._settings.company
        if self._settings.document == "Material Request":
            return {**said, "material_request_type": "Purchase"}
        said["supplier"] = self._settings.suppliers.get(order.supplier, order.supplier)
        return {**said, "currency": order.currency} if order.currency else said

    def _make_sure_of_the_field(self) -> None:
        """The key's field, made where it is missing; without its unique index nothing is written."""
        if self._field_there:
            return
        document = self._settings.document
        match = [["dt", "=", document], ["fieldname", "=", FIELD]]
        found = self._list("Custom Field", match, ["name", "unique"])
        if not found:
            field = {"dt": document, "fieldname": FIELD, "label": "Reorder key", "fieldtype": "Data"}
            made = {**field, "unique": 1, "no_copy": 1, "read_only": 1}
            _done(self._http.ask("POST", _path("Custom Field"), body=made))
            found = self._list("Custom Field", match, ["name", "unique"])
        if not found or not found[0].get("unique"):
            raise RefusedByTarget(
                f"the field {FIELD} of {document} is not unique: tick Unique in its Custom Field"
            )
        self._field_there = True

    def _list(self, document: str, filters: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        # Without a length it gives twenty rows, whatever there is.
        query = {"filters": json.dumps(filters), "fields": json.dumps(fields), "limit_page_length": "0"}
        return _done(self._http.ask("GET", _path(document), query=query))["data"]


def _planned(order: PurchaseOrder, line: PurchaseOrderLine) -> str:
    return (line.arrives_on or order.as_of).isoformat()


def _path(document: str) -> str:
    return f"/api/resource/{quote(document)}"


def _done(reply: Reply) -> Any:
    """The content of an answer that says yes."""
    if reply.ok:
        return reply.content
    content = reply.content if isinstance(reply.content, dict) else {}
    kind = str(content.get("exc_type", ""))
    if kind in THERE or reply.status == 409:
        raise AlreadyThere("the key is there already")
    raise RefusedByTarget(f"ERPNext answered {reply.status} {kind}: {short(_message(content))}".strip())


def _message(content: Mapping[str, Any]) -> str:
    """What it tells a user; never its traceback."""
    try:
        messages = json.loads(content.get("_server_messages", "[]"))
        return "; ".join(str(json.loads(message).get("message", "")) for message in messages)
    except (ValueError, TypeError, AttributeError):
        return str(content.get("exception", "")).rpartition(":")[2].strip()
