"""Where each item stands at the close of a day, as the records tell it, and where they cannot be right."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, Receipts, Stock, StockPosition
from forecasting.domain.calendar import DAYS
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.dependent import downstream
from forecasting.inputs.documents import owed_units
from forecasting.inputs.locations import apart
from forecasting.inputs.notices import Notices
from forecasting.inputs.open_orders import OpenOrders, open_orders
from forecasting.inputs.reconciliation import reconcile
from forecasting.inputs.shelf_life import Level, expiring
from forecasting.inputs.stock import OnHand, movements, on_hand, overtaken
from forecasting.planning.observer import Observer
from models.shared.history import History

RECENT_WEEKS = 13
"""What is asked for in days of which nothing is known is the mean of so many weeks before."""


@dataclass(frozen=True)
class Standing:
    """Where n items stand at the close of a day.

    Attributes:
        position: what a decision counts on.
        on_hand: how the stock on hand came about.
        orders: what is on order, line by line.
        contradicted: bool, shape (n,): the records of its stock contradict each other.
        apart: bool, shape (n,): it is sold at one location, and counted or bought at another only.
        unseen: float64, shape (n,), units that are likely to have been asked for, unknown to the records.
        expiring: float64, shape (n,), units on hand that are likely to expire unsold within the interval.
        waiting_lines: int64, shape (n,): customers' lines of which units are owed.
        coming: what is on order and counted on, with the day on which it is expected.
        elsewhere: float64, shape (n,), units that places supplied by an item's own are short of (less than
            nothing: what they have), which its own decision counts.

    """

    position: StockPosition
    on_hand: OnHand
    orders: OpenOrders
    contradicted: BoolArray
    apart: BoolArray
    unseen: FloatArray
    expiring: FloatArray
    waiting_lines: IntArray
    coming: Receipts
    elsewhere: FloatArray

    @property
    def overdue(self) -> FloatArray:
        """float64, shape (n,), units on order that should have come by now."""
        late = self.orders.overdue
        units = np.bincount(self.orders.item[late], self.orders.quantity[late], len(self.on_hand))
        return np.asarray(units, dtype=np.float64)


def standing(
    observer: Observer, as_of: int, assumptions: Assumptions, notices: Notices, seen: History
) -> Standing:
    """Where every item stands at the close of ``as_of``. What was never counted is as ``on_hand`` says.

    ``seen`` is the demand up to then.

    Raises RequestError where stock is counted below zero, and the setting ``negative_stock`` refuses that.
    """
    records, known, config = observer.records, observer.catalogue, observer.config
    usual_days = known.lead_times.mean
    there = on_hand(records, usual_days, as_of, config.negative_stock)
    there = replace(there, units=records.kits.reach(there.units))
    orders = open_orders(records, known.lead_time_knowledge, as_of)

    # Units that left before they were booked in may be the same as those on open lines: the more of the two.
    owed = owed_units(records.orders, as_of, observer.due_to_ship, config.open_line_days)
    backlog = np.bincount(records.orders.item, owed, len(known)).astype(np.float64)

    stock = Stock(
        on_hand=assumptions.fill("on_hand", there.units, config.on_hand),
        on_order=np.bincount(orders.item, orders.quantity, len(known)).astype(np.float64),
        backlog=np.maximum(backlog, there.owed),
    )

    # What may come too late, or not at all, is not counted on.
    in_time = orders.counted_on(as_of + known.protection_days[orders.item])
    late = np.bincount(orders.item, orders.quantity - in_time, len(known)).astype(np.float64)
    coming = Receipts(orders.item, orders.arrival(0.5), in_time)
    position = StockPosition(
        stock=stock,
        on_order_later=late,
        crossover=overtaken(coming, as_of, known.lead_times, known.cover_days),
    )
    contradicted = reconcile(records, there, usual_days, as_of, known.terms.unit_cost, notices)
    daily = daily_demand(seen, DAYS[observer.calendar.bucket])
    unseen = _unseen(there, observer, as_of, daily)
    level = Level(as_of, there.units + there.expired, there.counted_on, movements(records, usual_days))
    expire = expiring(records, level, there.units, as_of + known.protection_days, daily)
    waiting = np.bincount(records.orders.item, owed > 0, len(known)).astype(np.int64)
    elsewhere = -downstream(records.places, stock.position)
    found = (position, there, orders, contradicted, apart(records), unseen, expire, waiting)
    return Standing(*found, coming=coming, elsewhere=elsewhere)


def daily_demand(seen: History, bucket_days: float) -> FloatArray:
    """What is asked for a day, by the last weeks that are known: float64, shape (n,)."""
    recent = seen.recent_mean(max(1, round(RECENT_WEEKS * 7 / bucket_days)))
    return np.asarray(np.nan_to_num(recent) / bucket_days)


def _unseen(there: OnHand, observer: Observer, as_of: int, daily: FloatArray) -> FloatArray:
    """What is likely to have been asked for in the days of which neither orders nor a count are known."""
    known_until = observer.known_until.orders
    if as_of <= known_until:
        return np.zeros(len(there))
    days = as_of - np.maximum(known_until, there.counted_on)
    return np.rint(daily * np.maximum(days, 0))
