"""The panels of the board, one module each, by their names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from experiments.regimes.panels import (
    fresh_retail,
    m5,
    online_retail,
    spare_parts,
    walmart,
    wholesaler,
)
from experiments.regimes.panels.base import Panel, PanelAbsentError

PANELS: dict[str, Callable[[Path, int], Panel]] = {
    "online_retail": online_retail.load,
    "walmart": walmart.load,
    "m5_week": m5.by_week,
    "m5_day": m5.by_day,
    "fresh_retail": fresh_retail.load,
    "wholesaler": wholesaler.make,
    "spare_parts": spare_parts.make,
}
"""Called with the folder of data and how many items to take at most."""

__all__ = ["PANELS", "Panel", "PanelAbsentError"]
