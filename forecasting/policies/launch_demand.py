"""What is still to be ordered ahead of launches: it is due on the first day of each item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray
from models.shared.distribution import Distribution
from models.shared.sums import added


@dataclass(frozen=True)
class LaunchDemand:
    """Of k items that are not on sale yet, as seen at the close of a day.

    Attributes:
        item: int64, shape (k,): places among the n items that are looked at.
        day: int64, shape (k,), >= 1: days until each is launched.
        lines: int64, shape (k,): lines ordered ahead of it so far. ``units``: float64, shape (k,), of these.
        more: units that are still to be ordered ahead of each, nothing where ``earlier`` is 0.
        earlier: earlier launches that this is known from.

    """

    item: IntArray
    day: IntArray
    lines: IntArray
    units: FloatArray
    more: Distribution
    earlier: int

    def put_into(self, demand: Distribution, begin: FloatArray, end: FloatArray) -> Distribution:
        """Demand between two days ahead, float64, shape (n,), with what launches between them bring."""
        between = (self.day > begin[self.item]) & (self.day <= end[self.item])
        within = np.flatnonzero(between & (self.more.values[:, -1] > 0))
        if not len(within):
            return demand
        rows = self.item[within]
        values = demand.values.copy()
        values[rows] = added(demand.take(rows), self.more.take(within)).values
        return Distribution(values)
