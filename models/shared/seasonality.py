"""The season of a panel of items at every past date: what was known of it then.

Indices must not know what came after the date that they are used at, or past errors would look smaller
than those to come. They are therefore estimated anew each time that the past has grown by a quarter (an
``Edition``), and every past origin sees the newest edition of its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.shared.compile import compiled
from models.shared.history import FloatArray, History, IntArray
from models.shared.seasonal_indices import group_indices
from models.shared.steps import steps

DAYS_IN_YEAR = 365
"""Buckets are days where a year has so many; the season sought is then the week."""

WEEK = 7

GROWTH = 1.25
"""How much longer the past is at an edition than at the one before."""

FEWEST_ITEMS = 5
"""A category of fewer items is taken with all that have none."""

LEAST_INDEX = 0.2
"""A bucket of a lower index says nothing of the level: a sale in it would be blown up too much."""


class Edition(NamedTuple):
    """The indices known at the close of some past buckets.

    Attributes:
        first: the first of these buckets, counted from 0 = the oldest item's first one.
        end: the bucket after the last of them.
        indices: float64, shape (g, period), >= 0: s, by group and phase of the cycle.

    """

    first: int
    end: int
    indices: FloatArray


@dataclass(frozen=True)
class Seasons:
    """The season of each of n items at every past date.

    Attributes:
        period: buckets in a cycle, p; a cycle starts with the oldest item's first bucket.
        begin: int64, shape (n,): the first bucket of each item, counted from the oldest item's.
        group: int64, shape (n,): the group of each item, 0..g - 1.
        editions: oldest first; together they cover every bucket once. The first knows of no season.

    """

    period: int
    begin: IntArray
    group: IntArray
    editions: tuple[Edition, ...]


def seasons(history: History) -> Seasons:
    """The shared indices of every past date since the first whole cycle.

    Ten items that sell twice as much in every second bucket: after three cycles a good part of that is
    believed, after thirty nearly all.

    >>> demand = np.tile([40.0, 80.0], 300)
    >>> known = seasons(History(demand, np.arange(0, 601, 60), season=2))
    >>> [edition.first for edition in known.editions][:4]
    [0, 1, 2, 3]
    >>> known.editions[5].indices.round(2), known.editions[-1].indices.round(2)
    (array([[0.74, 1.26]]), array([[0.67, 1.33]]))

    """
    longest = int(history.lengths.max(initial=0))
    period = period_of(history)
    begin, group, step = longest - history.lengths, groups_of(history), steps(history)

    # From the whole past backwards, each edition four fifths as long as the one after it.
    editions: list[Edition] = []
    known, end = longest, longest
    while known >= period > 1:
        index = group_indices(history, step, group, begin, period, known)
        editions.append(Edition(known - 1, end, index))
        known, end = int(known / GROWTH), known - 1
    editions.append(Edition(0, end, np.ones((int(group.max(initial=0)) + 1, period))))
    return Seasons(period, begin, group, tuple(reversed(editions)))


def period_of(history: History) -> int:
    """Buckets in the season sought: a week of days, else a year."""
    return WEEK if history.season == DAYS_IN_YEAR else history.season


def groups_of(history: History) -> IntArray:
    """int64, shape (n,): the items that share indices: categories; the last group is all other items."""
    if history.traits is None:
        return np.zeros(len(history), dtype=np.int64)
    category, number, count = np.unique(history.traits.category, return_inverse=True, return_counts=True)
    apart = (category >= 0) & (count >= FEWEST_ITEMS)
    group: IntArray = np.where(apart, np.cumsum(apart) - 1, apart.sum())[number].astype(np.int64)
    return group


def no_seasons(history: History) -> Seasons:
    """Every bucket is like any other."""
    longest = int(history.lengths.max(initial=0))
    edition = Edition(0, longest, np.ones((1, 1)))
    return Seasons(1, longest - history.lengths, np.zeros(len(history), dtype=np.int64), (edition,))


@compiled
def means_ahead(season: FloatArray, horizon: float) -> FloatArray:
    """The mean of ONE season's indices over the ``horizon`` buckets that follow each phase of the cycle.

    Args:
        season: float64, shape (p,): indices.
        horizon: buckets; a part of a bucket counts in proportion.

    Returns:
        float64, shape (p,); ones where the horizon is 0.

    >>> means_ahead(np.array([0.5, 1.0, 1.5]), 2.0)
    array([1.25, 1.  , 0.75])

    """
    period = len(season)
    out = np.ones(period)
    if horizon <= 0.0:
        return out
    whole = int(horizon)
    part, cycles, rest = horizon - whole, whole // period, whole % period

    total = cycles * season.sum() if cycles > 0 else 0.0
    for k in range(rest):
        total += season[k]
    for phase in range(period):
        # The window that followed the phase before moves on by one bucket.
        total += season[(phase + rest) % period] - season[phase]
        out[phase] = (total + part * season[(phase + rest + 1) % period]) / horizon
    return out
