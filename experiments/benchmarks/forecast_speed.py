"""How fast the demand models are beside statsforecast, and how time and memory grow with the items."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.benchmarks.forecast_panels import Panel
from experiments.benchmarks.forecast_peers import TWIN, Peers
from models.registry import model
from models.shared.base import Forecast
from models.shared.history import FloatArray, History
from models.shared.scores import LEVELS

Fit = Callable[[History, FloatArray], Forecast]

SIZES = (3_000, 10_000, 30_000, 100_000)
SLOW_SERIES = 200


def quantiles(fit: Fit, history: History, buckets: int) -> FloatArray:
    """float64, shape (n, levels): of demand summed over the buckets after the history."""
    horizon = np.full(len(history), float(buckets))
    demand = fit(history, horizon).demand(horizon)
    return np.stack([demand.quantile(q) for q in LEVELS], axis=1)


def long_table(history: History) -> pd.DataFrame:
    """What statsforecast is given: a row a bucket, ``unique_id`` and ``y``, series after series."""
    return pd.DataFrame({"unique_id": history.item, "y": history.data})


def from_long(frame: pd.DataFrame, season: int) -> History:
    """A history from such a table."""
    item = frame["unique_id"].to_numpy()
    starts = np.flatnonzero(item[1:] != item[:-1]) + 1
    indptr = np.concatenate([[0], starts, [len(item)]]).astype(np.int64)
    return History(np.ascontiguousarray(frame["y"].to_numpy(np.float64)), indptr, season)


def seconds(fit: Fit, frame: pd.DataFrame, season: int, buckets: int, runs: int = 3) -> float:
    """The best of a few runs, from the long table to the quantiles; compiled before."""
    quantiles(fit, from_long(frame[frame["unique_id"] < 600], season), buckets)
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        quantiles(fit, from_long(frame, season), buckets)
        times.append(time.perf_counter() - begin)
    return min(times)


def speed(panel: Panel, automatic: Fit, names: Sequence[str], peers: Peers | None) -> dict[str, Any]:
    """Print and return series a second of each simple model and its peer, and of the automatic choice."""
    history, n = panel.history, len(panel.history)
    frame, season = long_table(history), history.season
    simple = [name for name in TWIN if name in names]
    print(f"\nSpeed: {n:,} series, {len(history.data):,} buckets, from a long table to quantiles of the sum")
    ours = {
        name: seconds(lambda past, _, name=name: model(name).fit(past), frame, season, panel.buckets)
        for name in simple
    }
    if peers is None:
        for name, took in ours.items():
            print(f"{name:<20}{took:>8.2f} s {n / took:>10,.0f} series/s")
        return {"ours": ours}
    theirs = peers.speed(
        history, sorted({TWIN[name] for name in simple if name != "theta"}), panel.buckets, panel.cycle
    )
    few = history.take(np.sort(np.random.default_rng(0).permutation(n)[:SLOW_SERIES]))
    slow = peers.speed(few, ["Theta", "AutoTheta", "AutoETS"], panel.buckets, panel.cycle)
    share = len(few) / n
    print(f"{'':<20}{'series/s':>10}  {'peer':<15}{'means/s':>10}{'ratio':>8}{'quantiles/s':>13}{'ratio':>8}")
    told: dict[str, Any] = {}
    whole = seconds(automatic, frame, season, panel.buckets, runs=1)
    rows = [(name, TWIN[name], took) for name, took in ours.items()]
    for name, peer, took in [*rows, ("auto", "AutoTheta", whole), ("auto", "AutoETS", whole)]:
        kinds = theirs.get(peer) or {kind: time / share for kind, time in slow[peer].items()}
        points, intervals = kinds["points"], kinds["quantiles"]
        told[f"{name} / {peer}"] = {"ours": took, **kinds, "items": n}
        print(
            f"{name:<20}{n / took:>10,.0f}  {peer:<15}{n / points:>10,.0f}{points / took:>8.1f}"
            f"{n / intervals:>13,.0f}{intervals / took:>8.1f}"
        )
    print(
        f"The peer's better of one process and one a core; AutoETS and Theta models on {len(few)} series. "
        "Its quantiles are of single buckets."
    )
    return told


def scaling(panel: Panel, script: Path, sizes: Sequence[int] = SIZES) -> list[dict[str, float]]:
    """Print and return time and peak memory of the automatic choice, each size in a process of its own."""
    print(f"\nThe automatic choice on series of {panel.name}, repeated with noise")
    print(f"{'items':>10}{'buckets':>14}{'s':>9}{'s per 1,000':>13}{'peak GB':>9}{'of it held before':>19}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for items in sizes:
            file = Path(folder, "panel.npz")
            many = repeated(panel.history, items)
            np.savez(file, data=many.data, indptr=many.indptr)
            command = [sys.executable, script, "--measure", file, str(many.season), str(panel.buckets)]
            done = subprocess.run(
                [str(part) for part in command], capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                last = (done.stderr.strip().splitlines() or ["no memory?"])[-1]
                print(f"{items:>10,}  failed with exit code {done.returncode}: {last}", flush=True)
                continue
            row = {"items": items, "buckets": len(many.data), **json.loads(done.stdout)}
            rows.append(row)
            print(
                f"{items:>10,}{len(many.data):>14,}{row['seconds']:>9.1f}"
                f"{row['seconds'] / items * 1e3:>13.3f}{row['peak']:>9.2f}{row['before']:>19.2f}",
                flush=True,
            )
    return rows


def measure(automatic: Fit, file: str, season: int, buckets: int) -> None:
    """The child of ``scaling``: seconds and gigabytes of one run, as JSON on standard output."""
    with np.load(file) as given:
        history = History(given["data"], given["indptr"], season)
    quantiles(automatic, history.take(np.arange(min(600, len(history)))), buckets)
    before, begin = _peak(), time.perf_counter()
    quantiles(automatic, history, buckets)
    print(json.dumps({"seconds": time.perf_counter() - begin, "peak": _peak(), "before": before}))


def repeated(history: History, items: int, seed: int = 0) -> History:
    """So many items: a random choice of the series, each turned by a random shift and thinned by a coin."""
    generator = np.random.default_rng(seed)
    chosen = generator.permutation(np.resize(generator.permutation(len(history)), items)).astype(np.int64)
    many = history.take(chosen)
    lengths = np.repeat(many.lengths, many.lengths)
    shift = np.repeat(generator.integers(0, np.maximum(many.lengths, 1)), many.lengths)
    starts = np.repeat(many.indptr[:-1], many.lengths)
    turned = many.data[starts + (np.arange(len(many.data)) - starts + shift) % lengths]
    return History(turned * (generator.random(len(turned)) < 0.9), many.indptr, many.season)


def _peak() -> float:
    """Gigabytes that this process held at most.

    ``getrusage`` counts in what a child of a large process inherits until it begins, so Linux is asked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1e6
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1e9 if sys.platform == "darwin" else 1e6)
