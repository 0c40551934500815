"""Until when each table is known. What comes after is unknown: it is never zero.

A table does not say when it was extracted. A day after its last row is known all the same as long as silence
is nothing new: on weekdays on which next to nothing is ever ordered, between the days of a weekly panel, or,
where orders are rare, for as long as they have usually been apart. A last day on which the orders stop far
earlier than usual is known in part only, and so is not counted as known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import LONG_AGO, IntArray, day_text, weekday
from forecasting.errors import Notice
from forecasting.inputs.records import Records

RECENT_WEEKS = 26
"""What is usual is looked up in so many weeks before the last day."""

RARELY = 0.25
"""A weekday on which orders come in less than this share of the weeks is one without business."""

USUAL_APART = 0.95
"""Of the times between two days with orders, the longest but for one in twenty is still usual."""

FEWEST_DAYS = 8
"""Where orders came on fewer days than this, silence is nothing new for as long as two months. Where only the
recent weeks have so few, as of months, all days say how far apart they usually are.
"""

FAR_AHEAD_DAYS, FEW_LINES = 62, 0.01
"""Fewer of the lines than this share, dated so long after all others, are taken to be misdated."""

HALF, FEWEST_ON_A_DAY = 0.5, 20
"""A last day with less than this share of the usual lines of its weekday is only half there, where so many
are usual: of fewer, it may be chance.
"""


@dataclass(frozen=True)
class KnownUntil:
    """The last day until which each table is known, LONG_AGO where it is empty.

    Attributes:
        orders: of customers' orders: what was not ordered by then was not asked for.
        last_order: the day of the last order line, misdated ones left out.
        shipments, receipts, counts: of the last shipment, receipt, and count of the stock.

    """

    orders: int
    last_order: int
    shipments: int
    receipts: int
    counts: int

    def as_text(self) -> dict[str, str | None]:
        """Each as a date; None where the table says nothing."""
        days = {name: getattr(self, name) for name in ("orders", "shipments", "receipts", "counts")}
        return {name: day_text(day) if day > LONG_AGO else None for name, day in days.items()}

    def notices(self, as_of: int) -> list[Notice]:
        """What is not known at the close of ``as_of``."""
        if as_of <= self.orders:
            return []
        what = (
            f"orders are known until {day_text(self.orders)}, {as_of - self.orders} days before the day of "
            "the plan: demand since is forecast, not known, and taken off what can be counted on"
        )
        last = day_text(self.last_order)
        return [Notice("orders", None, "ordered_at", last, what, "Export the orders anew.")]


def known_until(records: Records) -> KnownUntil:
    """Until when the tables are known."""
    whole = records.whole
    if whole is None:
        received, counted = records.purchases.received, records.counts.day
        ordered, lines = np.unique(records.orders.ordered, return_counts=True)
        shipments = int(records.orders.shipped.max(initial=LONG_AGO))
        receipts, counts = int(received.max(initial=LONG_AGO)), int(counted.max(initial=LONG_AGO))
    else:
        ordered, lines = whole.days, whole.lines
        shipments, receipts, counts = whole.shipments, whole.receipts, whole.counts
    ordered, lines = _dated_right(ordered, lines)
    last = int(ordered[-1])
    return KnownUntil(
        orders=_silence(ordered, last) if not _half(ordered, lines) else last - 1,
        last_order=last,
        shipments=shipments,
        receipts=receipts,
        counts=counts,
    )


def _dated_right(days: IntArray, lines: IntArray) -> tuple[IntArray, IntArray]:
    """The days with orders, and the lines of each, without the few that lie far after all others."""
    after = lines[::-1].cumsum()[::-1]
    far = np.diff(days) > FAR_AHEAD_DAYS
    stray = far & (after[1:] < FEW_LINES * lines.sum())
    end = int(np.flatnonzero(stray)[0]) + 1 if stray.any() else len(days)
    return days[:end], lines[:end]


def _silence(days: IntArray, last: int) -> int:
    """The last day for which it is usual that nothing was ordered since ``last``."""
    recent = days[days > last - 7 * RECENT_WEEKS]
    recent = recent if len(recent) >= FEWEST_DAYS else days
    weeks = max((last - int(recent[0])) / 7, 1.0)
    usual = np.bincount(weekday(recent), minlength=7) / weeks >= RARELY
    apart = np.diff(recent)

    if len(recent) < FEWEST_DAYS:
        return last + FAR_AHEAD_DAYS
    if usual.any() and np.median(apart) <= 7:
        ahead = last + 1 + np.arange(7)
        business = usual[weekday(ahead)]
        return int(ahead[np.argmax(business)]) - 1 if business.any() else last
    return last + int(np.quantile(apart, USUAL_APART, method="higher")) - 1


def _half(days: IntArray, lines: IntArray) -> bool:
    """Whether the last day has far fewer lines than others of its weekday."""
    recent = (days > days[-1] - 7 * RECENT_WEEKS) & (days < days[-1])
    same = lines[recent & (weekday(days) == weekday(days[-1]))]
    if len(same) < 4:
        return False
    usual, least = float(np.median(same)), float(np.quantile(same, 0.05))
    return usual >= FEWEST_ON_A_DAY and bool(lines[-1] < min(HALF * usual, least))
