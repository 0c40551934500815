"""Documents whose status says one thing, and whose quantities or days another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.dataset.oddities.given import Given
from forecasting.errors import Notice


def notices(given: Given) -> Iterator[Notice]:
    """Lines of orders and of purchase orders that contradict themselves, and how they are read."""
    if given.has("purchase_orders"):
        yield from _purchases(given)
    if given.has("orders"):
        yield from _orders(given)


def _purchases(given: Given) -> Iterator[Notice]:
    table = "purchase_orders"
    status = given.frames[table]["status"].astype(object).to_numpy()
    came, units = ~np.isnan(given.days(table, "received_at")), given.numbers(table, "quantity_received")
    firm = ~np.isin(status, ("draft", "requested", "cancelled"))

    nothing = np.flatnonzero(firm & ((status == "received") | came) & (units == 0))
    if len(nothing):
        what = "received, and nothing of it: taken to be closed without any that came"
        advice = "Leave quantity_received empty where all came; else give what came, or the status cancelled."
        yield given.notice(table, ("status", "quantity_received"), nothing, what, advice)

    draft = np.flatnonzero(np.isin(status, ("draft", "requested")) & (came | (units > 0)))
    if len(draft):
        what = "received, though never ordered by its status: taken not to have come"
        yield given.notice(table, "status", draft, what, "Give the status received, or take the receipt out.")

    both = np.flatnonzero((status == "cancelled") & came & np.isnan(units))
    if len(both):
        what = "cancelled, with a day on which it came: taken to have come whole"
        advice = "Give quantity_received, 0 where nothing came."
        yield given.notice(table, ("status", "received_at"), both, what, advice)


def _orders(given: Given) -> Iterator[Notice]:
    table = "orders"
    status = given.frames[table]["status"].astype(object).to_numpy()
    left, units = ~np.isnan(given.days(table, "shipped_at")), given.numbers(table, "quantity_shipped")

    nothing = np.flatnonzero(((status == "shipped") | left) & (units == 0))
    if len(nothing):
        what = "shipped, and nothing of it: taken to be closed without any that left"
        advice = "Leave quantity_shipped empty where all left; else give what left, or the status open."
        yield given.notice(table, ("status", "quantity_shipped"), nothing, what, advice)

    said = np.isin(status, ("open", "shipped", "cancelled", "refused"))
    silent = np.flatnonzero(~said & ~left & (units < given.numbers(table, "quantity")))
    if len(silent):
        what = "shipped in part, and no status: the rest is taken to be owed no more"
        yield given.notice(table, ("status", "quantity_shipped"), silent, what, "Give the status open.")

    # What there was may have left, and the rest been refused.
    whole = (units >= given.numbers(table, "quantity")) | (left & np.isnan(units))
    refused = np.flatnonzero((status == "refused") & whole)
    if len(refused):
        what = "refused, though all of it shipped: taken to be demand, and to have left on the day given"
        yield given.notice(table, "status", refused, what, "Give the status shipped, or take the day out.")
