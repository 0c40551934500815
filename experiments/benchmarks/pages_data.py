"""A plan as large as pages are made for: that of a synthetic wholesaler, copied until it has enough lines.

Run from the repository's root::

    python -m experiments.benchmarks.pages_data DB_URL [--copies 75] [--groups 25]

400 items of 12 suppliers are planned and promised; 75 copies make 30,000 lines of 300 suppliers, of some
hundred lines each, and 4,125 order lines of customers. Each copy has names of its own; three share suppliers.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from forecasting.bootstrap import write_sample
from forecasting.config import load
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import read_records
from forecasting.planning.plan import plan
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import recommended_by
from forecasting.store.database import write_run
from forecasting.store.schema import TABLES

ITEMS, DAYS, SEED = 400, 730, 1
OWN = ("sku", "order", "purchase_order", "alternative")
"""What a name of its own stands for in each copy; of a supplier, in each group of copies."""


def copied(name: str, table: pd.DataFrame, copies: int, groups: int) -> pd.DataFrame:
    """A table of a run as often as asked for. A row a supplier stands for all copies of its group."""
    key = TABLES[name].key
    own = [column for column in OWN if column in table]
    if not own or table.empty:
        if "supplier" not in key:
            return table
        copies = groups
    most = 0 if "number" not in table else int(table["number"].max())
    parts = []
    for copy in range(copies):
        part = table.copy()
        for column in own:
            part[column] = part[column].where(part[column].isna(), part[column].astype(str) + f"-{copy:02d}")
        if "supplier" in part:
            part["supplier"] = part["supplier"].astype(str) + f" {copy % groups + 1}"
        if most:
            part["number"] += copy * most
        if name == "actions":
            part["rank"] = part["rank"] * copies + copy
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def write_copies(url: str, copies: int, groups: int) -> None:
    """Plan, promise, copy, and write both runs."""
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), ITEMS, DAYS, SEED, "parquet")
        records = read_records(folder)
    config, as_of = load(None, ("model=negative_binomial",)), known_until(records).orders
    planned = plan(records, config, as_of, for_pages=True)
    recommended = recommended_by(planned.tables["recommendations"], as_of)
    for result in (planned, promise(records, config, Request(as_of), recommended)):
        tables: Mapping[str, pd.DataFrame] = {
            name: copied(name, table, copies, groups) for name, table in result.tables.items()
        }
        write_run(url, tables, result.run)
        print(", ".join(f"{name} {len(table):,}" for name, table in tables.items()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--copies", type=int, default=75)
    parser.add_argument("--groups", type=int, default=25)
    asked = parser.parse_args()
    write_copies(asked.url, asked.copies, asked.groups)


if __name__ == "__main__":
    main()
