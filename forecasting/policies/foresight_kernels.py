"""The compiled heart of perfect foresight: lot sizes for known demand, late where that is cheaper.

A lot arrives on one of the days of arrival. A unit of day d is served from the lot before it, for h a day,
or by the next one, for p and b a day: whichever costs less (Wagner and Whitin 1958, "Dynamic version of the
economic lot size model"; with backlogs: Zangwill 1966). Which lots there are is worked out from the last to
the first: what it costs after a lot does not hang on what came before it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from models.shared.compile import compiled, compiled_within


class KnownDemand(NamedTuple):
    """The order lines to come, item after item, each item's by day."""

    begin: IntArray  # (n,): the first line of each item
    end: IntArray  # (n,): the one after its last
    day: IntArray  # (m,)
    units: FloatArray  # (m + 1,): running total, a 0 in front
    moments: FloatArray  # (m + 1,): running total of units x day, a 0 in front


class LotCosts(NamedTuple):
    """What lots cost. (n,) each, money but the last."""

    lot: FloatArray  # K, of a lot
    shortage: FloatArray  # p, of a unit served late, or lost
    waiting: FloatArray  # b, a day that it waits
    holding: FloatArray  # h, a day that a unit is held
    waits: BoolArray  # whether late units wait; else they are lost


class Rates(NamedTuple):
    """The same of one item."""

    lot: float
    shortage: float
    waiting: float
    holding: float


class ItemDemand(NamedTuple):
    """The lines of one item, and up to where its position serves them."""

    day: IntArray
    units: FloatArray
    moments: FloatArray
    begin: int
    end: int
    split: int  # the line up to which the position serves all
    served: float  # units up to there, with the part of the next line that is served
    moment: float  # their units x day


class Lots(NamedTuple):
    """The k - 1 lots of one item that there may be, and the end. (k,) each."""

    arrives: IntArray  # days, rising
    before: IntArray  # the end of the lines that are of an earlier day
    cost: FloatArray  # money that all costs after each lot at best, itself left out
    following: IntArray  # the next lot of that course


@compiled
def lot_sizes(
    start: int,
    stop: int,
    as_of: int,
    demand: KnownDemand,
    position: FloatArray,
    arrivals: IntArray,
    costs: LotCosts,
    out: FloatArray,
) -> None:
    """What to order now of the items ``start`` to ``stop``, at the close of day ``as_of``.

    Args:
        start, stop: items.
        as_of: the day of the review.
        demand: all order lines.
        position: float64, shape (n,), units: on hand and on order, less what is owed.
        arrivals: int64, shape (n, k), rising rows: the days on which lots may arrive; the last column is the
            end, when nothing comes any more.
        costs: of lots (K, p, b, h).
        out: float64, shape (2, n), units, written: what to order (Q); and what is asked for until the next
            lot, as far as it is worth holding (S).

    """
    columns = arrivals.shape[1]
    before, following = np.empty(columns, dtype=np.int64), np.empty(columns, dtype=np.int64)
    cost = np.empty(columns)

    for i in range(start, stop):
        rates = Rates(costs.lot[i], costs.shortage[i], costs.waiting[i], costs.holding[i])
        first = until(demand.day, demand.begin[i], demand.end[i], as_of)
        item = _served(demand, i, first, max(position[i], 0.0))
        for k in range(columns):
            before[k] = until(item.day, item.begin, item.end, arrivals[i, k] - 1)
        lots = Lots(arrivals[i], before, cost, following)
        _cost_after_lots(item, lots, rates)

        owed = max(-position[i], 0.0)
        chosen = _first_lot(item, lots, rates, first, owed)

        out[0, i] = out[1, i] = 0.0
        if columns == 1:
            continue

        # The level is asked for whether or not the first lot is used: a plan of the replay shows it.
        then = lots.arrives[lots.following[0] if chosen == 0 else 1]
        last = until(item.day, item.begin, item.end, worth_holding(lots.arrives[0], then, rates))
        lost = 0.0 if costs.waits[i] else uncovered(item, first, before[0])[0]
        out[1, i] = max(item.units[last] - item.units[first], 0.0) - lost
        if chosen == 0:
            out[0, i] = uncovered(item, before[0], last)[0]
            if costs.waits[i]:
                out[0, i] += uncovered(item, first, before[0])[0] + owed


@compiled
def _served(demand: KnownDemand, i: int, first: int, stock: float) -> ItemDemand:
    """The lines of item i, where ``stock`` units serve what comes first from the line ``first`` on."""
    end = demand.end[i]
    served = demand.units[first] + stock
    split = first
    while split < end and demand.units[split + 1] <= served:
        split += 1
    part = served - demand.units[split]
    moment = demand.moments[split] + part * (demand.day[split] if split < end else 0)
    return ItemDemand(demand.day, demand.units, demand.moments, demand.begin[i], end, split, served, moment)


@compiled_within
def _cost_after_lots(item: ItemDemand, lots: Lots, rates: Rates) -> None:
    """The cheapest course after each lot, into ``lots.cost`` and ``lots.following``: from the last back."""
    columns = len(lots.arrives)
    lots.cost[columns - 1] = 0.0
    for lot_at in range(columns - 2, -1, -1):
        arrives = lots.arrives[lot_at]
        lots.cost[lot_at], lots.following[lot_at] = np.inf, columns - 1
        for k in range(lot_at + 1, columns):
            then = lots.arrives[k]

            # Up to ``last`` units are held from this lot, those after it are served late by the next one.
            last = until(item.day, item.begin, item.end, worth_holding(arrives, then, rates))
            held, held_moment = uncovered(item, lots.before[lot_at], last)
            short, short_moment = uncovered(item, last, lots.before[k])
            cost = rates.holding * (held_moment - arrives * held)
            cost += rates.shortage * short + rates.waiting * (then * short - short_moment) + lots.cost[k]
            if k < columns - 1:
                cost += rates.lot

            # Of equals the later one: as few lots as do.
            if cost <= lots.cost[lot_at]:
                lots.cost[lot_at], lots.following[lot_at] = cost, k


@compiled_within
def _first_lot(item: ItemDemand, lots: Lots, rates: Rates, first: int, owed: float) -> int:
    """The first lot of the cheapest course; the last column: there is none.

    ``first``: the line after the review. ``owed``: units that wait already.
    """
    columns = len(lots.arrives)
    best, chosen = np.inf, columns - 1
    for k in range(columns):
        then = lots.arrives[k]
        short, short_moment = uncovered(item, first, lots.before[k])
        cost = rates.shortage * short + rates.waiting * (then * (short + owed) - short_moment) + lots.cost[k]
        if k < columns - 1:
            cost += rates.lot
        if cost <= best:
            best, chosen = cost, k
    return chosen


@compiled_within
def worth_holding(arrives: int, then: int, rates: Rates) -> int:
    """The last day before ``then`` whose units are better held from ``arrives`` on than served late.

    A unit of day d costs h (d - arrives) or p + b (then - d): equal at (p + b then + h arrives) / (h + b).
    """
    waiting, holding = rates.waiting, rates.holding
    if holding + waiting <= 0.0:
        return then - 1
    day = np.floor((rates.shortage + waiting * then + holding * arrives) / (holding + waiting) + 1e-9)
    return max(min(int(day), then - 1), arrives - 1)


@compiled
def until(day_of: IntArray, begin: int, end: int, day: int) -> int:
    """The end of the lines from ``begin`` to ``end`` that are of ``day`` or earlier, by bisection."""
    while begin < end:
        middle = (begin + end) // 2
        if day_of[middle] <= day:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled_within
def uncovered(item: ItemDemand, begin: int, end: int) -> tuple[float, float]:
    """Units, and units x day, of the lines ``begin`` to ``end`` that the position does not serve."""
    served = (item.served, item.moment)
    low = (item.units[begin], item.moments[begin]) if begin > item.split else served
    high = (item.units[end], item.moments[end]) if end > item.split else served
    return max(high[0] - low[0], 0.0), high[1] - low[1]
