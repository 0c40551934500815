"""How fast promises are: 200,000 open lines over 30,000 items, from records to all tables.

Run from the repository's root::

    python -m experiments.benchmarks.promise_speed --lines 200000 --items 30000

A shop is made up: stock and purchase orders for most of what is open, receipts that teach how suppliers
deliver, alternatives for a tenth of the items. Reading the dataset and the plan itself are not timed: the
plan's quantities are made up too. Printed: seconds of the first run, which compiles, and of the best of
three, by the clock, of the processor, and by step.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.read_records import read_records
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import Recommended

AS_OF = "2026-06-28"
WORDS = "red blue green wool cotton steel scarf cup lamp hose bowl candle frame basket clock tray".split()
DELIVERIES = 4
"""Past purchase orders of each item."""


def tables(lines: int, items: int, seed: int = 0) -> dict[str, pd.DataFrame]:
    """A shop with that many open lines and items."""
    random = np.random.default_rng(seed)
    day = np.datetime64(AS_OF)
    sku = np.array([f"S{number:06d}" for number in range(items)], dtype=object)
    word = np.array(WORDS, dtype=object)[random.integers(0, len(WORDS), (items, 3))]
    of = random.integers(0, items, lines)
    ordered = day - random.integers(0, 20, lines)
    due = ordered + random.integers(0, 60, lines)
    back = random.integers(20, 300, items * DELIVERIES)
    some = random.choice(items, (items // 10, 2))

    def purchases(name: str, count: int, ordered: np.ndarray, item: np.ndarray) -> dict[str, object]:
        return {
            "purchase_order": [f"{name}{number // 40}" for number in range(count)],
            "line": (np.arange(count) % 40).astype(str),
            "sku": sku[item],
            "quantity": random.integers(5, 60, count),
            "ordered_at": ordered.astype(str),
            "expected_at": (ordered + 15).astype(str),
        }

    came = day - back + 15 + random.integers(0, 3, len(back)) * (random.random(len(back)) < 0.3)
    past = pd.DataFrame(purchases("R", len(back), day - back, np.tile(np.arange(items), DELIVERIES)))
    past = past.assign(status="received", received_at=np.minimum(came, day).astype(str))
    coming = pd.DataFrame(purchases("P", items, day - random.integers(1, 14, items), np.arange(items)))
    return {
        "orders": pd.DataFrame(
            {
                "order": [f"O{number // 3}" for number in range(lines)],
                "line": (np.arange(lines) % 3).astype(str),
                "ordered_at": ordered.astype(str),
                "sku": sku[of],
                "quantity": random.integers(1, 12, lines),
                "customer": [f"C{number}" for number in random.integers(0, 5_000, lines)],
                "due": np.where(random.random(lines) < 0.5, due.astype(str), None),
                "status": "open",
            }
        ),
        "products": pd.DataFrame(
            {
                "sku": sku,
                "description": [" ".join(row) for row in word],
                "category": [f"c{number}" for number in np.arange(items) % 40],
                "supplier": [f"V{number}" for number in np.arange(items) % 200],
                "unit_cost": 5.0,
                "unit_price": 10.0,
            }
        ),
        "suppliers": pd.DataFrame(
            {"supplier": [f"V{number}" for number in range(200)], "lead_time_days": 14}
        ),
        "stock": pd.DataFrame({"as_of": AS_OF, "sku": sku, "on_hand": random.integers(0, 40, items)}),
        "purchase_orders": pd.concat([past, coming.assign(status="open")]),
        "alternatives": pd.DataFrame({"sku": sku[some[:, 0]], "alternative": sku[some[:, 1]]})
        .query("sku != alternative")
        .drop_duplicates(),
    }


def timed(lines: int, items: int, runs: int = 3) -> list[dict[str, float]]:
    """Seconds of each run, in all and by step."""
    with tempfile.TemporaryDirectory() as folder:
        for name, table in tables(lines, items).items():
            table.to_parquet(Path(folder) / f"{name}.parquet", index=False)
        records = read_records(folder)
    config, as_of, n = load(), day_number(AS_OF), len(records.items)
    random = np.random.default_rng(1)
    wanted = np.where(random.random(n) < 0.4, random.integers(1, 60, n), 0).astype(np.float64)
    plan = Recommended(wanted, np.full(n, as_of + 7), np.ones(n))
    found = []
    for _ in range(runs + 1):
        begin, busy = time.perf_counter(), time.process_time()
        result = promise(records, config, Request(as_of), plan)
        took = {"all": time.perf_counter() - begin, "processor": time.process_time() - busy}
        found.append({**took, **result.run["timings"]})
    print(f"{result.run['counts']['open_lines']:,} open lines, {n:,} items")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--items", type=int, default=30_000)
    asked = parser.parse_args()
    first, *others = timed(asked.lines, asked.items)
    best = min(others, key=lambda run: run["processor"])
    for name, run in (("first run", first), ("best of three", best)):
        print(f"{name:14}" + "".join(f"  {step} {seconds:.2f} s" for step, seconds in run.items()))


if __name__ == "__main__":
    main()
