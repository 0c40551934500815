"""Histories cut into stretches, as effects are estimated from them, and what these come to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.shared.compile import compiled, over_items
from models.shared.history import BoolArray, FloatArray, IntArray

SmallArray = npt.NDArray[np.float32]


class Stretches(NamedTuple):
    """The histories of n items, each cut into stretches from its end backwards.

    Attributes:
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,): item i owns ``data[indptr[i]:indptr[i + 1]]``.
        drivers: float32, shape (b + n ahead, k): x; item i's rows begin at ``indptr[i] + i ahead``.
        ahead: rows of drivers of each item beyond its history.
        length: buckets in a stretch; the oldest one may be shorter.

    """

    data: FloatArray
    indptr: IntArray
    drivers: SmallArray
    ahead: int
    length: int


class Sums(NamedTuple):
    """What the stretches of n items come to, whatever the coefficients are; one after the other from each
    item's end backwards.

    Attributes:
        indptr: int64, shape (n + 1,): item i owns stretches ``indptr[i]`` to before ``indptr[i + 1]``.
        total: float64, shape (s,), units. ``squares``: the sum of their squares.
        known, demands: int64, shape (s,): buckets that are known, and those with demand.
        moved: bool, shape (s,): whether a driver is at work in it.
        touched: bool, shape (b,): whether one is in each bucket.

    """

    indptr: IntArray
    total: FloatArray
    squares: FloatArray
    known: IntArray
    demands: IntArray
    moved: BoolArray
    touched: BoolArray


def summed(stretches: Stretches) -> Sums:
    """What holds at all coefficients: it is looked at once, and the rest at every step towards them."""
    count = -(-np.diff(stretches.indptr) // stretches.length)
    indptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    known, demands = np.zeros((2, indptr[-1]), dtype=np.int64)
    moved, touched = np.zeros(indptr[-1], dtype=np.bool_), np.zeros(len(stretches.data), dtype=np.bool_)
    sums = Sums(indptr, np.zeros(indptr[-1]), np.zeros(indptr[-1]), known, demands, moved, touched)
    over_items(_summed, len(count), stretches, sums)
    return sums


@compiled
def _summed(start: int, stop: int, stretches: Stretches, sums: Sums) -> None:
    """Look at each item's stretches. ``sums``: written, but for ``indptr``."""
    for i in range(start, stop):
        first, end = stretches.indptr[i], stretches.indptr[i + 1]
        shift = i * stretches.ahead
        upper = end
        for s in range(sums.indptr[i], sums.indptr[i + 1]):
            lower = max(upper - stretches.length, first)
            for t in range(lower, upper):
                y = stretches.data[t]
                if np.isnan(y):
                    continue
                sums.total[s] += y
                sums.squares[s] += y**2
                sums.known[s] += 1
                if y > 0.0:
                    sums.demands[s] += 1
                for j in range(stretches.drivers.shape[1]):
                    if stretches.drivers[t + shift, j] != 0.0:
                        sums.touched[t] = True
                        sums.moved[s] = True
            upper = lower
