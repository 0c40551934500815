"""The panels that forecasts are measured on, and what was known and what followed at each origin."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.bootstrap import write_sample
from forecasting.config import load
from forecasting.domain import BoolArray, day_number, day_text
from forecasting.evaluate.classes import PATTERNS, patterns
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records
from forecasting.planning.observer import observer
from models.shared.history import FloatArray, History, IntArray

FEWEST_WEEKS = 12
"""Items are judged from this long after their first sale."""

NEW_WEEKS = 26
SILENT_WEEKS = 13


@dataclass(frozen=True)
class Panel:
    """Demand of many items, and the origins to forecast from.

    Attributes:
        name: for the tables.
        history: the whole of it, what follows the origins too.
        buckets: how many buckets demand is summed over.
        backs: how many buckets before the end each origin lies, latest first.
        cycle: buckets after which a pattern repeats that the peers are told of (7 days, 52 weeks).

    """

    name: str
    history: History
    buckets: int
    backs: tuple[int, ...]
    cycle: int


@dataclass(frozen=True)
class Origin:
    """One origin: the n items that are judged there.

    Attributes:
        buckets: how many buckets ``actual`` is summed over.
        item: int64, shape (n,): their numbers in the panel.
        past: their history up to the origin: all that any model sees.
        actual: float64, shape (n,): what was sold in the buckets after it.
        scale: float64, shape (n,), > 0: mean sales a bucket before it, times the buckets.
        classes: bool, shape (n,), by name: from the past alone.

    """

    buckets: int
    item: IntArray
    past: History
    actual: FloatArray
    scale: FloatArray
    classes: dict[str, BoolArray]


def dataset_panel(folder: str, bucket: str, as_of: str | None) -> tuple[str, History]:
    """A dataset's demand as `reorder plan` sees it, traits and drivers included."""
    records = read_records(folder)
    day = records.last_known_day if as_of is None else day_number(as_of)
    seeing = observer(records, load(None, [f"bucket={bucket}"]), day, Assumptions())
    return f"{Path(folder).name} by {bucket} up to {day_text(day)}", seeing.history(day)


def sample_panel(items: int, days: int, seed: int, bucket: str) -> tuple[str, History]:
    """The project's own synthetic wholesaler, as `reorder sample` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), items, days, seed, "parquet")
        _, history = dataset_panel(folder, bucket, None)
    return f"synthetic sample, {items:,} items, {days} days, seed {seed}, by {bucket}", history


def wide_panel(file: str, series: int | None, seed: int) -> tuple[str, History]:
    """A wide Parquet of days: a row a series, column ``id``, a column a day; NaN = not yet on sale."""
    wide = pd.read_parquet(file).drop(columns="id").to_numpy(np.float64)
    if series is not None and series < len(wide):
        wide = wide[np.sort(np.random.default_rng(seed).choice(len(wide), series, replace=False))]
    seen = ~np.isnan(wide)
    wide, seen = wide[seen.any(axis=1)], seen[seen.any(axis=1)]
    since = np.arange(wide.shape[1]) >= seen.argmax(axis=1)[:, None]
    indptr = np.concatenate([[0], np.cumsum(since.sum(axis=1))]).astype(np.int64)
    return f"{Path(file).stem}, {len(wide):,} series", History(wide[since], indptr, 365)


def weeks(number: float, season: int) -> int:
    """The buckets of so many weeks."""
    return max(1, round(number * season / 52))


def origin(panel: Panel, back: int) -> Origin:
    """What there is to judge ``back`` buckets before the end of the panel."""
    history, season = panel.history, panel.history.season
    ends = history.indptr[1:] - back
    sold = np.where(history.data > 0, np.arange(len(history.data)), len(history.data))
    first_sale = np.minimum.reduceat(np.append(sold, len(history.data)), history.indptr[:-1])
    first_sale = np.where(history.lengths > 0, first_sale, len(history.data))
    item = np.flatnonzero(ends - first_sale >= weeks(FEWEST_WEEKS, season))
    following = history.data[ends[item][:, None] + np.arange(panel.buckets)]
    whole = ~np.isnan(following).any(axis=1)
    item, actual = item[whole], following[whole].sum(axis=1)
    past = history.until(back).take(item)
    scale = past.recent_mean(int(past.lengths.max(initial=0))) * panel.buckets
    age = (ends - first_sale)[item]
    return Origin(panel.buckets, item, past, actual, scale, _classes(past, age))


def _classes(past: History, age: IntArray) -> dict[str, BoolArray]:
    season = past.season
    pattern = patterns(past)
    found = {name: pattern == name for name in PATTERNS}
    speed = past.recent_mean(season)
    slow, fast = np.quantile(speed, [1 / 3, 2 / 3]) if len(speed) else (0.0, 0.0)
    found |= {"slow": speed < slow, "middle": (speed >= slow) & (speed < fast), "fast": speed >= fast}
    found[f"new (< {NEW_WEEKS} weeks)"] = age < weeks(NEW_WEEKS, season)
    found[f"silent {SILENT_WEEKS} weeks"] = past.recent_mean(weeks(SILENT_WEEKS, season)) == 0
    return found
