"""Kernels that every demand model shares: sums over windows, their errors, and the step of an item."""

from __future__ import annotations

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import FloatArray, History, IntArray

STEPS: FloatArray = np.array([1.0, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001])
"""float64: the units that demand may be a whole number of, largest first."""

LEAST_KNOWN = 0.5
"""Share of a window that must be known for it to be learnt from."""

MOMENTS = 4
"""What ``error_moments`` adds up: windows, squared error, predicted, actual."""


def window_sums(history: History, horizon: FloatArray, least_known: float) -> FloatArray:
    """Demand summed over the ``horizon[i]`` buckets that FOLLOW each bucket of the history.

    Args:
        history: n items.
        horizon: float64, shape (n,), >= 0, buckets; a part of a bucket counts in proportion.
        least_known: share of the horizon that must be known. What is unknown is then taken to be
            like what is known.

    Returns:
        float64, shape of ``history.data``; NaN where the history ends too soon or too little is
        known.

    """
    out = np.empty(len(history.data))
    over_items(_window_sums, len(history), history.data, history.indptr, horizon, least_known, out)
    return out


def error_moments(
    history: History,
    sums: FloatArray,
    level: FloatArray,
    horizon: FloatArray,
    step: FloatArray,
    ages: FloatArray,
) -> FloatArray:
    """Moments of the errors of ``level x horizon`` at every past origin, by the age of the origin.

    Args:
        history: n items.
        sums: float64, shape of ``history.data``: as from ``window_sums`` of the same horizon.
        level: float64, shape of ``history.data``: demand per bucket expected at the close of each
            bucket; NaN = not yet.
        horizon: float64, shape (n,), buckets.
        step: float64, shape (n,): the item's unit; moments are in these units.
        ages: float64, shape (a,), ascending: an origin with fewer known buckets than ``ages[0]``
            falls in class 0, and so on up to class a.

    Returns:
        float64, shape (n, a + 1, MOMENTS).

    """
    out = np.zeros((len(history), len(ages) + 1, MOMENTS))
    over_items(
        _error_moments, len(history), history.data, history.indptr, sums, level, horizon, step, ages, out
    )
    return out


def grid_errors(history: History, sums: FloatArray, level: FloatArray, horizon: FloatArray) -> FloatArray:
    """Squared error of ``level x horizon`` under each of g candidates, summed over every past origin.

    Args:
        history, sums, horizon: as for ``error_moments``.
        level: float64, shape (len(data), g); NaN = not yet, whatever the candidate.

    Returns:
        float64, shape (n, g + 1): of the candidates, and the number of origins.

    """
    out = np.empty((len(history), level.shape[1] + 1))
    over_items(_grid_errors, len(history), history.indptr, sums, level, horizon, out)
    return out


def known_buckets(history: History) -> FloatArray:
    """How many buckets of each item are known: float64, shape (n,)."""
    out = np.empty(len(history))
    over_items(_known_buckets, len(history), history.data, history.indptr, out)
    return out


def steps(history: History) -> FloatArray:
    """The unit in which each item is sold: the largest of ``STEPS`` of which all demand is a multiple.

    Returns:
        float64, shape (n,), > 0. A thousandth of the mean size where no step fits.

    """
    out = np.empty(len(history))
    over_items(_steps, len(history), history.data, history.indptr, STEPS, out)
    return out


def floors(known: FloatArray, step: FloatArray) -> FloatArray:
    """Demand per bucket that even ``known`` buckets of zeros cannot rule out: (0 + 1/2) / (known + 1).

    Args and result: float64, shape (n,). The mean of Jeffreys' posterior of a rate, nearly.
    """
    return 0.5 * step / (known + 1.0)


@compiled
def _window_sums(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    horizon: FloatArray,
    least_known: float,
    out: FloatArray,
) -> None:
    for i in range(start, stop):
        first, end = indptr[i], indptr[i + 1]
        whole = int(horizon[i])
        part = horizon[i] - whole
        reach = whole + (1 if part > 0.0 else 0)
        last = end - reach if reach > 0 else first
        for t in range(max(first, last), end):
            out[t] = np.nan
        if last <= first:
            continue
        gaps = 0
        for t in range(first, end):
            gaps += np.isnan(data[t])
        if gaps == 0:
            _sums_without_gaps(data[first:end], whole, part, out[first:last])
        else:
            _sums_with_gaps(data[first:end], horizon[i], least_known, out[first:last])


@compiled
def _sums_without_gaps(y: FloatArray, whole: int, part: float, out: FloatArray) -> None:
    total = 0.0
    for t in range(1, whole + 1):
        total += y[t]
    for t in range(len(out)):
        if t > 0 and whole > 0:
            total -= y[t]
            total += y[t + whole]
        out[t] = max(total + part * y[t + whole + 1] if part > 0.0 else total, 0.0)


@compiled
def _sums_with_gaps(y: FloatArray, horizon: float, least_known: float, out: FloatArray) -> None:
    whole = int(horizon)
    part = horizon - whole
    total, known = 0.0, 0
    for t in range(1, 1 + whole):
        if not np.isnan(y[t]):
            total += y[t]
            known += 1
    for t in range(len(out)):
        if t > 0 and whole > 0:
            if not np.isnan(y[t]):
                total -= y[t]
                known -= 1
            if not np.isnan(y[t + whole]):
                total += y[t + whole]
                known += 1
            if known == 0:
                total = 0.0
        summed, share = total, float(known)
        if part > 0.0 and not np.isnan(y[t + whole + 1]):
            summed += part * y[t + whole + 1]
            share += part
        out[t] = np.nan
        if share >= least_known * horizon - 1e-9 and share > 0.0:
            out[t] = max(summed, 0.0) * (horizon / share)


@compiled
def _error_moments(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    sums: FloatArray,
    level: FloatArray,
    horizon: FloatArray,
    step: FloatArray,
    ages: FloatArray,
    out: FloatArray,
) -> None:
    for i in range(start, stop):
        unit = 1.0 / step[i]
        known = 0
        t = indptr[i]
        for age in range(len(ages) + 1):
            until = ages[age] if age < len(ages) else np.inf
            windows, squared, expected, followed = 0.0, 0.0, 0.0, 0.0
            while t < indptr[i + 1]:
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
            out[i, age, 0] = windows
            out[i, age, 1] = squared
            out[i, age, 2] = expected
            out[i, age, 3] = followed


@compiled
def _grid_errors(
    start: int,
    stop: int,
    indptr: IntArray,
    sums: FloatArray,
    level: FloatArray,
    horizon: FloatArray,
    out: FloatArray,
) -> None:
    candidates = level.shape[1]
    squared = np.empty(candidates)
    for i in range(start, stop):
        squared[:] = 0.0
        windows = 0
        for t in range(indptr[i], indptr[i + 1]):
            if np.isnan(sums[t]) or np.isnan(level[t, 0]):
                continue
            windows += 1
            for k in range(candidates):
                error = sums[t] - level[t, k] * horizon[i]
                squared[k] += error * error
        for k in range(candidates):
            out[i, k] = squared[k]
        out[i, candidates] = windows


@compiled
def _known_buckets(start: int, stop: int, data: FloatArray, indptr: IntArray, out: FloatArray) -> None:
    for i in range(start, stop):
        known = 0
        for t in range(indptr[i], indptr[i + 1]):
            known += not np.isnan(data[t])
        out[i] = known


@compiled
def _steps(
    start: int, stop: int, data: FloatArray, indptr: IntArray, candidates: FloatArray, out: FloatArray
) -> None:
    for i in range(start, stop):
        # Nearly all demand is a whole number of the first: looked at without a branch, it costs little.
        parts = 0
        for t in range(indptr[i], indptr[i + 1]):
            units = data[t] / candidates[0]
            parts += units > np.floor(units)
        if parts == 0:
            out[i] = candidates[0]
            continue
        candidate = 0
        total, count = 0.0, 0
        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if np.isnan(y) or y <= 0.0:
                continue
            total += y
            count += 1
            while candidate < len(candidates):
                units = y / candidates[candidate]
                if abs(units - np.floor(units + 0.5)) <= 1e-6:
                    break
                candidate += 1
        out[i] = candidates[candidate] if candidate < len(candidates) else 0.001 * total / count
