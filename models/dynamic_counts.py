"""A rate that drifts, known through the counts it makes: gamma and Poisson with discounting.

The rate of an item is a gamma variable. Each bucket adds its count to what is known, and what was known
before fades by a factor d a bucket, which is how the rate may drift. With A the faded sum of demand, B the
faded number of buckets, and m = H A / B, the demand summed over H buckets is a negative binomial:

    mean = m,   variance = f m (1 + H / (d B))

f = 1 is the Poisson of the books. Customers buy several at a time, and the rate drifts on while the
horizon lasts, so f is measured: on the errors of all past H-sums, drawn towards items of like size. The
second factor is what is not known about the rate itself: it is large where the history is short.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.distribution import Distribution, negative_binomial
from models.shared.distribution_kernels import log_gamma
from models.shared.error_variance import LARGEST_DISPERSION, LevelForecast, dispersion
from models.shared.history import FloatArray, History, IntArray
from models.shared.kernels import LEAST_KNOWN, MOMENTS, window_sums
from models.shared.outliers import without_outliers
from models.shared.smoothing import GRID_WEEKS, per_bucket

PANEL_WINDOWS = 100.0
"""The panel's evidence for a discount counts as this many windows of an item's own: a few freak orders
would otherwise make it as slow as the grid allows (measured: 1 % less loss than with 8)."""


def rates(history: History, keep: FloatArray) -> FloatArray:
    """What is known of each item's rate at the close of every bucket.

    Args:
        history: n items. An unknown bucket changes nothing.
        keep: float64, shape (n,), 0..1: the discount factor d, per bucket.

    Returns:
        float64, shape (2, buckets): the level A / B, with A_t = d A_{t-1} + y_t and B_t = d B_{t-1} + 1,
        but at least the (0 + 1/2) / (known + 1) that zeros cannot rule out; and the weight d B with which
        it enters the next bucket. NaN and 0 where nothing is known yet.

    Source: Harvey, Fernandes (1989), Time series models for count or qualitative observations, Journal of
    Business and Economic Statistics 7, section 2.

    """
    out = np.empty((2, len(history.data)))
    over_items(_rates, len(history), history.data, history.indptr, keep, out)
    return out


@dataclass(frozen=True)
class DynamicCountsForecast:
    """The rate of every item at the close of every past bucket.

    Attributes:
        base: the same levels with a spread by age; stands in for items without history.
        counts: the history in steps of each item.
        rate: float64, shape (2, buckets): as from ``rates`` of ``counts``.

    """

    base: LevelForecast
    counts: History
    rate: FloatArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.counts), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.error_variance.LevelForecast.demand_of``."""
        horizon = np.asarray(horizon, dtype=np.float64)
        n = len(self.counts)
        if horizon.shape != (n,) or not np.all(np.isfinite(horizon) & (horizon >= 0)):
            raise ValueError(f"horizon must be {n} finite numbers of buckets, none negative")
        # Where the history is too short for the horizon, the relative error of the longest that it
        # can measure is carried over.
        measured = np.minimum(horizon, np.maximum(self.counts.lengths // 2, 1))
        sums = window_sums(self.counts, measured, LEAST_KNOWN)
        level, weight = self._now
        blank = weight == 0
        mean = np.where(blank, 0.0, level) * horizon
        lumps = 1.0 + excess(self.counts, sums, self.rate, measured) * horizon
        width = lumps * (1.0 + horizon / np.where(blank, 1.0, weight))
        # Beyond this nearly all of the chance would sit at zero: one freak order would hide all others.
        width = np.minimum(width, 1.0 + LARGEST_DISPERSION * mean)
        values = negative_binomial(mean[items], (mean * width)[items]).values * self.base.step[items, None]
        rows = np.flatnonzero(blank[items])
        if len(rows):
            values[rows] = self.base.demand_of(items[rows], horizon).values
        return Distribution(values)

    @cached_property
    def _now(self) -> FloatArray:
        """The last rate of each item, float64, shape (2, n)."""
        padded = np.append(self.rate, [[np.nan], [0.0]], axis=1)
        return np.where(self.counts.lengths > 0, padded[:, self.counts.indptr[1:] - 1], padded[:, -1:])


@dataclass(frozen=True)
class DynamicCounts:
    """The discount of each item: the likeliest one of a grid, the panel's evidence added to its own.

    Attributes:
        fading: candidates for 1 - d, per WEEK: a bucket's share is what fades as much over the same
            time.

    """

    fading: tuple[float, ...] = (0.01, 0.03, 0.06, 0.1, 0.15, 0.22, 0.32)
    name: ClassVar[str] = "dynamic_counts"

    def fit(self, history: History) -> DynamicCountsForecast:
        """See ``models.shared.base.Model``."""
        n = len(history)
        base = LevelForecast(history, lambda _: rate[0] * base.step[history.item])
        counts = History(history.data / base.step[history.item], history.indptr, history.season)
        # Whole buckets: windows that follow each other must not overlap.
        horizon = np.full(n, max(1.0, np.round(GRID_WEEKS * history.season / 52)))
        sums = window_sums(counts, horizon, LEAST_KNOWN)
        usual = without_outliers(counts)
        grid = 1.0 - per_bucket(self.fading, history.season)
        evidence = np.zeros((len(grid), n, 2))
        for candidate, keep in enumerate(grid):
            rate = rates(usual, np.full(n, keep))
            share = excess(counts, sums, rate, horizon)
            over_items(_evidence, n, counts.indptr, sums, rate, horizon, share, evidence[candidate])
        own, windows = evidence[..., 0], evidence[..., 1].sum(axis=1)
        panel = own.sum(axis=1) / np.maximum(windows, 1.0)
        best = np.argmax(own + PANEL_WINDOWS * panel[:, None], axis=0)
        rate = rates(usual, grid[best])
        return DynamicCountsForecast(base, counts, rate)


def excess(counts: History, sums: FloatArray, rate: FloatArray, horizon: FloatArray) -> FloatArray:
    """How much f exceeds 1, per bucket of the horizon.

    Args:
        counts: n items.
        sums: float64, shape of ``counts.data``: as from ``window_sums``.
        rate: float64, shape (2, buckets): as from ``rates``.
        horizon: float64, shape (n,), buckets: what ``sums`` are over.

    Returns:
        float64, shape (n,), >= 0: c P / H, with c as in ``models.shared.error_variance``, measured on squared
        errors from which what the rate was not known for is taken out, and P the usual prediction.

    """
    moments = np.zeros((len(counts), 1, MOMENTS))
    over_items(_moments, len(counts), counts.indptr, sums, rate, horizon, moments[:, 0])
    windows, predicted = moments[:, 0, 0], moments[:, 0, 2]
    c = dispersion(moments, np.zeros(len(counts), dtype=np.int64), horizon)
    share: FloatArray = c * predicted / np.maximum(windows * horizon, 1e-300)
    return share


@compiled
def _rates(
    start: int, stop: int, data: FloatArray, indptr: IntArray, keep: FloatArray, out: FloatArray
) -> None:
    for i in range(start, stop):
        total, weight = 0.0, 0.0
        known = 0
        level = np.nan
        for t in range(indptr[i], indptr[i + 1]):
            if not np.isnan(data[t]):
                total = keep[i] * total + data[t]
                weight = keep[i] * weight + 1.0
                known += 1
                level = max(total / weight, 0.5 / (known + 1.0))
            out[0, t] = level
            out[1, t] = keep[i] * weight


@compiled
def _moments(
    start: int,
    stop: int,
    indptr: IntArray,
    sums: FloatArray,
    rate: FloatArray,
    horizon: FloatArray,
    out: FloatArray,
) -> None:
    """As ``models.shared.kernels.error_moments``, of errors in units of what the rate was not known for."""
    for i in range(start, stop):
        for t in range(indptr[i], indptr[i + 1]):
            if np.isnan(sums[t]) or np.isnan(rate[0, t]) or rate[1, t] == 0.0:
                continue
            predicted = rate[0, t] * horizon[i]
            out[i, 0] += 1.0
            out[i, 1] += (sums[t] - predicted) ** 2 / (1.0 + horizon[i] / rate[1, t])
            out[i, 2] += predicted
            out[i, 3] += sums[t]


@compiled
def _evidence(
    start: int,
    stop: int,
    indptr: IntArray,
    sums: FloatArray,
    rate: FloatArray,
    horizon: FloatArray,
    excess: FloatArray,
    out: FloatArray,
) -> None:
    """Log-likelihood of the H-sums that follow each other without overlap, and how many there are."""
    for i in range(start, stop):
        span = max(int(horizon[i]), 1)
        lumps = 1.0 + excess[i] * horizon[i]
        for t in range(indptr[i + 1] - 1 - span, indptr[i] - 1, -span):
            if np.isnan(sums[t]) or np.isnan(rate[0, t]) or rate[1, t] == 0.0:
                continue
            mean = rate[0, t] * horizon[i]
            out[i, 0] += log_probability(sums[t], mean, lumps * (1.0 + horizon[i] / rate[1, t]))
            out[i, 1] += 1.0


@compiled
def log_probability(count: float, mean: float, width: float) -> float:
    """Log of the probability of a count under a negative binomial with variance ``mean * width``."""
    if width <= 1.0 + 1e-9:
        return count * np.log(mean) - mean - log_gamma(count + 1.0)
    size = mean / (width - 1.0)
    return (
        log_gamma(count + size)
        - log_gamma(size)
        - log_gamma(count + 1.0)
        - size * np.log(width)
        + count * np.log((width - 1.0) / width)
    )
