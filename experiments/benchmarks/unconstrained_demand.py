"""Demand hidden behind stock-outs that were made: how well it is estimated, against the usual ways.

FreshRetailNet tells hour by hour what was sold and when an item was out. Of the days on which an item
was there all day, a random fifth gets stock-out hours; what was sold in them is hidden and estimated.
Run from the repository's root::

    python -m experiments.benchmarks.unconstrained_demand [FRESHRETAILNET.parquet]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.shared.history import BoolArray, FloatArray, IntArray
from models.shared.intraday_profile import HOURS, open_by_hours, open_by_share, profiles
from models.shared.unconstrained_demand import Days, Estimate, estimate, purchase_sizes

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared" / "data" / "freshretailnet_5000.parquet"
DAYS = 90
BUSINESS = slice(6, 22)
"""The hours that the source counts stock-outs in."""

Masks = Callable[[np.random.Generator, BoolArray, int], BoolArray]


@dataclass(frozen=True)
class Panel:
    """``sold``: float32, shape (n, days, 24); ``out``: bool, the same; ``product``: int64, shape (n,);
    ``weekday``: int64, shape (days,).
    """

    sold: npt.NDArray[np.float32]
    out: BoolArray
    product: IntArray
    weekday: IntArray


def read(path: Path, items: int | None = None) -> Panel:
    """The first ``items`` series of the file, or all."""
    import pyarrow.parquet as pq

    names = ["product_id", "dt", "hours_sale", "hours_stock_status"]
    table = pq.read_table(path, columns=names)
    if items is not None:
        table = table.slice(0, items * DAYS)
    sold, out = (
        table[name].combine_chunks().flatten().to_numpy().reshape(-1, DAYS, HOURS) for name in names[2:]
    )
    product = table["product_id"].to_numpy()[::DAYS]
    first = np.datetime64(table["dt"][0].as_py(), "D").astype(np.int64)
    weekday = (first + np.arange(DAYS) + 3) % 7  # day 0 was a Thursday
    return Panel(sold, out.astype(bool), np.unique(product, return_inverse=True)[1], weekday)


def as_in_the_data(generator: np.random.Generator, out: BoolArray, count: int) -> BoolArray:
    """The stock-out hours of other days of the same data, drawn at random."""
    had = out[out.any(axis=2)]
    return had[generator.integers(0, len(had), count)]


def until_closing(generator: np.random.Generator, out: BoolArray, count: int) -> BoolArray:
    """From a random hour between 7:00 and 21:00 to the end of the day."""
    return np.arange(HOURS) >= generator.integers(7, 22, count)[:, None]


def scattered(generator: np.random.Generator, out: BoolArray, count: int) -> BoolArray:
    """Each hour by itself, half of them on average."""
    return generator.random((count, HOURS)) < generator.random((count, 1))


def whole_days(generator: np.random.Generator, out: BoolArray, count: int) -> BoolArray:
    """All of the day."""
    return np.ones((count, HOURS), dtype=bool)


PATTERNS: dict[str, Masks] = {
    "as in the data": as_in_the_data,
    "until closing": until_closing,
    "scattered hours": scattered,
    "whole days": whole_days,
}


@dataclass(frozen=True)
class Trial:
    """``hidden``: bool, shape (n, days); ``truth``: float64, shape (h,), units of the hidden days;
    ``out``: bool, shape (n, days, 24).
    """

    hidden: BoolArray
    truth: FloatArray
    out: BoolArray


def hide(panel: Panel, masks: Masks, seed: int, share: float = 0.2) -> Trial:
    """Make stock-out hours on a random ``share`` of the days that were whole."""
    generator = np.random.default_rng(seed)
    hidden = ~panel.out.any(axis=2) & (generator.random(panel.out.shape[:2]) < share)
    out = panel.out.copy()
    out[hidden] = masks(generator, panel.out, int(hidden.sum()))
    return Trial(hidden, panel.sold[hidden].sum(axis=1, dtype=np.float64), out)


def estimated(panel: Panel, trial: Trial, *, hours: bool) -> Estimate:
    """Ours, of every day: from the open hours, or only from their share of the time of business."""
    n = len(panel.sold)
    item = np.repeat(np.arange(n), DAYS)
    whole = ~trial.out.any(axis=2)
    there = panel.sold * whole[:, :, None]
    bought = np.nonzero(there)
    purchase = purchase_sizes(there[bought].astype(np.float64), bought[0], n)
    profile = profiles(there.sum(axis=1) / purchase[:, None], panel.product)
    open_hours = ~trial.out
    if hours:
        share = open_by_hours(open_hours.reshape(-1, HOURS).astype(np.float64), profile, item)
    else:
        share = open_by_share(open_hours[:, :, BUSINESS].mean(axis=2).ravel(), profile, item)
    days = Days(
        indptr=np.arange(n + 1) * DAYS,
        date=np.tile(np.arange(DAYS), n),
        weekday=np.tile(panel.weekday, n),
        seen=(panel.sold * open_hours).sum(axis=2, dtype=np.float64).ravel(),
        open_share=share,
        refused=np.zeros(n * DAYS),
        peer_group=panel.product,
        purchase=purchase,
    )
    return estimate(days)


def baselines(panel: Panel, trial: Trial) -> dict[str, FloatArray]:
    """The usual ways, of the hidden days: float64, shape (h,) each."""
    item = np.nonzero(trial.hidden)[0]
    sales = (panel.sold[trial.hidden] * ~trial.out[trial.hidden]).sum(axis=1, dtype=np.float64)
    whole = ~trial.out.any(axis=2)
    total = np.where(whole, panel.sold.sum(axis=2, dtype=np.float64), 0.0)
    count = whole.sum(axis=1)
    mean = np.where(count > 0, total.sum(axis=1) / np.maximum(count, 1), total.sum() / count.sum())[item]
    share = 1 - trial.out[trial.hidden][:, BUSINESS].mean(axis=1)
    return {
        "sales as demand": sales,
        "mean of available days": mean,
        "sales / share of business hours": np.where(share > 0, sales / np.maximum(share, 1 / 16), mean),
    }


def measures(truth: FloatArray, found: FloatArray) -> tuple[float, float, float]:
    """Bias and WAPE as shares of all demand of the hidden days; RMSE, units."""
    error = found - truth
    total = truth.sum()
    return error.sum() / total, np.abs(error).sum() / total, float(np.sqrt(np.mean(error**2)))


def rows(panel: Panel, masks: Masks, seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Bias, WAPE, RMSE and seconds of each way."""
    trial = hide(panel, masks, seed)
    at = trial.hidden.ravel()
    begin = time.perf_counter()
    usual = baselines(panel, trial)
    seconds = time.perf_counter() - begin
    found = {name: (*measures(trial.truth, values), seconds) for name, values in usual.items()}
    for name, hours in (("ours, hours known", True), ("ours, share known", False)):
        begin = time.perf_counter()
        ours = estimated(panel, trial, hours=hours)
        seconds = time.perf_counter() - begin
        found[name] = (*measures(trial.truth, ours.mean[at]), seconds)
    return found


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    if not path.exists():
        sys.exit(f"{path}: there is no such file; give the path of FreshRetailNet's sample")
    panel = read(path)
    rows(panel, as_in_the_data, 0)  # compiles
    for pattern, masks in PATTERNS.items():
        trial = hide(panel, masks, 1)
        seen = (panel.sold[trial.hidden] * ~trial.out[trial.hidden]).sum() / trial.truth.sum()
        print(f"{pattern}: {trial.hidden.sum():,} days of {len(panel.sold):,} series, {1 - seen:.1%} hidden")
        print(f"  {'':34}{'bias':>8}{'WAPE':>8}{'RMSE':>8}   below the best of the first two     seconds")
        table = rows(panel, masks, 1)
        best = np.min([table["sales as demand"], table["mean of available days"]], axis=0)
        for name, (bias, wape, rmse, seconds) in table.items():
            less = f"WAPE {1 - wape / best[1]:+7.1%}, RMSE {1 - rmse / best[2]:+7.1%}"
            print(f"  {name:34}{bias:+8.2%}{wape:8.4f}{rmse:8.4f}   {less} {seconds:13.2f}")


if __name__ == "__main__":
    main()
