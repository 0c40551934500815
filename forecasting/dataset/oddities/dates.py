"""Dates far ahead of all others in their column (a mistyped year as a rule), and orders that end early."""

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

FEWEST_DAYS = 30
"""Different days with orders that there must be before their end can be early."""

PAUSE_DAYS, LONGEST_PAUSES = 7.0, 1.25
"""Orders end early so many days before other records do, and after so many of their longest pause."""

COLUMNS = (
    ("orders", "ordered_at", "demand up to there is taken to be none, and the line is not seen before"),
    ("orders", "shipped_at", "until then the line is taken to be owed"),
    ("orders", "cancelled_at", "until then the line is taken to be demand"),
    ("stock", "as_of", "the count is not used before then"),
    ("lots", "as_of", "the count is not used before then"),
    ("purchase_orders", "ordered_at", "the order is not seen before then"),
    ("purchase_orders", "received_at", "until then the goods are taken to be on order"),
    ("availability", "date", "it says nothing of any day before"),
    ("events", "date", "it says nothing of any day before"),
    ("prices", "from", "it says nothing of any day before"),
)

YEAR = 366.0
"""So long after the last order nothing has happened yet, however few dates there are to compare with."""

ABROAD, FEWEST_DATES = 0.1, 10
"""Hardly any of so many dates lie in the time of the orders: they are of another time."""

ALSO_THEN = (*COLUMNS[:-1], ("purchase_orders", "expected_at", ""))
"""Columns whose dates lie in the time of the orders, but for a few."""


def notices(given: Given) -> Iterator[Notice]:
    """Each column of dates of what has happened, with dates far after nearly all others; and early ends."""
    end = -np.inf
    if given.has("orders"):
        ordered = _without_far(given.days("orders", "ordered_at"))
        end = np.nanmax(ordered)
        yield from _stale(given, ordered)
    for table, column, then in COLUMNS:
        if given.has(table):
            days = given.days(table, column)
            rows = far_ahead(days)
            beyond = np.flatnonzero(days > end + YEAR)
            if not len(rows) and len(beyond) <= FEW and table not in ("events", "prices"):
                rows = beyond
            # A last count after a long pause is no slip where customers ordered up to then.
            rows = rows[days[rows] > end + FAR_DAYS]
            if len(rows):
                before = days[days < days[rows].min()]
                last = (
                    f", the last of which is {np.datetime64(int(before.max()), 'D')}" if len(before) else ""
                )
                what = f"far ahead of all other dates in the column{last}; {then}"
                yield given.notice(table, column, rows, what, "Correct the date if it is mistyped.")
    if np.isfinite(end):
        yield from _of_another_time(given, np.nanmin(ordered), end)


def _stale(given: Given, ordered: Floats) -> Iterator[Notice]:
    """Orders that end long before the counts or the purchases do: an older extract than theirs."""
    each = np.unique(ordered[~np.isnan(ordered)])
    if len(each) < FEWEST_DAYS:
        return
    # A company closes for some days a year: the first pause longer than all of them is no holiday.
    limit = max(PAUSE_DAYS, LONGEST_PAUSES * np.diff(each).max())
    for table, column, word in (("stock", "as_of", "count"), ("purchase_orders", "ordered_at", "purchase")):
        if given.has(table):
            last = np.nanmax(_without_far(given.days(table, column)))
            if last - each[-1] > limit:
                ends, other = (str(np.datetime64(int(day), "D")) for day in (each[-1], last))
                what = (
                    f"the last order is of {ends}, the last {word} of {other}: {last - each[-1]:,.0f} days "
                    "without an order, more than ever before; they are taken to be days without demand"
                )
                rows = np.flatnonzero(ordered == each[-1])[:1]
                yield given.notice(
                    "orders", "ordered_at", rows, what, "Export the orders anew, up to the same day."
                )
                return


def _of_another_time(given: Given, first: float, last: float) -> Iterator[Notice]:
    """Columns of dates hardly any of which lie in the time of the orders, or a month from there."""
    for table, column, _ in ALSO_THEN:
        if not given.has(table):
            continue
        days = given.days(table, column)
        out = (days < first - FAR_DAYS) | (days > last + FAR_DAYS)
        known = ~np.isnan(days)
        if known.sum() >= FEWEST_DATES and (known & ~out).sum() < ABROAD * known.sum():
            begins, ends = (str(np.datetime64(int(day), "D")) for day in (first, last))
            what = f"nearly all dates are of another time than the orders, which are of {begins} to {ends}"
            advice = "Export both of the same time, or correct the year."
            yield given.notice(table, column, np.flatnonzero(out), what, advice)


def _without_far(days: Floats) -> Floats:
    days[far_ahead(days)] = np.nan
    return days


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
