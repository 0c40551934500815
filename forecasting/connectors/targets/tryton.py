"""Tryton: approved orders as draft purchases, by its JSON-RPC.

Tryton keeps no reference unique, so one order is kept from becoming two in another way. First a draft is made
that orders nothing: its lines are comments. It may come twice; the outbox chooses one, for ever. Then one
write turns the chosen draft's own lines, by their ids, into what is ordered, and carries the time stamp that
the draft had when it was seen: a copy of the write says the same again, or comes too late and is refused.
Drafts that were not chosen order nothing, and are swept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field

from forecasting.connectors.targets.http import Http
from forecasting.connectors.targets.port import (
    RECONCILED,
    Document,
    Held,
    RefusedByTarget,
)
from forecasting.connectors.targets.settings import HttpSettings, SecretSource
from forecasting.connectors.targets.tryton_session import Session
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine

PURCHASE = "model.purchase.purchase"
FIELDS = ["state", "reference", "_timestamp", "lines.type", "lines.quantity", "lines.product.code"]
PRICE_PLACES = Decimal("0.0001")
"""Tryton's prices have four decimal places, unless it is configured otherwise."""

AT_ONCE = 100


class Settings(HttpSettings):
    """``suppliers``: our name -> the party's code, where they differ. ``warehouse``: its code."""

    database: str
    user: str
    password: SecretSource
    warehouse: str = "WH"
    suppliers: dict[str, str] = Field(default_factory=dict)


def build(settings: Settings, transport: Any = None) -> TrytonTarget:
    """The target."""
    http = Http(settings.url, {}, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport)
    return TrytonTarget(http, settings)


class TrytonTarget:
    """Draft purchases, found again by their reference, which is the order's key."""

    guarantee = RECONCILED
    reserves = True

    def __init__(self, http: Http, settings: Settings) -> None:
        self._settings = settings
        self._session = Session(http, settings.database, settings.user, settings.password)
        self._parties: dict[str, dict[str, Any]] = {}
        self._products: dict[str, dict[str, Any]] = {}
        self._place: dict[str, Any] = {}

    def find(self, key: str) -> Sequence[Document]:
        """The purchases of the reference, the oldest first."""
        return [_document(row) for row in self._purchases([["reference", "=", key]])]

    def read_back(self, number: str) -> Document | None:
        """The purchase of that id."""
        found = self._purchases([["id", "=", int(number)]])
        return _document(found[0]) if found else None

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Make a draft that orders nothing; or turn the lines of the one at hand into what is ordered."""
        products = self._known_products(order.lines)
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
        keys, surplus = list(kept), []
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            inert = [["reference", "in", some], ["state", "in", ["draft", "cancelled"]]]
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

    def _purchases(self, domain: list[Any]) -> list[dict[str, Any]]:
        return self._call(f"{PURCHASE}.search_read", domain, 0, None, [["id", "ASC"]], FIELDS)

    def _head(self, order: PurchaseOrder, key: str) -> dict[str, Any]:
        """What a purchase says beside its lines."""
        party, place = self._party(order.supplier), self._warehouse()
        return {
            "party": party["id"],
            "invoice_address": next(iter(party["addresses"]), None),
            "warehouse": place["warehouse"],
            "company": place["company"],
            "currency": self._currency(order.currency) or place["currency"],
            "invoice_method": "order",
            "reference": key,
        }

    def _party(self, supplier: str) -> dict[str, Any]:
        if supplier not in self._parties:
            code = self._settings.suppliers.get(supplier, supplier)
            found = self._call(
                "model.party.party.search_read", [["code", "=", code]], 0, 1, None, ["addresses"]
            )
            if not found:
                raise RefusedByTarget(f"Tryton has no party with the code {code!r} for supplier {supplier!r}")
            self._parties[supplier] = found[0]
        return self._parties[supplier]

    def _warehouse(self) -> dict[str, Any]:
        if not self._place:
            code = self._settings.warehouse
            domain = [["type", "=", "warehouse"], ["code", "=", code]]
            found = self._call("model.stock.location.search_read", domain, 0, 1, None, ["code"])
            if not found:
                raise RefusedByTarget(f"Tryton has no warehouse with the code {code!r}")
            company = self._session.context.get("company")
            owned = self._call("model.company.company.read", [company], ["currency"]) if company else []
            if not owned:
                raise RefusedByTarget(f"the user {self._settings.user!r} of Tryton has no company")
            self._place = {"warehouse": found[0]["id"], "company": company, "currency": owned[0]["currency"]}
        return self._place

    def _currency(self, code: str) -> int | None:
        if not code:
            return None
        found = self._call("model.currency.currency.search_read", [["code", "=", code]], 0, 1, None, ["code"])
        if not found:
            raise RefusedByTarget(f"Tryton has no currency {code}")
        return found[0]["id"]

    def _known_products(self, lines: Sequence[PurchaseOrderLine]) -> Mapping[str, dict[str, Any]]:
        wanted = [line.sku for line in lines if line.sku not in self._products]
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            fields = ["code", "default_uom"]
            for row in self._call(
                "model.product.product.search_read", [["code", "in", some]], 0, None, None, fields
            ):
                self._products[row["code"]] = row
        missing = sorted({line.sku for line in lines} - set(self._products))
        if missing:
            raise RefusedByTarget(f"Tryton has no product with the code {', '.join(missing[:10])}")
        return self._products

    def _call(self, method: str, *arguments: Any, context: Mapping[str, Any] | None = None) -> Any:
        return self._session.call(method, *arguments, context=context)


def _line(line: PurchaseOrderLine, product: Mapping[str, Any]) -> dict[str, Any]:
    price = line.unit_cost.quantize(PRICE_PLACES)
    return {
        "type": "line",
        "product": product["id"],
        "quantity": float(line.quantity),
        "unit": product["default_uom"],
        "unit_price": {"__class__": "Decimal", "decimal": f"{price:f}"},
        "description": line.description or None,
    }


def _document(row: Mapping[str, Any]) -> Document:
    """A purchase as the port has it. One with comments only is a draft of ours that is still to be filled."""
    lines = sorted(row["lines."] or [], key=lambda line: line["id"])
    quantities: dict[str, Decimal] = {}
    for line in lines:
        product = line.get("product.")
        if line["type"] == "line" and product:
            code = product["code"]
            quantities[code] = quantities.get(code, Decimal(0)) + Decimal(str(line["quantity"]))
    if row["state"] == "cancelled":
        held = Held.CANCELLED
    else:
        held = Held.RESERVED if all(line["type"] == "comment" for line in lines) else Held.WHOLE
    parts = tuple(str(line["id"]) for line in lines)
    return Document(str(row["id"]), held, quantities, stamp=row["_timestamp"], parts=parts)
