"""Models that learn one rule from all items and all their past windows, and apply it to each.

An item's own past is short; that of all items together is not. Every past bucket of every item was an
origin once: what could be seen there (``window_features``), and the demand that followed over a horizon.
From a random part of these windows a learner learns conditional quantiles of

    log((demand + c) / (level + c)),   level: the recent demand of the item, c: ``OFFSET`` steps

at a few levels. Between them the quantile curve is filled in; beyond them its tail is measured on the
pooled windows. So the variance is that of past sums over whole horizons, at origins in a like state, with
the uncertainty of the level in it; nothing assumes a family or independent buckets.

Also called: global models, cross-learning, pooled regression.

Source: Montero-Manso, Hyndman (2021), Principles and algorithms for forecasting groups of time series:
Locality and globality, International Journal of Forecasting 37.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from models.shared.base import Forecast, Model, demand_of
from models.shared.distinct_pairs import distinct_pairs
from models.shared.distribution import LEVELS, Distribution
from models.shared.history import FloatArray, History, IntArray
from models.shared.quantile_curve import Tail
from models.shared.steps import steps
from models.shared.window_features import (
    SEASONAL_COLUMNS,
    SHARED_COLUMNS,
    Features,
    moves_seen,
    window_features,
)
from models.shared.window_statistics import OFFSET, Windows
from models.shared.window_sums import window_sums

MOST_WINDOWS = 30_000
"""Windows learnt from. More were measured to gain less than 1 %."""

WINDOWS_AN_ITEM = 100
"""Of few items fewer windows are drawn: more of an item overlap ever more, and teach the same again."""

FEWEST_WINDOWS = 2_000
"""With fewer, or of fewer items than ``FEWEST_ITEMS``, nothing is learnt: the fallback answers."""

FEWEST_ITEMS = 100

FEWEST_MOVES = 100.0
"""Groups times weeks whose last year is known. With fewer, what all items of a group share on a day tells
which day it was, and nothing of seasons: it is then believed as far as it is without learning, no further."""

YOUNGEST_WEEKS, YOUNGEST_BUCKETS = 6.0, 14.0
"""Items with less history than either have the fallback's forecast: their level is hardly known. Days tell it
sooner than weeks."""

LEAST_KNOWN = 0.9
"""Share of a window that must be known for it to be learnt from."""

HORIZONS: FloatArray = np.array([0.5, 0.75, 1.0, 1.25, 1.5])
"""Horizons learnt from, as shares of the one asked for: one rule serves all that a decision looks at."""

USUAL_WEEKS = 4.0
"""The horizon learnt for where none is given."""

Curves = Callable[[FloatArray], FloatArray]
"""Features, float64, shape (r, f) -> log ratios at ``LEARNT``, float64, shape (r, 8)."""


@dataclass(frozen=True)
class Learner:
    """How a rule is learnt.

    Attributes:
        learn: features, float64, shape (r, f), and the log ratios that followed, float64, shape (r,) -> a
            rule.
        from_season: whether ratios are to what the last year and the season let expect, and no feature tells
            of an earlier year. A panel has seen two or three seasons: whatever is learnt of them is mostly
            chance, however many its items.

    """

    learn: Callable[[FloatArray, FloatArray], Curves]
    from_season: bool = False

    def __call__(self, past: Examples) -> Rule:
        """What it learns from past windows."""
        values, start = _inputs(past, self.from_season)
        return Rule(self.learn(values, past.target - start), self.from_season)


@dataclass(frozen=True)
class Rule:
    """What was learnt; see ``Learner``. It can be kept in a file."""

    curves: Curves
    from_season: bool

    def __call__(self, seen: Features | Examples) -> FloatArray:
        """Log ratios to the level of r windows at ``LEARNT``: float64, shape (r, 8)."""
        values, start = _inputs(seen, self.from_season)
        return self.curves(values) + start[:, None]


def _inputs(seen: Features | Examples, from_season: bool) -> tuple[FloatArray, FloatArray]:
    """The features that a learner sees, and the log ratio to the level that it starts from: (r, f), (r,)."""
    if from_season:
        return np.delete(seen.values, SEASONAL_COLUMNS, axis=1), seen.seasonal
    return seen.values, np.zeros(len(seen.values))


@dataclass(frozen=True)
class Examples:
    """r past windows and what followed.

    Attributes:
        values: float64, shape (r, f): their features.
        seasonal: float64, shape (r,): as in ``Features``.
        target: float64, shape (r,): the log ratio of the demand in them to the level.

    """

    values: FloatArray
    seasonal: FloatArray
    target: FloatArray


def learning_horizons(history: History, horizon: FloatArray) -> FloatArray:
    """Whole numbers of buckets around the horizons asked for, ascending, that the history is long enough for.

    Args:
        history: n items.
        horizon: float64, shape (n,), buckets: what will be asked for.

    Returns:
        float64, shape (h,), h <= len(HORIZONS).

    >>> learning_horizons(History(np.ones(80), np.array([0, 80])), np.array([4.0]))
    array([2., 3., 4., 5., 6.])

    """
    asked = horizon[horizon > 0]
    usual = USUAL_WEEKS * history.season / 52.0
    low, high = (float(np.quantile(asked, q)) for q in (0.1, 0.9)) if len(asked) else (usual, usual)
    longest = max(1.0, float(history.lengths.max(initial=1)) / 3.0)
    candidates = np.geomspace(HORIZONS[0] * low, HORIZONS[-1] * high, len(HORIZONS))
    if high <= 1.01 * low:
        candidates = HORIZONS * low
    return np.unique(np.maximum(np.floor(np.minimum(candidates, longest) + 0.5), 1.0))


def examples(history: History, horizon: FloatArray, seed: int) -> Examples | None:
    """Past windows drawn at random; None where there are too few to learn from.

    Args:
        history: n items.
        horizon: float64, shape (n,), buckets: what will be asked for.
        seed: of the draw.

    """
    generator = np.random.default_rng(seed)
    lengths = learning_horizons(history, horizon)
    step = steps(history)
    most = min(MOST_WINDOWS, WINDOWS_AN_ITEM * len(history))

    features, target, items, moves = [], [], [], 0.0
    for buckets in lengths:
        following = window_sums(history, np.full(len(history), buckets), LEAST_KNOWN)
        windows = _drawn_windows(history, following, buckets, most // len(lengths), generator)
        seen = window_features(history, windows, step)
        # Without any demand so far there is nothing that a ratio could be to.
        rows = np.flatnonzero(seen.level > 0)
        seen, origin = seen.take(rows), windows.origin[rows]
        features.append(seen)
        target.append(log_ratio(following[origin] / seen.step, seen.level))
        items.append(windows.item[rows])
        moves = max(moves, moves_seen(seen) / max(history.season / 52.0, 1.0))

    item = np.concatenate(items)
    if len(item) < FEWEST_WINDOWS or len(np.unique(item)) < FEWEST_ITEMS:
        return None
    values = np.concatenate([seen.values for seen in features])
    if moves < FEWEST_MOVES:
        values[:, SHARED_COLUMNS] = np.nan
    seasonal = np.concatenate([seen.seasonal for seen in features])
    return Examples(values, seasonal, np.concatenate(target))


def _drawn_windows(
    history: History, following: FloatArray, buckets: float, most: int, generator: np.random.Generator
) -> Windows:
    """Windows of ``buckets`` whose demand ``following``, float64, shape (b,), is known; ``most`` at most."""
    age = np.arange(len(history.data)) - np.repeat(history.indptr[:-1], history.lengths) + 1
    possible = np.flatnonzero(~np.isnan(following) & (age >= youngest(history)))
    if len(possible) > most:
        possible = np.sort(generator.choice(possible, most, replace=False))
    item = np.searchsorted(history.indptr, possible, side="right").astype(np.int64) - 1
    return Windows(item, possible, np.full(len(item), buckets))


def youngest(history: History) -> float:
    """The shortest history that is learnt from, in buckets.

    >>> youngest(History(np.ones(9), np.array([0, 9]))), youngest(History(np.ones(9), np.array([0, 9]), 365))
    (6.0, 14.0)

    """
    return min(YOUNGEST_WEEKS * history.season / 52.0, YOUNGEST_BUCKETS)


def usual_horizon(history: History) -> FloatArray:
    """float64, shape (n,), buckets: what is learnt for where no horizon is given."""
    return np.full(len(history), max(1.0, USUAL_WEEKS * history.season / 52.0))


def log_ratio(demand: FloatArray, level: FloatArray) -> FloatArray:
    """What is learnt: log((demand + c) / (level + c)), both float64, shape (r,), steps."""
    return np.log((demand + OFFSET) / (level + OFFSET))


@dataclass(frozen=True)
class Trained:
    """A model that has learnt; ``fit`` only looks at the end of each item's history.

    Attributes:
        name: of the model that learnt.
        rules: what its learners learnt; their log ratios are averaged.
        tail: of the averaged curve.
        longest: the longest horizon learnt, in weeks: a longer one is as uncertain in its ratio.
        fallback: answers for items that are too young.

    """

    name: str
    rules: tuple[Rule, ...] = field(repr=False)
    tail: Tail = field(repr=False)
    longest: float
    fallback: Model

    def fit(self, history: History) -> PooledForecast:
        """See ``models.shared.base.Model``."""
        return PooledForecast(history, self, steps(history))


def train(
    name: str,
    learners: Sequence[Learner],
    history: History,
    horizon: FloatArray,
    seed: int,
    fallback: Model,
) -> Model:
    """Let each learner learn from the same past windows.

    Returns the fallback, under its own name, where there are too few windows to learn from.

    Args:
        name: of the model that learns.
        learners: at least one; what they learn is averaged.
        history: n items.
        horizon: float64, shape (n,), buckets: what will be asked for.
        seed: of the windows drawn.
        fallback: answers for items that are too young.

    """
    past = examples(history, horizon, seed)
    if past is None:
        return fallback
    rules = tuple(learner(past) for learner in learners)
    tail = Tail.measured(_averaged(rules, past), past.target)
    longest = float(learning_horizons(history, horizon)[-1]) * 52.0 / history.season
    return Trained(name, rules, tail, longest, fallback)


def _averaged(rules: Sequence[Rule], seen: Features | Examples) -> FloatArray:
    """Log ratios, float64, shape (r, 8), sorted: quantiles that were learnt one by one may cross."""
    return np.sort(sum(rule(seen) for rule in rules) / len(rules), axis=1)


@dataclass(frozen=True)
class PooledForecast:
    """What a trained model says of the items of a history.

    Attributes:
        history: n items.
        model: that has learnt.
        step: float64, shape (n,): the items' units.

    """

    history: History
    model: Trained
    step: FloatArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        return self.demands_of(items, np.asarray(horizon)[None, :])[0]

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """See ``models.shared.base.BatchForecast``: the rules are asked once, for every item and horizon.

        Raises ValueError for an impossible horizon.
        """
        horizons = np.asarray(horizons, dtype=np.float64)
        if horizons.shape[1:] != (len(self.history),) or not np.all(np.isfinite(horizons) & (horizons >= 0)):
            raise ValueError(f"horizon must be {len(self.history)} finite numbers of buckets, none negative")
        asked = horizons[:, items].ravel()
        item = np.tile(items, len(horizons))
        values = np.zeros((len(item), len(LEVELS)))

        by_rule = (self.history.lengths[item] >= youngest(self.history)) & (asked > 0)
        rows = np.flatnonzero(by_rule)
        if len(rows):
            # Who asks of several lengths of a lead time asks the same of an item whose lead time is certain.
            first, same = distinct_pairs(item[rows], asked[rows])
            level, demand = self._by_rule(item[rows[first]], asked[rows[first]])
            values[rows] = demand[same]
            # Without any demand so far there is nothing that a ratio could be to.
            by_rule[rows] = level[same] > 0

        by_horizon = values.reshape(len(horizons), len(items), len(LEVELS))
        by_fallback = (~by_rule & (asked > 0)).reshape(by_horizon.shape[:2])
        for index in np.flatnonzero(by_fallback.any(axis=1)):
            others = by_fallback[index]
            by_horizon[index, others] = demand_of(self._fallback, items[others], horizons[index]).values
        return [Distribution(each) for each in by_horizon]

    @cached_property
    def _fallback(self) -> Forecast:
        return self.model.fallback.fit(self.history)

    def _by_rule(self, items: IntArray, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Level, float64, shape (r,), steps, and demand at ``LEVELS``, float64, shape (r, G), units."""
        windows = Windows(items, self.history.indptr[items + 1] - 1, horizon)
        seen = window_features(self.history, windows, self.step, self.model.longest)
        curve = self.model.tail.complete(_averaged(self.model.rules, seen))
        demand = np.exp(curve + np.log(seen.level + OFFSET)[:, None]) - OFFSET
        return seen.level, np.floor(np.maximum(demand, 0.0) + 0.5) * self.step[items][:, None]
