"""Which items are worth a slow model: those that sell most, often enough and for long enough."""

from __future__ import annotations

import numpy as np

from models.shared.activity import activity_class
from models.shared.history import BoolArray, FloatArray, History, IntArray
from models.shared.steps import steps

MOST_ITEMS = 100
"""How many items are worth the time of a slow model."""

LEAST_KNOWN = 24
"""Known buckets without which nothing is estimated."""

LEAST_ACTIVITY = 4
"""The ``activity_class`` from which errors are about normal: sold in half of the buckets."""


def eligible_items(history: History, most_items: int) -> tuple[IntArray, list[str]]:
    """The items that sell most (in money where prices are known) of those that a model can be estimated for.

    Items that sell the same are in or out together, so that their order does not matter.

    Args:
        history: n items.
        most_items: how many at most.

    Returns:
        int64, shape (k,), k <= ``most_items``, ascending; and of each of the n items why it is out
        (empty for those that are in).

    >>> import numpy as np
    >>> large, small = np.tile([40.0, 60.0], 15), np.tile([4.0, 6.0], 15)
    >>> panel = History(np.concatenate([small, large, large[:9]]), np.array([0, 30, 60, 69]))
    >>> eligible_items(panel, 1)
    (array([1]), ['not among the 1 that sell most', '', 'history too short'])

    """
    known = np.bincount(history.item[~np.isnan(history.data)], minlength=len(history))
    reasons = {
        "history too short": known < LEAST_KNOWN,
        "sells too seldom": activity_class(history) < LEAST_ACTIVITY,
        "never changes": _constant(history),
    }
    able = ~np.any(list(reasons.values()), axis=0)

    value = _recent_value(history)
    ranked = np.sort(value[able])[::-1]
    bar = ranked[most_items] if len(ranked) > most_items else -np.inf
    reasons[f"not among the {most_items} that sell most"] = value <= bar

    why = np.select(list(reasons.values()), list(reasons), "")
    return np.flatnonzero(able & (value > bar)).astype(np.int64), why.tolist()


def _recent_value(history: History) -> FloatArray:
    """float64, shape (n,): what each item sold per known bucket of the last year, money where prices are."""
    n, item = len(history), history.item
    age = np.repeat(history.indptr[1:], history.lengths) - np.arange(len(history.data))
    recent = ~np.isnan(history.data) & (age <= history.season)
    sold = np.bincount(item[recent], history.data[recent], minlength=n)
    value: FloatArray = sold / np.maximum(np.bincount(item[recent], minlength=n), 1)

    if history.traits is not None and np.any(~np.isnan(history.traits.price)):
        price = history.traits.price
        value = value * np.where(np.isnan(price), np.nanmedian(price), price)
    return value


def _constant(history: History) -> BoolArray:
    """bool, shape (n,): demand that was the same in all known buckets, within half a step."""
    n, item, known = len(history), history.item, ~np.isnan(history.data)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, item[known], history.data[known])
    np.maximum.at(high, item[known], history.data[known])
    constant: BoolArray = ~(high - low >= 0.5 * steps(history))
    return constant
