"""Sorting inside kernels: that of numba alone takes longer to compile than any of our kernels.

Source: Shell (1959), with the gaps of Ciura (2001), Best increments for the average case of Shellsort.
"""

from __future__ import annotations

from models.shared.compile import compiled
from models.shared.history import FloatArray

GAPS = (701, 301, 132, 57, 23, 10, 4, 1)
"""Each pass moves values by so many places. Enough for some thousand values."""


@compiled
def ascending(values: FloatArray, count: int) -> None:
    """Sort the first ``count`` of ``values``, float64, in place.

    >>> import numpy as np
    >>> values = np.array([3.0, 1.0, 2.0, 0.0])
    >>> ascending(values, 3)
    >>> values
    array([1., 2., 3., 0.])

    """
    for gap in GAPS:
        for first in range(gap, count):
            value, place = values[first], first
            while place >= gap and values[place - gap] > value:
                values[place] = values[place - gap]
                place -= gap
            values[place] = value
