"""How well orders ahead of launches are foretold: a synthetic wholesaler's launches, each week before.

Run from the repository's root::

    python -m experiments.benchmarks.launches --items 2000 --seeds 4

Each week what is still to be ordered ahead of the launches of the next four weeks is foretold from the
launches until then, and held against what was ordered. Printed, by the weeks that are left: how many
launches, the mean of what came and of what was expected, the share within the 90 % interval, and the share
at or below its middle, with ties split.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.bootstrap import write_sample
from forecasting.config import load
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.launches import launch_demand
from forecasting.inputs.read_records import read_records
from forecasting.planning.observing import observer

WEEK, WEEKS_AHEAD, FIRST_WEEK = 7, 4, 20


def foretold(folder: str) -> pd.DataFrame:
    """One row a launch and week before it."""
    records = read_records(folder)
    seen = observer(records, load(), records.last_day, Assumptions())
    lines, launched = seen.lines, seen.catalogue.available_from
    rows = []
    first = records.first_day + FIRST_WEEK * WEEK
    for as_of in range(first, records.last_day - WEEKS_AHEAD * WEEK, WEEK):
        item = np.flatnonzero((launched > as_of + 1) & (launched <= as_of + WEEKS_AHEAD * WEEK))
        found = launch_demand(lines, seen.catalogue, item, records.first_day, as_of)
        if found is None or not found.earlier:
            continue
        came = np.flatnonzero((lines.known_from > as_of) & (lines.known_from < launched[lines.item]))
        units = np.bincount(lines.item[came], lines.quantity[came], len(launched))[item[found.item]]
        more = found.more
        rows.append(
            pd.DataFrame(
                {
                    "weeks left": np.ceil(found.day / WEEK).astype(int),
                    "came": units,
                    "expected": more.mean,
                    "within": (units >= more.quantile(0.05)) & (units <= more.quantile(0.95)),
                    "below": (more.cdf(units) + more.cdf(units - 1)) / 2,
                    "earlier": found.earlier,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--seeds", type=int, default=4)
    asked = parser.parse_args()
    tables = []
    for seed in range(1, asked.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            write_sample(Path(folder), asked.items, asked.days, seed, "parquet")
            tables.append(foretold(folder))
    table = pd.concat(tables, ignore_index=True)
    table["at or below"] = table["below"] <= 0.5
    groups = table.groupby("weeks left")
    shares = groups[["came", "expected", "within", "at or below"]].mean()
    shares.insert(0, "launches", groups.size())
    print(shares.to_string(float_format=lambda value: f"{value:.3f}"))
    print(
        f"{len(table):,} forecasts, each from {table['earlier'].min()} to {table['earlier'].max()} launches"
    )


if __name__ == "__main__":
    main()
