"""Levels that follow from bucket to bucket under parameters, which are the best of a grid for each item.

A kernel ``(start, stop, data, indptr, parameters, out)`` gives the levels of the items ``start`` to ``stop``
under all of their candidates in one pass: ``parameters`` is float64 of shape (n, g, p), or (1, g, p) where
all items share them, ``out`` float64 of shape (len(data), g); NaN = not yet known, whatever the candidate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.shared.compile import over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History
from models.shared.kernels import LEAST_KNOWN, grid_errors, window_sums
from models.shared.panel_parts import in_parts
from models.shared.smoothing import GRID_WEEKS, GRID_WINDOWS, shrunk_losses

VECTOR = 4
"""Numbers that a processor works on at once."""

Kernel = Callable[..., None]

Prepare = Callable[[History], History]
"""The history that levels are learnt from; of each item from its own alone."""


def candidate_levels(kernel: Kernel, history: History, parameters: FloatArray) -> FloatArray:
    """Levels under all candidates, float64, shape (len(data), g). ``parameters``: (n, g, p) or (1, g, p)."""
    out = np.empty((len(history.data), parameters.shape[1]))
    given = np.ascontiguousarray(parameters, dtype=np.float64)
    over_items(kernel, len(history), history.data, history.indptr, given, out)
    return out


def levels(kernel: Kernel, history: History, parameters: FloatArray) -> FloatArray:
    """Levels of each item under its own parameters: float64, shape of ``data``. ``parameters``: (n, p)."""
    return candidate_levels(kernel, history, parameters[:, None, :])[:, 0]


def best_parameters(
    kernel: Kernel, history: History, grid: FloatArray, prepare: Prepare, weeks: float = GRID_WEEKS
) -> FloatArray:
    """As ``models.shared.smoothing.best_parameters``, all candidates in one pass.

    Args:
        kernel: see above.
        history: n items.
        grid: float64, shape (g, p): candidates.
        prepare: see above.
        weeks: how long the sums are that parameters are judged on; never shorter than a bucket.

    Returns:
        float64, shape (n, p).

    """
    horizon = np.full(len(history), max(1.0, weeks * history.season / 52))
    # A whole number of vector registers: seven candidates cost more than eight.
    trials = np.concatenate([grid, np.repeat(grid[-1:], -len(grid) % VECTOR, axis=0)])
    errors = np.empty((len(history), len(trials) + 1))

    def work(items: slice, part: History) -> None:
        usual = prepare(part)
        sums = window_sums(usual, horizon[items], LEAST_KNOWN)
        level = candidate_levels(kernel, usual, trials[None])
        errors[items] = grid_errors(usual, sums, level, horizon[items])

    in_parts(history, work)
    windows = errors[:, -1]
    loss = errors[:, : len(grid)] / np.maximum(windows, 1.0)[:, None]
    chosen: FloatArray = grid[np.argmin(shrunk_losses(loss, windows / horizon, GRID_WINDOWS), axis=1)]
    return chosen


def fitted(kernel: Kernel, history: History, grid: FloatArray, prepare: Prepare) -> LevelForecast:
    """The forecast whose levels come from each item's best parameters of the grid."""
    chosen = best_parameters(kernel, history, grid, prepare)
    return LevelForecast.of_parts(
        history, lambda items, part, _: levels(kernel, prepare(part), chosen[items])
    )
