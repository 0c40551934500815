"""Two shops and a hub, 200 days of steady sales: who supplies whom, and who has what, is said by the test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.builders import order, records

TODAY = date(2026, 3, 29)
PLACES = [
    {"location": "east", "supplied_by": "hub", "transfer_days": 2},
    {"location": "west", "supplied_by": "hub", "transfer_days": 2},
    {"location": "hub", "kind": "supplies"},
]
ALONE = [{"location": "east"}, {"location": "west"}]


def tables(
    on_hand: Mapping[str, float],
    places: Any = PLACES,
    *,
    daily: Mapping[str, float] | None = None,
    **product: Any,
) -> dict[str, Any]:
    """``on_hand``: units at each place; ``daily``: units sold each day."""
    orders = []
    for place, units in (daily or {"east": 2, "west": 4}).items():
        for back in range(200):
            day = str(TODAY - timedelta(days=back))
            more = {"status": "shipped", "shipped_at": day, "line": 1, "location": place}
            orders.append(order("A", day, units + (back % 3) - 1, order=f"{place}{back}", **more))
    product = {"sku": "A", "supplier": "North", "unit_cost": 4, "unit_price": 9} | product
    stock = [
        {"as_of": str(TODAY), "sku": "A", "on_hand": units, "location": place}
        for place, units in on_hand.items()
    ]
    suppliers = [{"supplier": "North", "lead_time_days": 10, "review_days": 7}]
    given = {"orders": orders, "products": [product], "stock": stock, "suppliers": suppliers}
    return given if places is None else {**given, "locations": places}


def company(folder: Path, on_hand: Mapping[str, float], places: Any = PLACES, **more: Any) -> Any:
    """Its records."""
    return records(folder, **tables(on_hand, places, **more))
