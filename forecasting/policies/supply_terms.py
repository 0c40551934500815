"""What a supplier lets us order: packs, minimums, maximums, and the price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class SupplyTerms:
    """Terms of n items. Each float64, shape (n,), units or money.

    A feasible order is 0, or a whole number of packs from ``smallest`` to ``largest``.
    """

    pack_size: FloatArray
    min_order_quantity: FloatArray
    max_order_quantity: FloatArray
    unit_cost: FloatArray

    def __len__(self) -> int:
        return len(self.pack_size)

    @property
    def smallest_packs(self) -> FloatArray:
        """The fewest packs of an order, at least one."""
        return np.maximum(np.ceil(self.min_order_quantity / self.pack_size - 1e-9), 1.0)

    @property
    def largest_packs(self) -> FloatArray:
        """The most packs of an order: inf where there is no maximum."""
        return np.floor(self.max_order_quantity / self.pack_size + 1e-9)

    @property
    def smallest(self) -> FloatArray:
        """The smallest order, units."""
        return self.smallest_packs * self.pack_size

    @property
    def feasible(self) -> BoolArray:
        """bool, shape (n,): whether any order is possible (the minimum may lie above the maximum)."""
        return self.smallest_packs <= self.largest_packs

    def at_least(self, quantity: FloatArray) -> FloatArray:
        """The smallest feasible order that covers ``quantity`` (the largest one, where none does).

        Nothing where nothing is wanted, and where no order is feasible.
        """
        packs = np.ceil(quantity / self.pack_size - 1e-9)
        packs = np.minimum(np.maximum(packs, self.smallest_packs), self.largest_packs)
        return np.where((quantity > 0) & self.feasible, packs * self.pack_size, 0.0)

    def take(self, items: IntArray) -> SupplyTerms:
        """The terms of the given items."""
        return SupplyTerms(
            self.pack_size[items],
            self.min_order_quantity[items],
            self.max_order_quantity[items],
            self.unit_cost[items],
        )
