"""Locations that do not meet: stock where nobody orders, and orders where there is no stock."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.oddities.given import Given, listed
from forecasting.errors import Notice

ADVICE = (
    "Give the column location in every table, or in none, with the same names: stock of one location "
    "does not serve the orders of another."
)


def notices(given: Given) -> Iterator[Notice]:
    """Each table whose locations are not those of the orders, while those of the orders lack it."""
    if not given.has("orders"):
        return
    sold = _locations(given.frames["orders"])
    # What is said to supply others, or to take returns, need not sell anything.
    others = _selling_nothing(given)
    for table, word in (("stock", "stock"), ("purchase_orders", "purchases")):
        if not given.has(table):
            continue
        if len(sold) > 1 and "location" not in given.raws[table].columns.column_names:
            what = f"the column is missing: all {word} is at main, while orders name {listed(sorted(sold))}"
            yield Notice(table, None, "location", None, what, ADVICE)
        held = _locations(given.frames[table])
        idle, bare = sorted(held - sold - others), sorted(sold - held)
        if idle:
            rows = np.flatnonzero(given.frames[table]["location"].isin(idle).to_numpy())
            what = f"location {listed(idle)}: {word}, yet nothing is ever ordered there"
            if bare:
                what += f"; location {listed(bare)} has orders and no {word}"
            yield given.notice(table, "location", rows, what, ADVICE, value=listed(idle))
        elif bare and table == "stock":
            rows = np.flatnonzero(given.frames["orders"]["location"].isin(bare).to_numpy())
            what = f"location {listed(bare)}: orders, yet no stock was ever counted there"
            yield given.notice("orders", "location", rows, what, ADVICE, value=listed(bare))


def _selling_nothing(given: Given) -> set[str]:
    """The places that are said to supply others, or to take returns."""
    if not given.has("locations"):
        return set()
    places = given.frames["locations"]
    kinds = places["kind"].isin(["supplies", "returns"])
    return set(places["location"][kinds].astype(str)) | set(places["supplied_by"].dropna().astype(str))


def _locations(frame: pd.DataFrame) -> set[str]:
    codes = np.unique(frame["location"].cat.codes.to_numpy())
    return {str(word) for word in frame["location"].cat.categories[codes[codes >= 0]]}
