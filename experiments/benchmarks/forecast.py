"""How good and how fast the demand models are, beside statsforecast on the same data in the same run.

Run from the repository's root. Without data it makes its own (`reorder sample`); a folder is a dataset; a
Parquet file is a wide panel of days, such as M5's::

    python -m experiments.benchmarks.forecast
    python -m experiments.benchmarks.forecast data --as-of 2011-12-04
    python -m experiments.benchmarks.forecast ../shared/data/m5_daily.parquet --series 5000
    python -m experiments.benchmarks.forecast ../shared/data/m5_daily.parquet --speed --scaling
    python -m experiments.benchmarks.forecast data --odd-lines 2000

Each origin sees the history up to it and is judged on demand SUMMED over the buckets after it, on the items
first sold 12 weeks or more before. ``forecast_scores.py`` says what the figures are; the peers are given
the way to a sum that scores best for them, chosen with hindsight (``statsforecast_worker.py``). They live in
an environment of their own, which is made on the first run: ``--peers-env`` says where, ``--no-peers``
leaves them out.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.benchmarks.forecast_panels import (
    Oddities,
    Origin,
    Panel,
    dataset_panel,
    origin,
    sample_panel,
    wide_panel,
)
from experiments.benchmarks.forecast_peers import FAST, SLOW, Peers, environment
from experiments.benchmarks.forecast_scores import FEWEST_ITEMS, Answer, by_class, score, shares
from experiments.benchmarks.forecast_speed import Fit, measure, scaling, speed
from forecasting.config import load
from models.registry import CANDIDATES, MODELS, model
from models.selection import choose
from models.shared.base import Forecast
from models.shared.history import FloatArray, History
from models.shared.scores import LEVELS

ROOT = Path(__file__).parents[2]
AUTO = "auto"
CRITICAL_RATIO = 0.9

SHAPE = {"day": (28, 4, 28, 7), "week": (4, 8, 4, 52), "month": (2, 6, 1, 12)}
"""By bucket: the horizon, origins, buckets between two, and the cycle that the peers are told of."""


def automatic(past: History, horizon: FloatArray) -> Forecast:
    """The default model, as `reorder plan` uses it."""
    return chosen_from(CANDIDATES, past, horizon)


def chosen_from(names: Sequence[str], past: History, horizon: FloatArray) -> Forecast:
    """Each item's best of these models. A single one is fitted, and learns from the panel if it does."""
    candidates = [model(name) for name in names]
    return choose(candidates, past, horizon, np.full(len(past), CRITICAL_RATIO)).fit(past)


def fit_of(name: str) -> Fit:
    """How the model of that name is fitted."""
    return automatic if name == AUTO else lambda past, horizon: chosen_from([name], past, horizon)


def answers_of(name: str, origins: Sequence[Origin]) -> tuple[list[Answer], float]:
    """What one of our models says at each origin, and its seconds an origin."""
    answers, begin = [], time.perf_counter()
    for at in origins:
        horizon = np.full(len(at.item), float(at.buckets))
        demand = fit_of(name)(at.past, horizon).demand(horizon)
        answers.append(Answer(np.stack([demand.quantile(q) for q in LEVELS], axis=1), demand.mean))
    return answers, (time.perf_counter() - begin) / len(origins)


def accuracy(panel: Panel, names: Sequence[str], peers: Peers | None, asked: argparse.Namespace) -> Any:
    """Print and return loss, RMSSE and coverage: of ours by class too, of the peers with ratios."""
    origins = [origin(panel, back) for back in panel.backs]
    n = [len(at.item) for at in origins]
    print(
        f"{panel.name}: sums over {panel.buckets} buckets, {len(n)} origins, {min(n):,} to {max(n):,} items"
    )
    levels = "  ".join(f"{f'below-at {q:g}':<11}" for q in LEVELS)
    print(f"\n{'model':<24}{'loss':>8}{'RMSSE':>9}{'s/origin':>10}  {levels}")
    answers, told = {}, {}
    for name in names:
        answers[name], took = answers_of(name, origins)
        told[name] = {**score(origins, answers[name]), "seconds": took}
        row = told[name]
        print(f"{name:<24}{row['loss']:>8.4f}{row['rmsse']:>9.4g}{took:>10.2f}  {shares(row)}", flush=True)
    for name in (name for name in names if name == AUTO or asked.classes):
        told[name]["classes"] = by_class(origins, answers[name])
        print(f"\n{name + ' by class':<24}{'items':>8}{'loss':>8}{'':>9}of {FEWEST_ITEMS} items or more")
        for label, row in told[name]["classes"].items():
            print(f"{label:<24}{row['items']:>8,}{row['loss']:>8.4f}  {shares(row)}")
    if peers is None:
        return {"ours": told}
    print(f"\n{'peer':<16}{'way to the sum':<22}{'loss':>8}{'plain':>8}{'RMSSE':>9}  {levels}")
    compared: dict[str, Any] = {}
    generator = np.random.default_rng(asked.seed)
    drawn = [generator.permutation(len(at.item)) < asked.slow_peers for at in origins]
    for peer in asked.peers or (*FAST, *SLOW):
        inside = drawn if peer in SLOW else [np.ones(len(at.item), dtype=bool) for at in origins]
        answer = peers.told(peer, origins, inside, panel.buckets, panel.cycle)
        row = answer.figures
        ours = {name: score(origins, answers[name], inside) for name in names}
        compared[peer] = {
            **row,
            "plain": answer.plain,
            "way": answer.way,
            "failed": answer.failed,
            "seconds": answer.seconds,
        }
        compared[peer]["ours_on_the_same"] = ours
        note = f"  {answer.failed:.1%} fell back" if answer.failed else ""
        print(
            f"{peer:<16}{answer.way:<22}{row['loss']:>8.4f}{answer.plain:>8.4f}"
            f"{row['rmsse']:>9.4g}  {shares(row)}{note}",
            flush=True,
        )
    print("\nRatio of ours to the peer on the same items, loss, of plain sums (RMSSE): below 1 is better")
    print(f"{'':<24}" + "".join(f"{peer:>20}" for peer in compared))
    for name in names:
        pairs = [(row["ours_on_the_same"][name], row) for row in compared.values()]
        cells = [
            f"{a['loss'] / b['loss']:.3f} {a['loss'] / b['plain']:.3f} ({a['rmsse'] / b['rmsse']:.2f})"
            for a, b in pairs
        ]
        print(f"{name:<24}" + "".join(f"{cell:>20}" for cell in cells))
    return {"ours": told, "peers": compared}


def panel_of(asked: argparse.Namespace) -> Panel:
    """The panel that is asked for."""
    factor = None if asked.odd_order_factor == 0 else asked.odd_order_factor
    oddities = Oddities(asked.odd_lines, factor, asked.seed)
    if asked.data is None:
        bucket = asked.bucket or "week"
        name, history, seen = sample_panel(asked.items, asked.days, asked.seed, bucket, oddities)
    elif asked.data.endswith(".parquet"):
        bucket = "day"
        name, history, seen = wide_panel(asked.data, asked.series, asked.seed, oddities)
    else:
        bucket = asked.bucket or "week"
        name, history, seen = dataset_panel(asked.data, bucket, asked.as_of, oddities)
    buckets, origins, apart, cycle = SHAPE[bucket]
    buckets, origins, apart = asked.buckets or buckets, asked.origins or origins, asked.apart or apart
    backs = tuple(buckets + apart * back for back in range(origins))
    return Panel(name, history, buckets, backs, cycle, seen)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", help="a dataset's folder, or a wide Parquet file of days")
    parser.add_argument("--as-of", help="of a dataset: the close of the last day to use")
    parser.add_argument("--bucket", choices=SHAPE, help="of a dataset or a synthetic sample; week without it")
    parser.add_argument("--buckets", type=int, help="the horizon")
    parser.add_argument("--origins", type=int)
    parser.add_argument("--apart", type=int, help="buckets between two origins")
    parser.add_argument("--series", type=int, help="of a wide file: so many, drawn at random")
    parser.add_argument("--items", type=int, default=1000, help="of a synthetic sample")
    parser.add_argument("--days", type=int, default=1000, help="of a synthetic sample")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--odd-lines", type=int, default=0, help="multiply one line in so many, at random, by 1,000"
    )
    parser.add_argument(
        "--odd-order-factor", type=float, default=load().odd_order_factor, help="the setting; 0: null"
    )
    parser.add_argument("--models", type=lambda text: text.split(","), default=[AUTO, *MODELS])
    parser.add_argument("--classes", action="store_true", help="by class every model, not auto alone")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peers", type=lambda text: text.split(","), help="these alone")
    parser.add_argument("--peers-env", type=Path, default=ROOT / "build" / "statsforecast")
    parser.add_argument("--slow-peers", type=int, default=300, help="items an origin, AutoETS and AutoTheta")
    parser.add_argument("--keep", type=Path, help="a folder where the peers' answers stay for the next run")
    parser.add_argument("--speed", action="store_true", help="time the simple models instead")
    parser.add_argument("--scaling", action="store_true", help="time and memory of auto by number of items")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Print the tables that are asked for."""
    asked = arguments()
    if asked.measure:
        measure(automatic, asked.measure[0], int(asked.measure[1]), int(asked.measure[2]))
        return
    python = None if asked.no_peers else environment(asked.peers_env)
    peers = None if python is None else Peers(python, asked.keep)
    panel = panel_of(asked)
    told: dict[str, Any] = {"panel": panel.name, "buckets": panel.buckets, "origins": len(panel.backs)}
    if asked.speed:
        told["speed"] = speed(panel, automatic, asked.models, peers)
    if asked.scaling:
        told["scaling"] = scaling(panel, Path(__file__))
    if not (asked.speed or asked.scaling):
        told |= accuracy(panel, asked.models, peers, asked)
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
