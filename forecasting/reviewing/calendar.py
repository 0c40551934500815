"""Order dates and cash of the twelve months to come, by supplier: what the plan's levels lead to.

Expected demand of the next quarter is spread evenly, the order that stands now is placed today, and from then
on an item is ordered at the first review at which its position is down at its reorder point, up to its
order-up-to level, in whole packs. Supplier minimums and budgets are not looked at again. Where a supplier
is not open
on every day, an order is placed on its last order day before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.store.application.ahead import Levels

FloatArray = npt.NDArray[np.float64]
MONTHS = 12
DAYS = 366
TINY = 1e-9


@dataclass(frozen=True)
class SupplierCalendar:
    """One supplier's year.

    ``dates``: the days on which something is ordered, rising; ``cash``: money of each month, the first is the
    one of today.
    """

    supplier: str
    dates: Sequence[date]
    cash: Sequence[float]

    @property
    def total(self) -> float:
        """Money of the year."""
        return sum(self.cash)


@dataclass(frozen=True)
class Calendar:
    """All suppliers, the one that takes most cash first; ``months``: the first day of each."""

    months: Sequence[date]
    suppliers: Sequence[SupplierCalendar]

    @property
    def cash(self) -> Sequence[float]:
        """Money of each month, of all suppliers."""
        return [sum(each) for each in zip(*(row.cash for row in self.suppliers), strict=True)] or [
            0.0
        ] * MONTHS


def months_from(today: date) -> Sequence[date]:
    """The first days of this month and the eleven after it."""
    count = today.year * 12 + today.month - 1
    return [date((count + each) // 12, (count + each) % 12 + 1, 1) for each in range(MONTHS)]


NOBODY: Mapping[str, Sequence[date]] = {}


def calendar(levels: Levels, today: date, possible: Mapping[str, Sequence[date]] = NOBODY) -> Calendar:
    """The year to come. ``possible``: the order days of suppliers that are not open on every day, rising."""
    months = months_from(today)
    starts = np.array([(month - today).days for month in months[1:]])
    end = (date(months[-1].year + months[-1].month // 12, months[-1].month % 12 + 1, 1) - today).days
    supplier, names = _numbered(levels.supplier)
    cash = np.zeros((len(names), MONTHS))
    days = np.zeros((len(names), DAYS + 31), dtype=bool)

    def order(day: FloatArray, money: FloatArray, where: npt.NDArray[np.bool_]) -> None:
        at = np.flatnonzero(where)
        on = day[at].astype(np.int64)
        np.add.at(cash, (supplier[at], np.searchsorted(starts, on, side="right")), money[at])
        days[supplier[at], on] = True

    now = levels.quantity > 0
    order(np.zeros(len(now)), levels.value, now)

    daily, review = levels.daily_demand, np.maximum(np.round(levels.review_days), 1.0)
    goes_on = levels.orderable & (daily > TINY) & (levels.order_up_to > 0)
    position = levels.counted_on + levels.quantity
    # What today's plan does not order is looked at again at the next review.
    day = review.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        while True:
            # The first review at which the position is down at the reorder point.
            until = np.where(goes_on, (position - levels.reorder_point) / np.maximum(daily, TINY), np.inf)
            day = np.where(goes_on, np.maximum(day, np.ceil(until / review - TINY) * review), np.inf)
            goes_on &= day < end
            if not goes_on.any():
                break
            left = position - daily * day
            wanted = np.maximum(levels.order_up_to - left, levels.smallest)
            packs = np.ceil(wanted / levels.pack_size - TINY)
            units = np.minimum(packs * levels.pack_size, levels.largest)
            goes_on &= units > 0
            order(np.where(goes_on, day, 0.0), units * levels.unit_cost, goes_on)
            position = position + np.where(goes_on, units, 0.0)
            day = day + review
    found = [
        SupplierCalendar(
            str(name),
            _on_order_days(
                [today + timedelta(days=int(on)) for on in np.flatnonzero(days[row])], possible.get(name)
            ),
            cash[row].tolist(),
        )
        for row, name in enumerate(names)
        if cash[row].any()
    ]
    return Calendar(months, sorted(found, key=lambda row: -row.total))


def _on_order_days(days: Sequence[date], possible: Sequence[date] | None) -> Sequence[date]:
    """Each day, or the last one before it that is possible (the first, where none is); each once."""
    if not possible:
        return days
    return sorted({possible[max(bisect_right(possible, day) - 1, 0)] for day in days})


def _numbered(words: Sequence[str]) -> tuple[npt.NDArray[np.int64], Sequence[str]]:
    names, number = np.unique(np.array(words, dtype=object).astype(str), return_inverse=True)
    return number.reshape(-1).astype(np.int64), names.tolist()


def as_rows(found: Calendar) -> Sequence[Mapping[str, Any]]:
    """One row a supplier, for programs."""
    return [
        {
            "supplier": row.supplier,
            "dates": [day.isoformat() for day in row.dates],
            "cash": {
                f"{month:%Y-%m}": round(money, 2) for month, money in zip(found.months, row.cash, strict=True)
            },
        }
        for row in found.suppliers
    ]
