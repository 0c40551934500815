"""Linear innovations state space models: what exponential smoothing and ARIMA have in common.

    y_t = w x_{t-1} + e_t,    x_t = F x_{t-1} + g e_t

One error drives demand and state alike, so that a forecast needs only F, w, g and the last state, whoever
estimated them: h buckets ahead the mean is w F^(h-1) x, and the error of a sum is a weighted sum of errors
to come.

Also called: single source of error (SSOE) models.

Source: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, chapters 3 and 11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.shared.history import FloatArray

OWN_WINDOWS = 3.0
"""Errors that are independent, as the model says, count as this many windows against what was seen."""


@dataclass(frozen=True)
class Innovations:
    """A model of one series, and where it stands.

    Attributes:
        transition: F, float64, shape (k, k).
        observe: w, float64, shape (k,).
        gain: g, float64, shape (k,).
        state: x at the close of the last bucket, float64, shape (k,).

    Simple exponential smoothing with alpha = .3 at a level of 50: an error moves all buckets after its own.

    >>> one = np.ones(1)
    >>> smoothing = Innovations(np.eye(1), one, 0.3 * one, 50.0 * one)
    >>> smoothing.mean(2), smoothing.weights(3)
    (array([50., 50.]), array([1. , 0.3, 0.3]))
    >>> later, errors = smoothing.after(np.array([60.0, np.nan]))
    >>> errors, later.state
    (array([10., nan]), array([53.]))

    """

    transition: FloatArray
    observe: FloatArray
    gain: FloatArray
    state: FloatArray

    def mean(self, buckets: int) -> FloatArray:
        """float64, shape (buckets,): what is expected of each of the next buckets."""
        return self._ahead(self.state, buckets)

    def weights(self, buckets: int) -> FloatArray:
        """float64, shape (buckets,): what an error adds to its own bucket (1), to the next, and so on."""
        return np.append(1.0, self._ahead(self.gain, buckets - 1))[:buckets]

    def _ahead(self, state: FloatArray, buckets: int) -> FloatArray:
        ahead = np.empty(max(buckets, 0))
        for bucket in range(len(ahead)):
            ahead[bucket] = self.observe @ state
            state = self.transition @ state
        return ahead

    def after(self, values: FloatArray) -> tuple[Innovations, FloatArray]:
        """The model once it has seen some buckets; an unknown one (NaN) has no error.

        Args:
            values: float64, shape (m,).

        Returns:
            The model at the close of the last of them, and its errors, float64, shape (m,), NaN where
            unknown.

        """
        state, errors = self.state, np.full(len(values), np.nan)
        for bucket, value in enumerate(values):
            moved = self.transition @ state
            if not np.isnan(value):
                errors[bucket] = value - self.observe @ state
                moved = moved + self.gain * errors[bucket]
            state = moved
        return Innovations(self.transition, self.observe, self.gain, state), errors


def aicc(errors: FloatArray, parameters: int) -> float:
    """Akaike's criterion of normal errors, corrected for few buckets; infinite with too few of them.

    n log(mean e^2) + 2 k n / (n - k - 1), with k the parameters and the variance.

    Args:
        errors: float64, shape (m,), one step ahead; NaN is left out.
        parameters: how many were estimated, initial states too, but not the variance.

    Source: Hurvich, Tsai (1989), Regression and time series model selection in small samples,
    Biometrika 76.

    >>> aicc(np.tile([1.0, -1.0], 5), parameters=2)
    10.0

    """
    known = errors[~np.isnan(errors)]
    count, estimated = len(known), parameters + 1
    if count - estimated - 1 <= 0:
        return float("inf")
    square = float(np.mean(known**2))
    if not square > 0:
        return float("inf")
    return count * float(np.log(square)) + 2 * estimated * count / (count - estimated - 1)


def widening(errors: FloatArray, weights: FloatArray) -> float:
    """How much wider sums over a horizon erred in the past than independent errors would make them.

    Every past bucket was an origin once: the errors that followed it, each times what it adds to the
    sum, against the same with errors that do not correlate.

    Args:
        errors: float64, shape (m,), one step ahead, oldest first; NaN = unknown.
        weights: float64, shape (h,), as from ``Innovations.weights``.

    Returns:
        A factor on the errors, >= 1; 1 where the past is too short to tell.

    """
    h = min(len(weights), len(errors) // 2)
    if h < 2:
        return 1.0
    past = np.nan_to_num(errors)
    total = np.cumsum(weights[:h])
    sums = np.convolve(past, total, mode="valid")
    independent = float(np.mean(past**2) * np.sum(total**2))
    if not independent > 0:
        return 1.0
    worth = len(sums) / h  # windows overlap: h of them are worth about one
    ratio = (worth * float(np.mean(sums**2)) / independent + OWN_WINDOWS) / (worth + OWN_WINDOWS)
    return float(np.sqrt(max(ratio, 1.0)))


def paths(
    model: Innovations,
    errors: FloatArray,
    parameters: int,
    buckets: int,
    count: int,
    generator: np.random.Generator,
) -> FloatArray:
    """Sample paths: the model's mean plus past errors resampled in a balanced way.

    Each bucket draws from the quantiles of the errors, every one once, so that their mean and variance
    are met exactly, and the same buckets come first whatever their number. The errors are as wide as
    ``widening`` says. That p parameters were estimated from m errors of variance v shifts a whole path,
    by v p / m in variance: what a least-squares fit of p parameters adds on average.

    Also called: bootstrapped residuals, simulated futures, scenarios.

    Args:
        model: at the close of the last bucket.
        errors: float64, shape (m,), one step ahead; NaN = unknown.
        parameters: how many were estimated.
        buckets: how far ahead, >= 1.
        count: how many paths.
        generator: the source of chance.

    Returns:
        float64, shape (buckets, count).

    """
    from scipy.signal import fftconvolve
    from scipy.stats import norm

    known = errors[~np.isnan(errors)]
    known = known - known.mean()
    freedom = max(len(known) - parameters, 1)
    deviation = float(np.sqrt(np.sum(known**2) / freedom))

    levels = (np.arange(count) + 0.5) / count
    balanced = np.quantile(known, levels, method="linear")
    balanced = balanced - balanced.mean()
    balanced *= deviation / max(float(np.sqrt(np.mean(balanced**2))), 1e-300)

    shift = generator.permutation(norm.ppf(levels)) * deviation * np.sqrt(parameters / len(known))
    weights = model.weights(buckets)
    shocks = generator.permuted(np.tile(balanced, (buckets, 1)), axis=1) * widening(errors, weights)
    noise = fftconvolve(shocks, weights[:, None], axes=0)[:buckets]
    simulated: FloatArray = model.mean(buckets)[:, None] + noise + shift
    return simulated
