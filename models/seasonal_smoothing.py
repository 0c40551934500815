"""Exponential smoothing with a season: of the week where buckets are days, else of the year.

The season starts from the indices that an item's category shares (``models/shared/seasonality.py``). How much
of them an item follows, and how fast it moves away to a season of its own, is chosen like the other
parameters; an item seen for one season can so use what its category has shown.

Also called: Winters' (Holt-Winters) method without trend, ETS(A,N,A) and ETS(A,N,M), group seasonal indices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.seasonality import LEAST_INDEX, Edition, Seasons, seasons
from models.shared.smoothing import GRID_WEEKS, best_parameters, per_bucket

LARGEST_INDEX = 10.0
"""What an item's own demand may say of an index; a sale after a long silence would say anything."""

PART_OF_WEEK = 3.0 / 7.0
"""Seasons of the week are judged on sums over this many weeks: over whole ones they do not show."""


def seasonal_levels(
    history: History,
    season: Seasons,
    parameters: FloatArray,
    horizon: FloatArray,
    multiplicative: bool,
    initial: FloatArray | None = None,
) -> FloatArray:
    """Demand per bucket over the horizon, of seasonal exponential smoothing without a trend.

    Multiplicative: l_t = l_{t-1} + alpha (y_t / s_{t-p} - l_{t-1}), s_t = s_{t-p} + gamma (y_t / l_{t-1} -
    s_{t-p}); expected k buckets ahead is l_t s_{t+k-p}. Additive: l_t = l_{t-1} + alpha (y_t - m s_{t-p} -
    l_{t-1}), s_t = s_{t-p} + gamma ((y_t - l_{t-1}) / m - s_{t-p}); expected is l_t + m s_{t+k-p}. There m
    is the item's mean so far, so that items of any size share s.

    Args:
        history: n items, b buckets. An unknown bucket leaves level and season as they were.
        season: of the items: s starts as 1 + share (index - 1), additive as share (index - 1), and anew
            with each edition.
        parameters: float64, shape (n, 3): alpha and gamma, 0..1, and share, >= 0.
        horizon: float64, shape (n,), >= 0, buckets.
        multiplicative: else additive.
        initial: float64, shape (n, 2): the level before the first bucket, and m, units. Where they are NaN
            (or None is given) the level starts as the running mean, until that moves slower than alpha
            would, and m is the running mean.

    Returns:
        float64, shape (b,), units per bucket, >= 0; NaN where nothing is known yet.

    Source: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, table 2.1, (N,A)
    and (N,M).

    Demand that follows its indices of 1.5 and .5 keeps a level of 10. When a weak bucket sells 9, as it would
    at a level of 18, half of the way moves the level to 14, and the next, strong one is expected at 21:

    >>> item, strong_and_weak = np.zeros(1, dtype=np.int64), Edition(0, 4, np.array([[1.5, 0.5]]))
    >>> halves = Seasons(2, item, item, (strong_and_weak,))
    >>> parameters, start = np.array([[0.5, 0.0, 1.0]]), np.array([[10.0, np.nan]])
    >>> history = History(np.array([15.0, 5.0, 15.0, 9.0]), np.array([0, 4]))
    >>> seasonal_levels(history, halves, parameters, np.ones(1), True, start)
    array([ 5., 15.,  5., 21.])

    """
    start = np.full((len(history), 2), np.nan) if initial is None else initial
    items = Items(
        alpha=parameters[:, 0].copy(),
        gamma=parameters[:, 1].copy(),
        share=parameters[:, 2].copy(),
        level=start[:, 0].copy(),
        mean=start[:, 1].copy(),
        horizon=horizon,
        begin=season.begin,
        group=season.group,
    )
    out = np.empty(len(history.data))
    for edition in season.editions:
        over_items(
            _seasonal_levels,
            len(history),
            history.data,
            history.indptr,
            items,
            edition,
            multiplicative,
            out,
        )
    return out


@dataclass(frozen=True)
class _SeasonalSmoothing:
    """The parameters of each item: the best by the errors in its own past.

    Attributes:
        alphas: candidates, per WEEK.
        moves: candidates (gamma, share): gamma per cycle.

    """

    alphas: tuple[float, ...] = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45)
    moves: tuple[tuple[float, float], ...] = ((0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (0.1, 1.0))
    multiplicative: ClassVar[bool]

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""
        usual = without_outliers(history)
        season = seasons(usual)

        def levels(parameters: FloatArray, horizon: FloatArray) -> FloatArray:
            return seasonal_levels(usual, season, parameters, horizon, self.multiplicative)

        # One after the other: the level matters over weeks, the season of a week within one.
        alphas = per_bucket(self.alphas, history.season)
        first = np.array([(alpha, 0.0, 1.0) for alpha in alphas])
        alpha = best_parameters(usual, first, levels)[:, 0]

        moves = np.array(self.moves if season.period > 1 else ((0.0, 0.0),))
        weeks = GRID_WEEKS if season.period == history.season else PART_OF_WEEK
        move = best_parameters(
            usual, moves, lambda trial, span: levels(np.column_stack([alpha, trial]), span), weeks
        )
        chosen = np.column_stack([alpha, move])
        return LevelForecast(history, lambda horizon: levels(chosen, horizon))


@dataclass(frozen=True)
class SeasonalAdditive(_SeasonalSmoothing):
    """The season adds as much whatever the level is now: in proportion to the item's mean so far."""

    multiplicative: ClassVar[bool] = False
    name: ClassVar[str] = "seasonal_additive"


@dataclass(frozen=True)
class SeasonalMultiplicative(_SeasonalSmoothing):
    """The season multiplies the level, whatever that is now."""

    multiplicative: ClassVar[bool] = True
    name: ClassVar[str] = "seasonal_multiplicative"


class Items(NamedTuple):
    """What the kernel needs of each of n items; every array of shape (n,), float64 but for the last two.

    Attributes:
        alpha: 0..1, of the level.
        gamma: 0..1, of the season.
        share: >= 0: how much of the shared indices the season starts with.
        level: before the first bucket, units; NaN = the running mean.
        mean: m, units; NaN = the running mean.
        horizon: H, buckets.
        begin: int64: its first bucket, counted from the oldest item's.
        group: int64: whose indices it shares.

    """

    alpha: FloatArray
    gamma: FloatArray
    share: FloatArray
    level: FloatArray
    mean: FloatArray
    horizon: FloatArray
    begin: IntArray
    group: IntArray


@compiled
def _seasonal_levels(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    items: Items,
    edition: Edition,
    multiplicative: bool,
    out: FloatArray,
) -> None:
    """See ``seasonal_levels``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        items: their parameters.
        edition: the indices to start from, and the buckets whose levels are written.
        multiplicative: else additive.
        out: float64, shape (b,): written in the buckets of the edition.

    """
    period = edition.indices.shape[1]
    neutral = 1.0 if multiplicative else 0.0
    for i in range(start, stop):
        alpha, gamma, level, scale = items.alpha[i], items.gamma[i], items.level[i], items.mean[i]
        horizon, begin = items.horizon[i], items.begin[i]
        running, growing = np.isnan(level), np.isnan(scale) and not multiplicative
        mean, known = 0.0, 0
        season = neutral + items.share[i] * (edition.indices[items.group[i]] - 1.0)

        # Indices added up over the coming horizon: whole years of them, a window that moves on, and a part.
        whole = int(horizon)
        part, years, rest = horizon - whole, whole // period, whole % period
        year = season.sum()
        window = 0.0
        for k in range(rest):
            window += season[(begin + k) % period]

        for t in range(indptr[i], min(indptr[i + 1], indptr[i] + max(edition.end - begin, 0))):
            phase = (begin + t - indptr[i]) % period
            if rest > 0:
                window += season[(phase + rest) % period] - season[phase]
            y = data[t]
            if not np.isnan(y):
                known += 1
                if growing:
                    mean += (y - mean) / known
                    scale = mean
                before, index = level, season[phase]
                gain = 1.0 / known if running and alpha * known < 1.0 else alpha
                level = _moved(level, _adjusted(y, index, scale, multiplicative), gain)
                own = _own_index(y, before, scale, multiplicative)
                if gamma > 0.0 and not np.isnan(own):
                    season[phase] += gamma * (min(own, LARGEST_INDEX) - index)
                    year += season[phase] - index

            if t - indptr[i] + begin >= edition.first:
                ahead = level
                if horizon > 0.0:
                    total = years * year + window + part * season[(phase + rest + 1) % period]
                    total /= horizon
                    ahead = level * total if multiplicative else level + scale * total
                out[t] = ahead if not ahead < 0.0 else 0.0


@compiled_within
def _adjusted(y: float, index: float, scale: float, multiplicative: bool) -> float:
    """Demand y without its season; NaN in a bucket that says nothing of the level."""
    if not multiplicative:
        return y - scale * index
    return y / index if index >= LEAST_INDEX else np.nan


@compiled
def _moved(level: float, adjusted: float, gain: float) -> float:
    """The level after a bucket; either may be unknown (NaN)."""
    if np.isnan(level):
        return adjusted
    return level if np.isnan(adjusted) else level + gain * (adjusted - level)


@compiled_within
def _own_index(y: float, before: float, scale: float, multiplicative: bool) -> float:
    """What demand y says of the item's own index, given the level ``before``; NaN where that is nothing."""
    size = before if multiplicative else scale
    if np.isnan(before) or not size > 0.0:
        return np.nan
    return y / size if multiplicative else (y - before) / size
