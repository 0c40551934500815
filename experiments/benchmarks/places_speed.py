"""A plan of many items at twelve places with transfers: how long it takes, and how much memory.

Run from the repository's root::

    python -m experiments.benchmarks.places_speed --skus 2500 --days 730

The synthetic wholesaler at a hub and eleven shops that it supplies; ``--plain``: without ``locations``.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from forecasting.sample.make import END, make_sample

HUB = "hub"
SHOPS = tuple(f"shop-{number:02d}" for number in range(1, 12))


def dataset(folder: Path, skus: int, days: int, plain: bool) -> None:
    made = make_sample(skus, days, seed=5, locations=(*SHOPS, HUB))
    if not plain:
        places = [{"location": shop, "supplied_by": HUB, "transfer_days": 2} for shop in SHOPS]
        made.tables["locations"] = pd.DataFrame([*places, {"location": HUB, "kind": "supplies"}])
    made.write(folder)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--skus", type=int, default=2500)
    options.add_argument("--days", type=int, default=730)
    options.add_argument("--plain", action="store_true")
    options.add_argument("--keep", type=Path, help="a folder for the dataset; made where it is not there")
    said = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = said.keep or Path(place) / "data"
        if not folder.exists():
            dataset(folder, said.skus, said.days, said.plain)
        out = Path(place) / "out"
        command = ["plan", str(folder), "--as-of", END.isoformat(), "--out", str(out)]
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "forecasting.cli", *command],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        seconds = time.perf_counter() - begun
        gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        rows = pd.read_parquet(out / "recommendations.parquet")
        moved = (out / "transfers.parquet").exists() and len(pd.read_parquet(out / "transfers.parquet"))
        suggested = int((rows["quantity"] > 0).sum())
        print(
            f"{len(rows):,} items, {suggested:,} suggested, {int(moved):,} transfers: "
            f"{seconds:.1f} s, {gigabytes:.2f} GB at most"
        )


if __name__ == "__main__":
    main()
