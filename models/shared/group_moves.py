"""How demand moved from some buckets to others: of groups of items, told by the items that were there.

One item's rise from autumn to Christmas is mostly chance; that of its category, or the whole range, is not.

Also called: same-store (like-for-like) growth, group seasonal indices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import FloatArray, History, IntArray

ITEM_DISPERSION = 0.5
"""Squared relative variation of an item's week beyond that of a Poisson: it bounds a big item's say."""

USUAL_MOVE = 0.2
"""A move, in log ratios, is expected to be about so large before it is seen; one that is no surer than this
is half believed."""

MOST_LOOKS = 50_000_000
"""Items times spans. Where there are more, every second, third, .. item speaks for all."""


class Spans(NamedTuple):
    """q pairs of spans of buckets, from a first one to before an end, counted from the oldest item's first.

    Attributes:
        early_first, early_end: int64, shape (q,).
        late_first, late_end: int64, shape (q,).

    """

    early_first: IntArray
    early_end: IntArray
    late_first: IntArray
    late_end: IntArray


class Moments(NamedTuple):
    """Sums over the items of g groups and q pairs of spans; every array float64, shape (q, g).

    E and L are an item's demand per bucket in the early and the late span, times its weight.

    Attributes:
        early, late: of E, of L.
        early2, late2, both: of E^2, of L^2, of E L.

    """

    early: FloatArray
    late: FloatArray
    early2: FloatArray
    late2: FloatArray
    both: FloatArray

    @staticmethod
    def zeros(spans: int, groups: int) -> Moments:
        """Of nothing."""
        return Moments(*(np.zeros((spans, groups)) for _ in Moments._fields))

    def pooled(self) -> Moments:
        """Of all groups as one: shape (q, 1)."""
        return Moments(*(moment.sum(axis=1, keepdims=True) for moment in self))


class RunningTotals(NamedTuple):
    """Totals of a history up to each bucket, so that any span's is one difference.

    Attributes:
        demand: float64, shape (b + 1,): of the known buckets, steps.
        known: int64, shape (b + 1,): how many are known.
        indptr: int64, shape (n + 1,): as of the history.

    """

    demand: FloatArray
    known: IntArray
    indptr: IntArray

    @staticmethod
    def of(history: History, step: FloatArray) -> RunningTotals:
        """``step``: float64, shape (n,): the unit of each item."""
        known = ~np.isnan(history.data)
        demand = np.where(known, history.data, 0.0) / step[history.item]
        return RunningTotals(
            np.concatenate([[0.0], np.cumsum(demand)]),
            np.concatenate([[0], np.cumsum(known)]).astype(np.int64),
            history.indptr,
        )


def log_moves(totals: RunningTotals, group: IntArray, spans: Spans, week: float) -> FloatArray:
    """The logarithm of demand per bucket in the late span over that in the early one.

    An item speaks where it was there before either span and at least half of both is known; one of mean m
    units a week weighs m / (1 + c m). What a group shows is shrunk to what all items show, and that to no
    move, by how much of it the disagreement of the items says to be chance.

    Args:
        totals: of n items.
        group: int64, shape (n,): 0..g - 1.
        spans: q pairs.
        week: buckets in a week.

    Returns:
        float64, shape (q, g + 1), the last of all items; NaN where fewer than two items speak.

    Source: the variance of a ratio of sums: Cochran (1977), Sampling techniques, section 6.4.

    Two items that both sell twice as much in the late span as in the early one agree, and are believed; the
    third was not there before:

    >>> history = History(np.array([9.0, 1, 1, 2, 2, 0, 4, 4, 8, 8, 7]), np.array([0, 5, 10, 11]))
    >>> totals = RunningTotals.of(history, np.ones(3))
    >>> spans = Spans(*(np.array([bucket]) for bucket in (1, 3, 3, 5)))
    >>> np.exp(log_moves(totals, np.array([0, 0, 1]), spans, 1.0)).round(2)
    array([[2., 2., 2.]])

    """
    q, groups = len(spans.early_first), int(group.max(initial=0)) + 1
    moments = Moments.zeros(q, groups)
    apart = 1 + q * len(group) // MOST_LOOKS
    length = int(np.diff(totals.indptr).max(initial=0))
    over_items(_add_up, q, totals, length, group, spans, week, apart, moments)

    panel = _shrunk(moments.pooled(), np.zeros((q, 1)))
    if groups == 1:
        return np.concatenate([panel, panel], axis=1)
    moves = _shrunk(moments, np.nan_to_num(panel))
    # A group that says nothing moves as all items do.
    return np.concatenate([np.where(np.isnan(moves), panel, moves), panel], axis=1)


def _shrunk(moments: Moments, towards: FloatArray) -> FloatArray:
    """Log moves shrunk to ``towards``, float64, shape (q, g or 1); NaN where fewer than two items speak."""
    there = (moments.early > 0) & (moments.late > 0) & (moments.late2 < 0.999 * moments.late**2)
    late, early = np.where(there, moments.late, 1.0), np.where(there, moments.early, 1.0)
    ratio = late / early
    disagreement = moments.late2 - 2.0 * ratio * moments.both + ratio**2 * moments.early2
    variance = np.maximum(disagreement, 0.0) / late**2
    share = USUAL_MOVE**2 / (USUAL_MOVE**2 + variance)
    return np.where(there, share * np.log(ratio) + (1.0 - share) * towards, np.nan)


@compiled
def _add_up(
    start: int,
    stop: int,
    totals: RunningTotals,
    length: int,
    group: IntArray,
    spans: Spans,
    week: float,
    apart: int,
    out: Moments,
) -> None:
    """Add up the spans ``start`` to ``stop`` over every ``apart``-th item. See ``log_moves``.

    ``length``: buckets of the oldest item.
    """
    items = len(totals.indptr) - 1
    for q in range(start, stop):
        first, end = spans.early_first[q], spans.early_end[q]
        first_late, end_late = spans.late_first[q], spans.late_end[q]
        before, after = end - first, end_late - first_late
        oldest = min(first, first_late)
        if oldest < 0 or max(end, end_late) > length:
            continue
        for i in range(0, items, apart):
            # Where bucket 0 of the panel would lie. An item's first bucket is there BECAUSE it sold then.
            origin = totals.indptr[i + 1] - length
            if origin + oldest <= totals.indptr[i]:
                continue
            known = totals.known[origin + end] - totals.known[origin + first]
            known_late = totals.known[origin + end_late] - totals.known[origin + first_late]
            if 2 * known < before or 2 * known_late < after:
                continue
            early = (totals.demand[origin + end] - totals.demand[origin + first]) / known
            late = (totals.demand[origin + end_late] - totals.demand[origin + first_late]) / known_late
            mean = (before * early + after * late) / (before + after)
            weight = 1.0 / (1.0 + ITEM_DISPERSION * week * mean)
            early *= weight
            late *= weight
            g = group[i]
            out.early[q, g] += early
            out.late[q, g] += late
            out.early2[q, g] += early * early
            out.late2[q, g] += late * late
            out.both[q, g] += early * late
