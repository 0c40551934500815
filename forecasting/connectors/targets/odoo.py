"""Odoo: approved orders as draft purchase orders, by ``load`` with an external id.

``load`` with the context ``{"module": "reorder", "mode": "update", "noupdate": true}`` makes the order once:
a repeat under the same external id touches nothing, buyers' changes stay, and copies at the same time meet
the unique index of ``ir.model.data``. It always answers 200: ``ids: false`` means that nothing was written.

Written from Odoo's public source and documentation; not run against a real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from forecasting.connectors.targets.http import Busy, Http, Reply, short
from forecasting.connectors.targets.port import (
    EXACTLY_ONCE,
    AlreadyThere,
    Document,
    Held,
    RefusedByTarget,
    TargetUnavailable,
)
from forecasting.connectors.targets.settings import HttpSettings, SecretSource
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
MEANWHILE = ("could not serialize", "concurrent update", "duplicate key", "unique constraint")


class Settings(HttpSettings):
    """``api``: ``json2`` from Odoo 19 on, ``jsonrpc`` before. ``key``: where the API key (or password) is.

    ``suppliers``: our name -> the partner's reference, where they differ. ``user``: for ``jsonrpc``.
    """

    database: str
    key: SecretSource
    api: Literal["json2", "jsonrpc"] = "json2"
    user: str = ""
    suppliers: dict[str, str] = Field(default_factory=dict)


def build(settings: Settings, transport: Any = None) -> OdooTarget:
    """The target."""
    headers = {"X-Odoo-Database": settings.database} if settings.api == "json2" else {}
    if settings.api == "json2":
        headers["Authorization"] = f"bearer {settings.key.read().get_secret_value()}"
    http = Http(
        settings.url, headers, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport
    )
    return OdooTarget(http, settings)


class OdooTarget:
    """Draft purchase orders, found again by their external id ``reorder.KEY``."""

    guarantee = EXACTLY_ONCE
    reserves = False

    def __init__(self, http: Http, settings: Settings) -> None:
        self._http, self._settings, self._uid = http, settings, 0

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
        found = []
        for row in self._read("purchase.order", domain, ["name", "state"]):
            lines = self._read(
                "purchase.order.line", [["order_id", "=", row["id"]]], ["product_id", "product_qty"]
            )
            ids = [line["product_id"][0] for line in lines if line["product_id"]]
            codes = {
                each["id"]: each["default_code"]
                for each in self._read("product.product", [["id", "in", ids]], ["default_code"])
            }
            quantities: dict[str, Decimal] = {}
            for line in lines:
                if line["product_id"]:
                    sku = codes.get(line["product_id"][0]) or ""
                    quantities[sku] = quantities.get(sku, Decimal(0)) + Decimal(str(line["product_qty"]))
            held = Held.CANCELLED if row["state"] == "cancel" else Held.WHOLE
            found.append(Document(row["name"], held, quantities))
        return found

    def _read(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        return self._call(model, "search_read", {"domain": domain, "fields": fields, "order": "id"})

    def _call(self, model: str, method: str, arguments: dict[str, Any]) -> Any:
        if self._settings.api == "json2":
            return self._json2(model, method, arguments)
        if not self._uid:
            key = self._settings.key.read().get_secret_value()
            self._uid = self._jsonrpc("common", "login", [self._settings.database, self._settings.user, key])
            if not self._uid:
                raise TargetUnavailable("Odoo does not let us in: check user, key and database")
        key = self._settings.key.read().get_secret_value()
        call = [self._settings.database, self._uid, key, model, method, [], arguments]
        return self._jsonrpc("object", "execute_kw", call)

    def _json2(self, model: str, method: str, arguments: dict[str, Any]) -> Any:
        try:
            reply = self._http.ask("POST", f"/json/2/{model}/{method}", body=arguments)
        except Busy as error:
            _raise_if_meanwhile(_message(error.content))
            raise
        if not reply.ok:
            raise RefusedByTarget(f"Odoo answered {reply.status}: {short(_message(reply.content))}")
        return reply.content

    def _jsonrpc(self, service: str, method: str, arguments: list[Any]) -> Any:
        parameters = {"service": service, "method": method, "args": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "call", "params": parameters}
        reply: Reply = self._http.ask("POST", "/jsonrpc", body=body)
        if not reply.ok or not isinstance(reply.content, dict):
            raise TargetUnavailable(f"Odoo answered {reply.status}, and no JSON-RPC")
        if "error" in reply.content:
            # Its "debug" holds a traceback, which is nobody's business.
            said = _message((reply.content["error"] or {}).get("data"))
            _raise_if_meanwhile(said)
            raise RefusedByTarget(f"Odoo: {short(said)}")
        return reply.content.get("result")


def _message(content: Any) -> str:
    return str(content.get("message", "")) if isinstance(content, dict) else str(content)


def _raise_if_meanwhile(said: str) -> None:
    if any(words in said.lower() for words in MEANWHILE):
        raise AlreadyThere("the same order is being written just now")


def _not_loaded(messages: Sequence[Mapping[str, Any]]) -> RefusedByTarget | TargetUnavailable:
    said = "; ".join(str(message.get("message", "")) for message in messages)
    if any(words in said.lower() for words in MEANWHILE):
        return AlreadyThere("the same order is being written just now")
    return RefusedByTarget(f"Odoo wrote nothing: {short(said) or 'it does not say why'}")
