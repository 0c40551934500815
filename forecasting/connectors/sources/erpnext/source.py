"""What is read of ERPNext, and when: the documents that were modified since the last import, one by one.

A list does not hold the lines of its documents, so that each changed document is a request of its own; stock
comes from one list. Deleted drafts are looked for each time, other deletions by the whole reading every
``whole_days`` days (submitted documents cannot be deleted, only cancelled).

Written from ERPNext's public source and documentation; not run against a real one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pydantic import Field

from forecasting.connectors.sources.client import Client, Clock, refused, unauthorized
from forecasting.connectors.sources.erpnext.supply import with_supply
from forecasting.connectors.sources.erpnext.tables import tables_of
from forecasting.connectors.sources.frames import Notices
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes, NotLetInError, RefusedBySource, SourceUnavailable
from forecasting.connectors.sources.walking import Feed, Page, bring
from forecasting.connectors.targets.http import Http, Unauthorized
from forecasting.connectors.targets.settings import HttpSettings, SecretSource

OVERLAP = timedelta(minutes=10)
"""What a transaction of the server may take: its documents are stamped before they can be seen."""

LIMIT = 100
EARLIEST = "1970-01-01 00:00:00"
DOCUMENTS: Mapping[str, str] = {
    "sales": "Sales Order",
    "deliveries": "Delivery Note",
    "purchases": "Purchase Order",
    "receipts": "Purchase Receipt",
    "items": "Item",
}
"""A feed -> its document."""

BUNDLES = {"bundles": "Product Bundle"}
"""The same, where facts of supply are read."""

BIN = ("name", "item_code", "warehouse", "actual_qty")
LISTS: Mapping[str, tuple[str, list[Any], tuple[str, ...]]] = {
    "buying_prices": (
        "Item Price",
        [["buying", "=", 1]],
        (
            *("name", "item_code", "supplier", "price_list_rate", "currency", "uom"),
            *("valid_from", "valid_upto"),
        ),
    ),
    "rates": ("Currency Exchange", [], ("name", "date", "from_currency", "to_currency", "exchange_rate")),
}
"""A feed of facts of supply -> its document without lines, the ones that are read, and their fields."""

COUNTED = ("sales", "deliveries", "purchases", "receipts", "items", "bins")
"""Feeds whose records an import tells the number of."""

AT_ONCE = 1_000


class Settings(HttpSettings):
    """``key`` and ``secret``: of the API user. ``locations``: a warehouse -> our location.

    Where no locations are given, all warehouses are ``main``; where some are, others are left out of stock.
    ``supply``: whether buying prices, rates and bundles are read; false where the user may not.
    """

    key: SecretSource
    secret: SecretSource
    locations: dict[str, str] = Field(default_factory=dict)
    whole_days: float = Field(30.0, gt=0)
    supply: bool = True


def build(
    settings: Settings, kept: Kept, as_of: date, *, transport: Any = None, clock: Clock | None = None
) -> ErpnextSource:
    """The source; ``as_of``: the day at whose close its stock of now counts."""
    pair = f"{settings.key.read().get_secret_value()}:{settings.secret.read().get_secret_value()}"
    headers = {"Authorization": f"token {pair}"}
    http = Http(
        settings.url, headers, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport
    )
    return ErpnextSource(Client(http, clock), kept, as_of, settings)


class ErpnextSource:
    """One site's documents, kept as they were read."""

    def __init__(self, client: Client, kept: Kept, as_of: date, settings: Settings) -> None:
        self._client, self._kept, self._as_of, self._settings = client, kept, as_of, settings

    def changes(self, since: datetime | None = None) -> Changes:
        """The tables as they are now."""
        now = datetime.fromtimestamp(self._client.clock.time(), UTC)
        for name, document in DOCUMENTS.items():
            bring(self._kept, self._feed(name, document, now), now)
        for name in ("sales", "purchases"):
            self._forget_deleted_drafts(name)
        bring(self._kept, self._whole("bins", "Bin", [], BIN), now)
        said, locations = Notices(), self._settings.locations
        tables = tables_of(self._kept, locations, self._as_of, said)
        if self._settings.supply:
            tables = with_supply(tables, self._kept, self._bring_supply(now), locations, said)
        return Changes(tables, {name: self._kept.count(name) for name in COUNTED}, said.said)

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def _bring_supply(self, now: datetime) -> str | None:
        """Facts of supply, and the company's currency; an API user of orders alone may not read them."""
        try:
            for name, document in BUNDLES.items():
                bring(self._kept, self._feed(name, document, now), now)
            for name, (document, some, fields) in LISTS.items():
                bring(self._kept, self._whole(name, document, some, fields), now)
            companies = self._list("Company", [], ["default_currency"], "name asc", 1)
        except NotLetInError as error:
            advice = "let it be read, or leave prices, bundles and rates out: `supply: false` in its settings"
            raise NotLetInError(f"{error}; {advice}") from None
        return companies[0]["default_currency"] if companies else None

    def _feed(self, name: str, document: str, now: datetime) -> Feed:
        def begin() -> str:
            newest = self._list(document, [], ["modified"], "modified desc", 1)
            if not newest:
                return EARLIEST
            return str(datetime.fromisoformat(newest[0]["modified"]) - OVERLAP)[:19]

        def page(since: str | None, after: str | None) -> Page:
            some: list[Any] = [] if since is None else [["modified", ">=", since]]
            some += [] if after is None else [["name", ">", after]]
            names = [row["name"] for row in self._list(document, some, ["name"], "name asc", LIMIT)]
            read = {name: self._one(document, name) for name in names}
            # One that was deleted meanwhile is none.
            records = {name: record for name, record in read.items() if record is not None}
            return Page(records, names[-1] if len(names) == LIMIT else None)

        def keep(old: Any, new: Any) -> Any:
            # A draft that was cancelled was never ordered; a draft is docstatus 0, cancelled 2.
            if new.get("docstatus") != 2 or old is None:
                return new
            seen = now.date().isoformat() if old.get("docstatus") == 1 else old.get("cancelled_seen")
            return new if seen is None else {**new, "cancelled_seen": seen}

        return Feed(name, page, begin, self._settings.whole_days, keep if name == "sales" else None)

    def _forget_deleted_drafts(self, feed: str) -> None:
        drafts = sorted(self._kept.keys_where(feed, "docstatus", [0]))
        gone: list[str] = []
        for start in range(0, len(drafts), LIMIT):
            some = drafts[start : start + LIMIT]
            found = self._list(DOCUMENTS[feed], [["name", "in", some]], ["name"], "name asc", LIMIT)
            gone += sorted(set(some) - {row["name"] for row in found})
        with self._kept.at_once():
            self._kept.remove(feed, gone)

    def _whole(self, name: str, document: str, some: list[Any], fields: tuple[str, ...]) -> Feed:
        """A list that is read as a whole each time, many rows a request."""

        def page(since: str | None, after: str | None) -> Page:
            behind = [] if after is None else [["name", ">", after]]
            rows = self._list(document, [*some, *behind], list(fields), "name asc", AT_ONCE)
            more = rows[-1]["name"] if len(rows) == AT_ONCE else None
            return Page({row["name"]: row for row in rows}, more)

        return Feed(name, page, lambda: EARLIEST, whole_days=0.0, history=False)

    def _list(
        self, document: str, filters: list[Any], fields: list[str], order: str, length: int
    ) -> list[dict[str, Any]]:
        query = {
            "filters": json.dumps(filters),
            "fields": json.dumps(fields),
            "order_by": order,
            "limit_page_length": str(length),
        }
        return self._asked(f"/api/resource/{quote(document)}", query)

    def _one(self, document: str, name: str) -> Any:
        try:
            return self._asked(f"/api/resource/{quote(document)}/{quote(name, safe='')}", {})
        except RefusedBySource as error:
            if error.status != 404:
                raise
            return None

    def _asked(self, path: str, query: Mapping[str, str]) -> Any:
        try:
            reply = self._client.ask("GET", path, query=dict(query) or None)
        except Unauthorized as error:
            raise unauthorized(error) from None
        if not reply.ok:
            raise refused(reply, f"GET {path}")
        if not isinstance(reply.content, dict) or "data" not in reply.content:
            raise SourceUnavailable(f"GET {path}: the answer holds no data")
        return reply.content["data"]
