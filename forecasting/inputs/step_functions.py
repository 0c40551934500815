"""Averages of what holds from a day on until it changes: prices, and whether they are a promotion's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray


@dataclass(frozen=True)
class StepFunctions:
    """Values that each hold from a day on until the item's next one; before the first, the first holds.

    Attributes:
        item, day: int64, shape (m,), ordered by (item, day).

    """

    item: IntArray
    day: IntArray

    def averages(
        self, values: Sequence[FloatArray], item: IntArray, begin: IntArray, end: IntArray
    ) -> list[FloatArray]:
        """The mean of each of ``values`` over the days ``begin`` <= day < ``end`` of each of k stretches.

        Args:
            values: float64, shape (m,) each.
            item: int64, shape (k,): whose stretch it is; each item has a value.
            begin, end: int64, shape (k,), days, begin < end.

        Returns:
            float64, shape (k,) each.

        """
        last = np.append(np.diff(self.item) != 0, True)
        days = np.where(last, 0, np.append(np.diff(self.day), 0))
        first_step, last_step = self._steps(item, begin), self._steps(item, end)

        means = []
        for value in values:
            # The integral up to the beginning of each step, of all items one after the other.
            until = np.concatenate([[0.0], np.cumsum(days * value)])
            low = until[first_step] + (begin - self.day[first_step]) * value[first_step]
            high = until[last_step] + (end - self.day[last_step]) * value[last_step]
            means.append((high - low) / (end - begin))
        return means

    def _steps(self, item: IntArray, day: IntArray) -> IntArray:
        """The step that holds at the start of each day; an item's first one before it."""
        longest = int(max(self.day.max(), day.max())) + 2
        key = self.item * longest + self.day
        step = np.searchsorted(key, item * longest + day, side="right") - 1
        return np.maximum(step, np.searchsorted(self.item, item)).astype(np.int64)
