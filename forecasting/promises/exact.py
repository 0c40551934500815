"""Quantities as whole numbers of their smallest part: what is given away adds up to the last digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray

PLACES = 6
"""Decimal places of a quantity that are kept."""


@dataclass(frozen=True)
class Parts:
    """A unit is ``of_a_unit`` parts: 1 where all quantities are whole, 10 where they have one decimal, ..

    >>> import numpy as np
    >>> parts = Parts.of(np.array([2.0, 0.25]))
    >>> parts.of_a_unit, parts.whole(np.array([0.1]))
    (100, array([10]))

    """

    of_a_unit: int

    @classmethod
    def of(cls, *quantities: FloatArray) -> Parts:
        """The fewest parts that make all these quantities whole: float64, of any shapes, units."""
        for places in range(PLACES):
            size = 10**places
            if all(np.array_equal(_rounded(each, size), np.round(each * size, 4)) for each in quantities):
                return cls(size)
        return cls(10**PLACES)

    def whole(self, quantity: FloatArray) -> IntArray:
        """int64: so many parts."""
        return np.asarray(np.rint(quantity * self.of_a_unit), dtype=np.int64)

    def units(self, parts: IntArray) -> FloatArray:
        """float64: so many units."""
        return np.asarray(parts / self.of_a_unit, dtype=np.float64)


def _rounded(quantity: FloatArray, size: int) -> FloatArray:
    return np.rint(quantity * size)
