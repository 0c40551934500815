"""Tryton: approved orders as approved requisitions, by its JSON-RPC.

A draft requisition asks nobody for anything, so that it may come twice: the outbox chooses one, for ever.
Only the chosen one is handed on and approved, and Tryton itself refuses to approve one a second time. Drafts
that were not chosen are swept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from forecasting.connectors.targets.port import (
    RECONCILED,
    Document,
    Held,
    RefusedByTarget,
    in_batches,
    looked_up,
)
from forecasting.connectors.targets.tryton_records import Records, price_of, units_by_code
from forecasting.connectors.targets.tryton_session import Session
from forecasting.domain.purchase_orders import PurchaseOrder

REQUISITION = "model.purchase.requisition"
FIELDS = ["state", "description", "lines.quantity", "lines.product.code"]
HELD = {
    "draft": Held.RESERVED,
    "waiting": Held.RESERVED,
    "approved": Held.WHOLE,
    "processing": Held.WHOLE,
    "done": Held.WHOLE,
    "rejected": Held.CANCELLED,
    "cancelled": Held.CANCELLED,
}
"""A requisition's state -> how far an order is there."""


class TrytonRequisitions:
    """Requisitions, found again by their description, which is the order's key."""

    guarantee = RECONCILED
    reserves = True

    def __init__(self, session: Session, records: Records) -> None:
        self._session, self._records = session, records

    def find(self, key: str) -> Sequence[Document]:
        """The requisitions of the description, the oldest first."""
        return self._documents([["description", "=", key]])

    def read_back(self, number: str) -> Document | None:
        """The requisition of that id."""
        return self.now([number])[number]

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """The requisitions of these ids."""
        return looked_up(numbers, lambda some: self._documents([["id", "in", list(map(int, some))]]))

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Make a draft; or hand on and approve the one at hand."""
        if at is None:
            return str(self._session.call(f"{REQUISITION}.create", [self._content(order, key)])[0])

        # ``stamp`` is the state that it was seen in.
        for button in ("wait", "approve") if at.stamp == "draft" else ("approve",):
            self._press(button, at.number)
        return at.number

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Cancel and delete drafts of these keys that were not chosen."""
        surplus = []
        for some in in_batches(list(kept)):
            inert = [["description", "in", list(some)], ["state", "in", ["draft", "cancelled"]]]
            surplus += [row for row in self._rows(inert) if str(row["id"]) != kept[row["description"]]]
        live = [row["id"] for row in surplus if row["state"] != "cancelled"]
        if live:
            self._session.call(f"{REQUISITION}.cancel", live)
        if surplus:
            self._session.call(f"{REQUISITION}.delete", [row["id"] for row in surplus])
        return len(surplus)

    def _press(self, button: str, number: str) -> None:
        """A step of its way; Tryton refuses one that was taken already, by a copy of the same call."""
        try:
            self._session.call(f"{REQUISITION}.{button}", [int(number)])
        except RefusedByTarget:
            (row,) = self._rows([["id", "=", int(number)]]) or ({"state": "gone"},)
            if row["state"] in ("gone", "draft") or (button, row["state"]) == ("approve", "waiting"):
                raise

    def _content(self, order: PurchaseOrder, key: str) -> dict[str, Any]:
        place, products = self._records.warehouse(), self._records.products(order.lines)
        party, employee = self._records.party(order.supplier), self._session.context.get("employee")
        if not employee:
            raise RefusedByTarget("the user of Tryton is no employee of the company: a requisition needs one")
        lines = [
            {
                "product": products[line.sku]["id"],
                "quantity": float(line.quantity),
                "unit": products[line.sku]["default_uom"],
                "unit_price": price_of(line),
                "supplier": party["id"],
                "description": line.description or None,
            }
            for line in order.lines
        ]
        days = [line.arrives_on for line in order.lines if line.arrives_on is not None]
        return {
            "employee": employee,
            "company": place["company"],
            "warehouse": place["warehouse"],
            "currency": self._records.currency(order.currency) or place["currency"],
            "description": key,
            "supply_date": _day(min(days, default=order.as_of)),
            "lines": [["create", lines]],
        }

    def _documents(self, domain: list[Any]) -> list[Document]:
        return [_document(row) for row in self._rows(domain)]

    def _rows(self, domain: list[Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._session.call(
            f"{REQUISITION}.search_read", domain, 0, None, [["id", "ASC"]], FIELDS
        )
        return found


def _day(day: date) -> Mapping[str, Any]:
    return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}


def _document(row: Mapping[str, Any]) -> Document:
    """A requisition as the port has it; ``stamp`` is its state."""
    units = units_by_code(row["lines."] or [])
    return Document(str(row["id"]), HELD[row["state"]], units, stamp=row["state"])
