"""The model that others' time is measured in: plain NumPy, so that a check compiles nothing for it.

It takes as long as ``ses`` does, whose kernels take five seconds to compile on a fresh machine.
"""

from __future__ import annotations

import numpy as np

from models.shared.history import FloatArray
from models.shared.simple import Simple

REFERENCE = "exponential smoothing in NumPy"
"""Its name in messages."""


class Yardstick(Simple):
    """Simple exponential smoothing of all items at once, bucket by bucket, at one ``alpha``."""

    alpha = 0.1

    def mean_and_sd(self, demand: FloatArray, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        """See ``Simple``. The spread is that of the errors one bucket ahead."""
        level, squared, known = (np.zeros(len(demand)) for _ in range(3))
        for units in demand.T:
            there = ~np.isnan(units)
            error = np.where(there, units - level, 0.0)
            squared += error**2 * (known > 0)
            level += np.where(known > 0, self.alpha, 1.0) * error
            known += there
        return level * horizon, np.sqrt(squared / np.maximum(known - 1, 1) * horizon)
