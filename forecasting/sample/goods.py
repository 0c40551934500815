"""Facts of supply that a sample may have besides: kits, places that goods can move between, lots that expire.

Each is added to books that are consistent, so that they stay so. A kit's second component is a copy of its
first in every line, count and purchase; then some lines of both, sold on the same day to the same customer,
become one line of the kit. Lots are what the last receipts before a count brought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from forecasting.sample.catalogue import Random
from forecasting.sample.records import typed

KITS, PLACES, LOTS = "kits", "places", "lots"
FACTS = (KITS, PLACES, LOTS)
"""What a sample can have besides."""

LOCATIONS = ("main", "south", "west")
"""Where the goods of a sample with places lie."""

KIT_SHARE, PERISHING_SHARE = 0.1, 0.2
"""So many products get a kit; and so many perish."""

AS_KIT = 0.5
"""Lines of both components that were a kit's."""

SHORTEST_LIFE, LONGEST_LIFE = 30, 120
"""Days."""

COPIED = ("orders", "stock", "availability", "purchase_orders", "prices")
"""Tables whose rows of a product are its copy's too."""


def with_goods(
    random: Random, tables: Mapping[str, pd.DataFrame], facts: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The tables with these facts."""
    made = dict(tables)
    if KITS in facts:
        made |= _kits(random, made)
    if PLACES in facts:
        made["locations"] = typed("locations", pd.DataFrame({"location": LOCATIONS, "kind": "sells"}))
    if LOTS in facts:
        made |= _lots(random, made)
    return made


def _kits(random: Random, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    products = tables["products"]
    sku = products["sku"].astype(str).to_numpy()
    chosen = np.sort(random.choice(sku, max(1, round(KIT_SHARE * len(sku))), replace=False))
    made: dict[str, pd.DataFrame] = {}
    for name in COPIED:
        rows = tables[name].astype({"sku": str})
        copies = rows[rows["sku"].isin(chosen)]
        made[name] = pd.concat([rows, copies.assign(sku=copies["sku"] + "-B")], ignore_index=True)
    for name, key in (("orders", "order"), ("purchase_orders", "purchase_order")):
        made[name] = _numbered(made[name], key)

    copies = products[products["sku"].isin(chosen)].astype({"sku": str, "description": str})
    second = copies.assign(sku=copies["sku"] + "-B", description=copies["description"] + ", second part")
    kit = copies.assign(
        sku=copies["sku"] + "-KIT",
        description=copies["description"] + ", set of two",
        unit_cost=2 * copies["unit_cost"],
        unit_price=2 * copies["unit_price"],
    )
    made["products"] = pd.concat([products.astype({"sku": str, "description": str}), second, kit])
    made["orders"] = _sold_as_kits(random, made["orders"], chosen)
    bill = {"sku": np.repeat(chosen + "-KIT", 2), "component": np.stack([chosen, chosen + "-B"], 1).ravel()}
    made["kits"] = pd.DataFrame({**bill, "quantity": 1.0})
    return {name: typed(name, frame) for name, frame in made.items()}


def _numbered(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """The same, the lines of each order numbered anew: copies have the numbers of their originals."""
    return rows.assign(line=(rows.groupby(key, observed=True).cumcount() + 1).astype(str))


def _sold_as_kits(random: Random, orders: pd.DataFrame, chosen: np.ndarray) -> pd.DataFrame:
    """Some lines of both parts as one line of the kit."""
    first = np.flatnonzero(orders["sku"].isin(chosen).to_numpy())
    second = np.flatnonzero(orders["sku"].isin(chosen + "-B").to_numpy())
    # Copies stand in the order of what they are copies of.
    sold = random.random(len(first)) < AS_KIT
    sku = orders["sku"].to_numpy(dtype=object).copy()
    sku[first[sold]] = sku[first[sold]] + "-KIT"
    price = orders["unit_price"].to_numpy(dtype=np.float64).copy()
    price[first[sold]] *= 2
    kept = np.ones(len(orders), dtype=np.bool_)
    kept[second[sold]] = False
    return orders.assign(sku=sku, unit_price=price)[kept].reset_index(drop=True)


def _lots(random: Random, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    products = tables["products"].copy()
    perishes = random.random(len(products)) < PERISHING_SHARE
    life = random.integers(SHORTEST_LIFE, LONGEST_LIFE, len(products)).astype(np.float64)
    products["shelf_life_days"] = np.where(perishes, life, products["shelf_life_days"])

    life_of = pd.Series(life[perishes], index=products["sku"].astype(str)[perishes])
    keys = ["location", "sku"]
    counts = tables["stock"].astype({"sku": str, "location": str})
    counts = counts[counts["sku"].isin(life_of.index) & (counts["on_hand"] > 0)]
    came = tables["purchase_orders"].astype({"sku": str, "location": str})
    came = came[came["sku"].isin(life_of.index) & came["received_at"].notna()]
    came = came.assign(day=came["received_at"].dt.normalize())[[*keys, "day", "quantity_received"]]

    # Of each count the receipts before it, the last first, as far as the shelf holds them.
    count_of = [*keys, "as_of"]
    both = counts.merge(came, on=keys)
    both = both[both["day"] <= both["as_of"]].sort_values([*count_of, "day"], ascending=False)
    before = both.groupby(count_of)["quantity_received"].cumsum() - both["quantity_received"]
    both["units"] = np.clip(both["on_hand"] - before, 0.0, both["quantity_received"])
    known = both.groupby(count_of, as_index=False).agg({"units": "sum"})
    rest = counts.merge(known, on=count_of, how="left")
    rest["units"] = rest["on_hand"] - rest["units"].fillna(0.0)
    lots = pd.concat([both, rest.assign(day=rest["as_of"])])
    lots = lots[lots["units"] > 0]
    expires = lots["day"] + pd.to_timedelta(lots["sku"].map(life_of), unit="D")
    soonest = lots["as_of"] + pd.to_timedelta(7, unit="D")
    lots = lots.assign(on_hand=lots["units"], expires_on=np.maximum(expires, soonest))
    lots = lots.groupby(["as_of", *keys, "expires_on"], as_index=False).agg({"on_hand": "sum"})
    return {"products": typed("products", products), "lots": typed("lots", lots)}
