"""Levels that follow from bucket to bucket under parameters, which are the best of a grid for each item.

A kernel ``(start, stop, data, indptr, parameters, out)`` gives the levels of the items ``start`` to ``stop``
under all of their candidates in one pass. Its arrays are

* ``data``: float64, shape (b,): demand y_t, units; NaN = unknown;
* ``indptr``: int64, shape (n + 1,);
* ``parameters``: float64, shape (n, g, p), or (1, g, p) where all items share them: a row each candidate;
* ``out``: float64, shape (b, g), written: the level at the close of each bucket, units per bucket; NaN = not
  yet known, whatever the candidate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.shared.compile import over_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History
from models.shared.panel_parts import in_parts
from models.shared.past_errors import squared_errors
from models.shared.smoothing import GRID_WEEKS, grid_horizon, least_loss
from models.shared.window_sums import LEAST_KNOWN, window_sums

VECTOR = 4
"""Numbers that a processor works on at once."""

Kernel = Callable[..., None]

Prepare = Callable[[History], History]
"""The history that levels are learnt from; of each item from its own alone."""


def candidate_levels(kernel: Kernel, history: History, parameters: FloatArray) -> FloatArray:
    """Levels under all candidates: float64, shape (b, g). ``parameters``: (n, g, p) or (1, g, p)."""
    out = np.empty((len(history.data), parameters.shape[1]))
    given = np.ascontiguousarray(parameters, dtype=np.float64)
    over_items(kernel, len(history), history.data, history.indptr, given, out)
    return out


def levels(kernel: Kernel, history: History, parameters: FloatArray) -> FloatArray:
    """Levels of each item under its own parameters: float64, shape (b,). ``parameters``: (n, p)."""
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
    horizon = grid_horizon(history, weeks)
    # A whole number of vector registers: seven candidates cost more than eight.
    trials = np.concatenate([grid, np.repeat(grid[-1:], -len(grid) % VECTOR, axis=0)])
    squared, windows = np.empty((len(history), len(trials))), np.empty(len(history))

    def work(items: slice, part: History) -> None:
        usual = prepare(part)
        sums = window_sums(usual, horizon[items], LEAST_KNOWN)
        level = candidate_levels(kernel, usual, trials[None])
        squared[items], windows[items] = squared_errors(usual, sums, level, horizon[items])

    in_parts(history, work)
    return least_loss(grid, squared[:, : len(grid)], windows, horizon)


def fitted(kernel: Kernel, history: History, grid: FloatArray, prepare: Prepare) -> LevelForecast:
    """The forecast whose levels come from each item's best parameters of the grid."""
    chosen = best_parameters(kernel, history, grid, prepare)
    return LevelForecast.of_parts(
        history, lambda items, part, _: levels(kernel, prepare(part), chosen[items])
    )
