"""Orderspace as a source: what is read when, so that 60 requests a minute are enough and nothing is missed.

Its lists of orders and dispatches tell what is new, never what was changed. So each import reads

- what was created since the last one, with overlap;
- all orders that are still open there, by their status, and each one that was open here and no longer is;
- what a webhook has named since (``events.py``);
- every ``whole_days`` days everything, which finds what was deleted.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import Field, field_validator

from forecasting.connectors.sources.client import Client, Clock
from forecasting.connectors.sources.kept import Kept, Merge
from forecasting.connectors.sources.orderspace.api import Api
from forecasting.connectors.sources.orderspace.tables import tables_of
from forecasting.connectors.sources.port import Changes, RefusedBySource, SourceUnavailable
from forecasting.connectors.sources.walking import MOST_GONE, Feed, Page, bring
from forecasting.connectors.targets.http import Http
from forecasting.connectors.targets.settings import HttpSettings, SecretSource, safe_url

OVERLAP = timedelta(hours=1)
"""How much is read again: clocks differ, and what is being written is seen late."""

LIMIT = 200
"""Records of a page; it gives no more."""

OPEN = ("new", "invoiced", "released", "part_fulfilled", "preorder")
BY_ID = 50
"""So many single orders are read one by one; of more, all since the oldest of them, page by page."""

FEW_OPEN = 10
"""So many open orders may be deleted between two imports; more than that, and most of them, are not believed:
a shop that answers with nothing is no shop without orders."""


class Settings(HttpSettings):
    """``whole_days``: after so many days everything is read anew. ``per_minute``: requests that it allows."""

    url: str = "https://api.orderspace.com/v1"
    identity_url: str = "https://identity.orderspace.com/oauth/token"
    client_id: SecretSource = SecretSource(env="ORDERSPACE_CLIENT_ID")
    client_secret: SecretSource = SecretSource(env="ORDERSPACE_CLIENT_SECRET")
    webhook_key: SecretSource | None = None
    whole_days: float = Field(7.0, gt=0)
    per_minute: int = Field(60, ge=1)

    @field_validator("identity_url")
    @classmethod
    def _safe_identity(cls, url: str) -> str:
        return safe_url(url)


def build(
    settings: Settings, kept: Kept, as_of: date, *, transport: Any = None, clock: Clock | None = None
) -> OrderspaceSource:
    """The source; ``as_of``: the day at whose close its stock of now counts."""
    http = Http(settings.url, {}, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport)
    client = Client(http, clock, settings.per_minute)
    api = Api(client, settings.identity_url, settings.client_id, settings.client_secret)
    return OrderspaceSource(api, kept, as_of, settings.whole_days)


class OrderspaceSource:
    """Orders, products, levels, dispatches and customers, kept as they were read."""

    def __init__(self, api: Api, kept: Kept, as_of: date, whole_days: float) -> None:
        self._api, self._kept, self._as_of = api, kept, as_of
        self._whole_days = whole_days

    def changes(self, since: datetime | None = None) -> Changes:
        """The tables as they are now; what is new is read, the rest is kept from before."""
        kept, now = self._kept, self._now()
        # Noted before anything is read: what is noted meanwhile is for the next import.
        noted = {feed: kept.wanted(feed) for feed in ("orders", "products", "inventory_levels")}
        orders = bring(kept, self._listed("orders", "created_since", merge=self._order), now)
        if not orders.whole:
            self._read_again(orders.number, set(noted["orders"]))
        bring(kept, self._listed("dispatches", "created_since"), now)
        products = bring(kept, self._listed("products", "updated_since", merge=self._product), now)
        for key in sorted(set(noted["products"]) - kept.keys_since("products", products.number)):
            if not self._one("products", "product", key, products.number, self._product):
                self._kept.remove("products", [key])
        if self._due("customers", now):
            bring(kept, self._listed("customers", None), now, whole=True)
        levels = bring(kept, self._listed("inventory_levels", "updated_since", key="sku"), now)
        self._levels_again(levels.number, set(noted["inventory_levels"]))
        for feed, notes in noted.items():
            kept.got(feed, notes)
        return tables_of(kept, self._as_of)

    def close(self) -> None:
        """Let go of its connections."""
        self._api.client.close()

    def _due(self, feed: str, now: datetime) -> bool:
        """Whether a list that does not tell what was changed is to be read."""
        last = self._kept.mark(f"{feed}.whole")
        if last is None or self._kept.mark(f"{feed}.walk") is not None:
            return True
        return now - datetime.fromisoformat(last) >= timedelta(days=self._whole_days)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._api.client.clock.time(), UTC)

    def _begin(self) -> str:
        return _stamp(self._now() - OVERLAP)

    def _listed(self, name: str, since_as: str | None, *, key: str = "id", merge: Any = None) -> Feed:
        def page(since: str | None, after: str | None) -> Page:
            query = {"limit": str(LIMIT)}
            if since is not None and since_as is not None:
                query[since_as] = since
            return self._page(name, query, after, key)

        return Feed(name, page, self._begin, self._whole_days, merge)

    def _page(self, name: str, query: dict[str, str], after: str | None, key: str = "id") -> Page:
        asked = query if after is None else {**query, "starting_after": after}
        content = self._api.get(f"/{name}", asked)
        rows = content.get(name, [])
        # One list is documented without has_more: then a short page is the last.
        more = content.get("has_more", len(rows) >= LIMIT)
        return Page({str(row[key]): row for row in rows}, str(rows[-1][key]) if more and rows else None)

    def _read_again(self, walk: int, noted: set[str]) -> None:
        """Read orders whose state may have changed: the open ones, and those that a webhook has named."""
        for status in OPEN:
            self._walk_orders({"status": status}, walk)
        was_open = self._kept.keys_where("orders", "status", OPEN)
        closed = {key for key, seen in was_open.items() if seen < walk}
        left = (closed | noted) - self._kept.keys_since("orders", walk)
        if len(left) > BY_ID:
            known = [record["created"] for key, record in self._kept.records("orders") if key in left]
            if known:
                self._walk_orders({"created_since": min(known)}, walk)
                left -= self._kept.keys_since("orders", walk)
        gone = [key for key in sorted(left) if not self._one("orders", "order", key, walk, self._order)]
        if len(gone) > FEW_OPEN and len(gone) > MOST_GONE * len(was_open):
            raise SourceUnavailable(
                f"{len(gone):,} of {len(was_open):,} open orders are no longer there: that is not believed, "
                "and nothing was taken away. If it is so, import with --whole."
            )
        self._kept.remove("orders", gone)

    def _walk_orders(self, query: dict[str, str], walk: int) -> None:
        after: str | None = None
        restarted = False
        while True:
            try:
                page = self._page("orders", {"limit": str(LIMIT), **query}, after)
            except RefusedBySource:
                # The order behind which the page begins may be gone by now.
                if after is None or restarted:
                    raise
                restarted, after = True, None
                continue
            with self._kept.at_once():
                self._kept.put("orders", page.records, walk, self._order)
            after = page.after
            if after is None:
                return

    def _one(self, feed: str, single: str, key: str, walk: int, merge: Merge) -> bool:
        """Read one record; whether it is there: if not, it was deleted."""
        try:
            record = self._api.get(f"/{feed}/{key}", {})[single]
        except RefusedBySource as error:
            if error.status != 404:
                raise
            return False
        self._kept.put(feed, {key: record}, walk, merge)
        return True

    def _levels_again(self, walk: int, noted: set[str]) -> None:
        for sku in sorted(noted - self._kept.keys_since("inventory_levels", walk)):
            rows = self._api.get("/inventory_levels", {"sku": sku}).get("inventory_levels", [])
            if not rows:
                self._kept.remove("inventory_levels", [sku])
            self._kept.put("inventory_levels", {str(row["sku"]): row for row in rows}, walk)

    def _order(self, old: Any, new: Any) -> Any:
        """When an order was cancelled nobody says; that it was not yet when it was read last, is known."""
        if new.get("status") != "cancelled" or old is None:
            return new
        seen = old.get("cancelled_seen") if old.get("status") == "cancelled" else _stamp(self._now())
        return new if seen is None else {**new, "cancelled_seen": seen}

    def _product(self, old: Any, new: Any) -> Any:
        """One that is no longer sold ends on the day on which that was seen."""
        if new.get("active") is not False:
            return new
        return {**new, "inactive_seen": (old or {}).get("inactive_seen") or _stamp(self._now())}


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
