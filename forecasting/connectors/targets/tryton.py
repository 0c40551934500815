"""Tryton: approved orders as draft purchases, by its JSON-RPC.

Tryton keeps no reference unique, so one order is kept from becoming two in another way. First a draft is made
that orders nothing: its lines are comments. It may come twice; the outbox chooses one, for ever. Then one
write turns the chosen draft's own lines, by their ids, into what is ordered, and carries the time stamp that
the draft had when it was seen: a copy of the write says the same again, or comes too late and is refused.
Drafts that were not chosen order nothing, and are swept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from forecasting.connectors.targets.http import Http
from forecasting.connectors.targets.port import (
    RECONCILED,
    Document,
    Held,
    RefusedByTarget,
    Target,
    in_batches,
    looked_up,
)
from forecasting.connectors.targets.settings import HttpSettings, SecretSource
from forecasting.connectors.targets.tryton_records import Records, price_of, units_by_code
from forecasting.connectors.targets.tryton_requisition import TrytonRequisitions
from forecasting.connectors.targets.tryton_session import Session
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine

PURCHASE = "model.purchase.purchase"
FIELDS = ["state", "reference", "_timestamp", "lines.type", "lines.quantity", "lines.product.code"]


class Settings(HttpSettings):
    """``suppliers``: our name -> the party's code, where they differ. ``warehouse``: its code.
    ``document``: what an order becomes, a draft purchase or an approved requisition.
    """

    database: str
    user: str
    password: SecretSource
    warehouse: str = "WH"
    suppliers: dict[str, str] = Field(default_factory=dict)
    document: Literal["purchase", "requisition"] = "purchase"


def build(settings: Settings, transport: Any = None) -> Target:
    """The target."""
    http = Http(settings.url, {}, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport)
    session = Session(http, settings.database, settings.user, settings.password)
    records = Records(session, settings.warehouse, settings.suppliers)
    if settings.document == "requisition":
        return TrytonRequisitions(session, records)
    return TrytonTarget(session, records)


class TrytonTarget:
    """Draft purchases, found again by their reference, which is the order's key."""

    guarantee = RECONCILED
    reserves = True

    def __init__(self, session: Session, records: Records) -> None:
        self._session, self._records = session, records

    def find(self, key: str) -> Sequence[Document]:
        """The purchases of the reference, the oldest first."""
        return self._documents([["reference", "=", key]])

    def read_back(self, number: str) -> Document | None:
        """The purchase of that id."""
        return self.now([number])[number]

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """The purchases of these ids."""
        return looked_up(numbers, lambda some: self._documents([["id", "in", list(map(int, some))]]))

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Make a draft that orders nothing; or turn the lines of the one at hand into what is ordered."""
        products = self._records.products(order.lines)
        if at is None:
            head = self._head(order, key)
            comments = [
                {"type": "comment", "description": f"{key}/{n}"} for n in range(1, len(order.lines) + 1)
            ]
            return str(self._call(f"{PURCHASE}.create", [{**head, "lines": [["create", comments]]}])[0])

        if len(at.parts) != len(order.lines):
            raise RefusedByTarget(f"purchase {at.number} has {len(at.parts)} lines, not {len(order.lines)}")
        lines = [
            ["write", [int(part)], _line(line, products[line.sku])]
            for part, line in zip(at.parts, order.lines, strict=True)
        ]
        # The reference is written with them so that the purchase itself gets a new time stamp.
        values = {"reference": key, "lines": lines}
        stamps = {"_timestamp": {f"purchase.purchase,{at.number}": at.stamp}}
        self._call(f"{PURCHASE}.write", [int(at.number)], values, context=stamps)
        return at.number

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Cancel and delete drafts of these keys that were not chosen and order nothing."""
        surplus = []
        for some in in_batches(list(kept)):
            inert = [["reference", "in", list(some)], ["state", "in", ["draft", "cancelled"]]]
            for row in self._purchases(inert):
                comments_only = all(line["type"] == "comment" for line in row["lines."] or [])
                if comments_only and str(row["id"]) != kept[row["reference"]]:
                    surplus.append(row)
        live = [row["id"] for row in surplus if row["state"] != "cancelled"]
        if live:
            self._call(f"{PURCHASE}.cancel", live)
        if surplus:
            self._call(f"{PURCHASE}.delete", [row["id"] for row in surplus])
        return len(surplus)

    def _documents(self, domain: list[Any]) -> list[Document]:
        return [_document(row) for row in self._purchases(domain)]

    def _purchases(self, domain: list[Any]) -> list[dict[str, Any]]:
        return self._call(f"{PURCHASE}.search_read", domain, 0, None, [["id", "ASC"]], FIELDS)

    def _head(self, order: PurchaseOrder, key: str) -> dict[str, Any]:
        """What a purchase says beside its lines."""
        party, place = self._records.party(order.supplier), self._records.warehouse()
        return {
            "party": party["id"],
            "invoice_address": next(iter(party["addresses"]), None),
            "warehouse": place["warehouse"],
            "company": place["company"],
            "currency": self._records.currency(order.currency) or place["currency"],
            "invoice_method": "order",
            "reference": key,
        }

    def _call(self, method: str, *arguments: Any, context: Mapping[str, Any] | None = None) -> Any:
        return self._session.call(method, *arguments, context=context)


def _line(line: PurchaseOrderLine, product: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "line",
        "product": product["id"],
        "quantity": float(line.quantity),
        "unit": product["default_uom"],
        "unit_price": price_of(line),
        "description": line.description or None,
    }


def _document(row: Mapping[str, Any]) -> Document:
    """A purchase as the port has it. One with comments only is a draft of ours that is still to be filled."""
    lines = sorted(row["lines."] or [], key=lambda line: line["id"])
    quantities = units_by_code(line for line in lines if line["type"] == "line")
    if row["state"] == "cancelled":
        held = Held.CANCELLED
    else:
        held = Held.RESERVED if all(line["type"] == "comment" for line in lines) else Held.WHOLE
    parts = tuple(str(line["id"]) for line in lines)
    return Document(str(row["id"]), held, quantities, stamp=row["_timestamp"], parts=parts)
