"""Units set aside while several people ask at once: each unit is given to one of them."""

from __future__ import annotations

from threading import Lock

import numpy as np

from forecasting.domain import IntArray
from forecasting.promises.alternatives import Listed


class Reservations:
    """What is in stock and promised to nobody, handed out under one lock.

    ``free``: int64, shape (n,), parts of each item; it is copied.
    """

    def __init__(self, free: IntArray) -> None:
        self._free = np.array(free, dtype=np.int64)
        self._lock = Lock()

    def take(self, item: int, parts: int) -> bool:
        """Set aside so many parts of an item: all of them, or none and False."""
        if parts <= 0:
            return False
        with self._lock:
            if self._free[item] < parts:
                return False
            self._free[item] -= parts
            return True

    def release(self, item: int, parts: int) -> None:
        """Give back what was set aside."""
        with self._lock:
            self._free[item] += max(parts, 0)

    def take_alternative(self, found: Listed, item: int, parts: int) -> tuple[int, int] | None:
        """Set aside the first alternative of an item of which there is enough: its row and parts, or None."""
        begin, end = np.searchsorted(found.item, [item, item + 1])
        for row in range(int(begin), int(end)):
            needed = int(np.ceil(parts * found.ratio[row] - 1e-9))
            if self.take(int(found.alternative[row]), needed):
                return row, needed
        return None

    def left(self, item: int) -> int:
        """Parts of an item that nobody has been given."""
        with self._lock:
            return int(self._free[item])
