"""How good the demand models are on a dataset: loss and coverage of demand SUMMED over a horizon.

Run from the repository's root, for instance on the imported Online Retail II, 8 origins a month apart::

    python experiments/benchmarks/forecast.py data --as-of 2011-12-04 --buckets 4 --origins 8 --apart 4

Each origin sees the history up to it and is judged on the buckets after it. The loss of an item is its
mean pinball loss at .5, .8, .9, .95 and .98, over its mean demand before the origin times the horizon;
items with at least 12 buckets of history are averaged, then origins. Coverage is the share of sums at or
below a quantile.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from forecasting.assumptions import Assumptions  # noqa: E402
from forecasting.config import load  # noqa: E402
from forecasting.dataset.read import read  # noqa: E402
from forecasting.domain import day_number  # noqa: E402
from forecasting.engine import observer  # noqa: E402
from models.base import Forecast  # noqa: E402
from models.history import FloatArray, History  # noqa: E402
from models.registry import MODELS, model  # noqa: E402
from models.scores import coverage, scaled_pinball  # noqa: E402
from models.selection import choose  # noqa: E402

QUANTILES = np.array([0.5, 0.8, 0.9, 0.95, 0.98])
FEWEST_BUCKETS = 12
CRITICAL_RATIO = 0.9

Fit = Callable[[History, FloatArray], Forecast]


def automatic(past: History, horizon: FloatArray) -> Forecast:
    """The automatic choice, as `reorder plan` makes it."""
    candidates = [model(name) for name in MODELS]
    return choose(candidates, past, horizon, np.full(len(past), CRITICAL_RATIO)).fit(past)


def judged(fit: Fit, history: History, buckets: int, backs: list[int]) -> tuple[float, FloatArray, float]:
    """Mean loss, coverage at ``QUANTILES``, and seconds an origin."""
    losses, covered, seconds = [], [], 0.0
    for back in backs:
        past = history.until(back)
        old = np.flatnonzero(past.lengths >= FEWEST_BUCKETS)
        past = past.take(old)
        first = history.indptr[1:][old] - back
        known = history.data[first[:, None] + np.arange(buckets)]
        whole = np.flatnonzero(~np.isnan(known).any(axis=1))
        begin = time.perf_counter()
        demand = fit(past, np.full(len(past), float(buckets))).demand(np.full(len(past), float(buckets)))
        seconds += time.perf_counter() - begin
        values = np.stack([demand.quantile(q) for q in QUANTILES], axis=1)[whole]
        actual = known.sum(axis=1)[whole]
        mean = past.recent_mean(int(past.lengths.max()))[whole]
        sold = mean > 0
        loss = scaled_pinball(actual[sold], values[sold], QUANTILES, mean[sold] * buckets)
        losses.append(float(np.mean(loss)))
        covered.append(np.array([coverage(actual, values[:, at])[0] for at in range(len(QUANTILES))]))
    return float(np.mean(losses)), np.mean(covered, axis=0), seconds / len(backs)


def main() -> None:
    """Print a line a model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset")
    parser.add_argument("--as-of", required=True, help="the close of the last day of the data to use")
    parser.add_argument("--bucket", default="week")
    parser.add_argument("--buckets", type=int, default=4, help="the horizon")
    parser.add_argument("--origins", type=int, default=8)
    parser.add_argument("--apart", type=int, default=4, help="buckets between two origins")
    asked = parser.parse_args()
    as_of = day_number(asked.as_of)
    seeing = observer(read(asked.dataset), load(None, [f"bucket={asked.bucket}"]), as_of, Assumptions())
    history = seeing.history(as_of)
    backs = [asked.buckets + asked.apart * origin for origin in range(asked.origins)]
    print(f"{len(history):,} items, sums over {asked.buckets} buckets, {len(backs)} origins")
    print(f"{'model':<20}{'loss':>8}  {'at or below .8 / .9 / .95 / .98':<34}{'s an origin':>12}")
    fits: dict[str, Fit] = {"auto": automatic}
    fits |= {name: lambda past, horizon, name=name: model(name).fit(past) for name in MODELS}
    for name, fit in fits.items():
        loss, covered, seconds = judged(fit, history, asked.buckets, backs)
        shares = " / ".join(f"{share:.3f}" for share in covered[1:])
        print(f"{name:<20}{loss:>8.4f}  {shares:<34}{seconds:>12.2f}", flush=True)


if __name__ == "__main__":
    main()
