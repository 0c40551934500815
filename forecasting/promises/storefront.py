"""What can be sold of each item beyond what is promised already, and what the shop says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray, TextArray, day_text
from forecasting.inputs.catalogue import Catalogue
from forecasting.promises.exact import Parts
from forecasting.promises.promisable import Promisable
from forecasting.promises.words import day_in_words, days_or_none, units_in_words
from forecasting.store.figures import whole


class Status(IntEnum):
    """What an item is in the shop."""

    IN_STOCK = 0
    ON_BACKORDER = 1
    PRE_ORDER = 2
    OUT_OF_STOCK = 3


NEVER = np.iinfo(np.int64).max

NAMES = np.array([status.name.lower() for status in Status], dtype=object)


@dataclass(frozen=True)
class Shop:
    """What the storefront is made of, of n items.

    Attributes:
        known: the items.
        shown_as: text, shape (n,): ``on_backorder`` or ``available``.
        left: what can still be promised. ``stock``: int64, shape (n,): what of it is in stock now, parts.
        backlog: float64, shape (n,), units that customers wait for and that are not in stock.
        cap: float64, shape (n,), units: the most of these.
        new_order_on: int64, shape (n,): when a unit that is ordered now is there; LONG_AGO: not known.
        orderable: bool, shape (n,): more of it can be ordered.
        ended: bool, shape (n,): it is not sold any more.
        as_of: the day of the run.

    """

    known: Catalogue
    shown_as: TextArray
    left: Promisable
    stock: IntArray
    backlog: FloatArray
    cap: FloatArray
    new_order_on: IntArray
    orderable: BoolArray
    ended: BoolArray
    as_of: int


def storefront(shop: Shop, parts: Parts, run: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables ``storefront`` and ``promisable``."""
    known, n, left = shop.known, len(shop.known), shop.left
    now = np.where(shop.ended, 0, shop.stock)
    first = np.full(n, NEVER)
    np.minimum.at(first, left.item, left.day)
    room = np.maximum(shop.cap - shop.backlog, 0.0)
    # One more unit comes from what is on its way, or from an order yet to be placed, whichever is sooner.
    new = np.where((room > 0) & (shop.new_order_on > LONG_AGO), shop.new_order_on, NEVER)
    eta = np.minimum(first, new)
    eta = np.where(eta < NEVER, eta, LONG_AGO)

    ahead = known.available_from > shop.as_of
    comes = first < NEVER
    backorders = (room > 0) & ~shop.ended & (comes | shop.orderable)
    status = np.select(
        [ahead & (comes | backorders), ~ahead & (now > 0), ~ahead & backorders],
        [Status.PRE_ORDER, Status.IN_STOCK, Status.ON_BACKORDER],
        Status.OUT_OF_STOCK,
    )
    eta = np.where(status == Status.OUT_OF_STOCK, LONG_AGO, eta)

    steps, by_date = _steps(left, parts, run, known)
    shown = zip(status, eta, shop.shown_as == "available", known.available_from, strict=True)
    words = [_says(Status(code), day, available, begins) for code, day, available, begins in shown]
    says = np.where(shop.ended, "No longer sold", np.array(words, dtype=object)).astype(object)
    table = pd.DataFrame(
        {
            "run": run,
            "as_of": day_text(shop.as_of),
            "location": known.items.location,
            "sku": known.items.sku,
            "status": NAMES[status],
            "says": says,
            "promisable_now": whole(parts.units(now)),
            "promisable_by_date": by_date,
            "eta_p90": days_or_none(eta),
            "backorders": np.where(known.backorder_allowed, "allowed", "refused").astype(object),
            "on_backorder": whole(shop.backlog),
            "max_backorder_quantity": _or_none(shop.cap),
            "backorder_room": _or_none(room),
        }
    )
    return table, steps


def _or_none(units: FloatArray) -> FloatArray:
    return np.where(np.isfinite(units), np.round(units, 6), np.nan)


def _steps(left: Promisable, parts: Parts, run: str, known: Catalogue) -> tuple[pd.DataFrame, TextArray]:
    """One row an item and day: how much more there is from then on, and in all; and the same as a text."""
    begins = np.append(True, left.item[1:] != left.item[:-1])[: len(left.item)]
    total = np.cumsum(left.parts)
    start = np.maximum.accumulate(np.where(begins, np.arange(len(begins)), 0))
    in_all = total - (total - left.parts)[start] if len(start) else total
    steps = pd.DataFrame(
        {
            "run": run,
            "location": known.items.location[left.item],
            "sku": known.items.sku[left.item],
            "from": days_or_none(left.day),
            "quantity": whole(parts.units(left.parts)),
            "in_all": whole(parts.units(in_all)),
        }
    )
    texts = [
        f"{units} by {day}"
        for units, day in zip(units_in_words(parts.units(in_all)), steps["from"], strict=True)
    ]
    first = np.searchsorted(left.item, np.arange(len(known) + 1)).tolist()
    by_date = ["; ".join(texts[begin:end]) for begin, end in pairwise(first)]
    return steps, np.array(by_date, dtype=object)


def _says(status: Status, day: int, as_available: bool, from_day: int) -> str:
    """The sentence that the customer reads."""
    when = f", with you by {day_in_words(day)}" if day > LONG_AGO else ""
    if status is Status.IN_STOCK:
        return "In stock"
    if status is Status.PRE_ORDER:
        return f"Pre-order: on sale from {day_in_words(from_day)}{when}"
    if status is Status.ON_BACKORDER:
        return f"{'Available' if as_available else 'On backorder'}{when or ', with no date yet'}"
    return "Out of stock"
