"""What a supplier asks for of an order as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain.arrays import FloatArray


@dataclass(frozen=True)
class SupplierTerms:
    """What every supplier asks for; all arrays (suppliers,), money or volume, none negative or NaN.

    Attributes:
        min_order_value: an order is nothing or at least this; 0 is none.
        free_freight_value: an order below this pays ``freight_cost``; 0 never pays, inf always.
        freight_cost: paid once an order; 0 is none.
        order_cost: paid once an order.
        max_volume: an order has at most this volume; inf is no limit.

    Raises ValueError where a shape is wrong or a number is NaN or negative.

    """

    min_order_value: FloatArray
    free_freight_value: FloatArray
    freight_cost: FloatArray
    order_cost: FloatArray
    max_volume: FloatArray

    def __post_init__(self) -> None:
        suppliers = np.size(self.min_order_value)
        for name in self.__dataclass_fields__:
            at = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            if at.shape != (suppliers,):
                raise ValueError(f"{name} has shape {at.shape}, not ({suppliers},)")
            object.__setattr__(self, name, at)
            if np.isnan(at).any() or (at < 0).any():
                raise ValueError(f"{name} must not be NaN or negative (first at {int(np.argmin(at >= 0))})")
        for name in ("freight_cost", "order_cost"):
            if np.isinf(getattr(self, name)).any():
                raise ValueError(f"{name} must be finite")

    @classmethod
    def none(cls, suppliers: int) -> SupplierTerms:
        """No terms at all."""
        zero = np.zeros(suppliers)
        return cls(zero, zero, zero, zero, np.full(suppliers, np.inf))

    @property
    def suppliers(self) -> int:
        """How many suppliers there are."""
        return len(self.min_order_value)
