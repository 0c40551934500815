"""How demand lies within the day, and so what share of it an open part of the day usually carries.

Also called: intraday (hourly) demand profile, load curve.
"""

from __future__ import annotations

import numpy as np

from models.shared.history import FloatArray, IntArray

HOURS = 24

PROFILE_SHAPE = 60.0
"""An item's own profile counts as its purchases over theirs and this many of its peer group."""

BUSINESS = 0.4
"""Business lasts from the first to the last hour that has at least this much of a mean hour's demand."""


def profiles(purchases: FloatArray, peer_group: IntArray) -> FloatArray:
    """The share of a day's demand that comes in each hour, of ``n`` items.

    Args:
        purchases: float64, shape (n, 24), >= 0: how often each was bought in each hour, on days on
            which it could be bought all day.
        peer_group: int64, shape (n,), >= 0: items of one number are bought at like times.

    Returns:
        float64, shape (n, 24), rows sum to 1: an item's own profile, shrunk to that of its peer group,
        which is shrunk to that of the panel, which is shrunk to an even one.

    60 purchases at noon alone, of an item that is the panel: half even, then half of that, then half again.

    >>> purchases = np.zeros((1, 24))
    >>> purchases[0, 12] = 60.0
    >>> profiles(purchases, np.zeros(1, dtype=np.int64))[0, [0, 12]].round(4)
    array([0.0052, 0.8802])

    """
    even = np.full(HOURS, 1.0 / HOURS)
    panel = _shrunk(purchases.sum(axis=0, keepdims=True), even)
    by_group = np.zeros((int(peer_group.max(initial=-1)) + 1, HOURS))
    np.add.at(by_group, peer_group, purchases)
    by_group = _shrunk(by_group, panel)
    return _shrunk(purchases, by_group[peer_group])


def _shrunk(purchases: FloatArray, wider: FloatArray) -> FloatArray:
    """Shares of the hours, float64, shape (k, 24), as if ``PROFILE_SHAPE`` purchases were the wider one's."""
    profile: FloatArray = purchases + PROFILE_SHAPE * wider
    profile /= profile.sum(axis=1, keepdims=True)
    return profile


def open_by_hours(hours: FloatArray, profile: FloatArray, item: IntArray) -> FloatArray:
    """The share of demand that the open hours usually carry: float64, shape (m,), 0..1.

    Args:
        hours: float64, shape (m, 24), 0..1: the part of each hour during which the item could be sold.
        profile: float64, shape (n, 24), as from ``profiles``.
        item: int64, shape (m,): whose profile counts.

    """
    carried = np.einsum("mh,mh->m", hours, profile[item])
    # The shares of a whole day sum to 1 but for rounding, and a whole day is whole.
    return np.where(np.all(hours >= 1, axis=1), 1.0, np.clip(carried, 0.0, 1.0))


def open_by_share(share: FloatArray, profile: FloatArray, item: IntArray) -> FloatArray:
    """The same where only the share of the time of business is known, not which part of it.

    Stock is there until it runs out: the open part is taken to be the first one of the time of
    business, which lasts from the first to the last hour with a share of demand worth speaking of.

    Args:
        share: float64, shape (m,), 0..1.
        profile, item: as in ``open_by_hours``.

    Business from 8 to 18 that sells three times as much an hour until noon: half of its ten hours carry the
    four busy ones and one more, 13 parts of 18.

    >>> profile = np.zeros((1, 24))
    >>> profile[0, 8:12], profile[0, 12:18] = 3 / 18, 1 / 18
    >>> open_by_share(np.array([0.5, 1.0]), profile, np.zeros(2, dtype=np.int64)) * 18
    array([13., 18.])

    """
    busy = profile >= BUSINESS / HOURS
    first = np.argmax(busy, axis=1)
    past = HOURS - np.argmax(busy[:, ::-1], axis=1)
    upto = np.concatenate([np.zeros((len(profile), 1)), np.cumsum(profile, axis=1)], axis=1)
    rows = np.arange(len(profile))
    before, whole = upto[rows, first], upto[rows, past] - upto[rows, first]

    end = first[item] + share * (past - first)[item]
    hour = np.minimum(end.astype(np.int64), HOURS - 1)
    reached = upto[item, hour] + (end - hour) * profile[item, hour]
    carried = (reached - before[item]) / whole[item]
    return np.where(share >= 1, 1.0, np.clip(carried, 0.0, 1.0))
