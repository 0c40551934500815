"""Numbers as tables have them: rounded, exact, without negative zeros."""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray


def whole(numbers: FloatArray) -> FloatArray | IntArray:
    """int64 where every number is whole, else float64 with six decimals."""
    rounded = np.round(numbers, 6)
    if np.all(rounded == np.floor(rounded)) and np.all(np.abs(rounded) < 2**53):
        return rounded.astype(np.int64)
    return rounded


def money(amounts: FloatArray) -> FloatArray:
    """Amounts to a hundredth of a cent; no negative zero."""
    return np.round(amounts, 4) + 0.0


def exact_value(quantity: FloatArray, unit_cost: FloatArray) -> FloatArray:
    """Quantity x unit cost, multiplied in whole hundredths of a cent where that is exact."""
    hundredths = np.round(unit_cost * 10_000)
    return np.round(quantity * hundredths) / 10_000


def probability(shares: FloatArray) -> FloatArray:
    """Between 0 and 1, to a millionth; no negative zero."""
    return np.clip(np.round(shares, 6), 0.0, 1.0) + 0.0
