"""A rate that drifts, known through the counts it makes: gamma and Poisson with discounting.

The rate of an item is a gamma variable. Each bucket adds its count to what is known, and what was known
before fades by a factor d a bucket, which is how the rate may drift. With A the faded sum of demand, B the
faded number of buckets, and m = H A / B, the demand summed over H buckets is a negative binomial:

    mean = m,   variance = f m (1 + H / (d B))

f = 1 is the Poisson of the books. Customers buy several at a time, and the rate drifts on while the
horizon lasts, so f is measured: on the errors of all past H-sums, shrunk to items of like size. The
second factor is what is not known about the rate itself: it is large where the history is short.

Also called: Harvey-Fernandes model, Poisson-gamma local level model with discounting, Bayesian dynamic
Poisson model, power-discounting of counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.dispersion import LARGEST_DISPERSION, UNKNOWN_DISPERSION, dispersion
from models.shared.distribution import Distribution, negative_binomial
from models.shared.distribution_kernels import log_gamma
from models.shared.error_variance import LevelForecast, checked_horizon, latest, measurable
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.past_errors import Moments
from models.shared.smoothing import GRID_WEEKS, per_bucket
from models.shared.window_sums import LEAST_KNOWN, window_sums

PANEL_WINDOWS = 100.0
"""The panel's evidence for a discount counts as this many windows of an item's own: a few freak orders
would otherwise make it as slow as the grid allows (measured: 1 % less loss than with 8)."""


class Rates(NamedTuple):
    """What is known of the rates at the close of each of b buckets.

    Attributes:
        level: float64, shape (b,): A / B, demand per bucket; NaN where nothing is known yet.
        weight: float64, shape (b,): d B, with which it enters the next bucket; 0 where nothing is known yet.

    """

    level: FloatArray
    weight: FloatArray


def rates(history: History, keep: FloatArray) -> Rates:
    """What is known of each item's rate at the close of every bucket.

    A_t = d A_{t-1} + y_t and B_t = d B_{t-1} + 1. The level is at least the (0 + 1/2) / (known + 1) that
    zeros cannot rule out.

    Args:
        history: n items, b buckets. An unknown bucket changes nothing.
        keep: float64, shape (n,), 0..1: the discount factor d, per bucket.

    Source: Harvey, Fernandes (1989), Time series models for count or qualitative observations, Journal of
    Business and Economic Statistics 7, section 2.

    With d = 1/2, A is 4, 2, 3 and B is 1, 1.5, 1.75:

    >>> rate = rates(History(np.array([4.0, 0.0, 2.0]), np.array([0, 3])), np.array([0.5]))
    >>> rate.level.round(3), rate.weight
    (array([4.   , 1.333, 1.714]), array([0.5  , 0.75 , 0.875]))

    """
    out = Rates(np.empty(len(history.data)), np.empty(len(history.data)))
    over_items(_rates, len(history), history.data, history.indptr, keep, out)
    return out


@dataclass(frozen=True)
class DynamicCountsForecast:
    """The rate of every item at the close of every past bucket.

    Attributes:
        base: the same levels with a variance by age; stands in for items without history.
        counts: the history in steps of each item.
        rate: as from ``rates`` of ``counts``.

    """

    base: LevelForecast
    counts: History
    rate: Rates

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.counts), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        horizon = checked_horizon(horizon, len(self.counts))
        measured = measurable(horizon, self.counts)
        sums = window_sums(self.counts, measured, LEAST_KNOWN)
        now = self._now
        no_history = now.weight == 0

        mean = np.where(no_history, 0.0, now.level) * horizon
        # f, then what is not known about the rate.
        width = 1.0 + excess(self.counts, sums, self.rate, measured) * horizon
        width = width * (1.0 + horizon / np.where(no_history, 1.0, now.weight))
        # Beyond this nearly all of the chance would sit at zero: one freak order would hide all others.
        width = np.minimum(width, 1.0 + LARGEST_DISPERSION * mean)

        values = negative_binomial(mean[items], (mean * width)[items]).values * self.base.step[items, None]
        rows = np.flatnonzero(no_history[items])
        if len(rows):
            values[rows] = self.base.demand_of(items[rows], horizon).values
        return Distribution(values)

    @cached_property
    def _now(self) -> Rates:
        """The last rate of each item: float64, shape (n,)."""
        weight = latest(self.counts, self.rate.weight)
        return Rates(latest(self.counts, self.rate.level), np.nan_to_num(weight))


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
        base = LevelForecast(history, lambda _: rate.level * base.step[history.item])
        counts = History(history.data / base.step[history.item], history.indptr, history.season)
        usual = without_outliers(counts)
        keep = 1.0 - per_bucket(self.fading, history.season)
        rate = rates(usual, keep[likeliest(counts, usual, keep)])
        return DynamicCountsForecast(base, counts, rate)


def likeliest(counts: History, usual: History, keep: FloatArray) -> IntArray:
    """The discount factor of each item that past sums of four weeks speak for: int64, shape (n,), 0..g - 1.

    Args:
        counts: n items, in their steps: what is to be explained.
        usual: the same without outliers: what the rate is learnt from.
        keep: float64, shape (g,): candidates for d.

    """
    n = len(counts)
    # Whole buckets: windows that follow each other must not overlap.
    horizon = np.full(n, max(1.0, np.round(GRID_WEEKS * counts.season / 52)))
    sums = window_sums(counts, horizon, LEAST_KNOWN)

    evidence = Evidence(np.zeros((len(keep), n)), np.zeros((len(keep), n)))
    for candidate, factor in enumerate(keep):
        rate = rates(usual, np.full(n, factor))
        share = excess(counts, sums, rate, horizon)
        out = Evidence(evidence.log_likelihood[candidate], evidence.windows[candidate])
        over_items(_evidence, n, counts.indptr, sums, rate, horizon, share, out)

    panel = evidence.log_likelihood.sum(axis=1) / np.maximum(evidence.windows.sum(axis=1), 1.0)
    best: IntArray = np.argmax(evidence.log_likelihood + PANEL_WINDOWS * panel[:, None], axis=0)
    return best


def excess(counts: History, sums: FloatArray, rate: Rates, horizon: FloatArray) -> FloatArray:
    """How much f exceeds 1, per bucket of the horizon.

    Args:
        counts: n items, b buckets.
        sums: float64, shape (b,): as from ``window_sums``.
        rate: as from ``rates``.
        horizon: float64, shape (n,), buckets: what ``sums`` are over.

    Returns:
        float64, shape (n,), >= 0: c P / H, with c as in ``models.shared.dispersion``, measured on squared
        errors from which what the rate was not known for is taken out, and P the usual prediction.

    """
    moments = Moments.zeros(len(counts), 1)
    over_items(_moments, len(counts), counts.indptr, sums, rate, horizon, moments)
    prior = np.full(len(counts), UNKNOWN_DISPERSION)
    c = dispersion(moments, np.zeros(len(counts), dtype=np.int64), horizon, prior)
    windows, predicted = moments.windows[:, 0], moments.predicted[:, 0]
    share: FloatArray = c * predicted / np.maximum(windows * horizon, 1e-300)
    return share


@compiled
def _rates(start: int, stop: int, data: FloatArray, indptr: IntArray, keep: FloatArray, out: Rates) -> None:
    """See ``rates``.

    Args:
        start, stop: items.
        data: float64, shape (b,): counts y; NaN = unknown.
        indptr: int64, shape (n + 1,).
        keep: float64, shape (n,): d.
        out: written.

    """
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
            out.level[t] = level
            out.weight[t] = keep[i] * weight


@compiled
def _moments(
    start: int,
    stop: int,
    indptr: IntArray,
    sums: FloatArray,
    rate: Rates,
    horizon: FloatArray,
    out: Moments,
) -> None:
    """As ``models.shared.past_errors``, of errors in units of what the rate was not known for.

    Args:
        start, stop: items.
        indptr: int64, shape (n + 1,).
        sums: float64, shape (b,): the counts that followed; NaN = unknown.
        rate: what was known of them.
        horizon: float64, shape (n,): H, buckets.
        out: of n items in one class, written.

    """
    for i in range(start, stop):
        windows, squared, predicted, followed = 0.0, 0.0, 0.0, 0.0
        for t in range(indptr[i], indptr[i + 1]):
            if np.isnan(sums[t]) or np.isnan(rate.level[t]) or rate.weight[t] == 0.0:
                continue
            expected = rate.level[t] * horizon[i]
            windows += 1.0
            squared += (sums[t] - expected) ** 2 / (1.0 + horizon[i] / rate.weight[t])
            predicted += expected
            followed += sums[t]
        out.windows[i, 0], out.squared[i, 0] = windows, squared
        out.predicted[i, 0], out.followed[i, 0] = predicted, followed


class Evidence(NamedTuple):
    """What past windows say of a discount: float64, shape (n,) or (g, n): log-likelihood, and how many."""

    log_likelihood: FloatArray
    windows: FloatArray


@compiled
def _evidence(
    start: int,
    stop: int,
    indptr: IntArray,
    sums: FloatArray,
    rate: Rates,
    horizon: FloatArray,
    overdispersion: FloatArray,
    out: Evidence,
) -> None:
    """Log-likelihood of the H-sums that follow each other without overlap, and how many there are.

    Args:
        start, stop, indptr, sums, rate, horizon: as of ``_moments``.
        overdispersion: float64, shape (n,): (f - 1) / H, as from ``excess``.
        out: float64, shape (n,), zeros: added to.

    """
    for i in range(start, stop):
        span = max(int(horizon[i]), 1)
        factor = 1.0 + overdispersion[i] * horizon[i]
        # From the end backwards, so that the newest window counts whatever the length of the history.
        for t in range(indptr[i + 1] - 1 - span, indptr[i] - 1, -span):
            if np.isnan(sums[t]) or np.isnan(rate.level[t]) or rate.weight[t] == 0.0:
                continue
            mean = rate.level[t] * horizon[i]
            width = factor * (1.0 + horizon[i] / rate.weight[t])
            out.log_likelihood[i] += log_probability(sums[t], mean, width)
            out.windows[i] += 1.0


@compiled
def log_probability(count: float, mean: float, width: float) -> float:
    """Log of the probability of a count under a negative binomial with variance ``mean * width``.

    A width of 1 is a Poisson: two where one is expected come with probability exp(-1) / 2.

    >>> round(float(np.exp(log_probability(2.0, 1.0, 1.0))), 4)
    0.1839

    """
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
