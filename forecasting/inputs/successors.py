"""When an item hands its demand on to the one that takes its place: demand moves once, and is never two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import LONG_AGO, BoolArray, IntArray
from forecasting.inputs.records import Records

LATER = np.iinfo(np.int64).max
"""The day of what has no day."""

TRIAL_DAYS = 14
"""So long after its successor's first day an item may sell what is left of it."""

BEFORE_DAYS, GOES_ON = 91, 0.25
"""An item that is still asked for after that, at this share of the lines of so many days before, goes on."""


@dataclass(frozen=True)
class Succession:
    """Who takes whose place, and when; each of shape (n,), over the items.

    Attributes:
        predecessor: int64: the item whose demand each inherits; -1: none, or one that goes on beside it.
        available_from: int64: the first day of each, LONG_AGO where that is not known.
        ends_on: int64: the last day of each, LONG_AGO where there is none.

    """

    predecessor: IntArray
    available_from: IntArray
    ends_on: IntArray


def succession(records: Records, predecessor: IntArray, known_from: IntArray, as_of: int) -> Succession:
    """Who takes whose place as seen at the close of ``as_of``.

    A successor begins on its ``available_from``, else on the day after its predecessor's ``ends_on``, else
    with its first order line. One that has none of these takes over at once, where nobody asks for the
    predecessor after ``as_of`` any more. Its predecessor ends on the day before, unless still asked for.

    Args:
        records: what the company wrote down.
        predecessor: int64, shape (n,): the item that each is named to follow; -1: none.
        known_from: int64, shape (n,): the day from which on each is known.
        as_of: the day.

    """
    orders, given = records.orders, records.products.day["ends_on"]
    begins = records.products.day["available_from"].copy()
    heir = np.flatnonzero((predecessor >= 0) & (known_from <= as_of))
    older = predecessor[heir]

    first, last = np.full(len(given), LATER), np.full(len(given), LONG_AGO)
    np.minimum.at(first, orders.item, orders.ordered)
    np.maximum.at(last, orders.item, orders.ordered)
    dated, ended = begins[heir] > LONG_AGO, given[older] > LONG_AGO
    sold, at_once = first[heir] <= as_of, (first[heir] == LATER) & (last[older] <= as_of)
    begins[heir] = np.select(
        [dated, ended & ~sold, sold, at_once],
        [begins[heir], given[older] + 1, first[heir], as_of + 1],
        default=LONG_AGO,
    )

    heir = heir[begins[heir] > LONG_AGO]
    succeeded = np.full(len(given), LATER)
    np.minimum.at(succeeded, predecessor[heir], begins[heir])
    beside = _goes_on(records, succeeded, as_of)
    succeeded[beside] = LATER
    end = np.minimum(np.where(given > LONG_AGO, given, LATER), succeeded - 1)

    # What a first order line says of a first day, the lines say themselves.
    said = records.products.day["available_from"]
    return Succession(
        predecessor=np.where((predecessor >= 0) & beside[predecessor], -1, predecessor),
        available_from=np.where(first == LATER, begins, said),
        ends_on=np.where(end < LATER - 1, end, LONG_AGO),
    )


def _goes_on(records: Records, succeeded: IntArray, as_of: int) -> BoolArray:
    """bool, shape (n,): items that are asked for on and on after the day on which each was ``succeeded``."""
    item, day = records.orders.item, records.orders.ordered
    begun = (succeeded <= as_of - TRIAL_DAYS)[item] & (day <= as_of)
    since = begun & (day >= succeeded[item])
    before = begun & ~since & (day >= succeeded[item] - BEFORE_DAYS)

    n = len(succeeded)
    days = np.maximum(as_of + 1 - succeeded, 1)
    rate = np.bincount(item[since], minlength=n) / days
    usual = np.bincount(item[before], minlength=n) / BEFORE_DAYS
    return (rate > 0) & (rate >= GOES_ON * usual)
