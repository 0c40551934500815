"""The days on which suppliers work and goods can arrive, from ``suppliers`` and ``closures``."""

from __future__ import annotations

import numpy as np

from forecasting.domain import TextArray, weekday_numbers
from forecasting.domain.supply_calendar import FREE, Days, SupplyCalendar
from forecasting.inputs.records import Records
from forecasting.inputs.supply_records import Closings

YEARS_AHEAD = 3
"""So far beyond the last day that is known, and the last closing, days are laid out."""


def supply_calendar(records: Records) -> SupplyCalendar | None:
    """The calendar of every supplier at every location; None where nothing is said of any."""
    if records.supply is None:
        return None
    text, closings = records.suppliers.text, records.supply.closings
    business, deliveries = text["lead_time_in"] == "business", text["delivery_weekdays"]
    if not (business.any() or (deliveries != "").any() or len(closings.begins)):
        return None

    locations, location = np.unique(records.items.location.astype(str), return_inverse=True)
    unreceived = [_stretches(closings, (closings.supplier < 0) & _at(closings, name)) for name in locations]
    # Those that are alike share a group: each takes as much room as there are days.
    groups: dict[Days, int] = {Days(): FREE}
    group = np.zeros((len(records.supplier_names), len(locations)), dtype=np.int64)
    for supplier in range(len(group)):
        closed = _stretches(closings, closings.supplier == supplier)
        days = weekday_numbers(str(deliveries[supplier]))
        for place in range(len(locations)):
            found = Days(bool(business[supplier]), days, closed, unreceived[place])
            group[supplier, place] = groups.setdefault(found, len(groups))

    first = records.first_day - 1
    last = max(records.last_known_day, int(closings.ends.max(initial=records.last_known_day)))
    days_laid_out = last + YEARS_AHEAD * 366 - first
    return SupplyCalendar.of(tuple(groups), group, location.astype(np.int64), first, days_laid_out)


def _at(closings: Closings, location: str) -> TextArray:
    """bool, shape (m,): whether each closing of our receiving is of that location."""
    return (closings.location == "") | (closings.location == location)


def _stretches(closings: Closings, which: TextArray) -> tuple[tuple[int, int], ...]:
    return tuple(zip(closings.begins[which].tolist(), closings.ends[which].tolist(), strict=True))
