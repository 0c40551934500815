"""What is said of each line's deadline: one verdict a line, from the day it can ship and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from forecasting.config import Config
from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray
from forecasting.promises.eta import Eta
from forecasting.promises.lines import OpenLines
from forecasting.promises.supply import UNDATED


class Verdict(IntEnum):
    """What is said of a deadline. A line that has none, and has a date, makes it."""

    WILL_MAKE_IT = 0
    AT_RISK = 1
    CANNOT_MAKE_IT = 2
    DEADLINE_PASSED = 3
    UNKNOWN = 4


NAMES = np.array([verdict.name.lower() for verdict in Verdict], dtype=object)


@dataclass(frozen=True)
class Promised:
    """What m lines are promised; each of shape (m,). Days are those of the customer's door.

    Attributes:
        verdict: int64, a ``Verdict``.
        p50, p90: int64, days; LONG_AGO where none can be given.
        earliest_p90: int64: the same day as p90, but for lines that are wanted later than that.
        on_time: float64: the probability of meeting the deadline; NaN where there is none.
        late: float64: expected days after the deadline, or after now where that has passed.

    """

    verdict: IntArray
    p50: IntArray
    p90: IntArray
    earliest_p90: IntArray
    on_time: FloatArray
    late: FloatArray

    @property
    def dated(self) -> BoolArray:
        """bool, shape (m,): a day can be given."""
        return np.asarray(self.p90 > LONG_AGO)


def ship_by(lines: OpenLines, config: Config, as_of: int) -> IntArray:
    """Days after ``as_of`` up to which each line ships in time; -1: too late already, or no deadline."""
    by = lines.deadline - config.delivery_days - as_of
    return np.where(lines.has_deadline & (by >= 1), by, -1)


def judged(on_time: FloatArray, config: Config) -> IntArray:
    """The verdict on lines that have a deadline and a date, int64, by the probability of meeting it."""
    with np.errstate(invalid="ignore"):
        return np.select(
            [on_time >= config.promise_sure, on_time <= config.promise_hopeless],
            [Verdict.WILL_MAKE_IT, Verdict.CANNOT_MAKE_IT],
            Verdict.AT_RISK,
        ).astype(np.int64)


def verdicts(lines: OpenLines, found: Eta, unknown: BoolArray, config: Config, as_of: int) -> Promised:
    """The verdict and the days of each line.

    ``unknown``: bool, shape (m,): when its goods come cannot be said, because something is not known.
    """
    dated, lead = found.p90 < UNDATED, config.delivery_days
    shipped = [as_of + np.where(dated, each, 0) for each in (found.p50, found.p90)]
    p50, p90 = (np.where(dated, np.maximum(each, lines.not_before) + lead, LONG_AGO) for each in shipped)

    passed = lines.has_deadline & (lines.deadline <= as_of)
    on_time = np.where(lines.has_deadline, found.in_time, np.nan)
    no_deadline = np.where(dated, Verdict.WILL_MAKE_IT, Verdict.UNKNOWN)
    verdict = np.where(
        lines.has_deadline, np.where(unknown, Verdict.UNKNOWN, judged(on_time, config)), no_deadline
    )
    return Promised(
        verdict=np.where(passed, Verdict.DEADLINE_PASSED, verdict).astype(np.int64),
        p50=p50,
        p90=p90,
        earliest_p90=np.where(dated, shipped[1] + lead, LONG_AGO),
        on_time=on_time,
        late=found.late,
    )
