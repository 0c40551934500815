"""Facts of supply out of an ordering system: who offers what, as the tables of a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from forecasting.connectors.sources.frames import Notices, frame, numbers, texts, times

OFFER = (
    *("sku", "supplier", "currency", "first", "lead_time_days", "unit_cost", "least", "purchase_unit"),
    *("units_per_purchase_unit", "supplier_sku", "from", "until"),
)
"""What is read of an offer: quantities (``least``) and prices in purchase units, ``first`` the lower the
sooner asked."""


def supply_tables(
    offers: Iterable[tuple[Any, ...]],
    rates: Mapping[str, float],
    own: str | None,
    locations: Iterable[str],
    said: Notices,
) -> dict[str, pd.DataFrame]:
    """Tables ``supplier_items``, ``price_breaks``, ``suppliers`` and ``currencies``, of what is offered.

    An offer of a larger quantity than the supplier's first of that item is a price break. A supplier has one
    currency: offers in another, and in one without a rate, are left out with a notice.

    Args:
        offers: rows as ``OFFER``.
        rates: the company's money for one of each other currency.
        own: the company's currency; None: it is not known, and all are taken as its own.
        locations: the company's.
        said: grows by what is left out.

    """
    rows = frame(offers, OFFER)
    for name in ("sku", "supplier", "currency", "purchase_unit", "supplier_sku"):
        rows[name] = texts(rows[name])
    for name in ("first", "lead_time_days", "unit_cost", "least", "units_per_purchase_unit"):
        rows[name] = numbers(rows[name])
    for name in ("from", "until"):
        rows[name] = times(rows[name]).dt.normalize()
    rows = rows[rows["sku"].notna() & rows["supplier"].notna()]
    rows["least"], rows["currency"] = rows["least"].fillna(0.0), rows["currency"].fillna(own)
    rows = rows.sort_values(["sku", "first", "least"], kind="stable", ignore_index=True)
    money = rows.drop_duplicates("supplier").set_index("supplier")["currency"].to_dict()
    foreign = rows["currency"].notna() & (rows["currency"] != own) if own else rows["currency"].isna() & False
    unknown = foreign & ~rows["currency"].isin(list(rates))
    rows = said.left_out(rows, unknown, "offers are in a currency without a rate, and are left out")
    other = rows["currency"] != rows["supplier"].map(money)
    rows = said.left_out(
        rows, other, "offers are not in the first currency of their supplier, and are left out"
    )
    # Unit for unit: of one that the supplier counts in differently, no price of the other unit is a break.
    period = ["sku", "supplier", "from", "until"]
    first = ~rows.duplicated(period)
    units = rows["units_per_purchase_unit"].fillna(1.0)
    unit = units.groupby([rows[name] for name in period], dropna=False).transform("first")
    breaks = rows[~first & (units == unit) & rows["unit_cost"].notna()]
    breaks = breaks.drop_duplicates(["sku", "supplier", "least"])
    breaks = breaks.rename(columns={"least": "min_quantity"})
    rows = rows[first].assign(min_order_quantity=lambda offers: offers["least"].where(offers["least"] > 0))
    rows["rank"] = rows.groupby("sku").cumcount() + 1.0
    used = sorted({name for name in rows["currency"].dropna() if name != own} if own else ())
    names = pd.Series(sorted(rows["supplier"].unique()), dtype=object)
    tables = {
        "supplier_items": _everywhere(rows.drop(columns=["first", "least", "currency"]), locations),
        "price_breaks": breaks[["supplier", "sku", "min_quantity", "unit_cost"]],
        "suppliers": pd.DataFrame({"supplier": names, "currency": names.map(money)}),
        "currencies": pd.DataFrame({"currency": used, "rate": [rates[name] for name in used]}),
    }
    tables["suppliers"]["currency"] = tables["suppliers"]["currency"].where(lambda names: names.isin(used))
    return {name: table for name, table in tables.items() if len(table)}


def _everywhere(rows: pd.DataFrame, locations: Iterable[str]) -> pd.DataFrame:
    """The rows at each location, where one of several is ``main``: an empty location would mean that one."""
    named = sorted(set(locations))
    if len(named) < 2 or "main" not in named:
        return rows
    return rows.merge(pd.DataFrame({"location": named}), how="cross")


def kits_table(
    parts: Iterable[tuple[Any, Any, Any]], tables: Mapping[str, pd.DataFrame], said: Notices
) -> dict[str, pd.DataFrame]:
    """The table ``kits``; none where there is none.

    ``parts``: kit, component, units of it in one kit. A kit with a part that has no SKU is left out as a
    whole, with a notice. ``tables``: what else was read; what neither orders nor products know (a kit that
    nobody asked for, a service that comes with one) limits nothing.
    """
    rows = frame(parts, ("sku", "component", "quantity"))
    rows["sku"], rows["component"] = texts(rows["sku"]), texts(rows["component"])
    rows["quantity"] = numbers(rows["quantity"])
    rows = rows[rows["sku"].notna()]
    wrong = rows["component"].isna() | ~(rows["quantity"] > 0)
    bad = rows["sku"].isin(rows["sku"][wrong])
    rows = said.left_out(
        rows, bad, "parts of kits are left out: of one of their kit SKU or amount is missing"
    )
    known = {*tables["orders"]["sku"], *tables["products"]["sku"]}
    rows = rows[rows["sku"].isin(known) & rows["component"].isin(known)]
    rows = rows.groupby(["sku", "component"], as_index=False).agg({"quantity": "sum"})
    return {"kits": rows} if len(rows) else {}
