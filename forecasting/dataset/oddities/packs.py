"""Stock, purchases or costs in packs where orders are in units: told by ratios that are near pack_size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from forecasting.dataset.oddities.given import Days, Floats, Given, count, listed
from forecasting.errors import Notice

LEAST_PACK = 3.0
"""Smaller packs are too near to what costs and counts vary by anyway."""

NEAR = 0.1
"""How far a ratio may be from pack_size, as a share of it."""

BETTER = 0.3
"""Counts disagree with the documents in packs at most this much of what they do in units."""


def notices(given: Given) -> Iterator[Notice]:
    """What is priced, purchased or counted in packs."""
    if not given.has("products", "purchase_orders"):
        return
    skus = pd.Index(given.frames["products"]["sku"].astype(object))
    pack = np.nan_to_num(given.numbers("products", "pack_size"), nan=1.0)
    product = given.number_of("purchase_orders", "sku", skus)
    yield from _priced(given, skus, pack, product)
    yield from _uneven(given, skus, pack, product)
    if given.has("stock", "orders"):
        yield from _counted(given, skus, pack)


def _priced(given: Given, skus: pd.Index, pack: Floats, product: Days) -> Iterator[Notice]:
    """Purchases whose unit_cost is pack_size times the product's, or the other way round."""
    paid = given.numbers("purchase_orders", "unit_cost")
    listed_cost = given.numbers("products", "unit_cost")
    known = np.flatnonzero((product >= 0) & (paid > 0) & (listed_cost[product] > 0))
    if not len(known):
        return
    ratio = pd.Series(paid[known] / listed_cost[product[known]]).groupby(product[known]).median()
    of, share = ratio.index.to_numpy(), ratio.to_numpy(dtype=np.float64)
    large = pack[of] >= LEAST_PACK
    for table, odd, words in (
        ("purchase_orders", _near(share, pack[of]) & large, "the purchases' is about pack_size times it"),
        ("products", _near(1.0 / share, pack[of]) & large, "it is about pack_size times what purchases paid"),
    ):
        if odd.any():
            what = f"the price of a pack in unit_cost? Of {count(int(odd.sum()), 'product')} {words}"
            advice = "Give unit_cost per unit in both tables, and quantities in units."
            rows = np.flatnonzero(np.isin(product, of[odd])) if table == "purchase_orders" else of[odd]
            yield given.notice(table, "unit_cost", rows, f"{what} ({_names(skus, of[odd])})", advice)


def _uneven(given: Given, skus: pd.Index, pack: Floats, product: Days) -> Iterator[Notice]:
    """Products that are hardly ever purchased in whole packs."""
    quantity = given.numbers("purchase_orders", "quantity")
    known = np.flatnonzero((product >= 0) & (pack[product] >= LEAST_PACK))
    of = product[known]
    parts = quantity[known] / pack[of]
    uneven = np.abs(parts - np.rint(parts)) > 1e-6
    lines = np.bincount(of, minlength=len(skus))
    odd = (np.bincount(of, uneven, len(skus)) > lines / 2) & (lines >= 2)
    if odd.any():
        what = (
            f"quantities that are no multiples of pack_size, of {count(int(odd.sum()), 'product')} "
            f"({_names(skus, np.flatnonzero(odd))}): packs instead of units?"
        )
        advice = "Give quantities in units; or correct pack_size, which orders are rounded to."
        yield given.notice("purchase_orders", "quantity", known[uneven & odd[of]], what, advice)


def _counted(given: Given, skus: pd.Index, pack: Floats) -> Iterator[Notice]:
    """Products whose counts agree with what came and left only if one of them is in packs."""
    item, came, left, change = given.between_counts
    # A SKU that products does not list has no pack: its place is the last.
    size = np.append(pack, 1.0)[skus.get_indexer(pd.Index(item))]
    off = pd.DataFrame(
        {
            "units": np.abs(change - came + left),
            "bought in packs": np.abs(change - came * size + left),
            "counted in packs": np.abs(change * size - came + left),
            "left": left,
            "size": size,
        }
    )
    sums = off.groupby(item).agg({**dict.fromkeys(off.columns, "sum"), "size": "first"})
    material = (sums["size"] >= LEAST_PACK) & (sums["left"] >= 3 * sums["size"])
    for name, table, column, words in (
        ("bought in packs", "purchase_orders", "quantity", "purchases look like packs, not units"),
        ("counted in packs", "stock", "on_hand", "counts look like packs, not units"),
    ):
        other = "counted in packs" if name == "bought in packs" else "bought in packs"
        odd = material & (sums[name] < BETTER * sums["units"]) & (sums[name] < sums[other])
        if odd.any():
            names = [str(sku) for sku in sums.index[odd]]
            what = (
                f"{words}: between counts, stock of {count(len(names), 'product')} ({listed(names)}) changes "
                "as it would if a pack were one"
            )
            rows = np.flatnonzero(given.frames[table]["sku"].isin(names).to_numpy())
            yield given.notice(
                table, column, rows, what, "Give stock, purchases and orders in units, all three."
            )


def _near(ratio: Any, size: Floats) -> np.ndarray:
    return np.abs(ratio - size) <= NEAR * size


def _names(skus: pd.Index, of: np.ndarray) -> str:
    return listed([str(sku) for sku in skus[of]])
