"""InvenTree: approved orders as pending purchase orders, with a reserved number as their reference.

The reference is unique in InvenTree, so a second order is refused. Lines are requests of their own: each is
sent with ``merge_items: false`` and our key in its reference, what is missing is added and what came twice is
taken away, until all are there once. A copy of a line that comes even later is taken away by the next sweep,
as long as the order is pending.

Written from InvenTree's public source and documentation; not run against a real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from forecasting.connectors.targets.http import Http, Reply, short
from forecasting.connectors.targets.port import (
    RECONCILED,
    AlreadyThere,
    Document,
    Held,
    RefusedByTarget,
)
from forecasting.connectors.targets.settings import HttpSettings, SecretSource
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine, plain

ORDERS, LINES = "/api/order/po/", "/api/order/po-line/"
PENDING, CANCELLED = 10, 40


class Settings(HttpSettings):
    """``token``: where the API token is. ``suppliers``: our name -> the company's, where they differ.

    ``reference``: the form of our numbers, with ``{number}`` or ``{key}``; it must fit InvenTree's setting
    PURCHASEORDER_REFERENCE_PATTERN.
    """

    token: SecretSource
    reference: str = "PO-{number}"
    suppliers: dict[str, str] = Field(default_factory=dict)


def build(settings: Settings, transport: Any = None) -> InventreeTarget:
    """The target."""
    headers = {"Authorization": f"Token {settings.token.read().get_secret_value()}"}
    http = Http(
        settings.url, headers, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport
    )
    return InventreeTarget(http, settings)


class InventreeTarget:
    """Pending purchase orders, found again by their reference, which follows from the key."""

    guarantee = RECONCILED
    reserves = False

    def __init__(self, http: Http, settings: Settings) -> None:
        self._http, self._settings = http, settings

    def find(self, key: str) -> Sequence[Document]:
        """The order of the reference. Raises RefusedByTarget where another order has it."""
        found = self._get(ORDERS, reference=self._reference(key))
        for row in found:
            if row["supplier_reference"] != key:
                raise RefusedByTarget(f"InvenTree's number {row['reference']} is taken by another order")
        return [self._document(row) for row in found]

    def read_back(self, number: str) -> Document | None:
        """The order of that reference."""
        found = self._get(ORDERS, reference=number)
        return self._document(found[0]) if found else None

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Make the order, unless it is there, and see to its lines."""
        supplier = self._supplier(order.supplier)
        parts = [self._part(supplier, line) for line in order.lines]
        reference = self._reference(key)
        if at is None:
            head = {"supplier": supplier, "reference": reference, "supplier_reference": key}
            reply = self._http.ask("POST", ORDERS, body=head)
            if reply.status == 400 and isinstance(reply.content, dict) and "reference" in reply.content:
                if self._get(ORDERS, reference=reference):
                    raise AlreadyThere(f"{reference} is there already")
                raise RefusedByTarget(f"{reference}: {short(reply.content['reference'])}")
            _done(reply)
        row = self._get(ORDERS, reference=reference)[0]
        if row["status"] != PENDING:
            raise RefusedByTarget(f"{reference} is no longer pending, and not all of its lines are there")
        self._complete(row["pk"], order, key, parts)
        return reference

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """Which of these orders were cancelled, or are gone; what a line was changed to is not told."""
        found: dict[str, Document | None] = {}
        for number in numbers:
            rows = self._get(ORDERS, reference=number)
            if not rows:
                found[number] = None
            elif rows[0]["status"] == CANCELLED:
                found[number] = Document(number, Held.CANCELLED)
        return found

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Take away copies of lines that came late, where the order is still pending."""
        return sum(
            self._take_away_copies(row["pk"], key)
            for key, number in kept.items()
            for row in self._get(ORDERS, reference=number)
            if row["status"] == PENDING
        )

    def _complete(self, pk: int, order: PurchaseOrder, key: str, parts: Sequence[int]) -> None:
        there = {line["reference"] for line in self._get(LINES, order=str(pk))}
        for at, (line, part) in enumerate(zip(order.lines, parts, strict=True), start=1):
            reference = f"{key}/{at}/{len(order.lines)}"
            if reference in there:
                continue
            said = {
                "order": pk,
                "part": part,
                "quantity": plain(line.purchase_quantity),
                "purchase_price": plain(line.purchase_unit_cost),
                "reference": reference,
                # Otherwise a repeated line is added to the first one's quantity.
                "merge_items": False,
            }
            if order.currency:
                said["purchase_price_currency"] = order.currency
            _done(self._http.ask("POST", LINES, body=said))
        self._take_away_copies(pk, key)

    def _take_away_copies(self, pk: int, key: str) -> int:
        """Of several lines with one reference of ours the oldest stays."""
        seen, copies = set(), []
        for line in sorted(self._get(LINES, order=str(pk)), key=lambda line: line["pk"]):
            if line["reference"].startswith(f"{key}/"):
                copies += [line["pk"]] if line["reference"] in seen else []
                seen.add(line["reference"])
        for copy in copies:
            reply = self._http.ask("DELETE", f"{LINES}{copy}/")
            if reply.status != 404:
                _done(reply)
        return len(copies)

    def _document(self, row: Mapping[str, Any]) -> Document:
        """How many lines there should be is part of each one's reference."""
        key = row["supplier_reference"]
        ours = [
            line["reference"]
            for line in self._get(LINES, order=str(row["pk"]))
            if line["reference"].startswith(f"{key}/")
        ]
        wanted = int(ours[0].rpartition("/")[2]) if ours else 0
        if row["status"] == CANCELLED:
            held = Held.CANCELLED
        elif ours and len(ours) == wanted == len(set(ours)):
            held = Held.WHOLE
        else:
            held = Held.PARTIAL if row["status"] == PENDING else Held.WHOLE
        return Document(row["reference"], held)

    def _reference(self, key: str) -> str:
        """Our number: 28 bits of the key, so that it fits where InvenTree counts."""
        return self._settings.reference.format(number=int(key[-7:], 16), key=key)

    def _supplier(self, supplier: str) -> int:
        name = self._settings.suppliers.get(supplier, supplier)
        found = [
            row for row in self._get("/api/company/", search=name, is_supplier="true") if row["name"] == name
        ]
        if len(found) != 1:
            raise RefusedByTarget(f"InvenTree has {len(found)} suppliers named {name!r}")
        return int(found[0]["pk"])

    def _part(self, supplier: int, line: PurchaseOrderLine) -> int:
        sku = line.supplier_sku or line.sku
        found = self._get("/api/company/part/", supplier=str(supplier), SKU=sku)
        if len(found) != 1:
            raise RefusedByTarget(f"InvenTree has {len(found)} supplier parts with the SKU {sku!r}")
        return int(found[0]["pk"])

    def _get(self, path: str, **query: str) -> list[dict[str, Any]]:
        # Without a limit it answers with all rows, as a bare list.
        return _done(self._http.ask("GET", path, query=query))


def _done(reply: Reply) -> Any:
    if not reply.ok:
        raise RefusedByTarget(f"InvenTree answered {reply.status}: {short(reply.content)}")
    return reply.content
