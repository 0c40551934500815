"""The cells of the board: a fractional design over panel, what happens to short units, costs, lead time,
review, history and packs. A full product would be thousands; here every level of every factor meets
several of every other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WEEKS = 7


@dataclass(frozen=True)
class Cell:
    """One regime.

    Attributes:
        name: of the cell.
        panel: the name of its panel.
        items: how many items of it, at most.
        backorder: whether short units wait; else they are lost.
        ratio: c_u / (c_u + c_o), what a unit too few costs against one too many over a review.
        lead_days, review_days: L and R.
        history_days: days of history before each window; None: all there is.
        pack_size: units.
        line_cost: money per purchase order line.
        windows: how many, the last of which ends with the panel.
        window_days, stride_days: counted days of each, and days from one to the next.
        quick: whether ``--quick`` runs it.

    """

    name: str
    panel: str
    backorder: bool
    ratio: float
    lead_days: int
    review_days: int
    items: int = 300
    history_days: int | None = None
    pack_size: int = 1
    line_cost: float = 0.0
    windows: int = 8
    window_days: int = 56
    stride_days: int = 56
    quick: bool = False

    @property
    def protection_days(self) -> int:
        """R + L: what of a window is simulated, and not counted, before it."""
        return self.lead_days + self.review_days

    @property
    def words(self) -> str:
        """The regime in a few words."""
        parts = [
            "backordered" if self.backorder else "lost",
            f"ratio {self.ratio:g}",
            f"lead {_days(self.lead_days)}",
            f"review {_days(self.review_days)}",
        ]
        if self.history_days is not None:
            parts.append(f"{_days(self.history_days)} of history")
        if self.pack_size > 1:
            parts.append(f"packs of {self.pack_size}")
        if self.line_cost:
            parts.append(f"{self.line_cost:g} a line")
        return ", ".join(parts)


def _days(days: int) -> str:
    return f"{days // WEEKS} w" if days % WEEKS == 0 and days else f"{days} d"


LOST, WAITS = False, True


def _weeks(name: str, panel: str, backorder: bool, ratio: float, lead: int, review: int, **more: Any) -> Cell:
    """A cell whose lead time and review are in weeks."""
    return Cell(name, panel, backorder, ratio, lead * WEEKS, review * WEEKS, **more)


# Of 63 weeks (447 days), and of 90 days, eight windows of eight weeks would leave nothing before them.
OVERLAPPING: dict[str, int] = {"stride_days": 3 * WEEKS}
SHORT_WINDOWS: dict[str, int] = {"window_days": WEEKS, "stride_days": WEEKS}
DAYS_28: dict[str, Any] = {"history_days": 28, "items": 110}
WEEKS_20: dict[str, Any] = {"history_days": 20 * WEEKS}

CELLS: tuple[Cell, ...] = (
    _weeks("gifts-usual", "online_retail", WAITS, 0.9, 2, 1, quick=True),
    _weeks("gifts-packs", "online_retail", WAITS, 0.9, 2, 1, pack_size=6, line_cost=0.5),
    _weeks("gifts-lost", "online_retail", LOST, 0.8, 2, 1),
    _weeks("gifts-28-days", "online_retail", LOST, 0.9, 2, 1, **DAYS_28, quick=True),
    _weeks("gifts-high-service", "online_retail", WAITS, 0.98, 4, 1),
    _weeks("gifts-high-service-lost", "online_retail", LOST, 0.98, 4, 1),
    _weeks("gifts-dear-stock", "online_retail", LOST, 0.6, 1, 2),
    _weeks("gifts-far-away", "online_retail", WAITS, 0.8, 8, 4),
    _weeks("retail-dear-stock", "walmart", LOST, 0.8, 2, 1, quick=True),
    _weeks("retail-dear-stock-800", "walmart", LOST, 0.8, 2, 1, items=800),
    _weeks("retail-usual", "walmart", WAITS, 0.9, 2, 1),
    _weeks("retail-20-weeks", "walmart", LOST, 0.8, 2, 1, **WEEKS_20, quick=True),
    _weeks("retail-28-days", "walmart", WAITS, 0.8, 2, 1, **DAYS_28),
    _weeks("retail-at-once", "walmart", LOST, 0.6, 0, 1),
    _weeks("retail-far-away", "walmart", WAITS, 0.98, 8, 1),
    _weeks("retail-monthly", "walmart", LOST, 0.9, 4, 4),
    _weeks("retail-fortnightly", "walmart", WAITS, 0.6, 4, 2),
    _weeks("store-usual", "m5_week", LOST, 0.9, 1, 1, **OVERLAPPING, quick=True),
    _weeks("store-dear-stock", "m5_week", LOST, 0.6, 2, 1, **OVERLAPPING),
    _weeks("store-waits", "m5_week", WAITS, 0.8, 2, 1, **OVERLAPPING),
    _weeks("store-high-service", "m5_week", LOST, 0.98, 4, 1, **OVERLAPPING),
    _weeks("store-far-away", "m5_week", LOST, 0.8, 8, 1, **OVERLAPPING),
    Cell("store-days", "m5_day", LOST, 0.9, 3, 7, items=200, **OVERLAPPING),
    Cell("store-days-dear-stock", "m5_day", LOST, 0.6, 7, 7, items=200, **OVERLAPPING),
    Cell("store-daily-review", "m5_day", LOST, 0.98, 3, 1, items=200, **OVERLAPPING),
    Cell("fresh-usual", "fresh_retail", LOST, 0.6, 1, 1, **SHORT_WINDOWS, quick=True),
    Cell("fresh-later", "fresh_retail", LOST, 0.8, 3, 1, **SHORT_WINDOWS),
    Cell("fresh-seldom", "fresh_retail", LOST, 0.9, 2, 3, **SHORT_WINDOWS),
    _weeks("wholesale-usual", "wholesaler", WAITS, 0.9, 2, 1, quick=True),
    _weeks("wholesale-packs", "wholesaler", WAITS, 0.9, 2, 1, pack_size=12),
    _weeks("wholesale-28-days", "wholesaler", WAITS, 0.9, 2, 1, **DAYS_28, quick=True),
    _weeks("wholesale-20-weeks", "wholesaler", LOST, 0.9, 2, 1, **WEEKS_20),
    _weeks("wholesale-lost", "wholesaler", LOST, 0.8, 4, 1, quick=True),
    _weeks("wholesale-high-service", "wholesaler", WAITS, 0.98, 8, 2),
    _weeks("wholesale-dear-stock", "wholesaler", LOST, 0.6, 1, 1),
    _weeks("wholesale-monthly", "wholesaler", LOST, 0.98, 2, 4),
    _weeks("wholesale-at-once", "wholesaler", WAITS, 0.8, 0, 1),
    _weeks("parts-usual", "spare_parts", WAITS, 0.98, 4, 1, quick=True),
    _weeks("parts-20-weeks", "spare_parts", WAITS, 0.98, 4, 1, **WEEKS_20),
    _weeks("parts-lost", "spare_parts", LOST, 0.9, 2, 1),
    _weeks("parts-far-away", "spare_parts", WAITS, 0.9, 8, 4),
    _weeks("parts-dear-stock", "spare_parts", LOST, 0.6, 4, 1),
    _weeks("parts-fortnightly", "spare_parts", WAITS, 0.8, 2, 2),
    _weeks("parts-high-service-lost", "spare_parts", LOST, 0.98, 1, 1),
)

QUICK_ITEMS = 120
"""As many items at most has a cell under ``--quick``; ``quantile_average`` needs a hundred to learn from."""
