"""The last days on which an order can be placed, as suppliers' calendars have them."""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, IntArray, TextArray, day_text
from forecasting.inputs.catalogue import Catalogue


def order_days(known: Catalogue, as_of: int, days: IntArray) -> IntArray:
    """In how many days each item has to be ordered at last, where stock alone would call for it in ``days``.

    An order can be placed on a day of its supplier's work. One that would come later than it does today,
    because a closing lies between, has to be placed before that.

    Args:
        known: the n items, lead times as they are for an order of ``as_of``.
        as_of: the day that is planned.
        days: int64, shape (n,), >= 0.

    Returns:
        int64, shape (n,), >= 0.

    """
    if known.calendar is None:
        return days
    today = np.full(len(days), as_of, dtype=np.int64)
    nominal = known.lead_times if known.nominal is None else known.nominal
    lead = np.ceil(nominal.mean - 1e-9).astype(np.int64)
    last = known.calendar.last_order(known.group, today, today + days, lead)
    return np.asarray(known.calendar.next_open(known.group, last) - as_of)


def covers_closing(known: Catalogue) -> BoolArray:
    """bool, shape (n,): whether the next order can arrive so late that a closing lies between.

    A delivery weekday by itself makes no interval longer by a week.
    """
    if known.cover is None:
        return np.zeros(len(known), dtype=np.bool_)
    return np.asarray(known.cover >= known.review_days + 7.0)


def closing_sentences(known: Catalogue, as_of: int) -> TextArray:
    """What is said of that, a sentence an item: text, shape (n,), empty where there is nothing to say."""
    said = np.full(len(known), "", dtype=object)
    for item in np.flatnonzero(covers_closing(known)):
        assert known.cover is not None
        day = as_of + 1 + known.lead_times.mean[item] + known.cover[item]
        said[item] = (
            f" The next order can arrive only on {day_text(int(np.ceil(day - 1e-9)))}: the supplier is "
            "closed, or nothing is received, in between."
        )
    return said
