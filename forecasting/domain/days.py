"""Days as numbers, counted from 1970-01-01 (``numpy.datetime64[D]`` as int64)."""

from __future__ import annotations

import numpy as np

from forecasting.domain.arrays import IntArray

LONG_AGO = int(np.iinfo(np.int64).min // 4)
"""The day of what has none: before every other."""

MICROSECONDS_A_DAY = 86_400_000_000

MONDAY = 3
"""1970-01-01 was a Thursday."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def day_number(date: object) -> int:
    """The day number of anything that numpy takes as a date."""
    return int(np.datetime64(date, "D").astype(np.int64))  # type: ignore[call-overload]  # its stub takes no object


def day_text(day: int) -> str:
    """The day as ``2011-09-04``."""
    return str(np.datetime64(int(day), "D"))


def weekday(day: IntArray) -> IntArray:
    """0 = Monday .. 6 = Sunday."""
    return (np.asarray(day) + MONDAY) % 7


def weekday_numbers(text: str) -> tuple[int, ...]:
    """The weekdays that a text names (``monday, thursday``; three letters do), rising, 0 = Monday.

    Raises ValueError where a word is no day of the week.
    """
    found = set()
    for word in text.lower().replace(",", " ").replace(";", " ").split():
        named = [number for number, name in enumerate(WEEKDAYS) if name == word or name[:3] == word]
        if not named:
            raise ValueError(f"{word!r} is no day of the week")
        found.add(named[0])
    return tuple(sorted(found))


def months_after(day: int, months: int) -> int:
    """The same day of the month so many months later (before, where negative), or that month's last day."""
    date = np.datetime64(int(day), "D")
    month = date.astype("datetime64[M]")
    of_month = (date - month.astype("datetime64[D]")).astype(np.int64)
    begins, ends = (month + months).astype("datetime64[D]"), (month + months + 1).astype("datetime64[D]")
    return int(min(begins + of_month, ends - np.timedelta64(1, "D")).astype(np.int64))
