"""Odoo's facts of supply as our tables: who offers what, kits (phantom bills), and lots that expire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from forecasting.connectors.sources.frames import frame, numbers, texts, times
from forecasting.connectors.sources.odoo.tables import Read, id_of, name_of, stocked
from forecasting.connectors.sources.supply import kits_table, supply_tables


@dataclass(frozen=True)
class Money:
    """The company's currency, and what one of each other is worth in it; by names."""

    own: str | None = None
    rates: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, own: int | None, currencies: Sequence[Mapping[str, Any]]) -> Money:
        """``own``: its id. Odoo's rates say how much of a currency one of a common base is."""
        names = {int(row["id"]): str(row["name"]) for row in currencies}
        rate = {names[int(row["id"])]: float(row["rate"] or 0.0) for row in currencies}
        name = None if own is None else names.get(own)
        if name is None or not rate[name]:
            return cls(name)
        return cls(name, {other: rate[name] / its for other, its in rate.items() if its and other != name})


def with_supply(
    tables: Mapping[str, pd.DataFrame],
    read: Read,
    money: Money,
    lots: Sequence[Mapping[str, Any]],
    as_of: date,
) -> dict[str, pd.DataFrame]:
    """The tables, with those of supply that there is something to say in.

    ``lots``: quants with their ``expires_on``.
    """
    made = {**tables, **supply_tables(_offers(read), money.rates, money.own, read.at.values(), read.said)}
    made |= kits_table(_kits(read), tables, read.said)
    return {**made, "lots": _lots(read, lots, as_of)} if lots else made


def _offers(read: Read) -> Iterator[tuple[Any, ...]]:
    """Rows of what suppliers ask for, in their own units."""
    for place, (key, row) in enumerate(read.terms()):
        product = read.goods[key]
        if not stocked(product):
            continue
        units = read.factor(row, product)
        unit = name_of(row.get("product_uom_id") or row.get("product_uom"))
        yield (
            product["default_code"],
            name_of(row["partner_id"]),
            name_of(row.get("currency_id")),
            place,
            row["delay"],
            row["price"] or None,
            row["min_qty"],
            None if units == 1.0 else unit,
            None if units == 1.0 else units,
            row.get("product_code") or None,
            row.get("date_start") or None,
            row.get("date_end") or None,
        )


def _kits(read: Read) -> Iterator[tuple[Any, Any, Any]]:
    """Kit, component, and how many units: of each product its first bill, where that is a phantom."""
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for _, row in read.kept.records("bill_lines"):
        lines.setdefault(id_of(row["bom_id"]), []).append(row)
    done: set[str] = set()
    bills = sorted(read.kept.records("bills"), key=lambda pair: (pair[1].get("sequence") or 0, int(pair[0])))
    for number, bill in bills:
        for key in read.products_of(bill):
            if key in done:
                continue
            done.add(key)
            if bill["type"] != "phantom":
                continue
            made = (bill["product_qty"] or 1.0) * read.factor(bill, read.goods[key])
            for line in lines.get(number, []):
                part = read.goods.get(id_of(line["product_id"]))
                units = None if part is None else line["product_qty"] * read.factor(line, part) / made
                yield read.goods[key]["default_code"], part and part["default_code"], units


def _lots(read: Read, lots: Sequence[Mapping[str, Any]], as_of: date) -> pd.DataFrame:
    rows = (
        (
            read.goods[id_of(row["product_id"])]["default_code"],
            row["quantity"],
            read.location(id_of(row.get("warehouse_id"))),
            row["expires_on"] or None,
        )
        for row in lots
        if id_of(row["product_id"]) in read.goods
    )
    found = frame(rows, ("sku", "on_hand", "location", "expires_on"))
    found["sku"], found["on_hand"] = texts(found["sku"]), numbers(found["on_hand"])
    found["expires_on"] = times(found["expires_on"]).dt.normalize()
    found = found.groupby(["sku", "location", "expires_on"], as_index=False, dropna=False).agg(
        {"on_hand": "sum"}
    )
    found = found[found["on_hand"] > 0]
    found.insert(0, "as_of", pd.Series(pd.Timestamp(as_of), index=found.index, dtype="datetime64[us]"))
    return found
