"""By when each line can ship: the distribution of the latest of the sources that serve it.

Sources come independently of each other. Days are counted after the day of the run; a day on which the
business is closed ships nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.promises.allocation import Allocation
from forecasting.promises.arrivals import DEVIATES
from forecasting.promises.supply import FURTHEST_DAYS, UNDATED, Supply
from models.shared.compile import compiled, compiled_within, over_items

SURELY = 0.98
"""No day is asked for that is likelier than this."""

WAITING_DAYS = 365
"""Expected days late are summed over so many days."""


class Dates(NamedTuple):
    """``first``, shape (m + 1,): line i is served by the rows ``first[i]:first[i + 1]``; their ``days``,
    shape (k, levels), and ``chance``; of lines ``by``, the day up to which it would be in time, -1: none.
    Written, of lines: ``p50``, ``p90``, days; ``in_time``, a probability; ``late``, expected days after
    ``by``, or after now where that is past or not given.
    """

    first: IntArray
    days: FloatArray
    chance: FloatArray
    by: IntArray
    p50: IntArray
    p90: IntArray
    in_time: FloatArray
    late: FloatArray


@dataclass(frozen=True)
class Eta:
    """When m lines can ship in full; each of shape (m,).

    Attributes:
        p50, p90: int64, days after the day of the run by which it can with that probability; UNDATED.
        in_time: float64: the probability that it can by the day asked for; 0 where it has no date.
        late: float64: expected days after that day; 0 where it has no date.

    """

    p50: IntArray
    p90: IntArray
    in_time: FloatArray
    late: FloatArray


def eta(given: Allocation, sources: Supply, by: IntArray, shut: tuple[IntArray, IntArray]) -> Eta:
    """When each line can ship.

    Args:
        given: who gets what.
        sources: what it was taken from.
        by: int64, shape (m,): days after now up to which a line ships in time; -1: it has no such day.
        shut: of each day after now the first open day from it on, and the last one up to it.

    """
    following, last_open = shut
    m = len(given.missing)
    in_time_by = np.where(by >= 0, last_open[np.clip(by, 0, FURTHEST_DAYS - 1)], -1)
    dates = Dates(
        first=np.searchsorted(given.line, np.arange(m + 1)).astype(np.int64),
        days=sources.days[given.source],
        chance=sources.chance[given.source],
        by=in_time_by,
        p50=np.full(m, UNDATED),
        p90=np.full(m, UNDATED),
        in_time=np.zeros(m),
        late=np.zeros(m),
    )
    over_items(_dates, m, dates)

    # A line of which something is missing, or comes on no known day, has no date as a whole.
    undated = np.bincount(given.line, ~sources.dated[given.source], m) > 0
    undated |= (given.missing > 0) | (np.diff(dates.first) == 0)
    open_day = (following[np.clip(each, 0, FURTHEST_DAYS - 1)] for each in (dates.p50, dates.p90))
    p50, p90 = (np.where(undated, UNDATED, each) for each in open_day)
    in_time = np.where(undated | (by < 0), 0.0, dates.in_time)
    return Eta(p50, p90, in_time, np.where(undated, 0.0, dates.late))


@compiled
def _dates(start: int, stop: int, dates: Dates) -> None:
    for line in range(start, stop):
        begin, end = dates.first[line], dates.first[line + 1]
        if begin == end or not np.isfinite(dates.days[begin:end, -1]).all():
            continue
        coming = 1.0
        for row in range(begin, end):
            coming *= dates.chance[row]
        dates.p50[line] = _day_at(min(0.5, SURELY * coming), begin, end, dates)
        dates.p90[line] = _day_at(min(0.9, SURELY * coming), begin, end, dates)
        by = dates.by[line]
        if by > 0:
            dates.in_time[line] = _probability(by, begin, end, dates)
        dates.late[line] = _late(max(by, 0), coming, begin, end, dates)


@compiled
def _late(by: int, coming: float, begin: int, end: int, dates: Dates) -> float:
    """Expected days after ``by``, if it comes: the sum of the probabilities that it has not come yet."""
    late = 0.0
    for day in range(by, by + WAITING_DAYS):
        missing = 1.0 - _probability(day, begin, end, dates) / coming
        late += missing
        if missing < 1e-3:
            break
    return late


@compiled_within
def _day_at(probability: float, begin: int, end: int, dates: Dates) -> int:
    """The first day by which all rows are there with the probability."""
    low, high = 0, 1
    while high < FURTHEST_DAYS and _probability(high, begin, end, dates) < probability:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _probability(middle, begin, end, dates) < probability:
            low = middle
        else:
            high = middle
    return high


@compiled_within
def _probability(day: int, begin: int, end: int, dates: Dates) -> float:
    """That all rows are there by the end of a day; what comes within half a day of it comes on it."""
    all_there = 1.0
    for row in range(begin, end):
        days, at = dates.days[row], day + 0.5
        if at >= days[-1]:
            reached = 1.0
        elif at < days[0]:
            reached = 0.0
        else:
            k = np.searchsorted(days, at, side="right") - 1
            share = (at - days[k]) / (days[k + 1] - days[k])
            deviate = DEVIATES[k] + share * (DEVIATES[k + 1] - DEVIATES[k])
            reached = 0.5 * (1.0 + math.erf(deviate / math.sqrt(2.0)))
        all_there *= reached * dates.chance[row]
    return all_there
