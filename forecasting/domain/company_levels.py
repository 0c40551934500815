"""The levels that a company itself has written down for its items: reorder points and order-up-to levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain.arrays import BoolArray, FloatArray
from forecasting.domain.columns import Columns


@dataclass(frozen=True)
class CompanyLevels(Columns):
    """The company's own levels of n items.

    Attributes:
        reorder_point: float64, shape (n,), units (s); NaN where not given.
        order_up_to: float64, shape (n,), units (S); NaN where not given.

    """

    reorder_point: FloatArray
    order_up_to: FloatArray

    @property
    def given(self) -> BoolArray:
        """bool, shape (n,): whether an item has a level of its own, one or both."""
        return ~(np.isnan(self.reorder_point) & np.isnan(self.order_up_to))
