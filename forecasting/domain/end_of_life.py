"""End-of-life terms: what becomes of units left over, and of customers who wait too long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain.arrays import FloatArray
from forecasting.domain.columns import Columns


@dataclass(frozen=True)
class EndOfLifeTerms(Columns):
    """What becomes of units that nobody bought in time, and of customers who wait. Shape (n,) each.

    Attributes:
        shelf_days: float64, days that a unit can be sold for, from its arrival; inf: it keeps.
        waste_per_unit: float64, money lost with a unit not sold by then, or by the item's end.
        unserved_backorder_cost: float64, money that a unit short costs on top where no later order can
            serve it.
        cancellation_rate: float64, share of the units on backorder whose customers leave; 0: all stay.
        patience_days: float64, mean days after which those leave; inf: they stay owed.

    """

    shelf_days: FloatArray
    waste_per_unit: FloatArray
    unserved_backorder_cost: FloatArray
    cancellation_rate: FloatArray
    patience_days: FloatArray

    @classmethod
    def none(cls, items: int) -> EndOfLifeTerms:
        """Goods that keep, and customers who wait."""
        nothing, never = np.zeros(items), np.full(items, np.inf)
        return cls(never, nothing, nothing, nothing, never)
