"""What a history says of an item at once: its unit, how much is known, what cannot be ruled out."""

from __future__ import annotations

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import FloatArray, History, IntArray

STEPS: FloatArray = np.array([1.0, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001])
"""float64: the units that demand may be a whole number of, largest first."""


def steps(history: History) -> FloatArray:
    """The unit in which each item is sold: the largest of ``STEPS`` of which all demand is a multiple.

    Returns:
        float64, shape (n,), > 0. A thousandth of the mean size where no step fits.

    >>> steps(History(np.array([2.0, 0.0, 5.0, 0.75, 1.5]), np.array([0, 3, 5])))
    array([1.  , 0.25])

    """
    out = np.empty(len(history))
    over_items(_steps, len(history), history.data, history.indptr, STEPS, out)
    return out


def known_buckets(history: History) -> FloatArray:
    """How many buckets of each item are known: float64, shape (n,)."""
    out = np.empty(len(history))
    over_items(_known_buckets, len(history), history.data, history.indptr, out)
    return out


def floors(known: FloatArray, step: FloatArray) -> FloatArray:
    """Demand per bucket that even ``known`` buckets of zeros cannot rule out: (0 + 1/2) / (known + 1).

    The mean of Jeffreys' posterior of a Poisson rate, nearly. Args and result: float64, shape (n,), units.

    >>> floors(np.array([0.0, 9.0]), np.ones(2))
    array([0.5 , 0.05])

    """
    return 0.5 * step / (known + 1.0)


@compiled
def _known_buckets(start: int, stop: int, data: FloatArray, indptr: IntArray, out: FloatArray) -> None:
    """``data``: float64, shape (b,); ``indptr``: int64, shape (n + 1,); ``out``: float64, shape (n,)."""
    for i in range(start, stop):
        known = 0
        for t in range(indptr[i], indptr[i + 1]):
            known += not np.isnan(data[t])
        out[i] = known


@compiled
def _steps(
    start: int, stop: int, data: FloatArray, indptr: IntArray, candidates: FloatArray, out: FloatArray
) -> None:
    """See ``steps``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        candidates: float64, shape (c,), descending, units.
        out: float64, shape (n,): written.

    """
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
