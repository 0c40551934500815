"""One series without its unknown buckets, and back."""

from __future__ import annotations

import numpy as np

from models.shared.compile import compiled
from models.shared.history import FloatArray


@compiled
def known_only(data: FloatArray) -> FloatArray:
    """The known buckets of ONE series: float64, shape (k,), of ``data``, float64, shape (t,).

    >>> known_only(np.array([3.0, np.nan, 0.0]))
    array([3., 0.])

    """
    known = np.empty(len(data))
    count = 0
    for y in data:
        if not np.isnan(y):
            known[count] = y
            count += 1
    return known[:count]


@compiled
def spread_out(data: FloatArray, levels: FloatArray, out: FloatArray) -> None:
    """Put levels of the known buckets of ONE series where these are; an unknown one changes nothing.

    Args:
        data: float64, shape (t,): NaN = unknown.
        levels: float64, shape (k,): of the k known buckets.
        out: float64, shape (t,): written; NaN where nothing is known yet.

    >>> out = np.empty(4)
    >>> spread_out(np.array([np.nan, 3.0, np.nan, 0.0]), np.array([3.0, 1.5]), out)
    >>> out
    array([nan, 3. , 3. , 1.5])

    """
    count = 0
    for t in range(len(data)):
        if not np.isnan(data[t]):
            count += 1
        out[t] = levels[count - 1] if count > 0 else np.nan
