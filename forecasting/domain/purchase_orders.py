"""Purchase orders as they leave us: what is ordered, its identity, and its content as text and as a hash.

An order's key follows from what it is (the plan, the supplier, the location, the items), never from chance or
time: whoever makes the order again makes the same key. Its payload hash follows from all that it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

KEY_PREFIX = "reorder-"
KEY_DIGITS = 20
"""Hexadecimal digits of a key: 80 bits, so that a million orders share one with a probability below 1e-12."""

NOTHING = Decimal(0)


@dataclass(frozen=True)
class PurchaseOrderLine:
    """One item of an order.

    Attributes:
        sku: ours. supplier_sku: the supplier's own number; empty where it is not known.
        quantity: units. unit_cost: money for one unit, in the order's currency.
        purchase_unit: what the supplier counts in; empty: units. units_per_purchase_unit: units in one.
        purchase_price: money for one purchase unit, where the supplier has said it: exact, whatever a unit
            comes to; None: units_per_purchase_unit x unit_cost.
        arrives_on: when it is expected; None: not known.

    """

    sku: str
    quantity: Decimal
    unit_cost: Decimal
    description: str = ""
    supplier_sku: str = ""
    purchase_unit: str = ""
    units_per_purchase_unit: Decimal = Decimal(1)
    arrives_on: date | None = None
    purchase_price: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """Money for the line."""
        if self.purchase_price is not None:
            return self.purchase_quantity * self.purchase_price
        return self.quantity * self.unit_cost

    @property
    def purchase_quantity(self) -> Decimal:
        """The quantity as the supplier counts it."""
        return self.quantity / self.units_per_purchase_unit

    @property
    def purchase_unit_cost(self) -> Decimal:
        """Money for one purchase unit."""
        if self.purchase_price is not None:
            return self.purchase_price
        return self.unit_cost * self.units_per_purchase_unit


@dataclass(frozen=True)
class PurchaseOrder:
    """An order to one supplier, for one location, out of one plan."""

    run: str
    as_of: date
    supplier: str
    location: str
    lines: tuple[PurchaseOrderLine, ...]
    currency: str = ""

    @property
    def key(self) -> str:
        """The order's identity: the same plan, supplier, location and items give the same key."""
        items = sorted(line.sku for line in self.lines)
        said = json.dumps([self.run, self.supplier, self.location, items], ensure_ascii=False)
        return KEY_PREFIX + hashlib.sha256(said.encode()).hexdigest()[:KEY_DIGITS]

    @property
    def payload(self) -> str:
        """All that the order says, as JSON; the same order gives the same text."""
        said = {
            "run": self.run,
            "as_of": self.as_of.isoformat(),
            "supplier": self.supplier,
            "location": self.location,
            "currency": self.currency,
            "lines": [_line_said(line) for line in self.lines],
        }
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def payload_hash(self) -> str:
        """SHA-256 of the payload, in hexadecimal digits."""
        return hashlib.sha256(self.payload.encode()).hexdigest()

    @property
    def value(self) -> Decimal:
        """Money for the whole order."""
        return sum((line.value for line in self.lines), NOTHING)

    @property
    def quantities(self) -> Mapping[str, Decimal]:
        """Units by SKU."""
        return {line.sku: line.quantity for line in self.lines}


def plain(number: Decimal) -> str:
    """A figure without an exponent and without noughts at its end: 12.50 is 12.5, 1E+2 is 100."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _line_said(line: PurchaseOrderLine) -> dict[str, Any]:
    said: dict[str, Any] = {
        "sku": line.sku,
        "quantity": plain(line.quantity),
        "unit_cost": plain(line.unit_cost),
        "description": line.description,
        "supplier_sku": line.supplier_sku,
        "purchase_unit": line.purchase_unit,
        "units_per_purchase_unit": plain(line.units_per_purchase_unit),
        "arrives_on": None if line.arrives_on is None else line.arrives_on.isoformat(),
    }
    if line.purchase_price is not None:
        said["purchase_price"] = plain(line.purchase_price)
    return said


def from_payload(payload: str) -> PurchaseOrder:
    """The order that ``payload`` is of."""
    said = json.loads(payload)
    lines = tuple(
        PurchaseOrderLine(
            sku=line["sku"],
            quantity=Decimal(line["quantity"]),
            unit_cost=Decimal(line["unit_cost"]),
            description=line["description"],
            supplier_sku=line["supplier_sku"],
            purchase_unit=line["purchase_unit"],
            units_per_purchase_unit=Decimal(line["units_per_purchase_unit"]),
            arrives_on=None if line["arrives_on"] is None else date.fromisoformat(line["arrives_on"]),
            purchase_price=Decimal(line["purchase_price"]) if "purchase_price" in line else None,
        )
        for line in said["lines"]
    )
    return PurchaseOrder(
        said["run"],
        date.fromisoformat(said["as_of"]),
        said["supplier"],
        said["location"],
        lines,
        said["currency"],
    )
