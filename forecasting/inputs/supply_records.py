"""What a company says of its supply beside the plain tables, as arrays: offers, closings, rates.

As in ``records``: items, suppliers and days are numbers; what is not known is NaN, LONG_AGO or an empty text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray, TextArray

FOR_GOOD = 2**62
"""The last day of what has none."""


@dataclass(frozen=True)
class Offers:
    """Rows of ``supplier_items``, one for each item that one speaks of; each attribute of shape (m,).

    Attributes:
        item, supplier: int64.
        lead_time_days, lead_time_sd_days: float64, days.
        unit_cost: float64, money of the supplier's currency for a purchase unit.
        pack_size, min_order_quantity, max_order_quantity: float64, purchase units.
        units: float64, > 0, units of ours in a purchase unit; 1 where not given.
        purchase_unit, supplier_sku: text.
        rank: float64; inf where not given.
        begins, ends: int64, the first and the last day on which the row holds.

    """

    item: IntArray
    supplier: IntArray
    lead_time_days: FloatArray
    lead_time_sd_days: FloatArray
    unit_cost: FloatArray
    pack_size: FloatArray
    min_order_quantity: FloatArray
    max_order_quantity: FloatArray
    units: FloatArray
    purchase_unit: TextArray
    supplier_sku: TextArray
    rank: FloatArray
    begins: IntArray
    ends: IntArray

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True)
class Closings:
    """Stretches of days: ``supplier``: int64, who is closed, -1: nobody; ``location``: text, where nothing is
    received, empty: everywhere; ``begins``, ``ends``: int64, the first and the last day. Shape (m,).
    """

    supplier: IntArray
    location: TextArray
    begins: IntArray
    ends: IntArray


@dataclass(frozen=True)
class Rates:
    """``currency``: text; ``rate``: float64, money of the company for one; ``begins``: int64. Shape (m,)."""

    currency: TextArray
    rate: FloatArray
    begins: IntArray

    def on(self, currency: TextArray, day: int) -> FloatArray:
        """The rate of each of ``currency``, text, shape (s,), on ``day``; 1 where it names none.

        The last one that has begun by then, else the first one of its currency.
        """
        found = np.ones(len(currency))
        for place, name in enumerate(currency):
            rows = np.flatnonzero(self.currency == name) if name else np.zeros(0, dtype=np.int64)
            if len(rows):
                rows = rows[np.argsort(self.begins[rows], kind="stable")]
                begun = int((self.begins[rows] <= day).sum())
                found[place] = self.rate[rows[max(begun - 1, 0)]]
        return found


@dataclass(frozen=True)
class SupplyRecords:
    """All of that. ``offers`` are of every supplier that ``supplier_items`` names."""

    offers: Offers
    closings: Closings
    rates: Rates
