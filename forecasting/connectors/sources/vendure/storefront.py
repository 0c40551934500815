"""What a Vendure shop tells its customers: the text and the next arrival of each item, the ETA of each order.

They go into custom fields, which the shop's configuration names once: of ProductVariant ``availabilityText``
(localeString, public) and ``nextArrival`` (datetime, public); of Order ``eta`` (datetime, public). Each write
says all of what it means, and only what differs is written: a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forecasting.connectors.sources.client import Client, Clock
from forecasting.connectors.sources.port import RefusedBySource, SourceUnavailable
from forecasting.connectors.sources.published import Published
from forecasting.connectors.sources.vendure.api import Api
from forecasting.connectors.sources.vendure.source import Settings
from forecasting.connectors.targets.http import Http

TAKE = 100
AT_ONCE = 25
SHOWN = """query($take: Int!, $skip: Int!) {
  productVariants(options: {take: $take, skip: $skip, sort: {id: ASC}}) {
    items { id sku translations { id languageCode customFields { availabilityText } }
      customFields { nextArrival } } } }"""
ORDERS = """query($codes: [String!]) {
  orders(options: {take: 100, filter: {code: {in: $codes}}}) { items { id code customFields { eta } } } }"""
WRITE = """mutation($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id } }"""
WRITE_ETA = """mutation($input: UpdateOrderInput!) { setOrderCustomFields(input: $input) { id } }"""
WANTED = (
    "the shop has no such custom fields: its configuration is to name availabilityText (localeString) and "
    "nextArrival (datetime) of ProductVariant, and eta (datetime) of Order"
)


@dataclass(frozen=True)
class Shown:
    """What a customer reads of an item, and when more comes; None: nobody knows, or there is enough."""

    says: str
    arrives: date | None


class VendureFront:
    """Writes into one shop."""

    def __init__(self, settings: Settings, *, transport: Any = None, clock: Clock | None = None) -> None:
        http = Http(settings.url, {}, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport)
        self._client = Client(http, clock)
        self._api = Api(self._client, settings.path, settings.key, settings.user, settings.password)

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def publish(
        self, items: Mapping[str, Shown], orders: Mapping[str, date | None], *, keep: bool = True
    ) -> Published:
        """Write what differs. ``items`` by SKU; ``orders``: their ETA by code. ``keep`` False: only count."""
        try:
            variants = self._variants(items)
            etas = self._etas(orders)
            if keep:
                for start in range(0, len(variants), AT_ONCE):
                    self._api.ask(WRITE, {"input": variants[start : start + AT_ONCE]})
                for each in etas:
                    self._api.ask(WRITE_ETA, {"input": each})
        except RefusedBySource as error:
            if "GRAPHQL_VALIDATION_FAILED" in str(error):
                raise SourceUnavailable(f"{WANTED} ({error})") from None
            raise
        written = {"items": len(variants), "orders": len(etas)}
        return Published(written, self._seen - len(variants) - len(etas))

    def _variants(self, items: Mapping[str, Shown]) -> Sequence[Mapping[str, Any]]:
        """The variants that say something else than is wanted."""
        changed: list[Mapping[str, Any]] = []
        self._seen, skip = 0, 0
        while True:
            rows = self._api.ask(SHOWN, {"take": TAKE, "skip": skip})["productVariants"]["items"]
            for row in rows:
                if row["sku"] in items:
                    self._seen += 1
                    wanted = items[row["sku"]]
                    if not _says(row, wanted):
                        changed.append(_variant(row, wanted))
            if len(rows) < TAKE:
                return changed
            skip += TAKE

    def _etas(self, orders: Mapping[str, date | None]) -> Sequence[Mapping[str, Any]]:
        codes, changed = sorted(orders), []
        for start in range(0, len(codes), TAKE):
            rows = self._api.ask(ORDERS, {"codes": codes[start : start + TAKE]})["orders"]["items"]
            for row in rows:
                self._seen += 1
                wanted = _instant(orders[row["code"]])
                if _day((row["customFields"] or {}).get("eta")) != _day(wanted):
                    changed.append({"id": row["id"], "customFields": {"eta": wanted}})
        return changed


def _says(row: Mapping[str, Any], wanted: Shown) -> bool:
    texts = {(each["customFields"] or {}).get("availabilityText") or "" for each in row["translations"]}
    arrives = _day((row["customFields"] or {}).get("nextArrival"))
    return texts == {wanted.says} and arrives == _day(_instant(wanted.arrives))


def _variant(row: Mapping[str, Any], wanted: Shown) -> Mapping[str, Any]:
    return {
        "id": row["id"],
        "translations": [
            {
                "id": each["id"],
                "languageCode": each["languageCode"],
                "customFields": {"availabilityText": wanted.says},
            }
            for each in row["translations"]
        ],
        "customFields": {"nextArrival": _instant(wanted.arrives)},
    }


def _instant(day: date | None) -> str | None:
    return None if day is None else f"{day.isoformat()}T12:00:00.000Z"


def _day(said: Any) -> str | None:
    return None if not said else str(said)[:10]
