"""ERPNext's facts of supply as our tables: who offers what at which price, and bundles.

A buying price (``Item Price``) of a supplier is that supplier's; one without a supplier holds for all that an
item names. It is for one ``uom``, of which the item says how many units of its own are in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from forecasting.connectors.sources.frames import Notices
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.supply import kits_table, supply_tables

ANYBODY = ""


def with_supply(
    tables: Mapping[str, pd.DataFrame],
    kept: Kept,
    own: str | None,
    locations: Mapping[str, str],
    said: Notices,
) -> dict[str, pd.DataFrame]:
    """The tables, with those of supply that there is something to say in. ``own``: the company's currency."""
    rates = {
        str(row["from_currency"]): float(row["exchange_rate"])
        for _, row in sorted(kept.records("rates"), key=lambda pair: str(pair[1].get("date") or ""))
        if row.get("to_currency") == own and (row.get("exchange_rate") or 0) > 0
    }
    named = locations.values() or ("main",)
    made = {**tables, **supply_tables(_offers(kept), rates, own, named, said)}
    return {**made, **kits_table(_kits(kept), tables, said)}


def _offers(kept: Kept) -> Iterator[tuple[Any, ...]]:
    by_item: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for _, row in kept.records("buying_prices"):
        of = by_item.setdefault(row["item_code"], {})
        of.setdefault(row.get("supplier") or ANYBODY, []).append(row)
    for sku, item in kept.records("items"):
        if item.get("disabled") or not item.get("is_stock_item", 1):
            continue
        numbers = {row["supplier"]: row.get("supplier_part_no") for row in item.get("supplier_items") or []}
        defaults = [row.get("default_supplier") for row in item.get("item_defaults") or []]
        prices = by_item.get(sku, {})
        with_prices = sorted(supplier for supplier in prices if supplier != ANYBODY)
        for place, supplier in enumerate(dict.fromkeys([*filter(None, defaults), *numbers, *with_prices])):
            own = prices.get(supplier) or prices.get(ANYBODY) or [{}]
            for price in own:
                unit = price.get("uom") or item.get("purchase_uom") or item.get("stock_uom")
                units = _units(item, unit)
                yield (
                    sku,
                    supplier,
                    price.get("currency"),
                    place,
                    None,
                    price.get("price_list_rate") or None,
                    # A price says no quantity; the item's own minimum is one of products.
                    None,
                    None if units == 1.0 else unit,
                    None if units == 1.0 else units,
                    numbers.get(supplier),
                    price.get("valid_from"),
                    price.get("valid_upto"),
                )


def _units(item: Mapping[str, Any], unit: str | None) -> float:
    """The item's own units in one ``unit``."""
    found = (row.get("conversion_factor") for row in item.get("uoms") or [] if row.get("uom") == unit)
    return float(next(found, None) or 1.0)


def _kits(kept: Kept) -> Iterator[tuple[Any, Any, Any]]:
    for _, bundle in kept.records("bundles"):
        if not bundle.get("disabled"):
            for line in bundle["items"]:
                yield bundle["new_item_code"], line.get("item_code"), line.get("qty")
