"""What a run assumed where its dataset said nothing: each setting used, and for how many items."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray


class Assumptions:
    """A list that grows while a run gathers what it knows of its items."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[str, int]] = {}

    def add(self, setting: str, value: object, items: int) -> None:
        """Say that ``setting`` stood in for ``items`` items. Saying it of none is no assumption."""
        if items > 0:
            self._rows[setting] = (str(value), int(items))

    def lack(self, absent: Iterable[tuple[str, str]], items: int) -> None:
        """Say which tables, and which columns of them, the ``items`` items were planned without."""
        for table, what in absent:
            self.add(f"table {table}", what, items)

    def fill(self, setting: str, given: FloatArray, default: float) -> FloatArray:
        """``given`` with its NaN replaced by ``default``, which is written down as assumed."""
        missing = np.isnan(given)
        self.add(setting, f"{default:g}", int(missing.sum()))
        return np.where(missing, default, given)

    def frame(self) -> pd.DataFrame:
        """Columns setting, value, items; by name."""
        rows = [(name, value, items) for name, (value, items) in sorted(self._rows.items())]
        frame = pd.DataFrame(rows, columns=["setting", "value", "items"])
        return frame.astype({"setting": str, "value": str, "items": "int64"})
