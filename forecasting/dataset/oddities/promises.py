"""Days that are promised or wanted, and days of long ago: before the order itself, or years away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.dataset.oddities.dates import FEW, far_ahead
from forecasting.dataset.oddities.given import Given
from forecasting.errors import Notice

FAR_DAYS, TIMES = 300.0, 8.0
"""A promise is far away from so many days on that are so many times what nearly all others ask for."""

YEARS_DAYS = 730.0
"""One of so many days is far away whatever others are."""

USUAL, FEWEST = 0.9, 8
"""What others ask for: all but one in ten, of so many at least."""

MOST = 0.1
"""Where more rows than this share are so, it is how the column is."""

EARLY_DAYS = 365.0
"""A few lines so long before all others are misdated."""

COLUMNS = (
    ("purchase_orders", "expected_at", "the goods are not counted on before then"),
    ("purchase_orders", "confirmed_at", "the goods are not counted on before then"),
    ("orders", "due", "the line is not served before then"),
)


def notices(given: Given) -> Iterator[Notice]:
    """Promises and wishes out of proportion, and orders dated years before all others."""
    for table, column, then in COLUMNS:
        if given.has(table):
            yield from _promised(given, table, column, then)
    if given.has("orders"):
        days = given.days("orders", "ordered_at")
        rows = far_ahead(-days)
        later = np.delete(days, rows)
        # One that is still open was not mistyped, but forgotten.
        rows = rows[(given.frames["orders"]["status"] != "open").to_numpy()[rows]]
        if len(rows) and np.nanmin(later) - np.nanmax(days[rows]) > EARLY_DAYS:
            what = "years before all other dates in the column: its item's history is taken to begin there"
            yield given.notice("orders", "ordered_at", rows, what, "Correct the date if it is mistyped.")


def _promised(given: Given, table: str, column: str, then: str) -> Iterator[Notice]:
    ahead = given.days(table, column) - given.days(table, "ordered_at")
    before = np.flatnonzero(ahead < 0)
    if len(before):
        what = f"{column} lies before ordered_at: it is taken to be due at once"
        yield given.notice(table, ("ordered_at", column), before, what, "Correct one of the two days.")

    known = ahead[ahead >= 0]
    usual = np.quantile(known, USUAL) if len(known) >= FEWEST else np.inf
    far = (ahead > YEARS_DAYS) | ((ahead > FAR_DAYS) & (ahead > TIMES * usual))
    rows = np.flatnonzero(far)
    if len(rows) and (len(rows) <= FEW or len(rows) <= MOST * len(known)):
        what = f"{ahead[rows[0]]:,.0f} days after the order; {then}"
        yield given.notice(table, column, rows, what, "Correct the day if it is mistyped.")
