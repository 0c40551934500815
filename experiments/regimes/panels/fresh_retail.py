"""FreshRetailNet: fresh goods in shops over 90 days.

Sales hide demand where the shelf was empty: those store-products are taken that were out of stock least,
and what they sold is taken for what was asked for. Amounts are in tenths of the data's unit, so that they
are whole.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.regimes.panels.base import Panel, found


def load(folder: Path, items: int) -> Panel:
    """The ``items`` store-products that were out of stock least. Raises PanelAbsentError."""
    columns = ["store_id", "product_id", "first_category_id", "dt", "sale_amount", "stockout_hours_6_22"]
    table = pd.read_parquet(found(folder, "freshretailnet_5000.parquet"), columns=columns)
    keys = ["store_id", "product_id"]
    short = table.groupby(keys)["stockout_hours_6_22"].mean()
    wide = table.pivot_table(index=keys, columns="dt", values="sale_amount", aggfunc="sum", fill_value=0.0)
    wide = wide.loc[short.sort_values(kind="stable").index[:items].sort_values()]
    category = table.groupby(keys)["first_category_id"].first().reindex(wide.index)
    return Panel(
        name="fresh_retail",
        counts=np.round(10.0 * wide.to_numpy(np.float64)),
        category=np.array([f"category {each}" for each in category], dtype=object),
        price=np.ones(len(wide)),
        start=np.datetime64(str(wide.columns[0])[:10]),
        bucket="day",
    )
