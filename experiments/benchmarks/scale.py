"""What a plan over partitions costs: seconds, core-seconds, memory, bytes read; and what the floor is.

A weekly panel of so many items is made (``scale_data``), cut into partitions, and planned as anyone would, by
the commands. Core-seconds are those of all processes, and say more than seconds on a machine that others use
too. The floor is one pass over the data by numpy: every order line read from the partitions and summed into
its item's weeks. Run from the repository's root::

    python -m experiments.benchmarks.scale [ITEMS ...] [--engine local|ray] [--size N] [--keep FOLDER]

ITEMS are 200 and 10,000 unless others are named; 1,000,000 needs some 3 GB of disk for the data, and more
while it is planned.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.benchmarks.scale_data import AS_OF, write_panel

ROOT = Path(__file__).parents[2]
FIELD = "of the field: 1M series, one exponential smoothing each, 2,000 cores, 4.6 minutes: 154 core-hours"


@dataclass(frozen=True)
class Used:
    """What a command used: seconds, those of all its cores, and most bytes of all its processes."""

    seconds: float
    core_seconds: float
    memory: int


def used_by(*arguments: str) -> Used:
    """Run a command of ours and watch it and its processes."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "forecasting.cli", *arguments]
    process = psutil.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    cores: dict[int, float] = {}
    most, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            memory = 0
            try:
                for each in (process, *process.children(recursive=True)):
                    spent = each.cpu_times()
                    cores[each.pid] = spent.user + spent.system
                    memory += each.memory_info().rss
            except psutil.Error:
                continue
            most[0] = max(most[0], memory)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    ended.set()
    watcher.join()
    if code:
        raise SystemExit(code)
    return Used(time.perf_counter() - began, sum(cores.values()), most[0])


def floor(folder: Path, weeks: int) -> float:
    """Seconds that one pass over the partitions takes by Arrow and numpy: units by item and week."""
    began = time.perf_counter()
    for file in sorted(folder.glob("data-*/part-*/orders.parquet")):
        table = pq.read_table(file, columns=["sku", "ordered_at", "quantity"])
        sku = pc.dictionary_encode(table["sku"]).combine_chunks()
        day = table["ordered_at"].to_numpy().astype("datetime64[D]").astype(np.int64)
        items = len(sku.dictionary)
        week = (day - day.min()) // 7
        np.bincount(sku.indices.to_numpy() * weeks + week, table["quantity"].to_numpy(), items * weeks)
    return time.perf_counter() - began


def measure(items: int, weeks: int, size: int, engine: str, folder: Path) -> None:
    """Make, cut and plan a panel of so many items, and print what it took."""
    data, cut, out = folder / f"{items}", folder / f"{items}-cut", folder / f"{items}-out"
    lines = write_panel(data, items, weeks)
    cutting = used_by("partition", str(data), str(cut), "--size", str(size))
    planning = used_by("plan", str(cut), "--as-of", AS_OF, "--out", str(out), "--engine", engine)
    read = sum(file.stat().st_size for file in cut.rglob("*.parquet"))
    print(f"{items:,} items, {lines:,} order lines, {weeks} weeks, partitions of {size:,}, engine {engine}")
    for what, each in (("partition", cutting), ("plan", planning)):
        print(
            f"  {what}: {each.seconds:,.1f} s, {each.core_seconds:,.1f} core-seconds, "
            f"{each.memory / 1e9:.2f} GB in all processes"
        )
    per_item = 1000 * planning.core_seconds / items
    print(f"  {per_item:.2f} core-milliseconds an item; {read / 1e6:,.1f} MB read")
    print(f"  the floor, one pass by numpy: {floor(cut, weeks):.2f} s")
    print(f"  a million such items: {per_item * 1e6 / 3.6e6:,.2f} core-hours; {FIELD}", flush=True)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("items", nargs="*", type=int, default=[200, 10_000])
    parser.add_argument("--engine", default="local", choices=["local", "ray"])
    parser.add_argument("--weeks", default=104, type=int)
    parser.add_argument("--size", default=10_000, type=int)
    parser.add_argument("--keep", type=Path, default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reorder-scale-") as folder:
        for items in asked.items:
            measure(items, asked.weeks, asked.size, asked.engine, asked.keep or Path(folder))


if __name__ == "__main__":
    main()
