"""A company of two places and a few hundred items, whole and in partitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.bootstrap import partition

AS_OF = "2025-12-28"
ITEMS, DAYS = 60, 200


def write_company(folder):
    """Two places, a supplier with a minimum, alternatives, a successor, events of one item and of all."""
    generator = np.random.default_rng(7)
    days = pd.date_range(end=AS_OF, periods=DAYS)
    sku = np.array([f"S{number:03d}" for number in range(ITEMS)])
    day, item = np.nonzero(generator.random((DAYS, ITEMS)) < np.linspace(0.05, 0.6, ITEMS))
    orders = pd.DataFrame(
        {
            "order": [f"O{number}" for number in range(len(day))],
            "ordered_at": days[day],
            "sku": sku[item],
            "quantity": generator.integers(1, 6, len(day)).astype(float),
            "location": np.where(generator.random(len(day)) < 0.3, "north", "south"),
        }
    )
    products = pd.DataFrame(
        {
            "sku": [*sku, "NEVER"],
            "supplier": [f"supplier {number % 3}" for number in range(ITEMS + 1)],
            "unit_cost": np.round(generator.uniform(1, 30, ITEMS + 1), 2),
            "predecessor": [None] * (ITEMS - 1) + ["S000", None],
        }
    )
    suppliers = {
        "supplier": ["supplier 0", "supplier 1", "supplier 2"],
        "lead_time_days": [7.0, 14.0, 21.0],
        "min_order_value": [0.0, 900.0, 0.0],
        "order_cost": [0.0, 20.0, 5.0],
    }
    places = ["north", "south"]
    stock = pd.DataFrame([(AS_OF, s, float(n % 9), p) for n, s in enumerate(sku) for p in places])
    tables = {
        "orders": orders,
        "products": products,
        "suppliers": pd.DataFrame(suppliers),
        "stock": stock.set_axis(["as_of", "sku", "on_hand", "location"], axis=1).assign(
            as_of=lambda table: pd.to_datetime(table["as_of"])
        ),
        "alternatives": pd.DataFrame({"sku": ["S001", "S002"], "alternative": ["S030", "S001"]}),
        "events": pd.DataFrame(
            {
                "date": pd.to_datetime(["2025-12-25", "2025-11-20"]),
                "name": ["Christmas", "offer"],
                "sku": [None, "S005"],
                "kind": ["closed", "promotion"],
            }
        ),
    }
    folder.mkdir(parents=True)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    return write_company(tmp_path_factory.mktemp("company") / "data")


@pytest.fixture(scope="session")
def cut(company, tmp_path_factory):
    """The company in partitions of about 40 items."""
    folder = tmp_path_factory.mktemp("cut") / "partitions"
    partition(str(company), str(folder), "location,sku", 40)
    return folder
