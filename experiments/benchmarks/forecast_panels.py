"""The panels that forecasts are measured on, and what was known and what followed at each origin."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.bootstrap import write_sample
from forecasting.config import load, with_settings
from forecasting.domain import BoolArray, day_number, day_text
from forecasting.evaluate.classes import PATTERNS, patterns
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.odd_orders import believed
from forecasting.inputs.read_records import read_records
from forecasting.planning.observing import observer
from models.shared.history import FloatArray, History, IntArray

FEWEST_WEEKS = 12
"""Items are judged from this long after their first sale."""

ODD_TIMES = 1000.0
"""What an odd line is multiplied by."""

Seen = Callable[[int], History]
"""Buckets before the end -> the history of all items as it was seen then."""

NEW_WEEKS = 26
SILENT_WEEKS = 13


@dataclass(frozen=True)
class Panel:
    """Demand of many items, and the origins to forecast from.

    Attributes:
        name: for the tables.
        history: the whole of it as it was asked for, what follows the origins too.
        buckets: how many buckets demand is summed over.
        backs: how many buckets before the end each origin lies, latest first.
        cycle: buckets after which a pattern repeats that the peers are told of (7 days, 52 weeks).
        seen: what models see so many buckets before the end, where that is not the history up to then: odd
            lines are spoilt, and not believed.

    """

    name: str
    history: History
    buckets: int
    backs: tuple[int, ...]
    cycle: int
    seen: Seen | None = None


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


@dataclass(frozen=True)
class Oddities:
    """What is done to the lines that models see.

    Attributes:
        one_in: one line in so many, at random, is multiplied by ``ODD_TIMES``; 0: none.
        factor: the setting ``odd_order_factor``; None: every line is believed.
        seed: of what is drawn.

    """

    one_in: int
    factor: float | None
    seed: int

    def spoilt(self, quantity: FloatArray) -> FloatArray:
        """float64, shape (m,): the quantities of lines, some of them odd."""
        if self.one_in == 0:
            return quantity
        odd = np.random.default_rng(self.seed).random(len(quantity)) < 1.0 / self.one_in
        return np.where(odd, ODD_TIMES * quantity, quantity)


def dataset_panel(
    folder: str, bucket: str, as_of: str | None, oddities: Oddities
) -> tuple[str, History, Seen]:
    """A dataset's demand as `reorder plan` sees it, traits and drivers included."""
    records = read_records(folder)
    day = records.last_known_day if as_of is None else day_number(as_of)
    config = load(None, [f"bucket={bucket}", "odd_order_factor=null"])
    honest = observer(records, config, day, Assumptions())

    spoilt = replace(honest.lines, quantity=oddities.spoilt(honest.lines.quantity))
    settings = with_settings(config, {"odd_order_factor": oddities.factor})
    seeing = replace(honest, lines=spoilt, config=settings)
    edges = honest.calendar.edges(honest.first_day, day)

    def seen(back: int) -> History:
        return seeing.history(int(edges[-1 - back]) - 1)

    return f"{Path(folder).name} by {bucket} up to {day_text(day)}", honest.history(day), seen


def sample_panel(
    items: int, days: int, seed: int, bucket: str, oddities: Oddities
) -> tuple[str, History, Seen]:
    """The project's own synthetic wholesaler, as `reorder sample` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), items, days, seed, "parquet")
        _, history, seen = dataset_panel(folder, bucket, None, oddities)
    name = f"synthetic sample, {items:,} items, {days} days, seed {seed}, by {bucket}"
    return name, history, seen


def wide_panel(file: str, series: int | None, seed: int, oddities: Oddities) -> tuple[str, History, Seen]:
    """A wide Parquet of days: a row a series, column ``id``, a column a day; NaN = not yet on sale.

    What was sold on a day counts as one line.
    """
    wide = pd.read_parquet(file).drop(columns="id").to_numpy(np.float64)
    if series is not None and series < len(wide):
        wide = wide[np.sort(np.random.default_rng(seed).choice(len(wide), series, replace=False))]
    on_sale = ~np.isnan(wide)
    wide, on_sale = wide[on_sale.any(axis=1)], on_sale[on_sale.any(axis=1)]
    since = np.arange(wide.shape[1]) >= on_sale.argmax(axis=1)[:, None]
    indptr = np.concatenate([[0], np.cumsum(since.sum(axis=1))]).astype(np.int64)
    history = History(wide[since], indptr, 365)
    spoilt = replace(history, data=oddities.spoilt(history.data))

    def seen(back: int) -> History:
        past = spoilt.until(back)
        row = np.flatnonzero(past.data > 0)
        data, days = past.data.copy(), past.lengths.astype(np.float64)
        data[row], _ = believed(past.item[row], data[row], days, oddities.factor)
        return replace(past, data=data)

    return f"{Path(file).stem}, {len(wide):,} series", history, seen


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
    past = (history.until(back) if panel.seen is None else panel.seen(back)).take(item)
    # What is judged is what was asked for: of the past, too, without what was made odd of it.
    honest = history.until(back).take(item)
    scale = honest.recent_mean(int(honest.lengths.max(initial=0))) * panel.buckets
    age = (ends - first_sale)[item]
    return Origin(panel.buckets, item, past, actual, scale, _classes(honest, age))


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
