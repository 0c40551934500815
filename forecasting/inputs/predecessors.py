"""Items that take another one's place: until their own first day they inherit its demand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.domain import LONG_AGO, DemandLines, IntArray
from forecasting.inputs.demand import known_at
from forecasting.inputs.unconstrained_demand import Availability


def inherited(
    lines: DemandLines, unavailable: Availability, launched: IntArray, predecessor: IntArray, as_of: int
) -> tuple[DemandLines, Availability, IntArray]:
    """Lines, availability and launch with those of each item's predecessor before its own first day.

    The first day is that of its launch or its first line, whichever is earlier, as known at the close of
    ``as_of``; an item that has neither yet inherits everything. A predecessor may have one itself. Successors
    of one item share its lines.

    Args:
        launched: int64, shape (n,): the day of launch, LONG_AGO where that is not known.
        predecessor: int64, shape (n,): the number of the item that each takes the place of, -1: none.
            There is no circle.

    """
    successors = np.flatnonzero(predecessor >= 0)
    if len(successors) == 0:
        return lines, unavailable, launched

    begins = _first_days(lines, launched, as_of)
    launched = launched.copy()
    by_item = np.argsort(unavailable.item, kind="stable")
    days_indptr = np.searchsorted(unavailable.item[by_item], np.arange(len(launched) + 1))

    # That an item could not be sold before its first day says nothing of its predecessor.
    own = np.flatnonzero((predecessor < 0)[unavailable.item] | (unavailable.day >= begins[unavailable.item]))
    picked_lines, picked_days = [np.arange(len(lines))], [own]
    line_owner, day_owner = [lines.item], [unavailable.item[own]]

    # One generation at a time: ``until`` is where what is inherited so far begins.
    item, older, until = successors, predecessor[successors], begins[successors]
    share, shares = _shared(predecessor)
    turn, turns = share[item], shares[older]
    while len(item):
        row, owner = _rows(lines.indptr, older)
        before = lines.day[row] < until[owner]
        before &= (row - lines.indptr[older][owner]) % turns[owner] == turn[owner]
        picked_lines.append(row[before])
        line_owner.append(item[owner[before]])

        row, owner = _rows(days_indptr, older)
        before = unavailable.day[by_item[row]] < until[owner]
        picked_days.append(by_item[row[before]])
        day_owner.append(item[owner[before]])

        sooner = (launched[item] == LONG_AGO) | (launched[older] < launched[item])
        sooner &= launched[older] > LONG_AGO
        launched[item[sooner]] = launched[older[sooner]]

        until = np.minimum(until, begins[older])
        turn = turn + turns * share[older]
        older = predecessor[older]
        turns = turns * shares[older]
        has_one = older >= 0
        item, older, until, turn, turns = (each[has_one] for each in (item, older, until, turn, turns))

    row, owner = np.concatenate(picked_lines), np.concatenate(line_owner)
    order = np.lexsort((lines.day[row], owner))
    row, owner = row[order], owner[order]
    extended = DemandLines(
        np.searchsorted(owner, np.arange(len(launched) + 1)).astype(np.int64),
        lines.day[row],
        lines.due[row],
        lines.quantity[row],
        lines.order[row],
        lines.known_until[row],
        lines.known_from[row],
        None if lines.project is None else lines.project[row],
    )
    unavailable = replace(unavailable.take(np.concatenate(picked_days)), item=np.concatenate(day_owner))
    return extended, unavailable, launched


def _first_days(lines: DemandLines, launched: IntArray, as_of: int) -> IntArray:
    """int64, shape (n,): each item's first day as known at ``as_of``; past it where there is none."""
    never = np.iinfo(np.int64).max
    first = np.full(len(launched), never, dtype=np.int64)
    seen = known_at(lines, as_of) & (lines.day <= as_of) & lines.usual
    np.minimum.at(first, lines.item[seen], lines.day[seen])
    return np.minimum(first, np.where(launched > LONG_AGO, launched, never))


def _shared(predecessor: IntArray) -> tuple[IntArray, IntArray]:
    """Which of its predecessor's successors each item is, from 0, and how many each item has, at least 1."""
    order = np.argsort(predecessor, kind="stable")
    place = np.arange(len(order)) - np.searchsorted(predecessor[order], predecessor[order])
    share = np.empty(len(order), dtype=np.int64)
    share[order] = place
    count = np.bincount(predecessor[predecessor >= 0], minlength=len(predecessor))
    return share, np.maximum(count, 1)


def _rows(indptr: IntArray, group: IntArray) -> tuple[IntArray, IntArray]:
    """The rows of some groups of a ragged array, and the index in ``group`` that each belongs to."""
    count = indptr[group + 1] - indptr[group]
    owner = np.repeat(np.arange(len(group)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return within + indptr[group][owner], owner
