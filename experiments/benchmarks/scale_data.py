"""A made dataset of any number of items, written week by week: no table is ever held whole.

Each item sells at a rate of its own, log-normal over the range, with a season that its category shares; its
orders are negative binomial from week to week. It is written as a weekly panel, an order line an item and
week with demand, in the order of time, as a company's own table would be.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CATEGORIES, SUPPLIERS, CUSTOMERS = 40, 200, 500
LAST_MONDAY = np.datetime64("2026-06-22", "D")
AS_OF = "2026-06-28"
"""The close of the last week."""


def write_panel(folder: Path, items: int, weeks: int = 104, seed: int = 1) -> int:
    """Write orders, products, suppliers and stock into ``folder``. Returns how many order lines there are."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    sku = pa.array([f"S{number:07d}" for number in range(items)])
    category = generator.integers(0, CATEGORIES, items)
    rate = np.exp(generator.normal(0.3, 1.3, items))
    cost = np.round(np.exp(generator.normal(2.0, 0.8, items)), 2)
    top = generator.uniform(0, 52, CATEGORIES)
    height = generator.uniform(0.0, 0.5, CATEGORIES)
    customer = pa.array([f"C{number:03d}" for number in range(CUSTOMERS)])
    lines = 0

    schema = pa.schema(
        [
            ("order", pa.dictionary(pa.int32(), pa.string())),
            ("line", pa.dictionary(pa.int32(), pa.string())),
            ("ordered_at", pa.timestamp("us")),
            ("sku", pa.dictionary(pa.int32(), pa.string())),
            ("quantity", pa.float64()),
            ("customer", pa.dictionary(pa.int32(), pa.string())),
        ]
    )
    first = LAST_MONDAY - 7 * (weeks - 1)
    with pq.ParquetWriter(folder / "orders.parquet", schema, compression="zstd", store_schema=False) as file:
        for week in range(weeks):
            season = 1.0 + height * np.cos(2 * np.pi * (week - top) / 52.0)
            mean = rate * season[category]
            units = generator.negative_binomial(1.5, 1.5 / (1.5 + mean))
            sold = np.flatnonzero(units).astype(np.int32)
            by = generator.integers(0, CUSTOMERS, len(sold)).astype(np.int32)
            orders = pa.array([f"W{week:03d}-{number:03d}" for number in range(CUSTOMERS)])
            day = np.full(len(sold), first + 7 * week).astype("datetime64[us]")
            columns = [
                pa.DictionaryArray.from_arrays(pa.array(by), orders),
                pa.DictionaryArray.from_arrays(pa.array(sold), sku),
                pa.array(day),
                pa.DictionaryArray.from_arrays(pa.array(sold), sku),
                pa.array(units[sold].astype(np.float64)),
                pa.DictionaryArray.from_arrays(pa.array(by), customer),
            ]
            file.write_table(pa.Table.from_arrays(columns, schema=schema))
            lines += len(sold)

    names = pa.array([f"supplier {number:03d}" for number in range(SUPPLIERS)])
    supplied_by = generator.integers(0, SUPPLIERS, items)
    products = {
        "sku": sku,
        "category": [f"category {number:02d}" for number in category],
        "supplier": names.take(pa.array(supplied_by)),
        "unit_cost": cost,
        "unit_price": np.round(cost * 1.6, 2),
    }
    pq.write_table(pa.table(products), folder / "products.parquet", compression="zstd", store_schema=False)
    suppliers = {
        "supplier": names,
        "lead_time_days": generator.integers(7, 43, SUPPLIERS).astype(np.float64),
        "lead_time_sd_days": np.full(SUPPLIERS, 3.0),
        "review_days": np.full(SUPPLIERS, 7.0),
        "order_cost": np.full(SUPPLIERS, 15.0),
        "min_order_value": generator.choice([0.0, 200.0, 1000.0], SUPPLIERS),
    }
    pq.write_table(pa.table(suppliers), folder / "suppliers.parquet", store_schema=False)
    stock = {
        "as_of": np.full(items, np.datetime64(AS_OF, "D")).astype("datetime64[us]"),
        "sku": sku,
        "on_hand": generator.poisson(rate * generator.uniform(0, 8, items)).astype(np.float64),
    }
    pq.write_table(pa.table(stock), folder / "stock.parquet", compression="zstd", store_schema=False)
    return lines
