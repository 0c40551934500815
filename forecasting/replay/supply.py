"""What suppliers really did: how long their orders took, and how much of them came.

A replay may hold simulated orders to it, the same for every policy: what came of an order depends on
its supplier and day (and item), never on who placed it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import LONG_AGO, FloatArray, IntArray
from forecasting.inputs.records import PurchaseRecords

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it lie evenly between whole numbers: the items of one order draw different receipts."""


def recorded_lead_days(purchases: PurchaseRecords, suppliers: int, first_day: int, days: int) -> IntArray:
    """The lead time of each supplier's real order placed nearest to each day; the earlier of two.

    Of an order whose lines came on several days it is their mean. Only orders that came are looked at.

    Returns int64, shape (suppliers, days), for ``first_day`` and the days after it; -1 where a supplier
    has no receipts.
    """
    supplier, ordered, received = purchases.supplier, purchases.ordered, purchases.received
    came = np.flatnonzero((supplier >= 0) & (received > LONG_AGO) & (ordered > LONG_AGO))
    lead = np.maximum(received - ordered - 1, 0)
    day = np.arange(first_day, first_day + days)
    out = np.full((suppliers, days), -1, dtype=np.int64)
    for number in np.unique(supplier[came]):
        own = came[supplier[came] == number]
        placed, order = np.unique(ordered[own], return_inverse=True)
        mean = np.rint(np.bincount(order, lead[own]) / np.bincount(order)).astype(np.int64)
        after = np.minimum(np.searchsorted(placed, day), len(placed) - 1)
        before = np.maximum(after - 1, 0)
        nearest = np.where(np.abs(placed[before] - day) <= np.abs(placed[after] - day), before, after)
        out[number] = mean[nearest]
    return out


@dataclass(frozen=True)
class Shortfalls:
    """What share of an order came, as each supplier's receipts show.

    Attributes:
        indptr: int64, shape (suppliers + 1,).
        share: float64, shape (k,), >= 0: supplier ``s`` has ``share[indptr[s]:indptr[s + 1]]``.
        draw: float64, shape (suppliers, days), 0..1.

    """

    indptr: IntArray
    share: FloatArray
    draw: FloatArray

    def of(self, supplier: IntArray, column: int, item: IntArray) -> FloatArray:
        """The share that comes of orders placed on day ``column``; 1 where no receipt tells."""
        count = np.diff(self.indptr)[supplier]
        drawn = (self.draw[supplier, column] + item * GOLDEN) % 1.0
        place = self.indptr[supplier] + np.minimum((drawn * count).astype(np.int64), count - 1)
        known = count > 0
        return np.where(known, np.append(self.share, 1.0)[np.where(known, place, -1)], 1.0)


def recorded_shortfalls(purchases: PurchaseRecords, suppliers: int, days: int, seed: int) -> Shortfalls:
    """The shares of every receipt of which both quantities were written down, drawn from ``seed``."""
    supplier = purchases.supplier
    share = purchases.received_units / purchases.quantity
    known = (supplier >= 0) & (purchases.received > LONG_AGO) & np.isfinite(share)
    order = np.lexsort((share[known], supplier[known]))
    counts = np.bincount(supplier[known], minlength=suppliers)
    return Shortfalls(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        share[known][order],
        np.random.default_rng([seed, 3]).random((suppliers, days)),
    )
