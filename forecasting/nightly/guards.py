"""Whether tonight's tables can be believed: a stale or shrunken import would order nonsense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.dataset.dataset import Dataset

TABLES = ("orders", "products", "suppliers", "stock", "purchase_orders")
"""The tables whose rows are counted from night to night."""

WEEKS = 8
"""What is usual is the median of so many weeks before the last one."""


def counts(dataset: Dataset) -> dict[str, int]:
    """Rows of each table that is watched."""
    return {name: len(getattr(dataset, name)) for name in TABLES}


def doubts(dataset: Dataset, as_of: date, last: Mapping[str, int], config: Config) -> Sequence[str]:
    """Why tonight's tables cannot be believed, in words; nothing where they can.

    ``last``: the rows of each table in the last night that was believed; empty: there was none.
    """
    return [
        *_shrunken(counts(dataset), last, config.guard_share),
        *_few_orders(dataset.orders, as_of, config.guard_share),
        *_old_stock(dataset.stock, as_of, config.guard_stock_days),
    ]


def _shrunken(now: Mapping[str, int], last: Mapping[str, int], share: float) -> Sequence[str]:
    found = []
    for name, before in last.items():
        rows = now.get(name, 0)
        if before and not rows:
            found.append(f"table {name} is missing or empty; it had {before:,} rows the last time")
        elif rows < share * before:
            found.append(f"table {name} has {rows:,} rows; it had {before:,} the last time")
    return found


def _few_orders(orders: pd.DataFrame, as_of: date, share: float) -> Sequence[str]:
    """Order lines of the last seven days against those of the weeks before."""
    day = pd.to_datetime(orders["ordered_at"]).dt.normalize()
    weeks_ago = ((pd.Timestamp(as_of) - day).dt.days // 7).to_numpy()
    lines = np.bincount(weeks_ago[(weeks_ago >= 0) & (weeks_ago <= WEEKS)], minlength=WEEKS + 1)
    usual = float(np.median(lines[1:]))
    if lines[0] < share * usual:
        return [f"{lines[0]:,} order lines in the seven days up to {as_of}; usual are {usual:,.0f}"]
    return []


def _old_stock(stock: pd.DataFrame, as_of: date, days: float) -> Sequence[str]:
    if not len(stock):
        return []
    newest = pd.to_datetime(stock["as_of"]).max().date()
    age = (as_of - newest).days
    return [f"the newest stock is of {newest}, {age} days before {as_of}"] if age > days else []
