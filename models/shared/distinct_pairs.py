"""Pairs of an item and a horizon that are asked for more than once."""

from __future__ import annotations

import numpy as np

from models.shared.history import FloatArray, IntArray


def distinct_pairs(item: IntArray, horizon: FloatArray) -> tuple[IntArray, IntArray]:
    """The first of each pair, int64, shape (d,), in their order, and which of these each is, int64, (r,).

    >>> distinct_pairs(np.array([7, 8, 7, 7]), np.array([4.0, 4.0, 4.0, 5.0]))
    (array([0, 1, 3]), array([0, 1, 0, 2]))

    """
    order = np.lexsort((horizon, item))
    new = np.append(True, (np.diff(item[order]) != 0) | (np.diff(horizon[order]) != 0))
    of_pair = np.empty(len(item), dtype=np.int64)
    of_pair[order] = np.cumsum(new) - 1
    first = order[new]
    in_order = np.argsort(first)
    rank = np.empty(len(first), dtype=np.int64)
    rank[in_order] = np.arange(len(first))
    return first[in_order], rank[of_pair]
