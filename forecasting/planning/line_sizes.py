"""How many units customers order in one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import DemandLines, FloatArray
from forecasting.inputs.demand import known_at

FEWEST_LINES = 5
"""An item's own mean line size counts as much as this many lines of the whole range."""


@dataclass(frozen=True)
class LineSizes:
    """What is known of the lines of n items: ``units`` and ``count`` of all of them, float64, shape (n,)."""

    units: FloatArray
    count: FloatArray

    @staticmethod
    def known(lines: DemandLines, as_of: int, items: int) -> LineSizes:
        """Of the lines that are known at the close of ``as_of``."""
        known = known_at(lines, as_of) & lines.usual
        item = lines.item[known]
        units = np.bincount(item, lines.quantity[known], items).astype(np.float64)
        return LineSizes(units, np.bincount(item, minlength=items).astype(np.float64))

    @property
    def mean(self) -> float:
        """Of all lines together."""
        return float(self.units.sum() / self.count.sum()) if self.count.sum() else 1.0

    @property
    def of_each(self) -> FloatArray:
        """float64, shape (n,): of each item, units a line."""
        return self.pooled_to(self.mean)

    def pooled_to(self, overall: float) -> FloatArray:
        """The same: a new item has no mean of its own yet, and one of few lines has a bad one."""
        return (self.units + FEWEST_LINES * overall) / (self.count + FEWEST_LINES)
