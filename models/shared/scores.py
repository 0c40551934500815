"""How good forecasts were. Pure functions over arrays; NaN in ``actual`` (unknown) is left out."""

from __future__ import annotations

import numpy as np

from models.shared.history import FloatArray, History
from models.shared.window_sums import window_sums

LEVELS: tuple[float, ...] = (0.5, 0.8, 0.9, 0.95, 0.98)
"""The probabilities at which forecasts are judged."""


def pinball(actual: FloatArray, quantile: FloatArray, q: float | FloatArray) -> FloatArray:
    """The pinball loss: q for each unit of demand above the quantile, 1 - q for each unit below.

    Also called: quantile loss, tick (check) loss; the newsvendor's cost, up to a factor.

    Args:
        actual: float64, units.
        quantile: float64, units; the shapes broadcast.
        q: 0..1, broadcasts too.

    Returns:
        float64, units, >= 0, of the common shape.

    Source: Koenker, Bassett (1978), Regression quantiles, Econometrica 46.

    >>> pinball(np.array([12.0, 8.0]), np.array([10.0, 10.0]), 0.9).round(3)
    array([1.8, 0.2])

    """
    error = actual - quantile
    loss: FloatArray = np.maximum(q * error, (q - 1.0) * error)
    return loss


def scaled_pinball(actual: FloatArray, quantiles: FloatArray, q: FloatArray, scale: FloatArray) -> FloatArray:
    """Pinball loss averaged over the levels, in shares of what the item sells.

    Args:
        actual: float64, shape (n,): demand summed over the horizon.
        quantiles: float64, shape (n, k): forecast at each level.
        q: float64, shape (k,): the levels.
        scale: float64, shape (n,): in-sample mean per bucket x horizon, units.

    Returns:
        float64, shape (n,); NaN where the scale is not above 0.

    Source: Makridakis et al. (2022), The M5 uncertainty competition: results, findings and conclusions,
    International Journal of Forecasting 38, which scales by how much demand used to change.

    """
    loss = pinball(np.asarray(actual)[:, None], quantiles, np.asarray(q)[None, :]).mean(axis=1)
    scaled: FloatArray = np.divide(loss, scale, out=np.full(len(loss), np.nan), where=np.asarray(scale) > 0)
    return scaled


def coverage(actual: FloatArray, quantile: FloatArray) -> tuple[float, float]:
    """Share of actuals at or below the quantile, and share strictly below it.

    For counts the two bracket q where the forecast is calibrated. NaN where nothing is known.

    Also called: empirical coverage, calibration, hit rate.

    Args:
        actual: float64, shape (n,), units; NaN = unknown.
        quantile: float64, shape (n,) or one that broadcasts, units.

    >>> coverage(np.array([1.0, 2.0, 3.0, np.nan]), np.full(4, 2.0))
    (0.6666666666666666, 0.3333333333333333)

    """
    known = ~np.isnan(actual)
    if not known.any():
        return float("nan"), float("nan")
    actual, quantile = actual[known], np.broadcast_to(quantile, known.shape)[known]
    return float(np.mean(actual <= quantile)), float(np.mean(actual < quantile))


def bias(actual: FloatArray, mean: FloatArray) -> float:
    """Forecast over actual demand, less 1: .05 = 5 % too much. NaN where nothing was sold.

    Args:
        actual: float64, shape (n,), units; NaN = unknown.
        mean: float64, shape (n,) or one that broadcasts, units.

    >>> round(bias(np.array([10.0, 30.0, np.nan]), np.array([12.0, 30.0, 99.0])), 3)
    0.05

    """
    known = ~np.isnan(actual)
    sold = float(np.sum(actual[known]))
    return float(np.sum(np.broadcast_to(mean, known.shape)[known])) / sold - 1.0 if sold > 0 else float("nan")


def rmsse(actual: FloatArray, mean: FloatArray, history: History) -> FloatArray:
    """Root mean squared scaled error: 1 = as good as repeating the last bucket was in the past.

    Args:
        actual: float64, shape (n, h): demand per bucket after the history.
        mean: float64, shape (n, h): what was forecast.
        history: n items.

    Returns:
        float64, shape (n,); NaN where the past never changed or nothing is known.

    Source: Makridakis, Spiliotis, Assimakopoulos (2022), M5 accuracy competition, section 3.

    Demand used to change by 2 from bucket to bucket, so to miss by 1 is half as much:

    >>> past = History(np.array([4.0, 6.0, 4.0]), np.array([0, 3]))
    >>> rmsse(np.array([[5.0]]), np.array([[4.0]]), past)
    array([0.5])

    """
    following = window_sums(history, np.ones(len(history)), 1.0)
    scale = _mean_by_item((following - history.data) ** 2, history)
    seen = ~np.isnan(actual)
    error = np.where(seen, actual - mean, 0.0) ** 2
    error = error.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    judged = (scale > 0) & seen.any(axis=1)
    scaled: FloatArray = np.sqrt(np.divide(error, scale, out=np.full(len(scale), np.nan), where=judged))
    return scaled


def scaled_squared_error(
    actual: FloatArray, mean: FloatArray, history: History, horizon: FloatArray
) -> FloatArray:
    """Squared error of a sum over a horizon, in shares of how much that sum used to change.

    The root of its mean over an item's windows is the RMSSE with the horizon as the period: 1 = as good
    as repeating the last horizon's sum was in the past.

    Args:
        actual: float64, shape (n,): demand summed over the horizon; NaN = unknown.
        mean: float64, shape (n,): what was forecast.
        history: n items.
        horizon: float64, shape (n,), >= 0, buckets.

    Returns:
        float64, shape (n,); NaN where the sum never changed, is not known twice in the past, or the
        actual is unknown.

    Source: as ``rmsse``, on demand aggregated over time.

    """
    sums = window_sums(history, np.asarray(horizon, dtype=np.float64), 1.0)
    item = history.item
    before = np.arange(len(sums)) - np.maximum(np.ceil(horizon), 1.0).astype(np.int64)[item]
    inside = before >= history.indptr[:-1][item]
    change = np.where(inside, sums - sums[np.maximum(before, 0)], np.nan) ** 2
    scale = _mean_by_item(change, history)
    error = (np.asarray(actual) - mean) ** 2
    scaled: FloatArray = np.divide(error, scale, out=np.full(len(error), np.nan), where=scale > 0)
    return scaled


def _mean_by_item(values: FloatArray, history: History) -> FloatArray:
    """float64, shape (n,): of the known ones of ``values``, float64, shape (b,); 0 without any."""
    known = ~np.isnan(values)
    count = np.bincount(history.item[known], minlength=len(history))
    total = np.bincount(history.item[known], values[known], minlength=len(history))
    return total / np.maximum(count, 1)
