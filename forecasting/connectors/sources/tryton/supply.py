"""Tryton's facts of supply as our tables: who offers what, in which unit and money, and its price breaks.

A product supplier's prices and quantities are for one purchase unit of the product, of which the factor says
how many of the product's own units are in it. What holds for a product holds for each of its variants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.tryton.reading import dotted


def rates_of(own: str, currencies: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The company's money for one of each other currency, by code; none for those without a rate.

    Tryton's rates say how much of a currency one of a common base is.
    """
    of_base = {str(row["code"]): float(row["rate"] or 0.0) for row in currencies}
    mine = of_base.get(own, 0.0)
    return {code: mine / rate for code, rate in of_base.items() if mine > 0 and rate > 0 and code != own}


def offers(kept: Kept) -> Iterator[tuple[Any, ...]]:
    """What suppliers ask for, in their order, each price a row as ``OFFER`` of ``sources/supply.py`` says."""
    stocked = {
        row["id"]: row
        for _, row in kept.records("products")
        if row["code"] and row["active"] and dotted(row, "template.active")
        if dotted(row, "template.type") == "goods"
    }
    # As Tryton asks them: those of a variant itself first, and those without a number before the numbered.
    terms = sorted(
        (row for _, row in kept.records("supplies")),
        key=lambda row: (not row["product"], row["sequence"] is not None, row["sequence"] or 0, row["id"]),
    )
    for place, row in enumerate(terms):
        for product in [row["product"]] if row["product"] else dotted(row, "template.products") or []:
            if product not in stocked:
                continue
            one = float(dotted(stocked[product], "default_uom.factor") or 1.0)
            units = float(dotted(row, "unit.factor") or one) / one
            for price in row["prices."] or [{}]:
                yield (
                    stocked[product]["code"],
                    dotted(row, "party.code") or dotted(row, "party.name"),
                    dotted(row, "currency.code"),
                    place,
                    row["lead_time_used"],
                    price.get("unit_price"),
                    price.get("quantity"),
                    None if units == 1.0 else dotted(row, "unit.symbol"),
                    None if units == 1.0 else units,
                    row["code"] or None,
                    None,
                    None,
                )
