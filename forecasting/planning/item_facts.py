"""Who buys an item, and when it was, or will be, on promotion: what its page shows beside its demand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, TextArray
from forecasting.inputs.demand import known_at
from forecasting.inputs.records import Records
from forecasting.planning.advice import Advice

DAYS = 364
MOST_CUSTOMERS = 5
PAST, AHEAD = 52, 13
"""Weeks, as in ``item_weeks``."""


def top_customers(advice: Advice) -> TextArray:
    """Text, shape (n,): of each item those who took most in the year, with their units and lines, as JSON."""
    records, as_of, n = advice.observed.records, advice.situation.as_of, len(advice.catalogue)
    orders = records.orders
    inside = (orders.customer >= 0) & (orders.ordered > as_of - DAYS) & (orders.ordered <= as_of)
    lines = pd.DataFrame({name: getattr(orders, name)[inside] for name in ("item", "customer", "quantity")})
    sums = lines.groupby(["item", "customer"])["quantity"].agg(["sum", "size"]).reset_index()
    sums = sums.sort_values(["item", "sum", "customer"], ascending=[True, False, True])
    top = sums.groupby("item").head(MOST_CUSTOMERS)
    found: list[list[list[object]]] = [[] for _ in range(n)]
    names = records.customer_names
    for item, customer, units, count in zip(
        top["item"], top["customer"], top["sum"], top["size"], strict=True
    ):
        found[item].append([str(names[customer]), round(float(units), 6), int(count)])
    return np.array([json.dumps(each) if each else "" for each in found], dtype=object)


def lumpiness(advice: Advice) -> FloatArray:
    """float64, shape (n,): the largest order line of the year as a share of its demand; NaN without any."""
    lines, as_of, n = advice.observed.lines, advice.situation.as_of, len(advice.catalogue)
    inside = known_at(lines, as_of) & (lines.day > as_of - DAYS) & (lines.day <= as_of)
    item, quantity = lines.item[inside], lines.quantity[inside]
    largest = np.zeros(n)
    np.maximum.at(largest, item, quantity)
    total = np.bincount(item, quantity, n)
    return np.divide(largest, total, out=np.full(n, np.nan), where=total > 0)


def promoted(advice: Advice) -> FloatArray:
    """float64, shape (n, PAST + AHEAD): the share of each week's days on which the item was on promotion."""
    records, n = advice.observed.records, len(advice.catalogue)
    first = advice.situation.as_of - 7 * PAST + 1
    days = np.zeros((n, 7 * (PAST + AHEAD)), dtype=bool)
    _by_prices(days, records, first)
    _by_events(days, records, first)
    return np.asarray(days.reshape(n, PAST + AHEAD, 7).mean(axis=2))


def _by_prices(days: np.ndarray, records: Records, first: int) -> None:
    """A promotion's price holds until the item's next one."""
    prices = records.prices
    order = np.lexsort((prices.day, prices.item))
    item, day, on = prices.item[order], prices.day[order], prices.promoted[order]
    last = first + days.shape[1]
    ends = np.append(day[1:], last)[: len(day)]
    ends[np.append(item[1:] != item[:-1], True)[: len(item)]] = last
    row = np.flatnonzero(on & (ends > first) & (day < last) & (item >= 0))
    # One more on promotion from each first day on, one less from each last one on.
    change = np.zeros((len(days), days.shape[1] + 1), dtype=np.int16)
    np.add.at(change, (item[row], np.maximum(day[row] - first, 0)), 1)
    np.add.at(change, (item[row], np.clip(ends[row], first, last) - first), -1)
    days |= np.cumsum(change, axis=1, dtype=np.int16)[:, :-1] > 0


def _by_events(days: np.ndarray, records: Records, first: int) -> None:
    events = records.events
    inside = (events.kind == "promotion") & (events.day >= first) & (events.day < first + days.shape[1])
    named = inside[events.row]
    days[events.item[named], events.day[events.row[named]] - first] = True
    category, location = records.products.text["category"], records.items.location
    for row in np.flatnonzero(inside & ~events.of_items):
        mine = np.ones(len(days), dtype=bool)
        if events.location[row]:
            mine &= location == events.location[row]
        if events.category[row]:
            mine &= category == events.category[row]
        days[mine, events.day[row] - first] = True
