"""Orders that are doubtful as a whole: open for years, or entered twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.fingerprint import as_integers
from forecasting.dataset.mixing import mixed
from forecasting.dataset.oddities.dates import far_ahead
from forecasting.dataset.oddities.given import Given, count
from forecasting.errors import Notice

OLD_LINE_DAYS = 730
"""The default of the setting ``open_line_days``: an open line older than this is not owed any more."""

OLD_PURCHASE_DAYS = 365
"""An open purchase order this long after it was due is unlikely to come."""


def notices(given: Given) -> Iterator[Notice]:
    """Open lines and purchase orders that are years old, and orders that repeat another."""
    if not given.has("orders"):
        return
    ordered = given.days("orders", "ordered_at")
    ordered[far_ahead(ordered)] = np.nan
    yield from _old_lines(given, np.nanmax(ordered))
    if given.has("purchase_orders"):
        yield from _old_purchases(given, np.nanmax(ordered))
    yield from _twice(given)


def _old_lines(given: Given, last: float) -> Iterator[Notice]:
    frame = given.frames["orders"]
    wanted = np.fmax(given.days("orders", "ordered_at"), given.days("orders", "due"))
    waits = (frame["status"] == "open").to_numpy() & frame["shipped_at"].isna().to_numpy()
    old = np.flatnonzero(waits & (wanted < last - OLD_LINE_DAYS))
    if len(old):
        what = f"open for more than {OLD_LINE_DAYS} days: not owed any more, by the default of open_line_days"
        advice = (
            "Give the day on which it shipped or was cancelled. The setting open_line_days says how long a "
        )
        yield given.notice("orders", ("ordered_at", "status"), old, what, f"{advice}line is owed.")


def _old_purchases(given: Given, last: float) -> Iterator[Notice]:
    frame = given.frames["purchase_orders"]
    due = np.fmax(given.days("purchase_orders", "ordered_at"), given.days("purchase_orders", "expected_at"))
    closed = frame["status"].isin(["received", "cancelled", "draft", "requested"]).to_numpy()
    waits = ~closed & frame["received_at"].isna().to_numpy()
    old = np.flatnonzero(waits & (due < last - OLD_PURCHASE_DAYS))
    if len(old):
        rest = given.numbers("purchase_orders", "quantity") - np.nan_to_num(
            given.numbers("purchase_orders", "quantity_received")
        )
        worth = float(np.nansum((np.maximum(rest, 0) * given.numbers("purchase_orders", "unit_cost"))[old]))
        what = f"open, though due more than {OLD_PURCHASE_DAYS} days ago: still on order, hardly counted on"
        advice = "Close it, or give the day on which it came or is expected now."
        more = {"money": worth} if worth > 0 else {}
        yield given.notice("purchase_orders", ("ordered_at", "status"), old, what, advice, **more)


def _twice(given: Given) -> Iterator[Notice]:
    """Orders of one customer at one time with the same lines as another order's."""
    frame = given.frames["orders"]
    order, customer, time = (as_integers(frame[name]) for name in ("order", "customer", "ordered_at"))
    known = np.flatnonzero((order >= 0) & (customer >= 0))
    if not len(known):
        return

    # An order is the sum of its lines' hashes: their sequence does not matter.
    parts = [as_integers(frame[name])[known] for name in ("sku", "location", "quantity")]
    orders, first, of = np.unique(order[known], return_index=True, return_inverse=True)
    lines = np.bincount(of)
    content = np.zeros(len(orders), dtype=np.uint64)
    np.add.at(content, of, mixed(parts))

    when = time[known][first]
    same = pd.DataFrame(
        {"customer": customer[known][first], "time": when, "content": content, "lines": lines}
    )
    # A single line without a time of day is no sign: a customer may well order one thing twice a day.
    telling = (lines > 1) | (when % 86_400_000_000 != 0)
    again = np.flatnonzero(same.duplicated().to_numpy() & telling)
    if len(again):
        rows = np.sort(known[first[again]])
        what = f"{count(len(again), 'order')} with the same customer, time and lines as another one"
        advice = "Take out the copies, each of which counts as demand."
        yield given.notice("orders", "order", rows[:1], what, advice)
