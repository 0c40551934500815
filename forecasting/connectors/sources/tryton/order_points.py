"""Reorder points and order-up-to levels into Tryton's own order points, where its supply run orders by them.

Tryton orders where less than ``min_quantity`` will be there, we at or below the reorder point: its level is
one smallest step of the product's unit above ours. There is one order point of a product and warehouse, and
each write says all of it: a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.connectors.sources.client import Client, Clock
from forecasting.connectors.sources.published import Published
from forecasting.connectors.sources.tryton.source import LIMIT, Settings
from forecasting.connectors.targets.http import Http
from forecasting.connectors.targets.tryton_session import Session

POINT = "model.stock.order_point"
AT_ONCE = 50


@dataclass(frozen=True)
class Level:
    """At or below ``reorder_point`` order up to ``order_up_to``; units."""

    reorder_point: float
    order_up_to: float


class TrytonOrderPoints:
    """Writes into one company's database."""

    def __init__(self, settings: Settings, *, transport: Any = None, clock: Clock | None = None) -> None:
        http = Http(settings.url, {}, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport)
        self._settings, self._client = settings, Client(http, clock)
        self._session = Session(self._client, settings.database, settings.user, settings.password)

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def publish(self, levels: Mapping[tuple[str, str], Level], *, keep: bool = True) -> Published:
        """Write what differs. ``levels`` by location and SKU; ``keep`` False: only count."""
        places, products = self._places(), self._products(sorted({sku for _, sku in levels}))
        there = self._there()
        new, changed, unchanged, unknown = [], [], 0, []
        for (location, sku), level in sorted(levels.items()):
            if location not in places or sku not in products:
                unknown.append(f"{location} {sku}")
                continue
            wanted = _quantities(level, products[sku]["step"])
            point = there.get((places[location], products[sku]["id"]))
            if point is None:
                new.append(self._new(places[location], products[sku]["id"], wanted))
            elif {name: point[name] for name in wanted} != wanted:
                changed.append((point["id"], wanted))
            else:
                unchanged += 1

        if keep:
            for start in range(0, len(new), AT_ONCE):
                self._session.call(f"{POINT}.create", new[start : start + AT_ONCE])
            for start in range(0, len(changed), AT_ONCE):
                some = changed[start : start + AT_ONCE]
                pairs = [part for pk, wanted in some for part in ([pk], wanted)]
                self._session.call(f"{POINT}.write", *pairs)
        return Published({"order points": len(new) + len(changed)}, unchanged, tuple(unknown))

    def _new(self, place: int, product: int, wanted: Mapping[str, float]) -> Mapping[str, Any]:
        company = self._session.context.get("company")
        return {"type": "purchase", "location": place, "product": product, "company": company, **wanted}

    def _places(self) -> Mapping[str, int]:
        """The warehouses by our name of them."""
        rows = self._all("model.stock.location", [["type", "=", "warehouse"]], ["code"])
        names = self._settings.locations
        alone = len(rows) == 1
        return {names.get(row["code"], "main" if alone else row["code"]): row["id"] for row in rows}

    def _products(self, skus: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        found = {}
        for start in range(0, len(skus), LIMIT):
            wanted = [["code", "in", list(skus[start : start + LIMIT])]]
            for row in self._all("model.product.product", wanted, ["code", "default_uom.rounding"]):
                found[row["code"]] = {"id": row["id"], "step": float(row["default_uom."]["rounding"])}
        return found

    def _there(self) -> Mapping[tuple[int, int], Mapping[str, Any]]:
        fields = ["product", "location", "min_quantity", "target_quantity"]
        rows = self._all(POINT, [["type", "=", "purchase"]], fields)
        return {(row["location"], row["product"]): row for row in rows}

    def _all(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        """Every record, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            after = [*domain, ["id", ">", found[-1]["id"]]] if found else domain
            rows = self._session.call(f"{model}.search_read", after, 0, LIMIT, [["id", "ASC"]], fields)
            found += rows
            if len(rows) < LIMIT:
                return found


def _quantities(level: Level, step: float) -> Mapping[str, float]:
    least = round(level.reorder_point + step, 9)
    return {"min_quantity": least, "target_quantity": max(level.order_up_to, least)}
