"""Choosing each item's smoothing parameters from a grid, by the errors that they would have made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import FloatArray, History, IntArray
from models.shared.kernels import LEAST_KNOWN, window_sums

GRID_WEEKS = 4.0
"""Parameters are judged on sums over this long: nearer to what is bought for than one bucket is."""

GRID_WINDOWS = 8.0
"""An item's own losses count as much as the panel's when it has this many windows' worth of them."""


def per_bucket(weekly: Sequence[float], season: int) -> FloatArray:
    """Smoothing parameters per bucket that fade over a week as much as those ``weekly`` do."""
    return 1.0 - (1.0 - np.asarray(weekly, dtype=np.float64)) ** (52.0 / season)


def shrunk_losses(loss: FloatArray, worth: FloatArray, pseudo: float) -> FloatArray:
    """Losses relative to the item's average loss, drawn towards those of the whole panel.

    Args:
        loss: float64, shape (n, m), >= 0: mean loss of m candidates; NaN where not measured.
        worth: float64, shape (n,): how many independent windows it was measured on.
        pseudo: the panel's relative losses count as this many windows.

    Returns:
        float64, shape (n, m), finite: about 1; the least is the best. Ties go to the panel's order.

    """
    measured = np.isfinite(loss).all(axis=1) & (worth > 0)
    scale = np.where(measured, np.nanmean(np.where(measured[:, None], loss, 1.0), axis=1), 1.0)
    measured &= scale > 0
    relative = np.where(measured[:, None], loss / np.where(scale > 0, scale, 1.0)[:, None], 1.0)
    weight = np.where(measured, worth, 0.0)
    total = weight.sum()
    pooled = weight @ relative / total if total > 0 else np.ones(loss.shape[1])
    return (weight[:, None] * relative + pseudo * pooled) / (weight + pseudo)[:, None]


def best_parameters(
    history: History,
    grid: FloatArray,
    levels: Callable[[FloatArray, FloatArray], FloatArray],
    weeks: float = GRID_WEEKS,
) -> FloatArray:
    """The candidate of each item whose levels would have missed sums over ``weeks`` by the least.

    Args:
        history: n items.
        grid: float64, shape (g, p): candidates.
        levels: parameters, float64, shape (n, p), and horizon, float64, shape (n,), buckets -> demand
            per bucket expected over that horizon, float64, shape of ``history.data``.
        weeks: how long the sums are; never shorter than a bucket.

    Returns:
        float64, shape (n, p).

    """
    n = len(history)
    horizon = np.full(n, max(1.0, weeks * history.season / 52))
    sums = window_sums(history, horizon, LEAST_KNOWN)
    loss, windows = np.empty((n, len(grid))), np.zeros(n)
    errors = np.empty((n, 2))
    for candidate, parameters in enumerate(grid):
        level = levels(np.tile(parameters, (n, 1)), horizon)
        over_items(_squared_errors, n, history.indptr, sums, level, horizon, errors)
        windows = errors[:, 0]
        loss[:, candidate] = errors[:, 1] / np.maximum(windows, 1.0)
    chosen: FloatArray = grid[np.argmin(shrunk_losses(loss, windows / horizon, GRID_WINDOWS), axis=1)]
    return chosen


def best_on_grid(
    history: History, grid: FloatArray, levels: Callable[[FloatArray], FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """``best_parameters`` of a model whose level is the same over any horizon.

    Args:
        history: n items.
        grid: float64, shape (g, p): candidates.
        levels: parameters, float64, shape (n, p) -> levels, float64, shape of ``history.data``.

    Returns:
        parameters, float64, shape (n, p), and levels, float64, shape of ``history.data``.

    """
    chosen = best_parameters(history, grid, lambda parameters, _: levels(parameters))
    return chosen, levels(chosen)


def mean_reach(horizon: FloatArray, phi: FloatArray) -> FloatArray:
    """How many buckets' worth of its trend a level has moved by, on average over the horizon.

    After k buckets that is phi + phi^2 + .. + phi^k.

    Args:
        horizon: float64, shape (n,), >= 0, buckets; a part of a bucket counts in proportion.
        phi: float64, shape (n,), 0..1: what is left of the trend after each bucket; 1 = all of it.

    Returns:
        float64, shape (n,); 0 where the horizon is 0.

    Source: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, table 2.1.

    """
    whole = np.floor(horizon)
    undamped = phi > 1.0 - 1e-9
    lost = np.where(undamped, 1.0, 1.0 - phi)
    # expm1 keeps the digits of 1 - phi^k where phi is nearly 1.
    pace = np.log(np.maximum(phi, 1e-300))
    total = phi / lost * (whole + phi * np.expm1(whole * pace) / lost)
    last = -phi * np.expm1((whole + 1.0) * pace) / lost
    total = np.where(undamped, whole * (whole + 1.0) / 2.0, total)
    total += (horizon - whole) * np.where(undamped, whole + 1.0, last)
    reach: FloatArray = np.divide(total, horizon, out=np.zeros(len(total)), where=horizon > 0)
    return reach


@compiled
def _squared_errors(
    start: int,
    stop: int,
    indptr: IntArray,
    sums: FloatArray,
    level: FloatArray,
    horizon: FloatArray,
    out: FloatArray,
) -> None:
    """Past windows of each item, and the squared errors of level x horizon added up over them."""
    for i in range(start, stop):
        windows, squared = 0.0, 0.0
        for t in range(indptr[i], indptr[i + 1]):
            error = sums[t] - level[t] * horizon[i]
            if not np.isnan(error):
                windows += 1.0
                squared += error * error
        out[i, 0] = windows
        out[i, 1] = squared
