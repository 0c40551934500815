"""The windows of a backtest: what was known at the close of each origin, and what followed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import (
    LONG_AGO,
    BoolArray,
    Bucket,
    FloatArray,
    IntArray,
    Items,
    TextArray,
    day_text,
    target_quantile,
)
from forecasting.domain.calendar import DAYS
from forecasting.errors import RequestError
from forecasting.evaluate.classes import are_new, patterns, speeds
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.demand import known_at
from forecasting.inputs.records import Records
from forecasting.planning.choosing import choose_at
from forecasting.planning.observer import Observer
from forecasting.planning.observing import observer
from models.shared.history import History


@dataclass(frozen=True)
class Window:
    """One origin and the days after it.

    Attributes:
        origin: the day at whose close the forecasts are made.
        items: all n items of the dataset.
        seen: their demand, as known at that close.
        horizon: float64, shape (n,): the window in buckets; less where an item begins or ends within it.
        critical_ratio: float64, shape (n,).
        choose_at: float64, shape (n,): the quantile that the automatic choice is made at.
        judged: int64, shape (k,): the items that there is something to forecast for.
        actual: float64, shape (k,): what followed, units; NaN where a part of it is unknown.
        short, over: float64, shape (k,): money that each unit too few, or too many, costs.
        pattern, speed: text, shape (k,): classes, from the history before the origin.
        new: bool, shape (k,): likewise.

    """

    origin: int
    items: Items
    seen: History
    horizon: FloatArray
    critical_ratio: FloatArray
    choose_at: FloatArray
    judged: IntArray
    actual: FloatArray
    short: FloatArray
    over: FloatArray
    pattern: TextArray
    speed: TextArray
    new: BoolArray


def origin_days(
    records: Records, bucket: Bucket, as_of: int, origins: int, horizon_days: int, apart_days: int
) -> list[int]:
    """The days at whose close forecasts are made, oldest first: the last window ends on ``as_of``.

    Raises RequestError where the data begins too late for so many.
    """
    begins = records.first_day
    last = as_of - horizon_days
    # An origin needs a past as long as what it is asked for, and a whole bucket of it.
    past = max(horizon_days, math.ceil(DAYS[bucket]))
    room = (last - (begins + past - 1)) // apart_days + 1
    if room < 1:
        raise RequestError(
            f"--horizon-days {horizon_days}: the orders from {day_text(begins)} to {day_text(as_of)} hold no "
            f"window of so many days with a past of {past} days before it; ask for a shorter one"
        )
    if room < origins:
        raise RequestError(
            f"--origins {origins}: the first would lie at {day_text(last - apart_days * (origins - 1))}, but "
            f"the orders begin on {day_text(begins)} and an origin needs a past of {past} days. There is "
            f"room for {room}: ask for no more, or put them closer with --apart-days"
        )
    return [last - apart_days * back for back in range(origins - 1, -1, -1)]


def window(
    records: Records, config: Config, origin: int, as_of: int, horizon_days: int, assumptions: Assumptions
) -> Window:
    """What was known at the close of ``origin``, and the demand of the days after, as known at ``as_of``."""
    seeing = observer(records, config, origin, assumptions)
    known, n = seeing.catalogue, len(seeing.catalogue)
    seen, size = seeing.history(origin), seeing.line_size(origin)
    days = np.full(n, float(horizon_days))
    excess_holding_days = config.excess_holding_share * config.excess_holding_days / 2

    ratio = target_quantile(known.costs, size, days, excess_holding_days)
    judged = _judged(seeing, origin, horizon_days)
    past = seen.take(judged)
    short, over = unit_costs(known, size, days, excess_holding_days)

    return Window(
        origin=origin,
        items=known.items,
        seen=seen,
        horizon=seeing.calendar.buckets(origin, _selling_days(known, origin, days)),
        critical_ratio=ratio,
        choose_at=choose_at(config, ratio),
        judged=judged,
        actual=actual_demand(seeing, origin, as_of, horizon_days)[judged],
        short=short[judged],
        over=over[judged],
        pattern=patterns(past),
        speed=speeds(past),
        new=are_new(past),
    )


def unit_costs(
    known: Catalogue, line_size: FloatArray, days: FloatArray, excess_holding_days: float
) -> tuple[FloatArray, FloatArray]:
    """What a unit too few and a unit too many cost over ``days``: the two sides of the critical ratio.

    A unit too few waits for half of the time on average; one too many lies there for all of it, and
    then until it is sold. Each float64, shape (n,), money.
    """
    return known.costs.under_and_over(line_size, days, excess_holding_days)


def _judged(seeing: Observer, origin: int, horizon_days: int) -> IntArray:
    """Items that have begun by the origin, or are known to begin within the window, and have not ended."""
    known, lines = seeing.catalogue, seeing.lines
    asked_for = np.zeros(len(known), dtype=bool)
    asked_for[lines.item[known_at(lines, origin) & (lines.day <= origin) & lines.usual]] = True
    launched = (known.available_from > LONG_AGO) & (known.available_from <= origin + horizon_days)
    ended = (known.ends_on > LONG_AGO) & (known.ends_on <= origin)
    return np.flatnonzero((asked_for | launched) & ~ended).astype(np.int64)


def _selling_days(known: Catalogue, origin: int, days: FloatArray) -> FloatArray:
    """How many of the days after the origin each item is sold on, as far as its dates say."""
    starts = np.maximum(known.available_from - 1 - origin, 0)
    ends = np.where(known.ends_on > LONG_AGO, np.maximum(known.ends_on - origin, 0), np.inf)
    selling: FloatArray = np.maximum(np.minimum(days, ends) - starts, 0.0)
    return selling


def actual_demand(seeing: Observer, origin: int, as_of: int, horizon_days: int) -> FloatArray:
    """float64, shape (n,): units demanded in the window; NaN where the item could not always be sold."""
    lines, last = seeing.lines, origin + horizon_days
    counted = known_at(lines, as_of) & (lines.day > origin) & (lines.day <= last) & lines.usual
    actual: FloatArray = np.zeros(len(seeing.catalogue))
    np.add.at(actual, lines.item[counted], lines.quantity[counted])
    out = seeing.unavailable
    missed = (out.share < 1) & (out.day > origin) & (out.day <= last) & seeing.calendar.open(out.day)
    actual[out.item[missed]] = np.nan
    return actual
