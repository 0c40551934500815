"""The order days of each supplier in the year to come, where it or our receiving is not open every day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.domain import IntArray
from forecasting.domain.supply_calendar import FREE
from forecasting.inputs.catalogue import Catalogue
from forecasting.planning.advice import Advice

DAYS = 366


def order_calendar(advice: Advice) -> pd.DataFrame | None:
    """The table ``order_calendar``; None where all suppliers work, and goods arrive, on every day."""
    known, as_of = advice.catalogue, advice.situation.as_of
    if known.calendar is None or not (known.group != FREE).any():
        return None
    parts = [
        _of_one(known, as_of, supplier, location)
        for supplier, location in np.unique(
            np.stack([known.supplier, known.calendar.location], axis=1)[known.group != FREE], axis=0
        )
    ]
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "run", advice.run)
    return table


def _of_one(known: Catalogue, as_of: int, supplier: int, location: int) -> pd.DataFrame:
    """The order days of one supplier for one location, by the mean lead time of its items there."""
    calendar = known.calendar
    assert calendar is not None
    items = np.flatnonzero((known.supplier == supplier) & (calendar.location == location))
    nominal = known.lead_times if known.nominal is None else known.nominal
    lead = np.array(int(np.ceil(np.median(nominal.mean[items]) - 1e-9)))
    group = calendar.group[supplier, location]

    # Each review, or the day of work before it where it falls into a closing; those whose goods would come
    # with
    # those of the next one can wait for it.
    every = int(known.suppliers.review_days[supplier])
    review = np.arange(as_of, as_of + DAYS, every)
    day = _open_before(known, group, review, as_of)
    arrives = calendar.arrival(np.array(group), day, lead)
    kept = np.append(arrives[1:] > arrives[:-1], True)
    day, arrives = day[kept], arrives[kept]
    lasts = np.append(np.diff(arrives), every)
    return pd.DataFrame(
        {
            "location": known.items.location[items[0]],
            "supplier": known.suppliers.name[supplier],
            "number": np.arange(1, len(day) + 1),
            "order_on": day.astype("datetime64[D]").astype(str),
            "arrives_on": arrives.astype("datetime64[D]").astype(str),
            "lasts_days": lasts.astype(np.int64),
        }
    )


def _open_before(known: Catalogue, group: int, days: IntArray, as_of: int) -> IntArray:
    """The last day of work up to each of ``days``; before today, the first one from today on."""
    assert known.calendar is not None
    some = np.arange(as_of, as_of + DAYS + 1)
    works = some[known.calendar.next_open(np.array(group), some) == some]
    if not len(works):
        return np.full(len(days), int(known.calendar.next_open(np.array(group), np.array(as_of))))
    place = np.searchsorted(works, days, side="right") - 1
    return works[np.maximum(place, 0)]
