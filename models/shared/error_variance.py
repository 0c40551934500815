"""From a level to a predictive distribution: the variance of an item's own past errors of the H-sum.

Errors of consecutive buckets correlate, so the variance over a horizon is never taken from the error of
one bucket: at every past origin the level known then, times the horizon, is held against the demand
that followed. All of it is out of sample, so the uncertainty of the level itself is in the errors.
With p the predicted demand and P the item's usual one (its mean over the origins):

    variance = p (1 + c P),   c = sum(e^2 - p) / (P sum(p))

and the distribution is a negative binomial. The variance grows in step with the mean, not with its
square: an item that has gone quiet keeps the width of the orders it used to have (measured: 2 % less
loss on weekly wholesale and 4 % less on daily retail series than variance = p + c p^2).
Few windows say little, so an item's c is shrunk to that of items of a like level and age
(``models/shared/dispersion.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.shared.bucket_dispersion import BucketDispersion, bucket_dispersion
from models.shared.cold_start import as_far_as_offered, stand_in
from models.shared.dispersion import LARGEST_DISPERSION, UNKNOWN_DISPERSION, dispersion
from models.shared.distribution import LEVELS, WEIGHTS, Distribution, negative_binomial
from models.shared.history import BoolArray, FloatArray, History, IntArray
from models.shared.panel_parts import in_parts
from models.shared.past_errors import Moments, error_moments
from models.shared.steps import floors, known_buckets, steps
from models.shared.window_sums import LEAST_KNOWN, window_sums

UNKNOWN_LEVEL = 0.5
"""Demand per bucket where none has ever been seen: Jeffreys' (0 + 1/2) / (0 + 1)."""

STAND_INS = 200
"""How many items stand for the panel where an item has no history of its own."""

LevelAt = Callable[[FloatArray], FloatArray]
"""Horizon, float64, shape (n,) -> demand per bucket over it, expected at the close of every bucket."""

LevelOfPart = Callable[[slice, History, FloatArray], FloatArray]
"""The same of some of the items: which, their history, their horizons -> levels, shape of its ``data``."""


@dataclass(frozen=True)
class LevelForecast:
    """A forecast that is a level, known at the close of every past bucket, times the horizon.

    Attributes:
        history: n items.
        level_at: gives float64, shape of ``history.data``, units per bucket; NaN = not yet known.
        level_of_part: the same part by part, for levels that hang on the item's own history alone: several
            times as fast, and nothing as long as the data is held.

    A hundred items whose forty weeks alternate between 8 and 12, and a level of 10: four more weeks sell 40.
    Sums of four weeks never erred, so they vary as a Poisson would:

    >>> history = History(np.tile([8.0, 12.0], 2000), np.arange(0, 4001, 40))
    >>> demand = LevelForecast(history, lambda horizon: np.full(4000, 10.0)).demand(np.full(100, 4.0))
    >>> demand.mean[:1].round(1), demand.quantile(0.95)[:1], demand.variance[:1].round(1)
    (array([40.]), array([51.]), array([39.9]))

    """

    history: History
    level_at: LevelAt
    level_of_part: LevelOfPart | None = None

    @classmethod
    def of_parts(cls, history: History, level_of_part: LevelOfPart) -> LevelForecast:
        """A forecast whose levels hang on each item's own history alone."""
        everything = slice(0, len(history))
        return cls(history, lambda horizon: level_of_part(everything, history, horizon), level_of_part)

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``. Raises ValueError for an impossible horizon."""
        return self.demand_of(np.arange(len(self.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``; what is pooled still comes from all n items."""
        horizon = checked_horizon(horizon, len(self.history))
        no_history = self._known == 0
        measured = measurable(horizon, self.history)
        level, moments = self._levels_and_errors(horizon, measured)
        level = np.maximum(np.nan_to_num(level), floors(self._known, self.step))
        excess = self._excess(level, horizon, moments, measured)

        values = _counts(level[items], excess[items], self.step[items], horizon[items])
        rows = np.flatnonzero(no_history[items])
        if len(rows):
            # Of all of them, whoever is asked about: an answer must not hang on what is asked beside it.
            usual = horizon[no_history & (horizon > 0)]
            span, ahead = float(np.median(usual)) if len(usual) else 0.0, horizon[items[rows]]
            otherwise = self._of_the_panel(level, excess, no_history, ahead, span)
            new = stand_in(self.history, items[rows], ahead, otherwise, span)
            values[rows] = as_far_as_offered(new, self.history, items[rows], span)
        return Distribution(values)

    @cached_property
    def step(self) -> FloatArray:
        """float64, shape (n,): the unit that each item is sold in."""
        return steps(self.history)

    @cached_property
    def _known(self) -> FloatArray:
        return known_buckets(self.history)

    @cached_property
    def _of_buckets(self) -> BucketDispersion:
        return bucket_dispersion(self.history, self.step)

    def _levels_and_errors(self, horizon: FloatArray, measured: FloatArray) -> tuple[FloatArray, Moments]:
        """The last level over ``horizon``, shape (n,), and the moments of past errors over ``measured``."""
        n, step, ages = len(self.history), self.step, age_classes(self.history.season)
        level, moments = np.empty(n), Moments.zeros(n, len(ages) + 1)

        def work(items: slice, part: History) -> None:
            def level_over(span: FloatArray) -> FloatArray:
                if self.level_of_part is None:
                    return self.level_at(span)
                return self.level_of_part(items, part, span[items])

            # Mostly the two horizons are the same, and a level is costly.
            past = level_over(measured)
            same = np.array_equal(measured[items], horizon[items])
            level[items] = latest(part, past if same else level_over(horizon))

            sums = window_sums(part, measured[items], LEAST_KNOWN)
            moments_of_part = error_moments(part, sums, past, measured[items], step[items], ages)
            for of_all, of_part in zip(moments, moments_of_part, strict=True):
                of_all[items] = of_part

        if self.level_of_part is None:
            work(slice(0, n), self.history)
        else:
            in_parts(self.history, work)
        return level, moments

    def _excess(
        self, level: FloatArray, horizon: FloatArray, moments: Moments, measured: FloatArray
    ) -> FloatArray:
        """What the variance has beyond the mean, as a share of it: c P, float64, shape (n,)."""
        ages = age_classes(self.history.season)
        windows, predicted = moments.windows.sum(axis=1), moments.predicted.sum(axis=1)
        per_bucket = predicted / np.maximum(windows * measured, 1e-300)
        usual = np.where(predicted > 0, per_bucket, level / self.step) * horizon
        age = np.searchsorted(ages, self._known, side="right")
        prior = self._of_buckets.over(horizon)
        excess: FloatArray = dispersion(moments, age, measured, prior) * usual
        return excess

    def _of_the_panel(
        self, level: FloatArray, excess: FloatArray, no_history: BoolArray, horizon: FloatArray, span: float
    ) -> FloatArray:
        """Quantiles of what a random item of the panel would sell: float64, shape (k, G).

        Args:
            level, excess: float64, shape (n,).
            no_history: bool, shape (n,).
            horizon: float64, shape (k,): of the items that ask.
            span: their usual horizon, buckets.

        """
        seen = np.flatnonzero(~no_history)
        if len(seen) == 0:
            mean = UNKNOWN_LEVEL * horizon
            return negative_binomial(mean, mean * (1.0 + UNKNOWN_DISPERSION * mean)).values

        # In the order of their levels, so that the order of the items does not matter.
        seen = seen[np.argsort(level[seen], kind="stable")]
        seen = seen[np.linspace(0, len(seen) - 1, min(len(seen), STAND_INS)).astype(np.int64)]
        span = max(span, 1e-9)
        values = _counts(level[seen], excess[seen], self.step[seen], np.full(len(seen), span)).ravel()

        order = np.argsort(values, kind="stable")
        below = np.cumsum(np.tile(WEIGHTS, len(seen))[order]) / len(seen)
        pooled = values[order][np.minimum(np.searchsorted(below, LEVELS), len(values) - 1)]
        step = float(self.step[seen].min())
        return np.floor(pooled * (horizon / span)[:, None] / step + 0.5) * step


def checked_horizon(horizon: FloatArray, items: int) -> FloatArray:
    """``horizon`` as float64, shape (items,). Raises ValueError where it is none."""
    horizon = np.asarray(horizon, dtype=np.float64)
    if horizon.shape != (items,) or not np.all(np.isfinite(horizon) & (horizon >= 0)):
        raise ValueError(f"horizon must be {items} finite numbers of buckets, none negative")
    return horizon


def measurable(horizon: FloatArray, history: History) -> FloatArray:
    """The horizon that errors are measured over: float64, shape (n,), buckets.

    Where the history is too short for the one asked for, the relative error of the longest that it can
    measure is carried over.
    """
    return np.minimum(horizon, np.maximum(history.lengths // 2, 1))


def latest(history: History, level: FloatArray) -> FloatArray:
    """The last level of each item: float64, shape (n,); NaN where it has none.

    Args:
        history: n items, b buckets.
        level: float64, shape (b,).

    """
    if len(level) == 0:
        return np.full(len(history), np.nan)
    return np.where(history.lengths > 0, level[history.indptr[1:] - 1], np.nan)


def age_classes(season: int) -> FloatArray:
    """Known buckets at which an origin counts as older, float64: a month, a quarter and a year of them."""
    return np.array([season / 13, season / 4, season], dtype=np.float64)


def _counts(level: FloatArray, excess: FloatArray, step: FloatArray, horizon: FloatArray) -> FloatArray:
    """Quantiles of a negative binomial of mean ``level x horizon``, variance mean (1 + excess), in steps.

    Args: float64, shape (k,). Returns float64, shape (k, G), units.
    """
    mean = level * horizon / step
    # Beyond this nearly all of the chance would sit at zero: one freak order would hide all others.
    excess = np.minimum(excess, LARGEST_DISPERSION * mean)
    values = negative_binomial(mean, mean * (1.0 + excess)).values
    return values if np.all(step == 1.0) else values * step[:, None]
