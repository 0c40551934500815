"""Choosing each item's smoothing parameters from a grid, by the errors that they would have made.

Also called: parameter tuning (grid search) by minimum out-of-sample error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from models.shared.history import FloatArray, History
from models.shared.past_errors import squared_error
from models.shared.window_sums import LEAST_KNOWN, window_sums

GRID_WEEKS = 4.0
"""Parameters are judged on sums over this long: nearer to what is bought for than one bucket is."""

GRID_WINDOWS = 8.0
"""An item's own losses count as much as the panel's when it has this many windows' worth of them."""


def per_bucket(weekly: Sequence[float], season: int) -> FloatArray:
    """Smoothing parameters per bucket that fade over a week as much as those ``weekly`` do.

    Args:
        weekly: p parameters, 0..1, of a week.
        season: buckets in a year.

    Returns:
        float64, shape (p,): 1 - (1 - alpha)^(52 / season).

    A fifth of what a week knew is forgotten by the next one, in one step or in seven:

    >>> per_bucket([0.2], 52).round(4), per_bucket([0.2], 364).round(4)
    (array([0.2]), array([0.0314]))

    """
    return 1.0 - (1.0 - np.asarray(weekly, dtype=np.float64)) ** (52.0 / season)


def shrunk_losses(loss: FloatArray, worth: FloatArray, pseudo: float) -> FloatArray:
    """Losses relative to the item's average loss, shrunk to those of the whole panel.

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

    # Where nothing was measured the panel's losses stand alone.
    weight = np.where(measured, worth, 0.0)
    total = weight.sum()
    panel = weight @ relative / total if total > 0 else np.ones(loss.shape[1])
    return (weight[:, None] * relative + pseudo * panel) / (weight + pseudo)[:, None]


def best_parameters(
    history: History,
    grid: FloatArray,
    levels: Callable[[FloatArray, FloatArray], FloatArray],
    weeks: float = GRID_WEEKS,
) -> FloatArray:
    """The candidate of each item whose levels would have missed sums over ``weeks`` by the least.

    Args:
        history: n items, b buckets.
        grid: float64, shape (g, p): candidates.
        levels: parameters, float64, shape (n, p), and horizon, float64, shape (n,), buckets -> demand
            per bucket expected over that horizon, float64, shape (b,).
        weeks: how long the sums are; never shorter than a bucket.

    Returns:
        float64, shape (n, p).

    """
    n = len(history)
    horizon = grid_horizon(history, weeks)
    sums = window_sums(history, horizon, LEAST_KNOWN)
    squared, windows = np.empty((n, len(grid))), np.zeros(n)
    for candidate, parameters in enumerate(grid):
        level = levels(np.tile(parameters, (n, 1)), horizon)
        squared[:, candidate], windows = squared_error(history, sums, level, horizon)
    return least_loss(grid, squared, windows, horizon)


def grid_horizon(history: History, weeks: float) -> FloatArray:
    """What parameters are judged on sums over: float64, shape (n,), buckets, at least one."""
    return np.full(len(history), max(1.0, weeks * history.season / 52))


def least_loss(grid: FloatArray, squared: FloatArray, windows: FloatArray, horizon: FloatArray) -> FloatArray:
    """The candidate of each item with the least squared error, little evidence leaning on the panel's.

    Args:
        grid: float64, shape (g, p): candidates.
        squared: float64, shape (n, g): squared errors, summed over the windows.
        windows: float64, shape (n,): how many.
        horizon: float64, shape (n,), buckets: how long they are.

    Returns:
        float64, shape (n, p).

    """
    loss = squared / np.maximum(windows, 1.0)[:, None]
    chosen: FloatArray = grid[np.argmin(shrunk_losses(loss, windows / horizon, GRID_WINDOWS), axis=1)]
    return chosen


def best_on_grid(
    history: History, grid: FloatArray, levels: Callable[[FloatArray], FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """``best_parameters`` of a model whose level is the same over any horizon.

    Args:
        history: n items, b buckets.
        grid: float64, shape (g, p): candidates.
        levels: parameters, float64, shape (n, p) -> levels, float64, shape (b,).

    Returns:
        parameters, float64, shape (n, p), and levels, float64, shape (b,).

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

    Over three buckets a trend moves the level 1, 2 and 3 times; one that halves, .5, .75 and .875 times:

    >>> mean_reach(np.array([3.0, 3.0]), np.array([1.0, 0.5])).round(4)
    array([2.    , 0.7083])

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
