"""Models that learn one rule from all items and all their past windows, and apply it to each.

An item's own past is short; that of all items together is not. Every past bucket of every item was an
origin once: what could be seen there (``window_features``), and the demand that followed over a horizon.
From a random part of these windows a learner learns conditional quantiles of

    log((demand + c) / (level + c)),   level: the recent demand of the item, c: ``OFFSET`` steps

at a few levels. Between them the quantile curve is filled in; beyond them its tail is measured on the
pooled windows. So the spread is that of past sums over whole horizons, at origins in a like state, with
the uncertainty of the level in it; nothing assumes a family or independent buckets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import special

from models.shared.base import Forecast, Model, demand_of
from models.shared.distribution import LEVELS, Distribution
from models.shared.history import FloatArray, History, IntArray
from models.shared.steps import steps
from models.shared.window_features import OFFSET, Features, window_features
from models.shared.window_statistics import Windows
from models.shared.window_sums import window_sums

MOST_WINDOWS = 30_000
"""Windows learnt from. More were measured to gain less than 1 %."""

FEWEST_WINDOWS = 2_000
"""With fewer, or of fewer items than ``FEWEST_ITEMS``, nothing is learnt: the fallback answers."""

FEWEST_ITEMS = 100

YOUNGEST_WEEKS = 6.0
"""Items with a shorter history than this have the fallback's forecast: their level is hardly known."""

LEAST_KNOWN = 0.9
"""Share of a window that must be known for it to be learnt from."""

HORIZONS: FloatArray = np.array([0.5, 0.75, 1.0, 1.25, 1.5])
"""Horizons learnt from, as shares of the one asked for: one rule serves all that a decision looks at."""

LEARNT: FloatArray = np.array([0.1, 0.3, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99])
"""The levels at which quantiles are learnt."""

FIRST, LAST = int(np.searchsorted(LEVELS, LEARNT[0])), int(np.searchsorted(LEVELS, LEARNT[-1], "right"))
"""``LEVELS[FIRST:LAST]`` lie between those learnt."""

RAREST = 0.999
"""The tail ends here: beyond, a handful of windows would speak for all items, and for their means."""

USUAL_WEEKS = 4.0
"""The horizon learnt for where none is told."""

Rule = Callable[[FloatArray], FloatArray]
"""Features, float64, shape (r, f) -> log ratios at ``LEARNT``, float64, shape (r, 8)."""

Learner = Callable[[FloatArray, FloatArray], Rule]
"""Features, float64, shape (r, f), and the log ratios that followed, float64, shape (r,) -> a rule."""


@dataclass(frozen=True)
class Examples:
    """Past windows and what followed. ``target``: float64, shape (r,): the log ratio of its demand."""

    values: FloatArray
    target: FloatArray


def learning_horizons(history: History, horizon: FloatArray) -> FloatArray:
    """Whole numbers of buckets around the horizons asked for, ascending, that the history has room for."""
    asked = horizon[horizon > 0]
    usual = USUAL_WEEKS * history.season / 52.0
    low, high = (float(np.quantile(asked, q)) for q in (0.1, 0.9)) if len(asked) else (usual, usual)
    room = max(1.0, float(history.lengths.max(initial=1)) / 3.0)
    spread = np.geomspace(HORIZONS[0] * low, HORIZONS[-1] * high, len(HORIZONS))
    if high <= 1.01 * low:
        spread = HORIZONS * low
    return np.unique(np.maximum(np.floor(np.minimum(spread, room) + 0.5), 1.0))


def examples(history: History, horizon: FloatArray, seed: int) -> Examples | None:
    """Past windows drawn at random; None where there are too few to learn from."""
    generator = np.random.default_rng(seed)
    lengths = learning_horizons(history, horizon)
    youngest = YOUNGEST_WEEKS * history.season / 52.0
    age = np.arange(len(history.data)) - np.repeat(history.indptr[:-1], history.lengths) + 1
    step = steps(history)
    parts: list[tuple[Features, FloatArray, IntArray]] = []
    for buckets in lengths:
        following = window_sums(history, np.full(len(history), buckets), LEAST_KNOWN)
        possible = np.flatnonzero(~np.isnan(following) & (age >= youngest))
        most = MOST_WINDOWS // len(lengths)
        if len(possible) > most:
            possible = np.sort(generator.choice(possible, most, replace=False))
        item = np.searchsorted(history.indptr, possible, side="right").astype(np.int64) - 1
        seen = window_features(history, Windows(item, possible, np.full(len(item), buckets)), step)
        alive = np.flatnonzero(seen.level > 0)
        parts.append((seen.take(alive), following[possible][alive], item[alive]))
    items = np.unique(np.concatenate([item for _, _, item in parts]))
    if sum(len(item) for _, _, item in parts) < FEWEST_WINDOWS or len(items) < FEWEST_ITEMS:
        return None
    target = [log_ratio(demand / seen.step, seen.level) for seen, demand, _ in parts]
    return Examples(np.concatenate([seen.values for seen, _, _ in parts]), np.concatenate(target))


def usual_horizon(history: History) -> FloatArray:
    """float64, shape (n,), buckets: what is learnt for where no horizon is told."""
    return np.full(len(history), max(1.0, USUAL_WEEKS * history.season / 52.0))


def log_ratio(demand: FloatArray, level: FloatArray) -> FloatArray:
    """What is learnt: log((demand + c) / (level + c)), both in steps."""
    return np.log((demand + OFFSET) / (level + OFFSET))


@dataclass(frozen=True)
class Tail:
    """How far the pooled windows went beyond the outermost quantiles, in widths of the curve there.

    Attributes:
        below, above: float64: for each of ``LEVELS`` below and above those learnt, the excess.

    """

    below: FloatArray
    above: FloatArray

    @staticmethod
    def measured(curve: FloatArray, target: FloatArray) -> Tail:
        """From log ratios ``target`` that followed curves at ``LEARNT``, float64, shape (r, 8)."""
        low, high = _widths(curve)
        under = (curve[:, 0] - target) / low
        over = (target - curve[:, -1]) / high
        return Tail(
            np.maximum(np.quantile(under, np.minimum(1.0 - LEVELS[:FIRST], RAREST)), 0.0),
            np.maximum(np.quantile(over, np.minimum(LEVELS[LAST:], RAREST)), 0.0),
        )

    def complete(self, curve: FloatArray) -> FloatArray:
        """The curve at all ``LEVELS``: float64, shape (r, G), never falling along a row."""
        low, high = _widths(curve)
        whole = np.empty((len(curve), len(LEVELS)))
        whole[:, :FIRST] = curve[:, :1] - low[:, None] * self.below
        whole[:, FIRST:LAST] = curve @ _between(LEVELS[FIRST:LAST])
        whole[:, LAST:] = curve[:, -1:] + high[:, None] * self.above
        return np.maximum.accumulate(whole, axis=1)


def _widths(curve: FloatArray) -> tuple[FloatArray, FloatArray]:
    """From the median down to the lowest quantile learnt, and up to the highest from .9."""
    low = curve[:, 2] - curve[:, 0]
    high = curve[:, -1] - curve[:, -4]
    return np.maximum(low, 0.05), np.maximum(high, 0.05)


def _between(levels: FloatArray) -> FloatArray:
    """Weights of the quantiles learnt in those at ``levels``: linear in the normal scores of the levels.

    Returns float64, shape (8, len(levels)).
    """
    known, wanted = special.ndtri(LEARNT), special.ndtri(levels)
    right = np.clip(np.searchsorted(known, wanted - 1e-12), 1, len(known) - 1)
    part = (wanted - known[right - 1]) / (known[right] - known[right - 1])
    weights = np.zeros((len(known), len(levels)))
    weights[right - 1, np.arange(len(levels))] = 1.0 - part
    weights[right, np.arange(len(levels))] += part
    return weights


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
    """
    past = examples(history, horizon, seed)
    if past is None:
        return fallback
    rules = tuple(learner(past.values, past.target) for learner in learners)
    curve = _averaged(rules, past.values)
    longest = float(learning_horizons(history, horizon)[-1]) * 52.0 / history.season
    return Trained(name, rules, Tail.measured(curve, past.target), longest, fallback)


def _averaged(rules: Sequence[Rule], values: FloatArray) -> FloatArray:
    """Log ratios, sorted: quantiles that were learnt one by one may cross."""
    return np.sort(sum(rule(values) for rule in rules) / len(rules), axis=1)


@dataclass(frozen=True)
class PooledForecast:
    """What a trained model says of the items of a history."""

    history: History
    model: Trained
    step: FloatArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.error_variance.LevelForecast.demand_of``."""
        return self.demands_of(items, np.asarray(horizon)[None, :])[0]

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """See ``models.shared.base.BatchForecast``: the rules are asked once, for every item and horizon."""
        horizons = np.asarray(horizons, dtype=np.float64)
        if horizons.shape[1:] != (len(self.history),) or not np.all(np.isfinite(horizons) & (horizons >= 0)):
            raise ValueError(f"horizon must be {len(self.history)} finite numbers of buckets, none negative")
        asked = horizons[:, items].ravel()
        item = np.tile(items, len(horizons))
        values = np.zeros((len(item), len(LEVELS)))
        youngest = YOUNGEST_WEEKS * self.history.season / 52.0
        old = (self.history.lengths[item] >= youngest) & (asked > 0)
        rows = np.flatnonzero(old)
        if len(rows):
            level, curve = self._curve(item[rows], asked[rows])
            step = self.step[item[rows]]
            demand = np.exp(curve + np.log(level + OFFSET)[:, None]) - OFFSET
            values[rows] = np.floor(np.maximum(demand, 0.0) + 0.5) * step[:, None]
            # Without any demand so far there is nothing that a ratio could be to.
            old[rows] = level > 0
        each = values.reshape(len(horizons), len(items), len(LEVELS))
        rest = (~old & (asked > 0)).reshape(each.shape[:2])
        for place in np.flatnonzero(rest.any(axis=1)):
            mine = rest[place]
            each[place, mine] = demand_of(self._young, items[mine], horizons[place]).values
        return [Distribution(rows) for rows in each]

    @cached_property
    def _young(self) -> Forecast:
        return self.model.fallback.fit(self.history)

    def _curve(self, items: IntArray, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        windows = Windows(items, self.history.indptr[items + 1] - 1, horizon)
        seen = window_features(self.history, windows, self.step, self.model.longest)
        curve = _averaged(self.model.rules, seen.values)
        return seen.level, self.model.tail.complete(curve)
