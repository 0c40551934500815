"""The replay of a supermarket chain: every item of every store, sales lost where the shelf is empty.

M5 tells what 30,490 item-stores sold on each of 447 days. It is written as a dataset (an order line an
item, store and day; nothing waits for a backorder in a supermarket), and the last 26 weeks are replayed with
weekly reviews by the command that everyone uses. Lead times are not known: assumed are 3 days for
food, 7 for household and 14 for hobbies. Run from the repository's root::

    python -m experiments.benchmarks.replay_m5 [FOLDER] [SETTING=VALUE ...]

FOLDER holds m5_daily.parquet and m5_prices.parquet. Prints what `reorder replay` prints, how long it took and
the most memory that it held.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "data"
WEEKS = 26
LEAD_TIME_DAYS = {"FOODS": 3, "HOUSEHOLD": 7, "HOBBIES": 14}


def write_dataset(source: Path, folder: Path) -> tuple[str, str]:
    """M5 as a dataset in ``folder``. Returns the first and the last day to replay."""
    wide = pd.read_parquet(source / "m5_daily.parquet")
    days = wide.columns[1:]
    units = wide[days].to_numpy(np.float64)
    place = wide["id"].str.rsplit("_", n=2)
    sku, store = place.str[0], place.str[1] + "_" + place.str[2]
    row, day = np.nonzero(np.nan_to_num(units) > 0)
    till = (store.to_numpy(object)[:, None] + " " + days.to_numpy(object)[None, :])[row, day]
    orders = pd.DataFrame(
        {
            "order": pd.Categorical(till),
            "line": pd.Categorical(sku.to_numpy(object)[row]),
            "ordered_at": pd.to_datetime(days).to_numpy()[day],
            "sku": pd.Categorical(sku.to_numpy(object)[row]),
            "location": pd.Categorical(store.to_numpy(object)[row]),
            "quantity": units[row, day],
        }
    )
    prices = pd.read_parquet(source / "m5_prices.parquet")
    mean = prices.groupby("item_id")["sell_price"].mean().round(2)
    names = np.unique(sku.to_numpy(str))
    products = pd.DataFrame(
        {
            "sku": names,
            "category": [name.rsplit("_", 1)[0] for name in names],
            "supplier": [name.split("_", 1)[0] for name in names],
            "unit_price": mean.reindex(names).to_numpy(),
            "backorder": "refused",
        }
    )
    suppliers = pd.DataFrame(
        {"supplier": list(LEAD_TIME_DAYS), "lead_time_days": list(LEAD_TIME_DAYS.values()), "review_days": 7}
    )
    for name, table in {"orders": orders, "products": products, "suppliers": suppliers}.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    return str(days[-7 * WEEKS])[:10], str(days[-1])[:10]


def main() -> None:
    """Write, replay, print."""
    arguments = sys.argv[1:]
    source = Path(arguments.pop(0)) if arguments and "=" not in arguments[0] else FOLDER
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        first, last = write_dataset(source, folder)
        reorder = str(Path(sys.executable).with_name("reorder"))
        command = [reorder, "replay", str(folder), "--from", first, "--to", last]
        command += ["--policies", "min_max,cost_optimal", "--out", str(folder / "replay")]
        for setting in arguments:
            command += ["--set", setting]
        began = time.perf_counter()
        subprocess.run(command, check=True, cwd=ROOT)
        took = time.perf_counter() - began
    held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"\n{took:,.0f} s, {held:.2f} GB")


if __name__ == "__main__":
    main()
