"""A shop that sells every day, has next to nothing and orders now and then: every night has much to do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from tests.support.builders import order, write_dataset

TONIGHT = date(2026, 6, 28)
SKUS = ("A-1", "B-2", "C-3")


def company(folder: Path, tonight: date = TONIGHT, *, skip: str = "") -> None:
    """Write its tables as they are on a night, ``skip`` left out."""
    days = [tonight - timedelta(days=back) for back in range(90)]
    tables = {
        "orders": [order(sku, str(day), 2) for day in days for sku in SKUS],
        "products": [
            {"sku": sku, "supplier": ("ACME", "Bolt & Sons")[at % 2], "unit_cost": 4, "unit_price": 9}
            for at, sku in enumerate(SKUS)
        ],
        "stock": [{"as_of": str(tonight), "sku": sku, "on_hand": 1} for sku in SKUS],
        "purchase_orders": [
            {
                "purchase_order": f"P{week}-{sku}",
                "sku": sku,
                "quantity": 14,
                "ordered_at": str(TONIGHT - timedelta(weeks=week)),
                "received_at": str(TONIGHT - timedelta(weeks=week - 1)),
                "quantity_received": 14,
                "unit_cost": 4,
                "status": "received",
            }
            for week in range(2, 13)
            for sku in SKUS
        ],
    }
    tables.pop(skip, None)
    for file in folder.glob("*.csv"):
        file.unlink()
    write_dataset(folder, **tables)
