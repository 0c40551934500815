"""What is read of Vendure, and when: orders that were updated since the last import; all variants each time.

Its pages are counted, not pointed at: they are sorted by id, so that what is updated meanwhile moves nothing
that was not read yet.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import Field, model_validator

from forecasting.connectors.sources.client import Client, Clock
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes
from forecasting.connectors.sources.vendure.api import Api
from forecasting.connectors.sources.vendure.tables import tables_of
from forecasting.connectors.sources.walking import Feed, Page, bring
from forecasting.connectors.targets.http import Http
from forecasting.connectors.targets.settings import HttpSettings, SecretSource

OVERLAP = timedelta(minutes=10)
"""What a transaction may take; its times have whole seconds on some databases."""

LIMIT = 100
EARLIEST = "1970-01-01T00:00:00.000Z"

# Without active: false carts come along.
ORDERS = """query($take: Int!, $skip: Int!, $after: DateTime!) {
  orders(options: {take: $take, skip: $skip, sort: {id: ASC},
                   filter: {updatedAt: {after: $after}, active: {eq: false}}}) {
    items { id code state orderPlacedAt updatedAt customer { firstName lastName emailAddress }
      lines { id quantity orderPlacedQuantity unitPrice productVariant { sku }
        fulfillmentLines { quantity fulfillment { state createdAt } } } } } }"""
NEWEST = """query { orders(options: {take: 1, sort: {updatedAt: DESC}, filter: {active: {eq: false}}}) {
  items { updatedAt } } }"""
VARIANTS = """query($take: Int!, $skip: Int!) {
  productVariants(options: {take: $take, skip: $skip, sort: {id: ASC}}) {
    items { id sku name price enabled trackInventory outOfStockThreshold useGlobalOutOfStockThreshold
      product { enabled } stockLevels { stockOnHand stockAllocated stockLocation { name } } } } }"""
GLOBAL = "query { globalSettings { trackInventory outOfStockThreshold } }"


class Settings(HttpSettings):
    """``key``: of an API user; or ``user`` and ``password``. ``locations``: a stock location -> ours."""

    key: SecretSource | None = None
    user: str = ""
    password: SecretSource | None = None
    path: str = "/admin-api"
    locations: dict[str, str] = Field(default_factory=dict)
    whole_days: float = Field(7.0, gt=0)

    @model_validator(mode="after")
    def _one_way_in(self) -> Settings:
        if (self.key is None) == (not self.user or self.password is None):
            raise ValueError("give key, or user and password")
        return self


def build(
    settings: Settings, kept: Kept, as_of: date, *, transport: Any = None, clock: Clock | None = None
) -> VendureSource:
    """The source; ``as_of``: the day at whose close its stock of now counts."""
    http = Http(settings.url, {}, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport)
    api = Api(Client(http, clock), settings.path, settings.key, settings.user, settings.password)
    return VendureSource(api, kept, as_of, settings)


class VendureSource:
    """One shop's orders and variants, kept as they were read."""

    def __init__(self, api: Api, kept: Kept, as_of: date, settings: Settings) -> None:
        self._api, self._kept, self._as_of, self._settings = api, kept, as_of, settings

    def changes(self, since: datetime | None = None) -> Changes:
        """The tables as they are now."""
        now = datetime.fromtimestamp(self._api.client.clock.time(), UTC)

        def switched_off(old: Any, new: Any) -> Any:
            if new["enabled"] and new["product"]["enabled"]:
                return new
            return {**new, "off_seen": (old or {}).get("off_seen") or now.date().isoformat()}

        orders = Feed("orders", self._orders, self._begin, self._settings.whole_days)
        bring(self._kept, orders, now)
        bring(self._kept, Feed("variants", self._variants, lambda: EARLIEST, 0.0, switched_off), now)
        usual = self._api.ask(GLOBAL, {})["globalSettings"]
        return tables_of(self._kept, usual, self._settings.locations, self._as_of)

    def close(self) -> None:
        """Let go of its connections."""
        self._api.client.close()

    def _begin(self) -> str:
        newest = self._api.ask(NEWEST, {})["orders"]["items"]
        if not newest:
            return EARLIEST
        last = datetime.fromisoformat(newest[0]["updatedAt"].replace("Z", "+00:00"))
        return (last - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def _orders(self, since: str | None, after: str | None) -> Page:
        skip = int(after or 0)
        rows = self._api.ask(ORDERS, {"take": LIMIT, "skip": skip, "after": since or EARLIEST})["orders"][
            "items"
        ]
        return _page(rows, skip)

    def _variants(self, since: str | None, after: str | None) -> Page:
        skip = int(after or 0)
        rows = self._api.ask(VARIANTS, {"take": LIMIT, "skip": skip})["productVariants"]["items"]
        return _page(rows, skip)


def _page(rows: list[dict[str, Any]], skip: int) -> Page:
    return Page({str(row["id"]): row for row in rows}, str(skip + LIMIT) if len(rows) == LIMIT else None)
