"""Dates far ahead of all others in their column: a mistyped year is the usual reason."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.dataset.oddities.given import Floats, Given
from forecasting.dataset.source import Rows
from forecasting.errors import Notice

FAR_DAYS = 31.0
"""A date is far ahead from this many days after the one before it, and twice the longest gap so far."""

FEW, FEW_IN_A_THOUSAND = 3, 1
"""Dates far ahead are at most so many: more are no slip, but how the column is."""

COLUMNS = (
    ("orders", "ordered_at", "demand up to there is taken to be none, and the line is not seen before"),
    ("orders", "shipped_at", "until then the line is taken to be owed"),
    ("orders", "cancelled_at", "until then the line is taken to be demand"),
    ("stock", "as_of", "the count is not used before then"),
    ("lots", "as_of", "the count is not used before then"),
    ("purchase_orders", "ordered_at", "the order is not seen before then"),
    ("purchase_orders", "received_at", "until then the goods are taken to be on order"),
    ("availability", "date", "it says nothing of any day before"),
)


def notices(given: Given) -> Iterator[Notice]:
    """Each column of dates of what has happened, with dates far after nearly all others."""
    end = -np.inf
    if given.has("orders"):
        ordered = given.days("orders", "ordered_at")
        end = np.nanmax(np.delete(ordered, far_ahead(ordered)))
    for table, column, then in COLUMNS:
        if given.has(table):
            days = given.days(table, column)
            rows = far_ahead(days)
            # A last count after a long pause is no slip where customers ordered up to then.
            rows = rows[days[rows] > end + FAR_DAYS]
            if len(rows):
                before = np.nanmax(np.where(days < days[rows].min(), days, np.nan))
                last = str(np.datetime64(int(before), "D"))
                what = f"far ahead of all other dates in the column, the last of which is {last}; {then}"
                yield given.notice(table, column, rows, what, "Correct the date if it is mistyped.")


def far_ahead(days: Floats) -> Rows:
    """Rows whose date lies far behind a gap after nearly all others. ``days``: NaN where there is none."""
    known = days[~np.isnan(days)]
    each, counts = np.unique(known, return_counts=True)
    if len(each) < 3:
        return np.empty(0, dtype=np.int64)
    gap = np.diff(each)
    longest = np.maximum.accumulate(gap)
    after = len(known) - np.cumsum(counts)[1:-1]
    few = max(FEW, len(known) * FEW_IN_A_THOUSAND // 1000)
    far = (gap[1:] > np.maximum(FAR_DAYS, 2 * longest[:-1])) & (after <= few) & (after * 5 < len(known))
    if not far.any():
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(days >= each[1:][1:][np.argmax(far)])
