"""What a document of Tryton refers to: parties, products, the warehouse, currencies; each asked for once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from forecasting.connectors.targets.port import RefusedByTarget, in_batches
from forecasting.connectors.targets.tryton_session import Session
from forecasting.domain.purchase_orders import PurchaseOrderLine

PRICE_PLACES = Decimal("0.0001")
"""Tryton's prices have four decimal places, unless it is configured otherwise."""


def price_of(line: PurchaseOrderLine) -> Mapping[str, str]:
    """Money for a unit, as Tryton's interface has it."""
    return {"__class__": "Decimal", "decimal": f"{line.unit_cost.quantize(PRICE_PLACES):f}"}


def units_by_code(lines: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Units of each product of a document's lines, by its code."""
    units: dict[str, Decimal] = {}
    for line in lines:
        if line.get("product."):
            code = line["product."]["code"]
            units[code] = units.get(code, Decimal(0)) + Decimal(str(line["quantity"]))
    return units


class Records:
    """Found by their codes. ``suppliers``: our name -> the party's code, where they differ.

    Raises RefusedByTarget, naming what Tryton does not have.
    """

    def __init__(self, session: Session, warehouse: str, suppliers: Mapping[str, str]) -> None:
        self._call, self._session = session.call, session
        self._code, self._suppliers = warehouse, suppliers
        self._parties: dict[str, dict[str, Any]] = {}
        self._products: dict[str, dict[str, Any]] = {}
        self._currencies: dict[str, int] = {}
        self._place: dict[str, Any] = {}

    def party(self, supplier: str) -> dict[str, Any]:
        """The party of a supplier: ``id``, ``addresses``."""
        if supplier not in self._parties:
            code = self._suppliers.get(supplier, supplier)
            found = self._call(
                "model.party.party.search_read", [["code", "=", code]], 0, 1, None, ["addresses"]
            )
            if not found:
                raise RefusedByTarget(f"Tryton has no party with the code {code!r} for supplier {supplier!r}")
            self._parties[supplier] = found[0]
        return self._parties[supplier]

    def warehouse(self) -> dict[str, Any]:
        """The ids of the ``warehouse``, the user's ``company``, and the company's ``currency``."""
        if not self._place:
            code = self._code
            domain = [["type", "=", "warehouse"], ["code", "=", code]]
            found = self._call("model.stock.location.search_read", domain, 0, 1, None, ["code"])
            if not found:
                raise RefusedByTarget(f"Tryton has no warehouse with the code {code!r}")
            company = self._session.context.get("company")
            owned = self._call("model.company.company.read", [company], ["currency"]) if company else []
            if not owned:
                raise RefusedByTarget("the user of Tryton has no company")
            self._place = {"warehouse": found[0]["id"], "company": company, "currency": owned[0]["currency"]}
        return self._place

    def currency(self, code: str) -> int | None:
        """The id of a currency; None: no code is given."""
        if not code:
            return None
        if code not in self._currencies:
            wanted = [["code", "=", code]]
            found = self._call("model.currency.currency.search_read", wanted, 0, 1, None, ["code"])
            if not found:
                raise RefusedByTarget(f"Tryton has no currency {code}")
            self._currencies[code] = found[0]["id"]
        return self._currencies[code]

    def products(self, lines: Sequence[PurchaseOrderLine]) -> Mapping[str, dict[str, Any]]:
        """The products of the lines by SKU: ``id``, ``code``, ``default_uom``."""
        wanted = [line.sku for line in lines if line.sku not in self._products]
        for some in in_batches(wanted):
            fields, domain = ["code", "default_uom"], [["code", "in", list(some)]]
            for row in self._call("model.product.product.search_read", domain, 0, None, None, fields):
                self._products[row["code"]] = row
        missing = sorted({line.sku for line in lines} - set(self._products))
        if missing:
            raise RefusedByTarget(f"Tryton has no product with the code {', '.join(missing[:10])}")
        return self._products
