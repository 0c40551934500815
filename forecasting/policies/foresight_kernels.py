"""The compiled heart of perfect foresight: lot sizes for known demand, late where that is cheaper."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np

from models.shared.compile import compiled


@compiled
def lot_sizes(start, stop, as_of, lines, position, arrivals, costs, allowed, out, level):
    """Units to order now of the items ``start`` to ``stop``, at the close of day ``as_of``.

    A lot arrives on one of ``arrivals`` (rising rows; the last column is the end, when nothing comes any
    more). A unit of day d is served from the lot before it, for h a day, or by the next one, for p and b a
    day: whichever costs less (Wagner and Whitin 1958; Zangwill 1966). Which lots there are is worked out from
    the last to the first: what it costs after a lot does not hang on what came before it.

    Args:
        lines: begin and end of each item's; their day, and running totals of units and of units x day, a 0
            in front.
        position: float64, shape (n,): what is there and on order, less what is owed.
        costs: K of a lot, p, b and h, float64, shape (n,) each.
        allowed: bool, shape (n,): whether late units wait; else they are lost.
        out: float64, shape (n,), units to order.
        level: float64, shape (n,), units asked for until the next lot, as far as they are worth holding.

    """
    begins, ends, day_of, units, moments = lines
    lot, late, waiting, holding = costs
    columns = arrivals.shape[1]
    after, following = np.empty(columns), np.empty(columns, dtype=np.int64)
    before = np.empty(columns, dtype=np.int64)
    for i in range(start, stop):
        begin, end = begins[i], ends[i]
        first = until(day_of, begin, end, as_of)
        # The position serves what comes first.
        served = units[first] + max(position[i], 0.0)
        split = first
        while split < end and units[split + 1] <= served:
            split += 1
        moment = moments[split] + (served - units[split]) * (day_of[split] if split < end else 0)
        known = (units, moments, split, served, moment)
        for k in range(columns):
            before[k] = until(day_of, begin, end, arrivals[i, k] - 1)
        p, b, h = late[i], waiting[i], holding[i]
        after[columns - 1] = 0.0
        for lot_at in range(columns - 2, -1, -1):
            arrives = arrivals[i, lot_at]
            after[lot_at], following[lot_at] = np.inf, columns - 1
            for k in range(lot_at + 1, columns):
                then = arrivals[i, k]
                last = until(day_of, begin, end, worth_holding(arrives, then, p, b, h))
                held, held_moment = uncovered(known, before[lot_at], last)
                short, short_moment = uncovered(known, last, before[k])
                cost = h * (held_moment - arrives * held)
                cost += p * short + b * (then * short - short_moment) + after[k]
                if k < columns - 1:
                    cost += lot[i]
                if cost <= after[lot_at]:
                    after[lot_at], following[lot_at] = cost, k
        best, chosen = np.inf, columns - 1
        owed = max(-position[i], 0.0)
        for k in range(columns):
            then = arrivals[i, k]
            short, short_moment = uncovered(known, first, before[k])
            cost = p * short + b * (then * (short + owed) - short_moment) + after[k]
            if k < columns - 1:
                cost += lot[i]
            if cost <= best:
                best, chosen = cost, k
        out[i] = level[i] = 0.0
        if columns == 1:
            continue
        then = arrivals[i, following[0] if chosen == 0 else 1]
        last = until(day_of, begin, end, worth_holding(arrivals[i, 0], then, p, b, h))
        lost = 0.0 if allowed[i] else uncovered(known, first, before[0])[0]
        level[i] = max(units[last] - units[first], 0.0) - lost
        if chosen == 0:
            out[i] = uncovered(known, before[0], last)[0]
            if allowed[i]:
                out[i] += uncovered(known, first, before[0])[0] + owed


@compiled
def worth_holding(arrives, then, late, waiting, holding):
    """The last day before ``then`` whose units are better held from ``arrives`` on than served late."""
    if holding + waiting <= 0.0:
        return then - 1
    day = np.floor((late + waiting * then + holding * arrives) / (holding + waiting) + 1e-9)
    return max(min(int(day), then - 1), arrives - 1)


@compiled
def until(day_of, begin, end, day):
    """The end of the lines from ``begin`` to ``end`` that are of ``day`` or earlier."""
    while begin < end:
        middle = (begin + end) // 2
        if day_of[middle] <= day:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled
def uncovered(known, begin, end):
    """Units, and units x day, of the lines ``begin`` to ``end`` that the position does not serve."""
    units, moments, split, served, moment = known
    low = (units[begin], moments[begin]) if begin > split else (served, moment)
    high = (units[end], moments[end]) if end > split else (served, moment)
    return max(high[0] - low[0], 0.0), high[1] - low[1]
