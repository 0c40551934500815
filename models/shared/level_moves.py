"""Whether the levels of a panel move, beyond what chance alone would show: 0 they stay, 1 they clearly do.

Demand of one quarter is held against that of the next. With v the variance of an item's bucket, as told by
how neighbouring buckets differ (which no slow move changes), sums of w buckets around one level differ by
2 w v on average. What they differ in truth, over that, is 1 where levels stay.

Also called: the ratio of von Neumann (1941), turned round and taken over quarters.
"""

from __future__ import annotations

import numpy as np

from models.shared.history import FloatArray, History, IntArray

CLEARLY = 0.5
"""Above 1, from which on levels are said to move."""

PAIRS = 50.0
"""Pairs of quarters that the assumption counts as, that they do."""


def level_moves(history: History) -> float:
    """0..1: of the whole panel.

    Args:
        history: n items. What is unknown is left out; what is shorter than two quarters says nothing.

    A hundred items whose levels stay, and the same with one that is half as high every other quarter:

    >>> demand = np.random.default_rng(1).poisson(20.0, (100, 104)).astype(float)
    >>> level_moves(History(demand.ravel(), np.arange(0, 10401, 104))) < 0.2
    True
    >>> demand[:, 13:26] = demand[:, 39:52] = 10.0
    >>> level_moves(History(demand.ravel(), np.arange(0, 10401, 104)))
    1.0

    """
    width = max(history.season // 4, 2)
    quarters = int(history.lengths.max(initial=0)) // width
    if quarters < 2:
        return 1.0

    n = len(history)
    item = np.repeat(np.arange(n), history.lengths)
    units, count = _of_quarters(history, item, width, quarters)
    whole = count == width
    pair = whole[:, 1:] & whole[:, :-1]
    differ = np.where(pair, np.diff(units, axis=1) ** 2, 0.0).sum(axis=1)
    pairs = pair.sum(axis=1)
    usual = np.where(whole, units, 0.0).sum(axis=1) / np.maximum(whole.sum(axis=1), 1)

    # Beside what it sells in a quarter, so that the large items do not speak for all.
    by_chance = 2.0 * width * _variance(history, item)
    told = (pairs > 0) & (usual > 0) & (by_chance > 0)
    chance = (pairs[told] * by_chance[told] / usual[told]).sum()
    beyond = (differ[told] / usual[told]).sum() / max(chance, 1e-300) - 1.0
    worth = float(pairs[told].sum())
    return (worth * float(np.clip(beyond / CLEARLY, 0.0, 1.0)) + PAIRS) / (worth + PAIRS)


def _of_quarters(history: History, item: IntArray, width: int, quarters: int) -> tuple[FloatArray, IntArray]:
    """Units and known buckets of the quarters, counted back from the end: shape (n, quarters) each."""
    back = np.repeat(history.indptr[1:], history.lengths) - 1 - np.arange(len(history.data))
    known = ~np.isnan(history.data) & (back < quarters * width)
    cell = (item * quarters + quarters - 1 - back // width)[known]
    shape, cells = (len(history), quarters), len(history) * quarters
    units: FloatArray = (
        np.bincount(cell, history.data[known], minlength=cells).astype(np.float64).reshape(shape)
    )
    count: IntArray = np.bincount(cell, minlength=cells).astype(np.int64).reshape(shape)
    return units, count


def _variance(history: History, item: IntArray) -> FloatArray:
    """v: float64, shape (n,); 0 where no two neighbours are known."""
    step = np.diff(history.data)
    neighbours = (item[1:] == item[:-1]) & ~np.isnan(step)
    owner = item[1:][neighbours]
    squared = np.bincount(owner, step[neighbours] ** 2, minlength=len(history))
    return squared / 2.0 / np.maximum(np.bincount(owner, minlength=len(history)), 1)
