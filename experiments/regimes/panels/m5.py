"""M5: items of a supermarket chain, by week and by day."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.regimes.panels.base import Panel, found, sample


def by_day(folder: Path, items: int) -> Panel:
    """A sample of ``items`` item-stores. Raises PanelAbsentError."""
    wide = pd.read_parquet(found(folder, "m5_daily.parquet"))
    prices = pd.read_parquet(found(folder, "m5_prices.parquet"))
    wide = wide.iloc[sample(len(wide), items)]
    days = wide.columns[1:]
    name = wide["id"].str.rsplit("_", n=2).str[0]
    price = prices.groupby("item_id")["sell_price"].mean().round(2)
    return Panel(
        name="m5_day",
        counts=wide[days].to_numpy(np.float64),
        category=name.str.rsplit("_", n=1).str[0].to_numpy(object),
        price=price.reindex(name).to_numpy(np.float64),
        start=np.datetime64(days[0]),
        bucket="day",
    )


def by_week(folder: Path, items: int) -> Panel:
    """The same, summed over whole weeks. Raises PanelAbsentError."""
    daily = by_day(folder, items)
    skipped = daily.counts.shape[1] % 7
    weeks = daily.counts[:, skipped:].reshape(len(daily), -1, 7)
    known = ~np.isnan(weeks).all(axis=2)
    return replace(
        daily,
        name="m5_week",
        counts=np.where(known, np.nansum(weeks, axis=2), np.nan),
        start=daily.start + np.timedelta64(skipped, "D"),
        bucket="week",
    )
