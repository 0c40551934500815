"""Choosing each item's smoothing parameters from a grid, by the errors that they would have made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from models.history import FloatArray, History
from models.kernels import LEAST_KNOWN, error_moments, steps, window_sums

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


def best_on_grid(
    history: History, grid: FloatArray, levels: Callable[[FloatArray], FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """The parameters of each item, and its levels under them.

    Args:
        history: n items.
        grid: float64, shape (g, p): candidates.
        levels: parameters, float64, shape (n, p) -> levels, float64, shape of ``history.data``.

    Returns:
        parameters, float64, shape (n, p), and levels, float64, shape of ``history.data``.

    """
    n = len(history)
    horizon = np.full(n, max(1.0, GRID_WEEKS * history.season / 52))
    sums = window_sums(history, horizon, LEAST_KNOWN)
    step = steps(history)
    loss = np.empty((n, len(grid)))
    worth = np.zeros(n)
    for candidate, parameters in enumerate(grid):
        level = levels(np.tile(parameters, (n, 1)))
        moments = error_moments(history, sums, level, horizon, step, np.empty(0))[:, 0]
        worth = moments[:, 0] / horizon
        loss[:, candidate] = moments[:, 1] / np.maximum(moments[:, 0], 1.0)
    chosen = grid[np.argmin(shrunk_losses(loss, worth, GRID_WINDOWS), axis=1)]
    return chosen, levels(chosen)
