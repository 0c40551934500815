"""Online Retail II: a gift wholesaler's two years, by week, from the dataset that `reorder import` makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.regimes.panels.base import Panel, found, sample, since_first_sale

FEWEST_WEEKS = 12
"""With sales in fewer, an item is left out."""


def load(folder: Path, items: int) -> Panel:
    """A sample of ``items`` items, from the folder ``online_retail`` of the data. Raises PanelAbsentError."""
    source = found(folder, "online_retail")
    orders = pd.read_parquet(found(source, "orders.parquet"))
    orders = orders[(orders["status"] != "cancelled") & (orders["quantity"] > 0)]
    day = orders["ordered_at"].dt.normalize()
    start = day.min()
    week = (day - start).dt.days // 7
    # The last week is whole or left out.
    weeks = int(((day.max() - start).days + 1) // 7)
    by = (
        orders.assign(week=week)[week < weeks]
        .groupby(["sku", "week"])["quantity"]
        .sum()
        .unstack(fill_value=0)
    )
    by = by.reindex(columns=range(weeks), fill_value=0)
    by = by[(by > 0).sum(axis=1) >= FEWEST_WEEKS]
    by = by.iloc[sample(len(by), items)]
    price = orders.groupby("sku")["unit_price"].median().reindex(by.index).clip(lower=0.05)
    return Panel(
        name="online_retail",
        counts=since_first_sale(by.to_numpy(np.float64)),
        category=np.full(len(by), "gifts", dtype=object),
        price=price.to_numpy(np.float64),
        start=start.to_datetime64().astype("datetime64[D]"),
    )
