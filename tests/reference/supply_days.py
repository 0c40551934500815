"""When an order comes, day by day: the slow twin of ``forecasting/domain/supply_calendar.py``."""

from __future__ import annotations

from forecasting.domain import weekday
from forecasting.domain.supply_calendar import Days


def works(days: Days, day: int) -> bool:
    """Whether the supplier takes orders and delivers."""
    if any(begin <= day <= end for begin, end in days.closed):
        return False
    return not days.business or int(weekday(day)) < 5


def receives(days: Days, day: int) -> bool:
    """Whether goods can arrive."""
    if any(begin <= day <= end for begin, end in days.unreceived):
        return False
    return works(days, day) and (not days.deliveries or int(weekday(day)) in days.deliveries)


def arrival(days: Days, ordered: int, lead_days: int) -> int:
    """From which day on an order of the close of ``ordered`` can be used."""
    day = ordered + 1
    while not works(days, day):
        day += 1
    left = lead_days
    while left > 0:
        day += 1
        if not days.business or works(days, day):
            left -= 1
    while not receives(days, day):
        day += 1
    return day
