"""Kernels that every demand model shares: sums over windows, their errors, and the step of an item."""

from __future__ import annotations

import numpy as np

from models.compile import compiled, over_items
from models.history import FloatArray, History

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
    out = np.full(len(history.data), np.nan)
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
def _window_sums(start, stop, data, indptr, horizon, least_known, out):  # type: ignore[no-untyped-def]
    for i in range(start, stop):
        first, end = indptr[i], indptr[i + 1]
        whole = int(horizon[i])
        part = horizon[i] - whole
        reach = whole + (1 if part > 0.0 else 0)
        if reach == 0 or end - first <= reach:
            continue
        total, known = 0.0, 0
        for t in range(first + 1, first + 1 + whole):
            if not np.isnan(data[t]):
                total += data[t]
                known += 1
        for t in range(first, end - reach):
            summed, share = total, float(known)
            if part > 0.0 and not np.isnan(data[t + reach]):
                summed += part * data[t + reach]
                share += part
            if share >= least_known * horizon[i] - 1e-9 and share > 0.0:
                out[t] = max(summed, 0.0) * (horizon[i] / share)
            if t + whole + 1 < end and whole > 0:
                if not np.isnan(data[t + 1]):
                    total -= data[t + 1]
                    known -= 1
                if not np.isnan(data[t + whole + 1]):
                    total += data[t + whole + 1]
                    known += 1
                if known == 0:
                    total = 0.0


@compiled
def _error_moments(start, stop, data, indptr, sums, level, horizon, step, ages, out):  # type: ignore[no-untyped-def]
    for i in range(start, stop):
        known = 0
        age = 0
        for t in range(indptr[i], indptr[i + 1]):
            if not np.isnan(data[t]):
                known += 1
                while age < len(ages) and known >= ages[age]:
                    age += 1
            if np.isnan(sums[t]) or np.isnan(level[t]):
                continue
            predicted = max(level[t] / step[i], 0.5 / (known + 1.0)) * horizon[i]
            actual = sums[t] / step[i]
            out[i, age, 0] += 1.0
            out[i, age, 1] += (actual - predicted) ** 2
            out[i, age, 2] += predicted
            out[i, age, 3] += actual


@compiled
def _steps(start, stop, data, indptr, candidates, out):  # type: ignore[no-untyped-def]
    for i in range(start, stop):
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
