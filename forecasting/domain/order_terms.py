"""What a supplier lets us order: packs, minimums, maximums, and the price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain.arrays import BoolArray, FloatArray
from forecasting.domain.columns import Columns


@dataclass(frozen=True)
class PriceBreaks(Columns):
    """Prices of n items that hold from a quantity on, for all units of the order.

    Attributes:
        quantity: float64, shape (n, k): from how many units on, rising; inf where there is no such break.
        unit_cost: float64, shape (n, k), money.

    """

    quantity: FloatArray
    unit_cost: FloatArray


@dataclass(frozen=True)
class OrderTerms(Columns):
    """Terms of n items. Each float64, shape (n,), units or money.

    A feasible order is 0, or a whole number of packs from ``smallest`` to ``largest``.

    Attributes:
        unit_cost: the price below the first break.
        unit_volume: what a unit takes of a supplier's ``max_volume``; None: 1.
        breaks: prices of larger orders; None: there are none.

    """

    pack_size: FloatArray
    min_order_quantity: FloatArray
    max_order_quantity: FloatArray
    unit_cost: FloatArray
    unit_volume: FloatArray | None = None
    breaks: PriceBreaks | None = None

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

    def price(self, quantity: FloatArray) -> FloatArray:
        """Money per unit of orders of ``quantity`` units: shape (n,) or (n, k), as given."""

        def wide(column: FloatArray) -> FloatArray:
            return column if quantity.ndim == 1 else column[:, None]

        price = wide(self.unit_cost)
        if self.breaks is not None:
            for from_quantity, cheaper in zip(self.breaks.quantity.T, self.breaks.unit_cost.T, strict=True):
                price = np.where(quantity >= wide(from_quantity) - 1e-9, wide(cheaper), price)
        return price if quantity.ndim == 1 else np.broadcast_to(price, quantity.shape)

    @property
    def has_breaks(self) -> BoolArray:
        """bool, shape (n,): whether some feasible order has another price than ``unit_cost``."""
        if self.breaks is None:
            return np.zeros(len(self), dtype=bool)
        most = self.largest_packs * self.pack_size
        reached = (self.breaks.quantity <= most[:, None]) & np.isfinite(self.breaks.quantity)
        return np.asarray(reached.any(axis=1))

    def volume(self, quantity: FloatArray) -> FloatArray:
        """What orders of ``quantity`` units, shape (n,) or (n, k), take of a supplier's ``max_volume``."""
        each = np.ones(len(self)) if self.unit_volume is None else self.unit_volume
        return quantity * (each if quantity.ndim == 1 else each[:, None])
