"""A company of a few items, made in no time: not to be believed, but with something for every rule to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.domain import day_number

ITEMS, DAYS = 16, 500
LAST_DAY = pd.Timestamp("2025-12-28")
CALENDAR = pd.date_range(end=LAST_DAY, periods=DAYS)
SKU = np.array([f"SKU{number:02d}" for number in range(ITEMS)])


def write_few_items(folder: Path) -> int:
    """Write the tables to ``folder``, which is made. Returns their last day."""
    tables = {"orders": _orders(), "purchase_orders": _purchases(), **_terms(), **_drivers()}
    folder.mkdir(parents=True)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
    return day_number(LAST_DAY.date())


def _orders() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    day, item = np.nonzero(generator.random((DAYS, ITEMS)) < np.linspace(0.05, 0.9, ITEMS))
    ordered, takes = CALENDAR[day], generator.integers(0, 9, len(day))
    return pd.DataFrame(
        {
            "order": [f"O{number}" for number in range(len(day))],
            "ordered_at": ordered,
            "sku": SKU[item],
            "quantity": generator.integers(1, 9, len(day)),
            "customer": "C",
            "due": ordered + pd.Timedelta(days=30),
            "shipped_at": pd.Series(ordered + pd.to_timedelta(takes, "D")).where(takes < 8),
            "status": np.where(takes < 8, "shipped", "open"),
        }
    )


def _purchases() -> pd.DataFrame:
    month, item = np.nonzero(np.ones((DAYS // 30, ITEMS)))
    ordered = CALENDAR[month * 30]
    received = ordered + pd.to_timedelta(np.random.default_rng(2).integers(8, 20, len(item)), "D")
    return pd.DataFrame(
        {
            "purchase_order": [f"P{number}" for number in range(len(item))],
            "sku": SKU[item],
            "quantity": 40,
            "ordered_at": ordered,
            "expected_at": ordered + pd.Timedelta(days=14),
            "received_at": pd.Series(received).where(received <= LAST_DAY),
            "supplier": "S",
        }
    )


def _terms() -> dict[str, pd.DataFrame]:
    """What supplier and items ask for, and what is on hand."""
    number = np.arange(ITEMS)
    products = pd.DataFrame({"sku": SKU, "supplier": "S", "pack_size": 2})
    products["category"] = np.where(number % 2 == 0, "A", "B")
    products["backorder"] = np.where(number % 4 == 0, "refused", "allowed")
    supplier = {"supplier": "S", "lead_time_days": 14, "review_days": 7, "line_cost": 1, "max_volume": 1e6}
    supplier |= {"min_order_value": 300, "free_freight_value": 400, "freight_cost": 20}
    return {
        "products": products,
        "suppliers": pd.DataFrame([supplier]),
        "stock": pd.DataFrame({"as_of": LAST_DAY, "sku": SKU, "on_hand": 3}),
        "price_breaks": pd.DataFrame({"supplier": "S", "sku": SKU[:4], "min_quantity": 50, "unit_cost": 4}),
    }


def _drivers() -> dict[str, pd.DataFrame]:
    """What moves demand."""
    return {
        "prices": pd.DataFrame({"from": CALENDAR[::60], "sku": SKU[3], "unit_price": 9.0, "promotion": ""}),
        "events": pd.DataFrame({"date": CALENDAR[::45], "name": "sale", "sku": SKU[5], "kind": "promotion"}),
    }
