"""Tables that are no mere concatenation of those of the partitions: sums, and what is said once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.joint_orders.terms import Bound
from forecasting.store.figures import money, whole


def supplier_orders(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One row a supplier. What an order pays once, as a whole, every partition has taken off its savings."""
    every = pd.concat(parts, ignore_index=True)
    every["saved"] += every["freight"] + every["order_cost"]
    every["free"] = every["decided_by"] != Bound.NOTHING_WANTED.value
    # Of those that say that nothing is wanted, one that says otherwise is believed.
    every = every.sort_values(["supplier", "free"], ascending=[True, False], kind="stable")
    by_supplier = every.groupby("supplier", sort=True)
    table = by_supplier.first()
    for name in ("lines", "units", "value", "volume", "saved"):
        table[name] = by_supplier[name].sum()
    table["saved"] -= table["freight"] + table["order_cost"]
    table = table.reset_index()
    for name in ("value", "volume", "saved"):
        table[name] = money(table[name].to_numpy(dtype=np.float64))
    table["units"] = whole(table["units"].to_numpy(dtype=np.float64))
    return table[list(parts[0].columns)]


def assumptions(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """What was assumed, for how many items in all."""
    every = pd.concat(parts, ignore_index=True)
    # Where partitions say different things of one setting, the one that says most stands for all.
    every["length"] = every["value"].str.len()
    every = every.sort_values(["setting", "length"], ascending=[True, False], kind="stable")
    by_setting = every.groupby("setting", sort=True)
    return by_setting.agg(value=("value", "first"), items=("items", "sum")).reset_index()


def notices(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """What looked odd, each thing once, numbered anew: warnings first, then the dearest."""
    every = pd.concat(parts, ignore_index=True)
    every = every.drop_duplicates([name for name in every.columns if name != "number"])
    calm = (every["severity"] != "warning").to_numpy()
    order = np.lexsort((np.arange(len(every)), -every["money"].fillna(0.0).to_numpy(), calm))
    every = every.iloc[order].reset_index(drop=True)
    every["number"] = np.arange(1, len(every) + 1, dtype=np.int64)
    return every


MERGED = {"supplier_orders": supplier_orders, "assumptions": assumptions, "notices": notices}
"""The tables that are merged, and how; all others follow each other."""
