"""What there is at the close of a day: on hand, on order; from counts and documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasting.domain import (
    LONG_AGO,
    BoolArray,
    FloatArray,
    IntArray,
    Items,
    LeadTimes,
    OrderCrossover,
    Receipts,
    day_text,
)
from forecasting.domain.columns import Columns
from forecasting.errors import RequestError
from forecasting.inputs import shelf_life
from forecasting.inputs.documents import promised_or_usual, purchase_lines, shipments
from forecasting.inputs.records import Records
from forecasting.inputs.shelf_life import Level

NegativeStock = Literal["owed", "zero", "refuse"]


@dataclass(frozen=True)
class OnHand(Columns):
    """What lies in stock at the close of a day, as the records tell it; each of shape (n,).

    Attributes:
        units: float64, units that can be sold, >= 0; NaN where nothing was ever counted.
        owed: float64, units counted below zero, which left before they were booked in.
        gap: float64, units that left beyond all that there can have been: the records contradict each other.
        expired: float64, units that lie there and can be sold no more.
        counted_on: int64, the day of the last count; LONG_AGO where there is none.

    """

    units: FloatArray
    owed: FloatArray
    gap: FloatArray
    expired: FloatArray
    counted_on: IntArray

    @property
    def counted(self) -> BoolArray:
        """bool, shape (n,): it rests on a count."""
        return ~np.isnan(self.units)


def on_hand(records: Records, usual_days: FloatArray, day: int, negative: NegativeStock) -> OnHand:
    """What lies in stock at the close of ``day``: the last count up to it, with what came and left since.

    What is beyond its shelf life, or in a lot that has expired, is no stock.

    Args:
        records: what the company wrote down.
        usual_days: float64, shape (n,), days: the usual lead time of each item.
        day: the day.
        negative: how a count below zero is read: it is owed, it is zero, or nothing is read.

    Raises RequestError where a count is below zero and that is refused.

    """
    n = len(records.items)
    count, counted_on = last_counts(records, day)
    below = count < 0
    if negative == "refuse" and below.any():
        _refuse(records.items, count, counted_on)
    if negative == "zero":
        count = np.maximum(count, 0.0)

    moved = movements(records, usual_days)
    since = (moved.day <= day) & (moved.day > counted_on[moved.item])
    net = np.bincount(moved.item[since], moved.quantity[since], n)
    level = count + net

    owed = np.where(below & (level < 0), np.minimum(-level, np.maximum(-count, 0.0)), 0.0)
    units = np.maximum(level, 0.0)
    usable = shelf_life.usable(records, Level(day, units, counted_on, moved))
    return OnHand(
        units=usable,
        owed=np.nan_to_num(owed),
        gap=np.nan_to_num(np.maximum(-level - owed, 0.0)),
        expired=np.nan_to_num(units - usable),
        counted_on=counted_on,
    )


def last_counts(records: Records, day: int) -> tuple[FloatArray, IntArray]:
    """The last count of each item up to ``day``, NaN where there is none, and its day, LONG_AGO there."""
    counts, n = records.counts, len(records.items)
    known = np.flatnonzero((counts.day <= day) & (counts.item >= 0))
    order = known[np.argsort(counts.day[known], kind="stable")]

    # Of several counts written to one row the last one stays: the latest, as they are in order.
    count, counted_on = np.full(n, np.nan), np.full(n, LONG_AGO, dtype=np.int64)
    count[counts.item[order]] = counts.on_hand[order]
    counted_on[counts.item[order]] = counts.day[order]
    return count, counted_on


def movements(records: Records, usual_days: FloatArray) -> Receipts:
    """What was received (quantity above zero) and shipped (below), each on its day (``documents``).

    Args:
        records: what the company wrote down.
        usual_days: float64, shape (n,), days: the usual lead time of each item.

    """
    came, left = purchase_lines(records, usual_days), shipments(records)
    item = np.concatenate([records.purchases.item, records.orders.item])
    day = np.concatenate([came.came_on, left.day])
    quantity = np.concatenate([came.came, -left.units])
    moved = (quantity != 0) & (day > LONG_AGO)
    return Receipts(item[moved], day[moved], quantity[moved])


def really_coming(records: Records, usual_days: FloatArray, day: int) -> Receipts:
    """What had been ordered by the close of ``day`` and came later, on the day on which it really came.

    What has not come to this day comes when it was promised, or after the usual lead time.
    """
    purchases, lines = records.purchases, purchase_lines(records, usual_days)
    ordered = (purchases.ordered <= day) & purchases.firm

    promised = np.maximum(promised_or_usual(purchases, usual_days), np.maximum(lines.came_on, day) + 1)
    later = ordered & (lines.came > 0) & (lines.came_on > day)
    rest = ordered & (lines.rest > 0)
    return Receipts(
        np.concatenate([purchases.item[later], purchases.item[rest]]),
        np.concatenate([lines.came_on[later], promised[rest]]),
        np.concatenate([lines.came[later], lines.rest[rest]]),
    )


def overtaken(
    receipts: Receipts, day: int, lead_times: LeadTimes, review_days: FloatArray
) -> OrderCrossover | None:
    """What of the goods on their way an order placed at the close of ``day`` may overtake; None: nothing.

    Args:
        receipts: with the day on which each is expected; those after the protection interval are left out.
        lead_times, review_days: of the n items.

    """
    soon = receipts.day <= day + (review_days + lead_times.mean)[receipts.item]
    item, due, quantity = receipts.item[soon], receipts.day[soon], receipts.quantity[soon]

    # By how many days each comes after the new order, for each length that its lead time may have.
    behind = due[:, None] - (day + 1 + lead_times.days[item])
    overtaking = behind > 0
    if not overtaking.any():
        return None

    units, missing = np.zeros(lead_times.days.shape), np.zeros(lead_times.days.shape)
    share = np.minimum(behind / review_days[item, None], 1.0)
    np.add.at(units, item, np.where(overtaking, quantity[:, None], 0.0))
    np.add.at(missing, item, np.where(overtaking, quantity[:, None] * share, 0.0))
    return OrderCrossover(units, np.divide(missing, units, out=np.zeros_like(units), where=units > 0))


def stocked_from(records: Records, backorder_allowed: BoolArray) -> IntArray:
    """int64, shape (n,): the first day at whose close an item could be asked for; LONG_AGO: not known.

    It was in stock; or counted at all, where customers wait for what is not there (``backorder_allowed``,
    bool, shape (n,)).
    """
    counts, purchases = records.counts, records.purchases
    there = (counts.on_hand > 0) | backorder_allowed[counts.item]
    there &= counts.item >= 0
    came = (purchases.received > LONG_AGO) & (purchases.came_units > 0)
    never = np.iinfo(np.int64).max
    first = np.full(len(records.items), never)
    np.minimum.at(first, counts.item[there], counts.day[there])
    np.minimum.at(first, purchases.item[came], purchases.received[came])
    return np.where(first == never, LONG_AGO, first)


def _refuse(items: Items, count: FloatArray, counted_on: IntArray) -> None:
    first, number = int(np.flatnonzero(count < 0)[0]), int(np.sum(count < 0))
    raise RequestError(
        f"table stock, column on_hand: {number:,} item{'s' if number > 1 else ''} below zero, the first of "
        f"them {items.sku[first]} at {items.location[first]} ({count[first]:g} on "
        f"{day_text(int(counted_on[first]))}), and the setting negative_stock refuses that. Correct the "
        "counts, or set negative_stock to owed or zero"
    )
