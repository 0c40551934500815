"""A shop that sells a set of one A and two B, and B alone; nothing else is known of it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.builders import order, records

TODAY = date(2026, 3, 29)
KITS = [
    {"sku": "set", "component": "A", "quantity": 1},
    {"sku": "set", "component": "pair", "quantity": 1},
    {"sku": "pair", "component": "B", "quantity": 2},
]


def tables(
    *, on_hand: tuple[float, float] = (5, 7), more: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """200 days with a set each, three B every other day, and what is said beside."""
    orders = []
    for back in range(200):
        day = str(TODAY - timedelta(days=back))
        orders.append(order("set", day, 1, status="shipped", shipped_at=day, line=1))
        if back % 2:
            orders.append(order("B", day, 3, status="shipped", shipped_at=day, line=1))
    products = [
        {"sku": sku, "supplier": "North", "unit_cost": 4, "unit_price": 9}
        for sku in ("A", "B", "set", "pair")
    ]
    stock = [
        {"as_of": str(TODAY), "sku": sku, "on_hand": units} for sku, units in zip("AB", on_hand, strict=True)
    ]
    suppliers = [{"supplier": "North", "lead_time_days": 5, "review_days": 7}]
    kits = {"orders": orders + (more or []), "products": products, "stock": stock, "suppliers": suppliers}
    return {**kits, "kits": KITS}


def shop(folder: Path, **more: Any) -> Any:
    """Its records."""
    return records(folder, **tables(**more))
