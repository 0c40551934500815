"""Late lines beside on-time ones of other customers who had bought alike.

Matched exactly on the week in which they were due and on how many other lines of the order were late;
else the nearest on what was bought before (orders, their value, the last one), the size of the line (beside
the item's usual one: large lines run short first) and the number of lines of its order.

The same customer's lines are no comparison: they share what follows. They are not replaced by others further
away, though: a late line counts by the share of its neighbours that are left. So both sides hold each
customer as often, and one who orders much, and goes on to, does not stand on the late side only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from forecasting.backorder_costs.customers import CustomerOrders
from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.inputs.line_fates import Fate, Lines

NEIGHBOURS = 30
"""On-time lines beside each late one, those of the same customer among them."""

FURTHEST = 1.5
"""Lines further apart than so many standard deviations are not alike."""

SEASON_DAYS = 7
MOST_OTHERS = 2
"""Orders with so many other late lines, or more, are alike."""

MOST_LATE = 10_000
"""More late lines than that are drawn from, by chance: they would not make it surer by much."""


@dataclass(frozen=True)
class Window:
    """Days of a customer's orders looked at: ``before`` a line, and ``after`` it was settled."""

    before: int
    after: int


@dataclass(frozen=True)
class Pairs:
    """Late lines and the on-time lines beside them, each attribute of shape (k,).

    Attributes:
        late, on_time: int64: their places among the lines.
        asked: how many late lines could be looked at, matched or not.

    """

    late: IntArray
    on_time: IntArray
    asked: int


def traits(lines: Lines, orders: CustomerOrders, window: Window) -> FloatArray:
    """What lines are alike in, each column in standard deviations: float64, shape (m, 5)."""
    before = lines.ordered - 1
    number, value = orders.between(lines.customer, before - window.before, before)
    since = np.minimum(lines.ordered - orders.last_before(lines.customer, lines.ordered), window.before)
    in_order = np.bincount(lines.order)[lines.order]
    raw = np.stack(
        [
            np.log1p(number),
            np.log1p(value / np.maximum(number, 1.0)),
            np.log1p(since.astype(np.float64)),
            np.log(np.maximum(lines.units, 1e-9) / _usual_units(lines)),
            np.log(in_order),
        ],
        axis=1,
    )
    spread = raw.std(axis=0)
    return np.asarray((raw - raw.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _usual_units(lines: Lines) -> FloatArray:
    """The mean units of a line of the same item, its logarithm taken first: float64, shape (m,)."""
    logs = np.bincount(lines.item, np.log(np.maximum(lines.units, 1e-9)))
    return np.asarray(np.exp(logs / np.maximum(np.bincount(lines.item), 1)))[lines.item]


def seen_long_enough(lines: Lines, window: Window) -> BoolArray:
    """bool, shape (m,): lines of named customers, settled, with both windows within what is known."""
    settled = (lines.fate == Fate.LATE) | (lines.fate == Fate.CANCELLED) | (lines.fate == Fate.ON_TIME)
    early = lines.ordered - window.before >= lines.first_day
    return settled & (lines.customer >= 0) & early & (lines.day + lines.waited + window.after <= lines.as_of)


def matched(lines: Lines, alike: FloatArray, least: int, most: int, window: Window, seed: int) -> Pairs:
    """Each line that was late by ``least`` to ``most`` days with the on-time lines nearest to it."""
    known = seen_long_enough(lines, window)
    late = np.flatnonzero(known & lines.late & (lines.waited >= least) & (lines.waited <= most))
    if len(late) > MOST_LATE:
        late = np.sort(np.random.default_rng([seed, 13]).choice(late, MOST_LATE, replace=False))
    on_time = np.flatnonzero(known & (lines.fate == Fate.ON_TIME))

    others = np.bincount(lines.order, lines.late)[lines.order] - lines.late
    season = (lines.day - lines.first_day) // SEASON_DAYS
    cell = season * (MOST_OTHERS + 1) + np.minimum(others, MOST_OTHERS).astype(np.int64)
    on_time = on_time[np.argsort(cell[on_time], kind="stable")]

    found: list[tuple[IntArray, IntArray]] = []
    for name in np.unique(cell[late]):
        low, high = np.searchsorted(cell[on_time], [name, name + 1])
        own = late[cell[late] == name]
        if high > low:
            found.append(_nearest(own, on_time[low:high], alike, lines.customer))
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return Pairs(empty, empty, len(late))
    first, second = (np.concatenate(part) for part in zip(*found, strict=True))
    # What follows is looked at from as many days after the order as the late line waited.
    within = lines.day[second] + lines.waited[first] + window.after <= lines.as_of
    return Pairs(first[within], second[within], len(late))


def _nearest(
    late: IntArray, pool: IntArray, alike: FloatArray, customer: IntArray
) -> tuple[IntArray, IntArray]:
    """Pairs of one cell: the nearest that are near enough, of other customers."""
    count = min(NEIGHBOURS, len(pool))
    away, place = cKDTree(alike[pool]).query(alike[late], k=[*range(1, count + 1)])
    row, column = np.nonzero((away <= FURTHEST) & (customer[pool[place]] != customer[late][:, None]))
    return late[row], pool[place[row, column]]
