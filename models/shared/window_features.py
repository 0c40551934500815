"""What a window's past says of the demand in it: the inputs of models that learn from all items at once.

Every feature that is an amount is the logarithm of its ratio to the item's level, so that a thing learnt
from one item holds for another that sells a thousand times as much. ``FEATURES`` is the one place that names
a feature and says how it is computed; what is measured for it is in ``models/shared/window_statistics.py``.

Also called: feature engineering, lag and rolling-window features, for global (cross-learning) models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.group_moves import RunningTotals
from models.shared.history import FloatArray, History, IntArray
from models.shared.season_features import SEASON_NAMES, season_features
from models.shared.seasonal_means import seasonal_means
from models.shared.steps import steps
from models.shared.weekday_indices import weekday_factors
from models.shared.window_statistics import (
    HALF_LIFE_WEEKS,
    MEAN_WEEKS,
    OFFSET,
    SUM_SHARES,
    Demand,
    Statistics,
    Windows,
    window_statistics,
)

SMALL_OFFSET = 0.1
"""The same of numbers that are no amounts: weeks, ratios."""


@dataclass(frozen=True)
class Past:
    """The past of ``r`` windows, as features are computed from it. Every result: float64, shape (r,).

    Attributes:
        measured: what is known of it.
        horizon: float64, shape (r,), buckets.
        week: buckets in a week.
        longest_weeks: no window counts as longer than this.
        season: float64, shape (r,): what demand may be expected to be multiplied by at this time of the year,
            and on these days of the week.

    """

    measured: Statistics
    horizon: FloatArray
    week: float
    longest_weeks: float
    season: FloatArray

    @cached_property
    def expected(self) -> FloatArray:
        """The level: demand expected in the window from its recent past and the season, steps."""
        per_bucket = 0.5 * self.faded(4.0) + 0.3 * self.recent(13.0) + 0.2 * self.measured.mean
        return per_bucket * self.horizon * self.season

    @cached_property
    def log_expected(self) -> FloatArray:
        """log(level + ``OFFSET``)."""
        return log(self.expected + OFFSET)

    def recent(self, weeks: float) -> FloatArray:
        """Demand per bucket of the last weeks, one of ``MEAN_WEEKS``; steps."""
        return self.measured.recent[:, MEAN_WEEKS.index(weeks)]

    def active(self, weeks: float) -> FloatArray:
        """The share of these buckets that had demand."""
        return self.measured.active[:, MEAN_WEEKS.index(weeks)]

    def faded(self, half_life_weeks: float) -> FloatArray:
        """Exponentially weighted demand per bucket, the half-life one of ``HALF_LIFE_WEEKS``; steps."""
        return self.measured.faded[:, HALF_LIFE_WEEKS.index(half_life_weeks)]

    def sums(self, share: float) -> FloatArray:
        """A quantile of past sums over the horizon, one of ``SUM_SHARES``; the level where there are none."""
        sums = self.measured.sums[:, SUM_SHARES.index(share)]
        return np.where(np.isnan(sums), self.expected, sums)

    def or_last_year(self, per_bucket: FloatArray) -> FloatArray:
        """``per_bucket`` where it is known, else the mean of the last year."""
        return np.where(np.isnan(per_bucket), self.recent(52.0), per_bucket)

    def ratio(self, amount: FloatArray) -> FloatArray:
        """The log ratio of an amount over the horizon to the level."""
        return log(amount + OFFSET) - self.log_expected

    def rate_ratio(self, per_bucket: FloatArray) -> FloatArray:
        """The same of an amount per bucket."""
        return self.ratio(per_bucket * self.horizon)


Feature = Callable[[Past], FloatArray]


def _of_recent(weeks: float) -> Feature:
    return lambda past: past.rate_ratio(past.recent(weeks))


def _of_faded(half_life_weeks: float) -> Feature:
    return lambda past: past.rate_ratio(past.faded(half_life_weeks))


def _of_sums(share: float) -> Feature:
    return lambda past: past.ratio(past.sums(share))


FEATURES: dict[str, Feature] = {
    # How much it sold: logarithms of ratios to the level.
    **{f"mean_{weeks:.0f}w": _of_recent(weeks) for weeks in MEAN_WEEKS},
    **{f"faded_{weeks:.0f}w": _of_faded(weeks) for weeks in HALF_LIFE_WEEKS},
    **{f"sums_{share:g}": _of_sums(share) for share in SUM_SHARES},
    "last_sum": lambda past: past.rate_ratio(past.or_last_year(past.measured.last)),
    "sum_before": lambda past: past.rate_ratio(past.or_last_year(past.measured.before)),
    "year_ago": lambda past: past.rate_ratio(past.or_last_year(past.measured.year_ago)),
    "mean": lambda past: past.rate_ratio(past.measured.mean),
    # How unevenly: past sums, and the size of a bucket with demand in means of the window.
    "sums_variation": lambda past: log_of(past.measured.sums_deviation / positive(past.measured.sums_mean)),
    "size": lambda past: log_of(
        np.minimum(past.measured.size / positive(past.measured.mean * past.horizon), 1e3)
    ),
    # How often: shares of buckets with demand, their number, and how long there has been none.
    "active_4w": lambda past: past.active(4.0),
    "active_13w": lambda past: past.active(13.0),
    "active_52w": lambda past: past.active(52.0),
    "active_buckets": lambda past: log(past.measured.sold + 1.0),
    "silent_weeks": lambda past: log_of(past.measured.silent / past.week),
    "silent_intervals": lambda past: log_of(
        past.measured.silent * past.measured.sold / np.maximum(past.measured.known, 1.0)
    ),
    # What kind of item it is, and what was asked.
    "age_weeks": lambda past: log_of(past.measured.age / past.week),
    "size_variation": lambda past: log_of(past.measured.size_variation),
    "largest_size": lambda past: log_of(past.measured.largest / positive(past.measured.size)),
    "level": lambda past: past.log_expected,
    "size_units": lambda past: log(past.measured.size + OFFSET),
    "horizon_weeks": lambda past: np.minimum(log(past.horizon / past.week), np.log(past.longest_weeks)),
}
"""The features of a window: name -> what computes it, float64, shape (r,), in the order of the columns."""

NAMES: tuple[str, ...] = tuple(FEATURES)

ORDER_NAMES: tuple[str, ...] = (
    *("mean_4w", "mean_13w", "mean_52w", "faded_2w", "faded_4w", "faded_10w", "faded_26w"),
    *("sums_0.5", "sums_0.9", "sums_variation", "last_sum", "mean", "level"),
)
"""Those that are also taken of the number of order lines."""


SHARED_COLUMNS: tuple[int, ...] = tuple(
    len(NAMES) + SEASON_NAMES.index(name)
    for name in ("season_group", "season_panel", "year_group", "year_panel")
)
"""The columns that say the same of every item of a group whose window begins on the same day."""

SEASONAL_COLUMNS: tuple[int, ...] = (
    NAMES.index("year_ago"),
    *range(len(NAMES), len(NAMES) + len(SEASON_NAMES)),
)
"""The columns that say what an earlier year was like at this time of it."""


@dataclass(frozen=True)
class Features:
    """What is known of ``r`` windows at their origins.

    Attributes:
        values: float64, shape (r, f): a column each of ``NAMES``, of ``SEASON_NAMES`` (NaN where no year ago
            is known), then of ``ORDER_NAMES`` if those are known.
        level: float64, shape (r,): expected demand in the window from its recent past, in steps.
        seasonal: float64, shape (r,): the log ratio to it of what the last year and the season let expect.
        step: float64, shape (r,): the item's unit.

    """

    values: FloatArray
    level: FloatArray
    seasonal: FloatArray
    step: FloatArray

    def take(self, rows: IntArray) -> Features:
        """The given windows: int64, shape (k,)."""
        return Features(self.values[rows], self.level[rows], self.seasonal[rows], self.step[rows])


def moves_seen(features: Features) -> int:
    """How many different moves of a group there are among windows of one length."""
    of_group = features.values[:, SHARED_COLUMNS[0]]
    return len(np.unique(of_group[~np.isnan(of_group)]))


def window_features(
    history: History, windows: Windows, step: FloatArray | None = None, longest_weeks: float = np.inf
) -> Features:
    """The features of windows of a history, those of its order lines too where it knows them.

    Args:
        history: n items.
        windows: r windows, each with at least one bucket before it.
        step: float64, shape (n,): the items' units; from the history where it is not given.
        longest_weeks: windows that are longer count as this long in the feature ``horizon_weeks``.

    Twenty weeks of 3 say that 12 will sell in four more, and that nothing varies:

    >>> steady = History(np.full(20, 3.0), np.array([0, 20]))
    >>> features = window_features(steady, Windows(np.array([0]), np.array([19]), np.array([4.0])))
    >>> features.level.tolist()
    [12.0]
    >>> of = dict(zip((*NAMES, *SEASON_NAMES), features.values[0].round(3).tolist(), strict=True))
    >>> of["mean_4w"], of["sums_0.9"], of["active_13w"], of["horizon_weeks"]
    (0.0, 0.0, 1.0, 1.386)

    """
    step = steps(history) if step is None else step
    week = history.season / 52.0
    totals = RunningTotals.of(history, step)
    seasons = season_features(history, windows, totals)
    of_week = weekday_factors(history, windows, totals)

    def past(data: FloatArray, unit: FloatArray) -> Past:
        measured = window_statistics(Demand(data, history.indptr, unit, week), windows)
        return Past(measured, windows.horizon, week, longest_weeks, seasons.factor * of_week)

    of_units = past(history.data, step)
    values = np.concatenate([_columns(of_units, NAMES), seasons.values], axis=1)
    if history.orders is not None:
        of_orders = past(history.orders, np.ones(len(history)))
        values = np.concatenate([values, _columns(of_orders, ORDER_NAMES)], axis=1)
    seasonal = np.nan_to_num(of_units.ratio(seasonal_means(history, windows, totals) * of_week))
    return Features(values, of_units.expected, seasonal, step[windows.item])


def _columns(past: Past, names: Iterable[str]) -> FloatArray:
    """The features of these names side by side: float64, shape (r, f)."""
    return np.stack([FEATURES[name](past) for name in names], axis=1)


def positive(values: FloatArray) -> FloatArray:
    """What may be divided by: float64, of the same shape."""
    return np.maximum(values, 1e-9)


def log_of(values: FloatArray) -> FloatArray:
    """log(values + ``SMALL_OFFSET``)."""
    return log(values + SMALL_OFFSET)


def log(values: FloatArray) -> FloatArray:
    """The logarithm as kernels compute it: numpy's own differs in its last digit between processors.

    Args and result: float64, shape (r,).
    """
    out = np.empty(len(values))
    over_items(_log, len(values), values, out)
    return out


@compiled
def _log(start: int, stop: int, values: FloatArray, out: FloatArray) -> None:
    """Elementwise. ``values`` and ``out``: float64, shape (r,)."""
    for row in range(start, stop):
        out[row] = np.log(values[row])
