"""The errors that levels made at every past origin: of an item's own, and of candidates to choose among."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import FloatArray, History, IntArray


class Moments(NamedTuple):
    """Sums over the past origins of n items, by a classes; every array float64, shape (n, a).

    Attributes:
        windows: how many origins whose demand is known and which expected something.
        squared: of the squared errors e^2.
        predicted: of the demand p that was expected.
        followed: of the demand that followed.

    """

    windows: FloatArray
    squared: FloatArray
    predicted: FloatArray
    followed: FloatArray

    @staticmethod
    def zeros(items: int, classes: int) -> Moments:
        """Of nothing."""
        shape = (items, classes)
        return Moments(np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape))


class Origins(NamedTuple):
    """Every bucket of n items as a past origin.

    Attributes:
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        sums: float64, shape (b,): the demand of the horizon that followed, units; NaN = unknown.
        level: float64, shape (b,): demand per bucket that was expected of it, units; NaN = not yet.

    """

    data: FloatArray
    indptr: IntArray
    sums: FloatArray
    level: FloatArray


def error_moments(
    history: History,
    sums: FloatArray,
    level: FloatArray,
    horizon: FloatArray,
    step: FloatArray,
    ages: FloatArray,
) -> Moments:
    """Moments of the errors of ``level x horizon`` at every past origin, by the age of the origin.

    Also called: multi-step (H-step-ahead) out-of-sample errors, rolling-origin errors.

    Args:
        history: n items, b buckets.
        sums: float64, shape (b,), units: as from ``window_sums`` of the same horizon.
        level: float64, shape (b,), units: demand per bucket expected at the close of each bucket; NaN = not
            yet. It counts as 1/2 step / (known buckets + 1) at least, which zeros cannot rule out.
        horizon: float64, shape (n,): H, buckets.
        step: float64, shape (n,): the item's unit; moments are in these units.
        ages: float64, shape (a,), ascending: an origin with fewer known buckets than ``ages[0]``
            falls in class 0, and so on up to class a.

    Returns:
        By a + 1 classes.

    Demand of 2, 4, 6, forecast one bucket ahead by the bucket before, misses by 2 and 2:

    >>> history = History(np.array([2.0, 4.0, 6.0]), np.array([0, 3]))
    >>> one = np.ones(1)
    >>> error_moments(history, np.array([4.0, 6.0, np.nan]), history.data, one, one, np.zeros(0))
    Moments(windows=array([[2.]]), squared=array([[8.]]), predicted=array([[6.]]), followed=array([[10.]]))

    """
    out = Moments.zeros(len(history), len(ages) + 1)
    origins = Origins(history.data, history.indptr, sums, level)
    over_items(_error_moments, len(history), origins, horizon, step, ages, out)
    return out


def squared_error(
    history: History, sums: FloatArray, level: FloatArray, horizon: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Squared error of ``level x horizon``, summed over every past origin.

    Args:
        history, sums, level, horizon: as for ``error_moments``, but that the level is taken as it is.

    Returns:
        float64, shape (n,); and the number of origins, float64, shape (n,).

    """
    squared, windows = np.empty(len(history)), np.empty(len(history))
    over_items(_squared_error, len(history), history.indptr, sums, level, horizon, squared, windows)
    return squared, windows


def squared_errors(
    history: History, sums: FloatArray, level: FloatArray, horizon: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The same under each of g candidates, in one pass.

    Args:
        history, sums, horizon: as for ``error_moments``.
        level: float64, shape (b, g); NaN = not yet, whatever the candidate.

    Returns:
        float64, shape (n, g): of the candidates; and float64, shape (n,): the number of origins.

    """
    squared, windows = np.empty((len(history), level.shape[1])), np.empty(len(history))
    over_items(_squared_errors, len(history), history.indptr, sums, level, horizon, squared, windows)
    return squared, windows


@compiled
def _error_moments(
    start: int,
    stop: int,
    origins: Origins,
    horizon: FloatArray,
    step: FloatArray,
    ages: FloatArray,
    out: Moments,
) -> None:
    """See ``error_moments``. ``out``: by len(ages) + 1 classes, written."""
    data, sums, level = origins.data, origins.sums, origins.level
    for i in range(start, stop):
        unit = 1.0 / step[i]
        known = 0
        t, end = origins.indptr[i], origins.indptr[i + 1]
        # The buckets of a class follow those of the one before it: one walk through the item is enough.
        for age in range(len(ages) + 1):
            until = ages[age] if age < len(ages) else np.inf
            windows, squared, expected, followed = 0.0, 0.0, 0.0, 0.0
            while t < end:
                if not np.isnan(data[t]):
                    if known + 1 >= until:
                        break  # this bucket makes the item older
                    known += 1
                if not (np.isnan(sums[t]) or np.isnan(level[t])):
                    predicted = max(level[t] * unit, 0.5 / (known + 1.0)) * horizon[i]
                    actual = sums[t] * unit
                    windows += 1.0
                    squared += (actual - predicted) ** 2
                    expected += predicted
                    followed += actual
                t += 1

            out.windows[i, age] = windows
            out.squared[i, age] = squared
            out.predicted[i, age] = expected
            out.followed[i, age] = followed


@compiled
def _squared_error(
    start: int,
    stop: int,
    indptr: IntArray,
    sums: FloatArray,
    level: FloatArray,
    horizon: FloatArray,
    out: FloatArray,
    windows: FloatArray,
) -> None:
    """See ``squared_error``. Arrays as of ``_squared_errors``; ``level``: (b,), ``out``: (n,)."""
    for i in range(start, stop):
        origins, squared = 0.0, 0.0
        for t in range(indptr[i], indptr[i + 1]):
            error = sums[t] - level[t] * horizon[i]
            if not np.isnan(error):
                origins += 1.0
                squared += error * error
        out[i] = squared
        windows[i] = origins


@compiled
def _squared_errors(
    start: int,
    stop: int,
    indptr: IntArray,
    sums: FloatArray,
    level: FloatArray,
    horizon: FloatArray,
    out: FloatArray,
    windows: FloatArray,
) -> None:
    """See ``squared_errors``.

    Args:
        start, stop: items.
        indptr: int64, shape (n + 1,).
        sums: float64, shape (b,): the demand that followed, units; NaN = unknown.
        level: float64, shape (b, g): demand per bucket expected by each candidate, units.
        horizon: float64, shape (n,), buckets.
        out: float64, shape (n, g): written.
        windows: float64, shape (n,): written.

    """
    candidates = level.shape[1]
    squared = np.empty(candidates)
    for i in range(start, stop):
        squared[:] = 0.0
        origins = 0
        for t in range(indptr[i], indptr[i + 1]):
            if np.isnan(sums[t]) or np.isnan(level[t, 0]):
                continue
            origins += 1
            for k in range(candidates):
                error = sums[t] - level[t, k] * horizon[i]
                squared[k] += error * error
        for k in range(candidates):
            out[i, k] = squared[k]
        windows[i] = origins
