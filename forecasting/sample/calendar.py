"""The days of the synthetic company: when it is open, and the holidays it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, TextArray, day_number

AHEAD = 120
"""Days known beyond the last one: deliveries under way, planned promotions, next holidays."""

WEEKDAY_SHARE = np.array([1.25, 1.10, 1.00, 1.00, 0.95, 0.70, 0.0])
"""How busy each weekday is, Monday first. Closed on Sundays."""


@dataclass(frozen=True)
class Calendar:
    """Days 0..days-1 are lived through; ``AHEAD`` more are only known of.

    Attributes:
        first: day number (from 1970-01-01) of day 0.
        days: how many days are simulated.
        name: text, shape (days + AHEAD,): why the day is closed, "" where it is open.
        holiday: bool, the same shape: a public holiday (else closed by the company's own choice).

    """

    first: int
    days: int
    name: TextArray
    holiday: BoolArray

    @property
    def day(self) -> IntArray:
        """int64, shape (days + AHEAD,): day numbers."""
        return self.first + np.arange(len(self.name), dtype=np.int64)

    @property
    def weekday(self) -> IntArray:
        """int64, shape (days + AHEAD,): 0 = Monday."""
        return (self.day + 3) % 7

    @property
    def day_of_year(self) -> IntArray:
        """int64, shape (days + AHEAD,): 0 = 1 January."""
        dates = self.day.astype("datetime64[D]")
        new_year = dates.astype("datetime64[Y]").astype("datetime64[D]")
        return np.asarray((dates - new_year).astype(np.int64))

    @property
    def closed(self) -> BoolArray:
        """bool, shape (days + AHEAD,)."""
        return np.asarray(self.name != "", dtype=np.bool_)

    @property
    def busy(self) -> FloatArray:
        """float64, shape (days + AHEAD,): activity by weekday; 0 when closed, 1 on an average open day."""
        share = np.where(self.closed, 0.0, WEEKDAY_SHARE[self.weekday])
        return np.asarray(share / WEEKDAY_SHARE[:6].mean())

    def next_open(self, day: IntArray) -> IntArray:
        """The first open day on or after each ``day``; the last known day where there is none."""
        last = len(self.name) - 1
        where = np.where(self.closed, last, np.arange(last + 1))
        following = np.minimum.accumulate(where[::-1])[::-1]
        return np.asarray(following[np.minimum(day, last)], dtype=np.int64)


def make_calendar(days: int, end: date) -> Calendar:
    """The ``days`` days up to ``end``: closed on Sundays, on holidays and after Christmas."""
    first = day_number(end) - days + 1
    numbers = first + np.arange(days + AHEAD)
    name = np.where((numbers + 3) % 7 == 6, "Sunday", "").astype(object)
    holiday = np.zeros(len(name), dtype=np.bool_)
    start = date.fromisoformat(str(np.datetime64(first, "D")))
    last = start + timedelta(days=len(name) - 1)
    for year in range(start.year, last.year + 1):
        for day in range(27, 32):
            _mark(name, date(year, 12, day), start, "Christmas closure")
        for feast, called in _holidays(year).items():
            _mark(holiday, feast, start, True)
            _mark(name, feast, start, called)
    return Calendar(first, days, name, holiday)


def _mark(values: TextArray | BoolArray, day: date, start: date, value: object) -> None:
    if 0 <= (day - start).days < len(values):
        values[(day - start).days] = value


def _holidays(year: int) -> dict[date, str]:
    easter = _easter(year)
    may = date(year, 5, 1)
    return {
        date(year, 1, 1): "New Year's Day",
        easter - timedelta(days=2): "Good Friday",
        easter + timedelta(days=1): "Easter Monday",
        may + timedelta(days=-may.weekday() % 7): "May Day",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    }


def _easter(year: int) -> date:
    """Gregorian Easter Sunday (anonymous computus, Meeus, Astronomical Algorithms, chapter 8)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    correction = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
