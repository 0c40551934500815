"""Stock at the close of a day, and goods on their way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain.arrays import FloatArray, IntArray
from forecasting.domain.columns import Columns


@dataclass(frozen=True)
class Stock(Columns):
    """What there is, at the close of one day. Each float64, shape (n,), units, >= 0."""

    on_hand: FloatArray
    on_order: FloatArray
    backlog: FloatArray

    @property
    def position(self) -> FloatArray:
        """float64, shape (n,): inventory position = on hand + on order - backlog."""
        return self.on_hand + self.on_order - self.backlog


@dataclass(frozen=True)
class Receipts(Columns):
    """Goods on their way. ``item``, ``day`` (usable from its start): int64; ``quantity``: float64."""

    item: IntArray
    day: IntArray
    quantity: FloatArray


@dataclass(frozen=True)
class OrderCrossover(Columns):
    """Goods on order that an order placed now may overtake. Each float64, shape (n, k).

    Column j speaks of lead time j of ``LeadTimes``: goods due after an order placed now arrives, if it
    takes that long, and not after the protection interval.

    Attributes:
        units: how many.
        missing: the share of the review period, from that arrival on, without them: 0 to 1.

    """

    units: FloatArray
    missing: FloatArray


@dataclass(frozen=True)
class StockPosition:
    """Where n items stand at the close of a day.

    Attributes:
        stock: on hand, on order and backlog.
        on_order_later: float64, shape (n,): units on order that arrive only after the protection interval.
        crossover: goods on order that an order placed now may overtake; None: there are none.

    """

    stock: Stock
    on_order_later: FloatArray
    crossover: OrderCrossover | None = None

    @classmethod
    def none(cls, items: int) -> StockPosition:
        """Nothing on hand, on order or owed."""
        nothing = np.zeros(items)
        return cls(Stock(nothing, nothing, nothing), nothing)
