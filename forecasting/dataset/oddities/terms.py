"""Terms that contradict each other: price breaks, a company's own levels, costs of nothing, successors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.oddities.given import Given, count, listed
from forecasting.domain import BoolArray
from forecasting.errors import Notice

CHEAPEST = 0.2
"""A break below this share of the product's cost is in another unit."""


def notices(given: Given) -> Iterator[Notice]:
    """Terms of products, and of price breaks, that cannot be meant."""
    if not given.has("products"):
        return
    yield from _levels(given)
    yield from _free(given)
    yield from _dear(given)
    yield from _successors(given)
    if given.has("price_breaks"):
        yield from _breaks(given)


def _levels(given: Given) -> Iterator[Notice]:
    point, level = (given.numbers("products", name) for name in ("reorder_point", "order_up_to"))
    odd = np.flatnonzero(level < point)
    if len(odd):
        what = "order_up_to is below reorder_point: an order aims at the reorder point"
        yield given.notice(
            "products", ("reorder_point", "order_up_to"), odd, what, "Correct one of the two levels."
        )


def _free(given: Given) -> Iterator[Notice]:
    free = np.flatnonzero(given.numbers("products", "unit_cost") == 0)
    if len(free):
        what = "unit_cost is 0: such goods cost nothing to hold, so that no order is too large"
        yield given.notice("products", "unit_cost", free, what, "Leave it empty where it is not known.")


def _dear(given: Given) -> Iterator[Notice]:
    """What products without a cost were bought at last, above what they sell for."""
    if not given.has("purchase_orders"):
        return
    skus = pd.Index(given.frames["products"]["sku"].astype(object))
    cost, price = (given.numbers("products", name) for name in ("unit_cost", "unit_price"))
    product = given.number_of("purchase_orders", "sku", skus)
    paid = given.numbers("purchase_orders", "unit_cost")
    dear = np.flatnonzero((product >= 0) & np.isnan(cost[product]) & (paid > price[product]))
    dear = dear[price[product[dear]] > 0]
    if len(dear):
        names = listed(sorted({str(skus[at]) for at in product[dear]}))
        what = f"unit_cost is above the product's unit_price: each unit sold is a loss ({names})"
        advice = "Correct one of the two: is the cost that of a pack, or in another currency?"
        yield given.notice("purchase_orders", "unit_cost", dear, what, advice)


def _successors(given: Given) -> Iterator[Notice]:
    frame = given.frames["products"]
    older = frame["predecessor"].astype(object)
    named = older.notna().to_numpy()
    shared = np.flatnonzero(named & older.duplicated(keep=False).to_numpy())
    if len(shared):
        what = "several products have the same predecessor: they are taken to share its demand equally"
        yield given.notice("products", "predecessor", shared, what, "Name it once, if one takes its place.")

    ends = set(frame["sku"].astype(object)[frame["ends_on"].notna().to_numpy()])
    dated = frame["available_from"].notna().to_numpy() | older.isin(ends).to_numpy()
    sold = set(given.frames["orders"]["sku"].astype(object).unique()) if given.has("orders") else set()
    at_once = np.flatnonzero(named & ~dated & ~frame["sku"].astype(object).isin(sold).to_numpy())
    if len(at_once):
        what = "a predecessor, and no available_from: taken to take its place at once"
        yield given.notice(
            "products", ("predecessor", "available_from"), at_once, what, "Give its first day."
        )


def breaks_of_offers(given: Given) -> BoolArray:
    """bool, a price break each: it is in the units and the money of an offer in ``supplier_items``."""
    breaks = given.frames["price_breaks"]
    if not given.has("supplier_items"):
        return np.zeros(len(breaks), dtype=np.bool_)
    pair = ["supplier", "sku"]
    offers = given.frames["supplier_items"]
    known = pd.MultiIndex.from_frame(offers[pair].astype(object))
    return np.asarray(pd.MultiIndex.from_frame(breaks[pair].astype(object)).isin(known))


def _breaks(given: Given) -> Iterator[Notice]:
    frame, products = given.frames["price_breaks"], given.frames["products"]
    skus = pd.Index(products["sku"].astype(object))
    product = given.number_of("price_breaks", "sku", skus)
    cost = np.append(given.numbers("products", "unit_cost"), np.nan)[product]
    at = given.numbers("price_breaks", "unit_cost")
    cost = np.where(breaks_of_offers(given), np.nan, cost)

    supplier = np.array([*products["supplier"].astype(object), None], dtype=object)[product]
    other = frame["supplier"].astype(object).to_numpy() != supplier
    unread = np.flatnonzero(other & (product >= 0) & ~pd.isna(supplier) & ~breaks_of_offers(given))
    if len(unread):
        what = f"{count(len(unread), 'break')} of a supplier that the product is not bought from: not read"
        yield given.notice(
            "price_breaks", "supplier", unread[:1], what, "Correct the supplier in one of both."
        )

    dear = np.flatnonzero(~other & (at >= cost))
    if len(dear):
        what = "unit_cost of a larger order is not below that of products: the break makes it dearer"
        yield given.notice("price_breaks", "unit_cost", dear, what, "Correct one of the two costs.")
    cheap = np.flatnonzero(~other & ((at < CHEAPEST * cost) | (at == 0)))
    if len(cheap):
        what = f"unit_cost is less than {CHEAPEST:.0%} of that of products: in another unit?"
        yield given.notice("price_breaks", "unit_cost", cheap, what, "Give both per unit, in one currency.")
