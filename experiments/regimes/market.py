"""A panel as a company has it: records, costs and terms of one cell, seen through the project's own observer.

Demand is written as the project reads it, an order line an item and bucket on the bucket's first day, and
read back by ``read_records``: nothing of the project is bypassed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.regimes.cells import Cell
from experiments.regimes.panels.base import Panel
from forecasting.config import Config, load
from forecasting.domain import day_number
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records
from forecasting.planning.observer import Observer
from forecasting.planning.observing import observer

WEEK = 7.0


def first_day(panel: Panel) -> int:
    """The day number of the first day of the panel."""
    return day_number(str(panel.start))


def config_of(cell: Cell, panel: Panel, model: str) -> Config:
    """Defaults, but for what the cell says; costs are set per item."""
    settings = [
        f"bucket={panel.bucket}",
        f"model={model}",
        f"line_cost={cell.line_cost}",
        "shortage_per_line=0",
        "cancel_share=0",
    ]
    return load(None, settings)


def observer_of(cell: Cell, panel: Panel, from_day: int, until_day: int) -> Observer:
    """The company as its records show it: the lines from ``from_day`` to ``until_day``, day numbers."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _orders(panel, from_day, until_day).to_parquet(folder / "orders.parquet", index=False)
        _products(cell, panel).to_parquet(folder / "products.parquet", index=False)
        supplier = {"supplier": ["S"], "lead_time_days": [cell.lead_days], "review_days": [cell.review_days]}
        pd.DataFrame(supplier).to_parquet(folder / "suppliers.parquet", index=False)
        records = read_records(str(folder))
    config = config_of(cell, panel, "auto")
    return observer(records, config, records.first_day, Assumptions())


def names_of(panel: Panel) -> list[str]:
    """The items' names, ascending as they stand in the panel."""
    return [f"I{number:06d}" for number in range(len(panel))]


def _orders(panel: Panel, from_day: int, until_day: int) -> pd.DataFrame:
    item, bucket = np.nonzero(np.nan_to_num(panel.counts) > 0)
    day = first_day(panel) + bucket * panel.bucket_days
    kept = (day >= from_day) & (day <= until_day)
    item, bucket, day = item[kept], bucket[kept], day[kept]
    names = np.array(names_of(panel), dtype=object)
    return pd.DataFrame(
        {
            "order": np.char.add("O", np.arange(len(item)).astype(str)),
            "ordered_at": day.astype("datetime64[D]").astype("datetime64[s]"),
            "sku": names[item],
            "quantity": panel.counts[item, bucket],
        }
    )


def _products(cell: Cell, panel: Panel) -> pd.DataFrame:
    """What a unit costs where: a shortage of it in all its price, holding for a review as the ratio asks."""
    price, review = panel.price, float(cell.review_days)
    holding = price * (1.0 - cell.ratio) / cell.ratio / review
    # Where customers wait, half of what a shortage costs is paid at once, half by the day.
    once = price * (0.5 if cell.backorder else 1.0)
    waiting = price / review if cell.backorder else 0.0 * price
    return pd.DataFrame(
        {
            "sku": names_of(panel),
            "category": panel.category,
            "supplier": "S",
            "unit_price": price,
            "unit_cost": price / 2,
            "backorder": "allowed" if cell.backorder else "refused",
            "pack_size": float(cell.pack_size),
            "holding_per_unit_day": holding,
            "shortage_per_unit": once,
            "backlog_per_unit_day": waiting,
        }
    )
