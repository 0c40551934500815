"""Odoo: approved orders as draft purchase orders, by ``load`` with an external id.

``load`` with the context ``{"module": "reorder", "mode": "update", "noupdate": true}`` makes the order once:
a repeat under the same external id touches nothing, buyers' changes stay, and copies at the same time meet
the unique index of ``ir.model.data``. It always answers 200: ``ids: false`` means that nothing was written.

Written from Odoo's public source and documentation; not run against a real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field

from forecasting.connectors.targets.http import Http, short
from forecasting.connectors.targets.odoo_api import Api, ApiSettings, Meanwhile, client, is_meanwhile
from forecasting.connectors.targets.port import (
    EXACTLY_ONCE,
    AlreadyThere,
    Document,
    Held,
    RefusedByTarget,
    TargetUnavailable,
    looked_up,
)
from forecasting.domain.purchase_orders import PurchaseOrder, plain

ONCE = {"module": "reorder", "mode": "update", "noupdate": True}
COLUMNS = [
    "id",
    "partner_id/.id",
    "origin",
    "order_line/product_id/.id",
    "order_line/product_qty",
    "order_line/price_unit",
    "order_line/date_planned",
]


class Settings(ApiSettings):
    """``suppliers``: our name -> the partner's reference, where they differ."""

    suppliers: dict[str, str] = Field(default_factory=dict)


def build(settings: Settings, transport: Any = None) -> OdooTarget:
    """The target."""
    return OdooTarget(client(settings, transport), settings)


class OdooTarget:
    """Draft purchase orders, found again by their external id ``reorder.KEY``."""

    guarantee = EXACTLY_ONCE
    reserves = False

    def __init__(self, http: Http, settings: Settings) -> None:
        self._settings = settings
        self._api = Api(http, settings)

    def find(self, key: str) -> Sequence[Document]:
        """The order of the external id."""
        domain = [["module", "=", "reorder"], ["name", "=", key], ["model", "=", "purchase.order"]]
        named = self._read("ir.model.data", domain, ["res_id"])
        return self._documents([["id", "=", named[0]["res_id"]]]) if named else []

    def read_back(self, number: str) -> Document | None:
        """The order of that name."""
        found = self._documents([["name", "=", number]])
        return found[0] if found else None

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Load the order under its external id; a repeat touches nothing."""
        reference = self._settings.suppliers.get(order.supplier, order.supplier)
        match = ["|", ["ref", "=", reference], ["name", "=", reference]]
        partners = self._read("res.partner", match, ["id"])
        if len(partners) != 1:
            count = "no" if not partners else f"{len(partners)}"
            raise RefusedByTarget(f"Odoo has {count} partners with the reference or name {reference!r}")
        products = self._products([line.sku for line in order.lines])

        data = []
        for at_line, line in enumerate(order.lines):
            head = [key, str(partners[0]["id"]), key] if at_line == 0 else ["", "", ""]
            planned = line.arrives_on.isoformat() if line.arrives_on else order.as_of.isoformat()
            figures = [str(products[line.sku]), plain(line.quantity), plain(line.unit_cost)]
            data.append([*head, *figures, f"{planned} 00:00:00"])
        loaded = self._call("purchase.order", "load", {"fields": COLUMNS, "data": data, "context": ONCE})
        if not loaded.get("ids"):
            raise _not_loaded(loaded.get("messages") or [])
        found = self._documents([["id", "=", loaded["ids"][0]]])
        if not found:
            raise TargetUnavailable("the order was loaded and cannot be seen yet")
        return found[0].number

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """The orders of these names."""
        return looked_up(numbers, lambda some: self._documents([["name", "in", list(some)]]))

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Nothing is ever left over."""
        return 0

    def _products(self, skus: Sequence[str]) -> Mapping[str, int]:
        rows = self._read("product.product", [["default_code", "in", list(skus)]], ["default_code"])
        products = {row["default_code"]: row["id"] for row in rows}
        missing = sorted(set(skus) - set(products))
        if missing:
            raise RefusedByTarget(f"Odoo has no product with the reference {', '.join(missing[:10])}")
        return products

    def _documents(self, domain: list[Any]) -> list[Document]:
        rows = self._read("purchase.order", domain, ["name", "state"])
        if not rows:
            return []
        within = [["order_id", "in", [row["id"] for row in rows]], ["product_id", "!=", False]]
        lines = self._read("purchase.order.line", within, ["order_id", "product_id", "product_qty"])
        ids = sorted({line["product_id"][0] for line in lines})
        products = self._read("product.product", [["id", "in", ids]], ["default_code"])
        codes = {each["id"]: each["default_code"] or "" for each in products}
        units: dict[int, dict[str, Decimal]] = {row["id"]: {} for row in rows}
        for line in lines:
            of_order, sku = units[line["order_id"][0]], codes.get(line["product_id"][0], "")
            of_order[sku] = of_order.get(sku, Decimal(0)) + Decimal(str(line["product_qty"]))
        held = {"cancel": Held.CANCELLED}
        return [Document(row["name"], held.get(row["state"], Held.WHOLE), units[row["id"]]) for row in rows]

    def _read(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        return self._call(model, "search_read", {"domain": domain, "fields": fields, "order": "id"})

    def _call(self, model: str, method: str, arguments: dict[str, Any]) -> Any:
        try:
            return self._api.call(model, method, arguments)
        except Meanwhile:
            raise AlreadyThere("the same order is being written just now") from None


def _not_loaded(messages: Sequence[Mapping[str, Any]]) -> RefusedByTarget | TargetUnavailable:
    said = "; ".join(str(message.get("message", "")) for message in messages)
    if is_meanwhile(said):
        return AlreadyThere("the same order is being written just now")
    return RefusedByTarget(f"Odoo wrote nothing: {short(said) or 'it does not say why'}")
