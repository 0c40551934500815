"""Items without history: what others of their category and price sell, and sold when they were new.

Also called: new-product (cold-start) forecasting by analogy, attribute-based forecasting.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.shared.distribution import LEVELS, WEIGHTS
from models.shared.history import BoolArray, FloatArray, History, IntArray
from models.shared.window_sums import LEAST_KNOWN

PRICE_BANDS = 3
"""Cheap, middling and dear: as many items of the panel in each. A price that is not known is a band too."""

PSEUDO_ITEMS = 10.0
"""The wider class counts as this many items of the narrower one."""

NEW_AFTER = 0.2
"""Items that began at least this share of a year after the panel did were new then; others may be older."""

SURE = 0.95
"""What is beyond this quantile may not lift the mean above it."""

LONGEST = 0.25
"""Share of a year over which sums are compared; longer ones are as many times these."""


def categories(history: History) -> IntArray:
    """The category of each item: int64, shape (n,), numbered from 0; one for all where none are known."""
    if history.traits is None:
        return np.zeros(len(history), dtype=np.int64)
    return np.unique(history.traits.category, return_inverse=True)[1].astype(np.int64)


def classes(history: History) -> tuple[IntArray, IntArray]:
    """The category of each item, and its category and price band: int64, shape (n,), numbered from 0."""
    n, category = len(history), categories(history)
    if history.traits is None:
        return category, category
    price = history.traits.price
    known = ~np.isnan(price)
    band = np.full(n, PRICE_BANDS, dtype=np.int64)
    if known.any():
        edges = np.quantile(price[known], np.arange(1, PRICE_BANDS) / PRICE_BANDS)
        band[known] = np.searchsorted(edges, price[known], side="right")

    _, cell = np.unique(category * (PRICE_BANDS + 1) + band, return_inverse=True)
    return category, cell.astype(np.int64)


def stand_in(
    history: History, items: IntArray, horizon: FloatArray, otherwise: FloatArray, span: float
) -> FloatArray:
    """Quantiles of demand of items without history.

    Half of the chance is on the first sums over the horizon of items that began while the panel was
    watched, half on everyone's last ones: the first know what being new is like, the last know the time of
    the year. Both are of the item's category and price band, shrunk to its category, that to the
    panel, that to ``otherwise``.

    Args:
        history: all n items.
        items: int64, shape (k,): those without history.
        horizon: float64, shape (k,), buckets.
        otherwise: float64, shape (k, G): quantiles at ``LEVELS`` where nothing else is known.
        span: buckets: the usual horizon, over which others' sums are taken.

    Returns:
        float64, shape (k, G), in whole steps where all outcomes are; no mean is above the item's ``SURE``
        quantile, or above one unit where that is lower.

    Ninety items that sold 5 a week, and one that has not sold yet: it sells 20 in four weeks. What it would
    be said to sell otherwise, 0, keeps a tenth of the chance in each of its three classes: a thousandth.

    >>> history = History(np.full(90 * 20, 5.0), np.append(np.arange(0, 1801, 20), 1800))
    >>> values = stand_in(history, np.array([90]), np.array([4.0]), np.full((1, len(LEVELS)), 0.0), 4.0)
    >>> values[0, LEVELS > 0.01].min(), values[0, -1]
    (np.float64(20.0), np.float64(20.0))

    """
    span = min(max(round(span), 1), max(1, round(LONGEST * history.season)))
    outcomes = _outcomes(history, span)
    if len(outcomes.value) == 0:
        return otherwise
    whole = np.all(outcomes.value == np.floor(outcomes.value))
    category, cell = classes(history)
    everybody = np.zeros(len(history), dtype=np.int64)
    stretch = horizon / span

    values = np.empty_like(otherwise)
    for kind in np.unique(cell[items]):
        rows = np.flatnonzero(cell[items] == kind)
        share, rest = _shares(outcomes, (cell, category, everybody), items[rows[0]])

        # Outcomes of this class beside those that it falls back on, scaled to one horizon.
        furthest = rows[np.argmax(horizon[rows])]
        fallback = otherwise[furthest] / max(stretch[furthest], 1e-12)
        both = np.concatenate([outcomes.value, fallback])
        weight = np.concatenate([share, rest * WEIGHTS])
        ascending = np.lexsort((weight, both))  # whatever the order of the items
        reached = np.cumsum(weight[ascending]) - weight[ascending] / 2
        chosen = both[ascending][np.minimum(np.searchsorted(reached, LEVELS), len(both) - 1)]

        scaled = _believable(chosen[None, :] * stretch[rows, None])
        values[rows] = np.floor(scaled + 0.5) if whole else scaled
    return values


def as_far_as_offered(values: FloatArray, history: History, items: IntArray, span: float) -> FloatArray:
    """Quantiles of items without history: zero, as far as an item will hardly ever be for sale.

    A catalogue is full of what is not, or no longer, sold. Of items of which nothing else is known, as many
    begin to sell within ``span`` buckets as have begun so far: those whose history does not go back to the
    panel's first quarter (or half, where that is all there is), over the time since.

    Args:
        values: float64, shape (k, G): at ``LEVELS``, of items that are.
        history: all n items.
        items: int64, shape (k,): those without history.
        span: buckets: the horizon.

    Returns:
        float64, shape (k, G).

    Ninety items that were always sold, and one that is only listed: one chance in four that it ever is.

    >>> unoffered = np.arange(91) == 90
    >>> history = History(np.full(90 * 20, 5.0), np.append(np.arange(0, 1801, 20), 1800), unoffered=unoffered)
    >>> values = as_far_as_offered(np.full((1, len(LEVELS)), 20.0), history, np.array([90]), 4.0)
    >>> values[0, np.searchsorted(LEVELS, [0.5, 0.7, 0.8])]
    array([ 0.,  0., 20.])

    """
    if history.unoffered is None:
        return values
    rows = np.flatnonzero(history.unoffered[items])
    if len(rows) == 0:
        return values
    longest = int(history.lengths.max(initial=0))
    watched = max(longest - min(history.season // 4, longest // 2), 1)
    begun = np.count_nonzero((history.lengths > 0) & (history.lengths <= watched)) * min(span / watched, 1.0)
    chance = (begun + 0.5) / (begun + np.count_nonzero(history.unoffered) + 1.0)

    at = np.searchsorted(LEVELS, (LEVELS - (1.0 - chance)) / chance, side="left")
    out = values.copy()
    out[rows] = np.where(1.0 - chance < LEVELS, values[rows][:, np.minimum(at, len(LEVELS) - 1)], 0.0)
    return out


def _believable(values: FloatArray) -> FloatArray:
    """Quantiles whose tail beyond ``SURE`` is drawn in until it lifts no mean above that quantile.

    One item that sells by the thousand among many that sell by the piece would else set the mean of a new
    one, and leave its quantiles where they are: nobody would order by either.

    Args:
        values: float64, shape (k, G): at ``LEVELS``, units.

    Returns:
        float64, the same shape.

    One chance in 25 of 10,000, and else 0 to 40: a mean of 406 becomes the .95 quantile.

    >>> values = np.where(LEVELS > 0.96, 1e4, 40.0 * LEVELS)[None, :]
    >>> (values @ WEIGHTS).round(), (_believable(values) @ WEIGHTS).round()
    (array([406.]), array([38.]))

    """
    high = values[:, np.searchsorted(LEVELS, SURE - 1e-9)]
    beyond = np.maximum(values - high[:, None], 0.0)
    body = (values - beyond) @ WEIGHTS
    tail = beyond @ WEIGHTS
    room = np.maximum(np.maximum(high, 1.0) - body, 0.0)
    kept = np.where(tail > room, room / np.maximum(tail, 1e-300), 1.0)
    return values - (1.0 - kept)[:, None] * beyond


class _Outcomes(NamedTuple):
    """Sums of demand that were seen, ascending; every array of shape (o,).

    Attributes:
        value: float64, units.
        owner: int64: the item.
        is_first: bool: of an item's first buckets, and it was new then; else of its last ones.

    """

    value: FloatArray
    owner: IntArray
    is_first: BoolArray


def _outcomes(history: History, span: int) -> _Outcomes:
    """The first and the last sums over ``span`` buckets of each item, as far as they are known."""
    began_late = history.lengths <= history.lengths.max(initial=0) - max(1.0, NEW_AFTER * history.season)
    first = _sums(history, history.indptr[:-1], span)
    first[~began_late] = np.nan
    last = _sums(history, history.indptr[1:] - span, span)

    outcome = np.concatenate([first, last])
    known = np.flatnonzero(~np.isnan(outcome))
    order = known[np.argsort(outcome[known], kind="stable")]
    n = max(len(history), 1)
    return _Outcomes(outcome[order], order % n, order < len(history))


def _shares(outcomes: _Outcomes, groups: Sequence[IntArray], item: int) -> tuple[FloatArray, float]:
    """The probability of each outcome for an item, float64, shape (o,), and what is left for other evidence.

    Args:
        outcomes: o of them.
        groups: the class of each item, int64, shape (n,); from the narrowest to the widest.
        item: the one without history.

    """
    share, rest = np.zeros(len(outcomes.value)), 1.0
    for group in groups:
        in_group = group[outcomes.owner] == group[item]
        members = len(np.unique(outcomes.owner[in_group]))
        share += rest * members / (members + PSEUDO_ITEMS) * _evenly(in_group, outcomes.is_first)
        rest *= PSEUDO_ITEMS / (members + PSEUDO_ITEMS)
    return share, rest


def _evenly(in_group: BoolArray, is_first: BoolArray) -> FloatArray:
    """Weights of a group's outcomes, summing to 1: half on those of new items, where there are both."""
    weight = np.zeros(len(in_group))
    parts = [in_group & is_first, in_group & ~is_first]
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
