"""What is read of Odoo, and when: what was written since the last import, by id; small lists as a whole.

``write_date`` is the server's own clock. A draft order that was deleted is looked for each time, for it would
count as on order; other deletions are found by the whole reading every ``whole_days`` days.

Written from Odoo's public source and documentation; not run against a real one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import Field

from forecasting.connectors.sources.client import Client, Clock, unauthorized
from forecasting.connectors.sources.frames import Notices
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.odoo.supply import Money, with_supply
from forecasting.connectors.sources.odoo.tables import DRAFT, Read, tables_of
from forecasting.connectors.sources.port import Changes, RefusedBySource, SourceUnavailable
from forecasting.connectors.sources.walking import Feed, Page, bring
from forecasting.connectors.targets.http import Unauthorized
from forecasting.connectors.targets.odoo_api import Api, ApiSettings, client
from forecasting.connectors.targets.port import RefusedByTarget, TargetUnavailable

OVERLAP = timedelta(minutes=10)
"""What a transaction of the server may take: its records are stamped before they can be seen."""

LIMIT = 500
EARLIEST = "1970-01-01 00:00:00"
UNIT = ("product_uom_id", "product_uom")
"""The unit of a line, as it is called from 19 on, and before."""

FEEDS: Mapping[str, tuple[str, list[Any], str]] = {
    "sales": (
        "sale.order",
        [],
        "name state date_order partner_id warehouse_id commitment_date",
    ),
    "sale_lines": (
        "sale.order.line",
        [["display_type", "=", False]],
        "order_id product_id product_uom_qty qty_delivered price_unit product_uom_id product_uom",
    ),
    "shipped": (
        "stock.move",
        [["state", "=", "done"], ["location_dest_id.usage", "=", "customer"]],
        "product_qty date sale_line_id",
    ),
    "received": (
        "stock.move",
        [["state", "=", "done"], ["location_id.usage", "=", "supplier"]],
        "product_qty date purchase_line_id",
    ),
    "purchases": (
        "purchase.order",
        [],
        "name state date_order date_approve partner_id currency_id picking_type_id origin",
    ),
    "purchase_lines": (
        "purchase.order.line",
        [["display_type", "=", False]],
        "order_id product_id product_qty qty_received price_unit date_planned product_uom_id product_uom",
    ),
    "products": (
        "product.product",
        # Archived ones are still in old orders.
        [["active", "in", [True, False]]],
        "default_code name active lst_price standard_price categ_id uom_id product_tmpl_id type is_storable",
    ),
    "supplies": (
        "product.supplierinfo",
        [],
        "partner_id product_id product_tmpl_id delay min_qty price currency_id sequence product_uom_id "
        "product_uom product_code date_start date_end",
    ),
    "order_points": (
        "stock.warehouse.orderpoint",
        [],
        "product_id warehouse_id product_min_qty product_max_qty qty_to_order",
    ),
    "units": ("uom.uom", [], "name factor factor_inv"),
    "picking_types": ("stock.picking.type", [], "warehouse_id"),
    "bills": (
        "mrp.bom",
        [],
        "product_id product_tmpl_id product_qty product_uom_id type sequence",
    ),
    "bill_lines": ("mrp.bom.line", [], "bom_id product_id product_qty product_uom_id"),
}
"""A feed -> its model, the records that are read, and the fields: those that the version has."""

BILLS = ("bills", "bill_lines")
"""Feeds of a module that not every company has."""

WHOLE = ("products", "supplies", "order_points", "units", "picking_types", *BILLS)
"""Feeds whose figures change without saying so."""

PASSING = ("supplies", "order_points", "units", "picking_types", *BILLS)
"""Feeds that may be emptied and filled anew."""


COUNTED = ("sales", "sale_lines", "shipped", "received", "purchases", "purchase_lines", "products")
"""Feeds whose records an import tells the number of."""


class Settings(ApiSettings):
    """``locations``: a warehouse's name -> our location; where they have one warehouse only, ``main``.

    ``kits``, ``lots``: whether there are any to be read; their modules are then installed there.
    """

    locations: dict[str, str] = Field(default_factory=dict)
    kits: bool = False
    lots: bool = False
    whole_days: float = Field(7.0, gt=0)


def build(
    settings: Settings, kept: Kept, as_of: date, *, transport: Any = None, clock: Clock | None = None
) -> OdooSource:
    """The source; ``as_of``: the day at whose close its stock of now counts."""
    patient = Client(client(settings, transport), clock)
    return OdooSource(Api(patient, settings), patient, kept, as_of, settings)


class OdooSource:
    """One company's records, kept as they were read."""

    def __init__(self, api: Api, patient: Client, kept: Kept, as_of: date, settings: Settings) -> None:
        self._api, self._client, self._kept, self._as_of = api, patient, kept, as_of
        self._settings = settings

    def changes(self, since: datetime | None = None) -> Changes:
        """The tables as they are now."""
        now = datetime.fromtimestamp(self._client.clock.time(), UTC)
        feeds = [name for name in FEEDS if self._settings.kits or name not in BILLS]
        for name in feeds:
            bring(self._kept, self._feed(name, now), now)
        self._forget_deleted_drafts()
        warehouses = self._read("stock.warehouse", [], ["name"])
        at = {int(row["id"]): self._location(str(row["name"]), len(warehouses)) for row in warehouses}
        stock = {location: self._on_hand(warehouse) for warehouse, location in at.items()}
        companies = self._read("res.company", [], ["currency_id"])
        currency = companies[0]["currency_id"][0] if companies and companies[0]["currency_id"] else None
        money = Money.of(currency, self._read("res.currency", [["active", "=", True]], ["name", "rate"]))
        read = Read(self._kept, at, currency, Notices())
        lots = self._lots() if self._settings.lots else []
        tables = with_supply(tables_of(read, stock, self._as_of), read, money, lots, self._as_of)
        rows = {name: self._kept.count(name) for name in COUNTED}
        return Changes(tables, rows, read.said.said, suggestions=read.suggestions(read.supplies()))

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def _location(self, name: str, count: int) -> str:
        return self._settings.locations.get(name, "main" if count == 1 else name)

    def _feed(self, name: str, now: datetime) -> Feed:
        model, domain, wanted = FEEDS[name]
        known: list[str] = []

        def fields() -> list[str]:
            if not known:
                there = self._call(model, "fields_get", {"attributes": ["type"]})
                known.extend(field for field in wanted.split() if field in there)
            return known

        def begin() -> str:
            newest = self._read(model, domain, ["write_date"], order="write_date desc", limit=1)
            if not newest or not newest[0]["write_date"]:
                return EARLIEST
            return str(datetime.fromisoformat(newest[0]["write_date"]) - OVERLAP)[:19]

        def page(since: str | None, after: str | None) -> Page:
            some = [*domain]
            if since is not None:
                some.append(["write_date", ">=", since])
            if after is not None:
                some.append(["id", ">", int(after)])
            rows = self._read(model, some, fields(), limit=LIMIT)
            more = str(rows[-1]["id"]) if len(rows) == LIMIT else None
            return Page({str(row["id"]): row for row in rows}, more)

        def keep(old: Any, new: Any) -> Any:
            # A quotation that was cancelled was never ordered.
            if new.get("state") != "cancel" or old is None:
                return new
            ordered = old.get("state") in ("sale", "done")
            seen = now.date().isoformat() if ordered else old.get("cancelled_seen")
            return new if seen is None else {**new, "cancelled_seen": seen}

        whole_days = 0.0 if name in WHOLE else self._settings.whole_days
        merge = keep if name == "sales" else None
        return Feed(name, page, begin, whole_days, merge, history=name not in PASSING)

    def _forget_deleted_drafts(self) -> None:
        drafts = sorted(map(int, self._kept.keys_where("purchases", "state", DRAFT)))
        gone: list[str] = []
        for start in range(0, len(drafts), LIMIT):
            some = drafts[start : start + LIMIT]
            there = {row["id"] for row in self._read("purchase.order", [["id", "in", some]], ["id"])}
            gone += [str(key) for key in some if key not in there]
        with self._kept.at_once():
            self._kept.remove("purchases", gone)

    def _on_hand(self, warehouse: int) -> dict[str, float]:
        """Units on hand in a warehouse by product."""
        # The first word is that of 17 and later, the second of before.
        context = {"warehouse_id": warehouse, "warehouse": warehouse}
        rows = self._all("product.product", [["active", "=", True]], ["qty_available"], context=context)
        return {str(row["id"]): float(row["qty_available"] or 0.0) for row in rows}

    def _lots(self) -> list[dict[str, Any]]:
        """What lies in lots, each with the day on which it expires; false: never."""
        # Inside a warehouse; what is with a customer, or lost, is no stock.
        inside: list[Any] = [["lot_id", "!=", False], ["location_id.usage", "=", "internal"]]
        rows = self._all("stock.quant", inside, ["product_id", "lot_id", "quantity", "warehouse_id"])
        dated = self._all("stock.lot", [["expiration_date", "!=", False]], ["expiration_date"])
        day = {row["id"]: str(row["expiration_date"])[:10] for row in dated}
        return [{**row, "expires_on": day.get(row["lot_id"][0], False)} for row in rows]

    def _all(self, model: str, domain: list[Any], fields: list[str], **more: Any) -> list[dict[str, Any]]:
        """All records of a domain, page by page."""
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            rows = self._read(model, [*domain, ["id", ">", after]], fields, limit=LIMIT, **more)
            found += rows
            if len(rows) < LIMIT:
                return found
            after = rows[-1]["id"]

    def _read(self, model: str, domain: list[Any], fields: list[str], **more: Any) -> list[dict[str, Any]]:
        asked = {"domain": domain, "fields": fields, "order": "id", **more}
        return self._call(model, "search_read", asked)

    def _call(self, model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._api.call(model, method, arguments)
        except Unauthorized as error:
            raise unauthorized(error) from None
        except RefusedByTarget as error:
            raise RefusedBySource(f"{model}: {error}", 400) from None
        except TargetUnavailable as error:
            raise SourceUnavailable(f"{error}. What was read is kept: import again later.") from None
