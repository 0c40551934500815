"""Items: a SKU at a location."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.domain.arrays import TextArray

MAIN = "main"
"""The location of what names none."""


@dataclass(frozen=True)
class Items:
    """Who the items are. ``location`` and ``sku``: text, shape (n,)."""

    location: TextArray
    sku: TextArray

    def __len__(self) -> int:
        return len(self.sku)
