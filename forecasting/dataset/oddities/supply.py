"""Kits, places and lots that break no rule, and cannot be meant: each is asked about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.oddities.given import Given, count, listed
from forecasting.errors import Notice

KEYS = ["as_of", "sku", "location"]

MISCOUNT = 0.05
"""Lots may come to so much less than the count."""


def notices(given: Given) -> Iterator[Notice]:
    """What is odd about kits, places and lots."""
    if given.has("kits"):
        yield from _kits(given)
    if given.has("locations"):
        yield from _places(given)
    if given.has("lots"):
        yield from _expired(given)
    if given.has("lots", "stock"):
        yield from _fewer(given)


def _kits(given: Given) -> Iterator[Notice]:
    """Kits that lie in stock or were bought as such: they are put together when they are sold."""
    kits = set(given.frames["kits"]["sku"].astype(str))
    for table, column, words in (
        ("stock", "on_hand", "are counted as such"),
        ("purchase_orders", "quantity", "were bought as such"),
    ):
        if not given.has(table):
            continue
        rows = np.flatnonzero(given.frames[table]["sku"].isin(kits).to_numpy())
        rows = rows[given.numbers(table, column)[rows] > 0]
        if len(rows):
            names = sorted(set(given.frames[table]["sku"].iloc[rows].astype(str)))
            what = f"{count(len(names), 'kit')} ({listed(names)}) {words}: only components are believed"
            advice = "Book them as their components; or take the SKU out of kits if it is no kit."
            yield given.notice(table, column, rows, what, advice)


def _places(given: Given) -> Iterator[Notice]:
    """Places of which no other table knows."""
    known: set[str] = set(given.frames["locations"]["supplied_by"].dropna().astype(str))
    for table in ("orders", "stock", "purchase_orders"):
        if given.has(table):
            known |= set(given.frames[table]["location"].unique().astype(str))
    rows = np.flatnonzero(~given.frames["locations"]["location"].isin(known).to_numpy())
    if len(rows):
        what = "nothing is ordered, counted or bought there, and it supplies nobody"
        yield given.notice("locations", "location", rows, what, "Correct it, or leave the row out.")


def _expired(given: Given) -> Iterator[Notice]:
    """Lots that had expired on the day of their count."""
    expired = given.days("lots", "expires_on") <= given.days("lots", "as_of")
    rows = np.flatnonzero(expired & (given.numbers("lots", "on_hand") > 0))
    if len(rows):
        units = float(given.numbers("lots", "on_hand")[rows].sum())
        what = f"{units:,.10g} units had expired by the day of the count: they are no stock"
        yield given.notice("lots", "expires_on", rows, what, "Write them off, or correct the date.")


def _fewer(given: Given) -> Iterator[Notice]:
    """Lots that come to less than the count of the same day."""
    lots, stock = (given.frames[table][[*KEYS, "on_hand"]] for table in ("lots", "stock"))
    lots = lots.astype({"sku": str, "location": str}).assign(row=np.arange(len(lots)))
    summed = lots.groupby(KEYS, as_index=False).agg(lots=("on_hand", "sum"), row=("row", "first"))
    both = summed.merge(stock.astype({"sku": str, "location": str}), on=KEYS)
    fewer = both[both["lots"] < both["on_hand"] * (1 - MISCOUNT) - 1]
    if len(fewer):
        first = pd.Series(fewer.iloc[0])
        what = (
            f"the lots come to {first['lots']:,.10g} of the {first['on_hand']:,.10g} counted that day: "
            "the rest is taken to keep"
        )
        rows = fewer["row"].to_numpy(dtype=np.int64)
        yield given.notice("lots", "on_hand", rows, what, "Give every lot, or correct the count.")
