"""What looked odd, gathered while a run reads and reckons: it stops nothing, and is in every output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import pandas as pd

from forecasting.errors import Notice

TEXTS = 10
"""Notices that ``run.json`` and a terminal tell in full; the table has all of them."""

COLUMNS = (
    "number",
    "severity",
    "table",
    "row",
    "location",
    "sku",
    "column",
    "value",
    "what",
    "money",
    "advice",
)


class Notices:
    """A list that grows from what reading the dataset found: warnings first, then the dearest."""

    def __init__(self, found: Iterable[Notice] = ()) -> None:
        self._found = list(found)

    def __len__(self) -> int:
        return len(self._found)

    def add(self, *notices: Notice) -> None:
        """Say these too."""
        self._found += notices

    def extend(self, notices: Iterable[Notice]) -> None:
        """Say all of these too."""
        self._found += notices

    def ordered(self) -> list[Notice]:
        """Warnings first, then by the money at stake; else as they were found."""
        return sorted(self._found, key=lambda each: (each.severity != "warning", -(each.money or 0.0)))

    def texts(self) -> list[str]:
        """The first ones in words."""
        return [str(notice) for notice in self.ordered()[:TEXTS]]

    def frame(self) -> pd.DataFrame:
        """The table ``notices``, numbered from 1 in their order."""
        rows = [_row(number, notice) for number, notice in enumerate(self.ordered(), start=1)]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        kinds = {"number": "int64", "row": "float64", "money": "float64"}
        return frame.astype({name: kinds.get(name, "object") for name in COLUMNS})


def _row(number: int, notice: Notice) -> dict[str, Any]:
    held = asdict(notice)
    return {**held, "number": number, "advice": held.pop("todo")}
