"""The rolling windows of a cell."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.regimes.cells import Cell
from experiments.regimes.market import first_day
from experiments.regimes.panels.base import Panel

FEWEST_DAYS_BEFORE = 28
"""Of history, before the first review of a window."""


@dataclass(frozen=True)
class Window:
    """Days, day numbers: simulated from ``first`` on, counted from ``counted``, both to ``last``."""

    first: int
    counted: int
    last: int


def windows_of(cell: Cell, panel: Panel) -> list[Window]:
    """The cell's windows, the earliest first. Raises ValueError where the panel is too short for them."""
    end = first_day(panel) + panel.days - 1
    windows = []
    for back in range(cell.windows - 1, -1, -1):
        last = end - back * cell.stride_days
        counted = last - cell.window_days + 1
        windows.append(Window(counted - cell.protection_days, counted, last))
    if windows[0].first < first_day(panel) + FEWEST_DAYS_BEFORE:
        raise ValueError(f"{cell.name}: {panel.name} is too short for {cell.windows} windows")
    return windows
