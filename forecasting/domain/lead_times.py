"""Lead times: the days from an order to usable stock, as a distribution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecasting.domain.arrays import FloatArray
from forecasting.domain.columns import Columns


@dataclass(frozen=True)
class LeadTimes(Columns):
    """Lead times of n items, each a few possible lengths with a probability each.

    Attributes:
        days: float64, shape (n, k), >= 0.
        weight: float64, shape (n, k), rows summing to 1.

    """

    days: FloatArray
    weight: FloatArray

    @cached_property
    def mean(self) -> FloatArray:
        """float64, shape (n,), days."""
        # Whole days stay whole: sums of fifths are not exact.
        return np.asarray(np.round((self.days * self.weight).sum(axis=1), 9))

    def spread(self, share: float) -> LeadTimes:
        """The same means, with ``share`` of the deviations from them, in whole days; 0: certain."""
        if share == 1.0:
            return self
        mean = self.mean[:, None]
        return LeadTimes(np.maximum(np.round(mean + share * (self.days - mean)), 0.0), self.weight)

    def at(self, draws: FloatArray) -> FloatArray:
        """The length that each of the n draws, float64, 0..1, shape (n,), falls on: float64, days."""
        part = (draws[:, None] > np.cumsum(self.weight, axis=1)).sum(axis=1)
        part = np.minimum(part, self.days.shape[1] - 1)
        return np.asarray(self.days[np.arange(len(part)), part])
