"""Exponential smoothing with a season: of the week where buckets are days, else of the year.

The season starts from the indices that an item's category shares (``models/shared/seasonality.py``). How much
of them an item follows, and how fast it moves away to a season of its own, is chosen like the other
parameters; an item seen for one season can so use what its category has shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.seasonality import LEAST_INDEX, Seasons, seasons
from models.shared.smoothing import GRID_WEEKS, best_parameters, per_bucket

LARGEST_INDEX = 10.0
"""What an item's own demand may say of an index; a sale after a long silence would say anything."""

PART_OF_WEEK = 3.0 / 7.0
"""Seasons of the week are judged on sums over this many weeks: over whole ones they do not show."""


def seasonal_levels(
    history: History,
    found: Seasons,
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
        history: n items. An unknown bucket leaves level and season as they were.
        found: their seasons: s starts as 1 + share (index - 1), additive as share (index - 1), and anew
            with each edition.
        parameters: float64, shape (n, 3): alpha and gamma, 0..1, and share, >= 0.
        horizon: float64, shape (n,), >= 0, buckets.
        multiplicative: else additive.
        initial: float64, shape (n, 2): the level before the first bucket, and m. Where they are NaN (or
            None is given) the level starts as the running mean, until that moves slower than alpha
            would, and m is the running mean.

    Returns:
        float64, shape of ``history.data``, >= 0; NaN where nothing is known yet.

    Source: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, table 2.1, (N,A)
    and (N,M).

    """
    begin = np.full((len(history), 2), np.nan) if initial is None else initial
    setting = np.concatenate([parameters, begin, horizon[:, None]], axis=1)
    place = np.stack([found.begin, found.group], axis=1)
    out = np.empty(len(history.data))
    for edition in found.editions:
        span = np.array([edition.first, edition.end])
        over_items(
            _seasonal_levels,
            len(history),
            history.data,
            history.indptr,
            place,
            setting,
            edition.index,
            span,
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
        found = seasons(usual)

        def levels(parameters: FloatArray, horizon: FloatArray) -> FloatArray:
            return seasonal_levels(usual, found, parameters, horizon, self.multiplicative)

        # One after the other: the level matters over weeks, the season of a week within one.
        alphas = per_bucket(self.alphas, history.season)
        first = np.array([(alpha, 0.0, 1.0) for alpha in alphas])
        alpha = best_parameters(usual, first, levels)[:, 0]
        moves = np.array(self.moves if found.period > 1 else ((0.0, 0.0),))
        weeks = GRID_WEEKS if found.period == history.season else PART_OF_WEEK
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


@compiled
def _seasonal_levels(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    place: IntArray,
    setting: FloatArray,
    index: FloatArray,
    span: IntArray,
    multiplicative: bool,
    out: FloatArray,
) -> None:
    period = index.shape[1]
    neutral = 1.0 if multiplicative else 0.0
    for i in range(start, stop):
        alpha, gamma, share, level, scale, horizon = setting[i]
        begin, group = place[i]
        running, growing = np.isnan(level), np.isnan(scale)
        mean, known = 0.0, 0
        season = neutral + share * (index[group] - 1.0)
        # Indices added up over the coming horizon: whole years of them, a window that moves on, and a part.
        whole = int(horizon)
        part, years, rest = horizon - whole, whole // period, whole % period
        year = season.sum()
        window = 0.0
        for k in range(rest):
            window += season[(begin + k) % period]
        for t in range(indptr[i], min(indptr[i + 1], indptr[i] + max(span[1] - begin, 0))):
            now = (begin + t - indptr[i]) % period
            if rest > 0:
                window += season[(now + rest) % period] - season[now]
            y = data[t]
            if not np.isnan(y):
                known += 1
                if growing and not multiplicative:
                    mean += (y - mean) / known
                    scale = mean
                before, old = level, season[now]
                base = np.nan
                if not multiplicative:
                    base = y - scale * old
                elif old >= LEAST_INDEX:
                    base = y / old
                if np.isnan(level):
                    level = base
                elif not np.isnan(base):
                    gain = 1.0 / known if running and alpha * known < 1.0 else alpha
                    level += gain * (base - level)
                size = before if multiplicative else scale
                if gamma > 0.0 and size > 0.0 and not np.isnan(before):
                    own = y / size if multiplicative else (y - before) / size
                    season[now] += gamma * (min(own, LARGEST_INDEX) - old)
                    year += season[now] - old
            if t - indptr[i] + begin >= span[0]:
                ahead = level
                if horizon > 0.0:
                    total = years * year + window + part * season[(now + rest + 1) % period]
                    total /= horizon
                    ahead = level * total if multiplicative else level + scale * total
                out[t] = ahead if not ahead < 0.0 else 0.0
