"""Demand summed over the buckets that follow each bucket of a history."""

from __future__ import annotations

import numpy as np

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.history import FloatArray, History, IntArray

LEAST_KNOWN = 0.5
"""Share of a window that must be known for it to be learnt from."""


def window_sums(history: History, horizon: FloatArray, least_known: float) -> FloatArray:
    """Demand summed over the H = ``horizon[i]`` buckets that FOLLOW each bucket: y_{t+1} + .. + y_{t+H}.

    Also called: rolling (moving) sums, overlapping temporal aggregation, lead-time demand of the past.

    Args:
        history: n items, b buckets.
        horizon: float64, shape (n,), >= 0, buckets; a part of a bucket counts in proportion.
        least_known: share of the horizon that must be known. What is unknown is then taken to be
            like what is known.

    Returns:
        float64, shape (b,), units; NaN where the history ends too soon or too little is known.

    >>> history = History(np.array([1.0, 2.0, 4.0, np.nan, 8.0]), np.array([0, 5]))
    >>> window_sums(history, np.array([2.0]), least_known=0.5)
    array([ 6.,  8., 16., nan, nan])
    >>> window_sums(history, np.array([1.5]), least_known=1.0)
    array([ 4., nan, nan, nan, nan])

    """
    out = np.empty(len(history.data))
    over_items(_window_sums, len(history), history.data, history.indptr, horizon, least_known, out)
    return out


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
    """See ``window_sums``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        horizon: float64, shape (n,): H, buckets.
        least_known: share of the horizon.
        out: float64, shape (b,): written.

    """
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


@compiled_within
def _sums_without_gaps(y: FloatArray, whole: int, part: float, out: FloatArray) -> None:
    """Running sums of one series of which every bucket is known.

    Args:
        y: float64, shape (t,): demand, units.
        whole, part: buckets: the horizon is whole + part, 0 <= part < 1.
        out: float64, shape (t - whole - (part > 0),): written.

    """
    total = 0.0
    for t in range(1, whole + 1):
        total += y[t]
    for t in range(len(out)):
        if t > 0 and whole > 0:
            total -= y[t]
            total += y[t + whole]
        out[t] = max(total + part * y[t + whole + 1] if part > 0.0 else total, 0.0)


@compiled_within
def _sums_with_gaps(y: FloatArray, horizon: float, least_known: float, out: FloatArray) -> None:
    """The same of a series with unknown buckets (NaN), scaled up to the horizon where enough is known."""
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
            # What subtractions leave over of huge demand must not pass for small demand.
            if known == 0:
                total = 0.0

        summed, share = total, float(known)
        if part > 0.0 and not np.isnan(y[t + whole + 1]):
            summed += part * y[t + whole + 1]
            share += part
        out[t] = np.nan
        if share >= least_known * horizon - 1e-9 and share > 0.0:
            out[t] = max(summed, 0.0) * (horizon / share)
