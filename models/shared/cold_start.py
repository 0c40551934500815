"""Items without history: what others of their category and price sell, and sold when they were new."""

from __future__ import annotations

import numpy as np

from models.shared.distribution import LEVELS, WEIGHTS
from models.shared.history import BoolArray, FloatArray, History, IntArray
from models.shared.window_sums import LEAST_KNOWN

PRICE_BANDS = 3
"""Cheap, middling and dear: as many items of the panel in each. A price that is not known is a band too."""

PSEUDO = 10.0
"""The wider class counts as this many items of the narrower one."""

NEW_AFTER = 0.2
"""Items that began at least this share of a year after the panel did were new then; others may be older."""

LONGEST = 0.25
"""Share of a year over which sums are compared; longer ones are as many times these."""


def classes(history: History) -> tuple[IntArray, IntArray]:
    """The category of each item, and its category and price band: int64, shape (n,), numbered from 0."""
    n = len(history)
    if history.traits is None:
        return np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    price = history.traits.price
    known = ~np.isnan(price)
    band = np.full(n, PRICE_BANDS, dtype=np.int64)
    if known.any():
        edges = np.quantile(price[known], np.arange(1, PRICE_BANDS) / PRICE_BANDS)
        band[known] = np.searchsorted(edges, price[known], side="right")
    _, category = np.unique(history.traits.category, return_inverse=True)
    _, cell = np.unique(category * (PRICE_BANDS + 1) + band, return_inverse=True)
    return category.astype(np.int64), cell.astype(np.int64)


def stand_in(history: History, items: IntArray, horizon: FloatArray, otherwise: FloatArray) -> FloatArray:
    """Quantiles of demand of items without history.

    Half of the chance is on the first sums over the horizon of items that began while the panel was
    watched, half on everyone's last ones: the first know what being new is like, the last know the time of
    the year. Both are of the item's category and price band, drawn towards its category, that towards the
    panel, that towards ``otherwise``.

    Args:
        history: all n items.
        items: int64, shape (k,): those without history.
        horizon: float64, shape (k,), buckets.
        otherwise: float64, shape (k, G): quantiles at ``LEVELS`` where nothing else is known.

    Returns:
        float64, shape (k, G), in whole steps where all outcomes are.

    """
    span = min(max(round(float(np.median(horizon))), 1), max(1, round(LONGEST * history.season)))
    began_late = history.lengths <= history.lengths.max(initial=0) - max(1.0, NEW_AFTER * history.season)
    first = _sums(history, history.indptr[:-1], span)
    first[~began_late] = np.nan
    last = _sums(history, history.indptr[1:] - span, span)
    outcome = np.concatenate([first, last])
    known = np.flatnonzero(~np.isnan(outcome))
    if len(known) == 0:
        return otherwise
    order = known[np.argsort(outcome[known], kind="stable")]
    owner, young, outcome = order % len(history), order < len(history), outcome[order]
    category, cell = classes(history)
    nobody = np.zeros(len(history), dtype=np.int64)
    stretch = horizon / span
    values = np.empty_like(otherwise)
    for kind in np.unique(cell[items]):
        rows = np.flatnonzero(cell[items] == kind)
        furthest = rows[np.argmax(horizon[rows])]
        here = items[rows[0]]
        share, left = np.zeros(len(order)), 1.0
        for group in (cell, category, nobody):
            mine = group[owner] == group[here]
            members = len(np.unique(owner[mine]))
            share += left * members / (members + PSEUDO) * _evenly(mine, young)
            left *= PSEUDO / (members + PSEUDO)
        # Outcomes of this class beside those that it falls back on, scaled to one horizon.
        fallback = otherwise[furthest] / max(stretch[furthest], 1e-12)
        both = np.concatenate([outcome, fallback])
        weight = np.concatenate([share, left * WEIGHTS])
        ascending = np.lexsort((weight, both))  # whatever the order of the items
        reached = np.cumsum(weight[ascending]) - weight[ascending] / 2
        chosen = both[ascending][np.minimum(np.searchsorted(reached, LEVELS), len(both) - 1)]
        scaled = chosen[None, :] * stretch[rows, None]
        values[rows] = np.floor(scaled + 0.5) if np.all(outcome == np.floor(outcome)) else scaled
    return values


def _evenly(mine: BoolArray, young: BoolArray) -> FloatArray:
    """Weights of a class's outcomes, summing to 1: half on those of new items, where there are both."""
    weight = np.zeros(len(mine))
    parts = [mine & young, mine & ~young]
    parts = [part for part in parts if part.any()]
    for part in parts:
        weight[part] = 1.0 / (len(parts) * np.count_nonzero(part))
    return weight


def _sums(history: History, start: IntArray, span: int) -> FloatArray:
    """Demand of the ``span`` buckets of each item from ``start`` on; NaN where too little is known."""
    known = np.concatenate([[0], np.cumsum(~np.isnan(history.data))])
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(history.data))])
    whole = history.lengths >= span
    begin = np.where(whole, start, 0)
    end = np.where(whole, start + span, 0)
    count = known[end] - known[begin]
    enough = whole & (count >= LEAST_KNOWN * span)
    summed = np.maximum(total[end] - total[begin], 0.0) * span / np.maximum(count, 1)
    return np.where(enough, summed, np.nan)
