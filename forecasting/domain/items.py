"""Items: a SKU at a location."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.domain.arrays import TextArray
from forecasting.domain.columns import Columns

MAIN = "main"
"""The location of what names none."""


@dataclass(frozen=True)
class Items(Columns):
    """Who the items are. ``location`` and ``sku``: text, shape (n,)."""

    location: TextArray
    sku: TextArray
