"""Orders so far beyond what an item sells that they say nothing of its usual level: one-off projects.

Also called: outlier capping, winsorizing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import BoolArray, FloatArray, History, IntArray

FAR = 10.0
"""A bucket counts at most as this many times the mean of the item's other buckets with demand."""

FEWEST = 5
"""Buckets with demand from which on that mean is known well enough."""


def without_outliers(history: History) -> History:
    """The history from which levels are learnt. Variances are still learnt from what was really asked for.

    Measured on weekly sums over four weeks: .4 to 1 % less pinball loss on wholesale with its project
    orders, no difference on retail, where hardly a bucket is touched. Limits of 5 and 20 gave as much.

    >>> history = History(np.array([2.0, 2.0, 0.0, 2.0, 2.0, 500.0]), np.array([0, 6]))
    >>> without_outliers(history).data
    array([ 2.,  2.,  0.,  2.,  2., 20.])

    """
    data = history.data.copy()
    touched = np.zeros(len(history), dtype=np.bool_)
    over_items(_limited, len(history), history.data, history.indptr, FAR, FEWEST, data, touched)
    if not touched.any():
        return history
    return replace(history, data=data)


@compiled
def _limited(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    far: float,
    fewest: int,
    out: FloatArray,
    touched: BoolArray,
) -> None:
    """See ``without_outliers``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        far, fewest: see ``FAR`` and ``FEWEST``.
        out: float64, shape (b,), a copy of ``data``: what is beyond the limit is written.
        touched: bool, shape (n,), false: whether anything was.

    """
    for i in range(start, stop):
        total, count = 0.0, 0
        for t in range(indptr[i], indptr[i + 1]):
            if data[t] > 0.0:
                total += data[t]
                count += 1
        if count < fewest:
            continue
        for t in range(indptr[i], indptr[i + 1]):
            limit = far * (total - data[t]) / (count - 1)
            if data[t] > limit:
                out[t] = limit
                touched[i] = True
