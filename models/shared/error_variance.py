"""From a level to a predictive distribution: the spread of an item's own past errors of the H-sum.

Errors of consecutive buckets correlate, so the spread over a horizon is never taken from the error of
one bucket: at every past origin the level known then, times the horizon, is held against the demand
that followed. All of it is out of sample, so the uncertainty of the level itself is in the errors.
With p the predicted demand and P the item's usual one (its mean over the origins):

    variance = p (1 + c P),   c = sum(e^2 - p) / (P sum(p))

and the distribution is a negative binomial. The variance grows in step with the mean, not with its
square: an item that has gone quiet keeps the width of the orders it used to have (measured: 2 % less
loss on weekly wholesale and 4 % less on daily retail series than variance = p + c p^2).
Few windows say little, so an item's c is drawn towards that of items of a like level and age.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.shared.cold_start import stand_in
from models.shared.distribution import LEVELS, WEIGHTS, Distribution, negative_binomial
from models.shared.history import FloatArray, History, IntArray
from models.shared.kernels import (
    LEAST_KNOWN,
    MOMENTS,
    error_moments,
    floors,
    known_buckets,
    steps,
    window_sums,
)
from models.shared.panel_parts import in_parts

OWN_WINDOWS = 3.0
"""The pooled c counts as this many windows of an item's own (overlapping windows count once)."""

CLASS_WINDOWS = 20.0
"""The c of the wider class counts as this many windows of the narrower one."""

UNKNOWN_DISPERSION = 1.0
"""c where no error has ever been seen: a rate that is exponentially distributed."""

UNKNOWN_LEVEL = 0.5
"""Demand per bucket where none has ever been seen: Jeffreys' (0 + 1/2) / (0 + 1)."""

LARGEST_DISPERSION = 25.0
"""One freak order makes c as large as the number of windows; no average survives many of those."""

SIZE_CLASSES = 16
"""Classes of a factor of two in the usual demand over the horizon, from 1/8 of a step up."""

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
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.history), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """The demand of some of the items; what is pooled still comes from all n.

        Args:
            items: int64, shape (k,).
            horizon: float64, shape (n,): that of every item, as in ``demand``.

        Returns:
            k distributions, in the order of ``items``.

        """
        horizon = np.asarray(horizon, dtype=np.float64)
        if horizon.shape != (len(self.history),) or not np.all(np.isfinite(horizon) & (horizon >= 0)):
            raise ValueError(f"horizon must be {len(self.history)} finite numbers of buckets, none negative")
        blank = self._known == 0
        # Where the history is too short for the horizon, the relative error of the longest that it
        # can measure is carried over.
        measured = np.minimum(horizon, np.maximum(self.history.lengths // 2, 1))
        level, moments = self._seen(horizon, measured)
        level = np.maximum(np.nan_to_num(level), floors(self._known, self.step))
        excess = self._excess(level, horizon, moments, measured)
        values = _counts(level[items], excess[items], self.step[items], horizon[items])
        rows = np.flatnonzero(blank[items])
        if len(rows):
            otherwise = self._stand_in(level, excess, blank, horizon[items[rows]])
            values[rows] = stand_in(self.history, items[rows], horizon[items[rows]], otherwise)
        return Distribution(values)

    @cached_property
    def step(self) -> FloatArray:
        """float64, shape (n,): the unit that each item is sold in."""
        return steps(self.history)

    @cached_property
    def _known(self) -> FloatArray:
        return known_buckets(self.history)

    def _seen(self, horizon: FloatArray, measured: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The last level over ``horizon``, shape (n,), and the moments of past errors over ``measured``."""
        n, step, ages = len(self.history), self.step, age_classes(self.history.season)
        level, moments = np.empty(n), np.empty((n, len(ages) + 1, MOMENTS))

        def work(items: slice, part: History) -> None:
            def level_over(span: FloatArray) -> FloatArray:
                if self.level_of_part is None:
                    return self.level_at(span)
                return self.level_of_part(items, part, span[items])

            past = level_over(measured)
            same = np.array_equal(measured[items], horizon[items])
            level[items] = latest(part, past if same else level_over(horizon))
            sums = window_sums(part, measured[items], LEAST_KNOWN)
            moments[items] = error_moments(part, sums, past, measured[items], step[items], ages)

        if self.level_of_part is None:
            work(slice(0, n), self.history)
        else:
            in_parts(self.history, work)
        return level, moments

    def _excess(
        self, level: FloatArray, horizon: FloatArray, moments: FloatArray, measured: FloatArray
    ) -> FloatArray:
        """What the variance has beyond the mean, as a share of it: c P, float64, shape (n,)."""
        ages = age_classes(self.history.season)
        windows, predicted = moments[..., 0].sum(axis=1), moments[..., 2].sum(axis=1)
        per_bucket = predicted / np.maximum(windows * measured, 1e-300)
        usual = np.where(predicted > 0, per_bucket, level / self.step) * horizon
        age = np.searchsorted(ages, self._known, side="right")
        excess: FloatArray = dispersion(moments, age, measured) * usual
        return excess

    def _stand_in(
        self, level: FloatArray, excess: FloatArray, blank: npt.NDArray[np.bool_], horizon: FloatArray
    ) -> FloatArray:
        """Values for items without history and like: what a random item of the panel would sell."""
        seen = np.flatnonzero(~blank)
        if len(seen) == 0:
            mean = UNKNOWN_LEVEL * horizon
            return negative_binomial(mean, mean * (1.0 + UNKNOWN_DISPERSION * mean)).values
        # In the order of their levels, so that the order of the items does not matter.
        seen = seen[np.argsort(level[seen], kind="stable")]
        seen = seen[np.linspace(0, len(seen) - 1, min(len(seen), STAND_INS)).astype(np.int64)]
        span = max(float(np.median(horizon)), 1e-9)
        values = _counts(level[seen], excess[seen], self.step[seen], np.full(len(seen), span)).ravel()
        order = np.argsort(values, kind="stable")
        below = np.cumsum(np.tile(WEIGHTS, len(seen))[order]) / len(seen)
        pooled = values[order][np.minimum(np.searchsorted(below, LEVELS), len(values) - 1)]
        step = float(self.step[seen].min())
        return np.floor(pooled * (horizon / span)[:, None] / step + 0.5) * step


def latest(history: History, level: FloatArray) -> FloatArray:
    """float64, shape (n,): the last level of each item; NaN where it has none."""
    if len(level) == 0:
        return np.full(len(history), np.nan)
    return np.where(history.lengths > 0, level[history.indptr[1:] - 1], np.nan)


def age_classes(season: int) -> FloatArray:
    """Known buckets at which an origin counts as older: a month, a quarter and a year of them."""
    return np.array([season / 13, season / 4, season], dtype=np.float64)


def dispersion(moments: FloatArray, age: IntArray, horizon: FloatArray) -> FloatArray:
    """The c of each item, drawn towards its class (age x size), that to its age, that to the panel.

    Args:
        moments: float64, shape (n, a, MOMENTS), as from ``error_moments``.
        age: int64, shape (n,): the class of age that each item has reached, 0..a - 1.
        horizon: float64, shape (n,): what the moments were measured over, buckets.

    Returns:
        float64, shape (n,), >= 0.

    """
    windows, squared, predicted = moments[..., 0], moments[..., 1], moments[..., 2]
    # Windows overlap: h of them are worth about one.
    worth = np.where(windows > 0, np.maximum(windows / np.maximum(horizon, 1.0)[:, None], 1.0), 0.0)
    usual = predicted.sum(axis=1) / np.maximum(windows.sum(axis=1), 1.0)
    size = np.floor(np.log2(np.maximum(usual, 0.125))).astype(np.int64) + 3
    size = np.minimum(size, SIZE_CLASSES - 1)

    each = _ratio(squared - predicted, predicted * usual[:, None])
    by_class = np.zeros((2, SIZE_CLASSES, moments.shape[1]))
    np.add.at(by_class[0], size, worth)
    np.add.at(by_class[1], size, worth * each)
    by_age = by_class.sum(axis=1)
    panel = by_age.sum(axis=1)
    pooled = _drawn(panel[0], panel[1], UNKNOWN_DISPERSION, CLASS_WINDOWS)
    pooled = _drawn(by_age[0], by_age[1], pooled, CLASS_WINDOWS)
    pooled = _drawn(by_class[0], by_class[1], pooled, CLASS_WINDOWS)

    # The errors of an item's first month say nothing of it once it is older.
    counted = np.arange(moments.shape[1]) >= np.minimum(age, 1)[:, None]
    own = np.where(counted, squared - predicted, 0.0).sum(axis=1)
    own = _ratio(own, np.where(counted, predicted, 0.0).sum(axis=1) * usual)
    weight = np.where(counted, worth, 0.0).sum(axis=1)
    return np.maximum(_drawn(weight, weight * own, pooled[size, age], OWN_WINDOWS), 0.0)


def _ratio(excess: FloatArray, scale: FloatArray) -> FloatArray:
    ratio = np.divide(excess, scale, out=np.zeros_like(excess), where=scale > 0)
    return np.minimum(ratio, LARGEST_DISPERSION)


def _drawn(weight: FloatArray, total: FloatArray, towards: FloatArray | float, pseudo: float) -> FloatArray:
    """The mean ``total / weight``, drawn towards another as if that had been seen ``pseudo`` times."""
    drawn: FloatArray = (total + pseudo * np.asarray(towards)) / (weight + pseudo)
    return drawn


def _counts(level: FloatArray, excess: FloatArray, step: FloatArray, horizon: FloatArray) -> FloatArray:
    mean = level * horizon / step
    # Beyond this nearly all of the chance would sit at zero: one freak order would hide all others.
    excess = np.minimum(excess, LARGEST_DISPERSION * mean)
    values = negative_binomial(mean, mean * (1.0 + excess)).values
    return values if np.all(step == 1.0) else values * step[:, None]
