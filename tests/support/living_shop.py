"""A shop and an ordering system that live on: orders arrive, files are picked up, goods come."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.support.builders import write_dataset

SKUS = ("A-1", "B-2", "C-3")
LEAD_DAYS = 5
HISTORY = 90


@dataclass
class LivingShop:
    """Three items that sell about two a day. What was ordered is what its pick-up found, each file once."""

    folder: Path
    inbox: Path
    began: date
    chance: random.Random
    on_hand: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SKUS, 20))
    lines: list[dict] = field(default_factory=list)
    purchases: list[dict] = field(default_factory=list)
    picked_up: list[str] = field(default_factory=list)
    short: int = 0

    def __post_init__(self) -> None:
        for back in range(HISTORY, 0, -1):
            day = self.began - timedelta(days=back)
            for sku in SKUS:
                self._sell(day, sku, shipped=True)
        for week in range(2, 13):
            for sku in SKUS:
                ordered = self.began - timedelta(weeks=week)
                self._purchase(f"OLD-{week}-{sku}", sku, 14, ordered, ordered + timedelta(days=LEAD_DAYS))

    def live(self, day: date) -> None:
        """One day: files are picked up, goods come, now and then two days late, and customers order."""
        for file in sorted(self.inbox.glob("*.csv")):
            for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))):
                late = 2 if self.chance.random() < 0.2 else 0
                due = day + timedelta(days=LEAD_DAYS + late)
                self._purchase(
                    file.stem, row["sku"], int(float(row["quantity"])), day - timedelta(days=1), due
                )
            self.picked_up.append(file.stem)
            file.unlink()
        for purchase in self.purchases:
            if purchase["due"] == day and not purchase["received"]:
                purchase["received"] = True
                self.on_hand[purchase["sku"]] += purchase["quantity"]
        for sku in SKUS:
            for line in self.lines:
                if line["sku"] == sku and line["status"] == "open" and self.on_hand[sku] >= line["quantity"]:
                    self._ship(line, day)
            self._sell(day, sku, shipped=False)

    def write(self, day: date, *, skip: str = "", half: bool = False) -> None:
        """Its tables at the close of the day; damaged where that is asked for."""
        orders = [
            line for line in self.lines if not half or line["ordered_at"] < str(day - timedelta(days=6))
        ]
        rows = [
            {
                name: purchase[name]
                for name in ("purchase_order", "sku", "quantity", "ordered_at", "unit_cost")
            }
            | {"status": "received" if purchase["received"] else "open"}
            | {"received_at": str(purchase["due"]) if purchase["received"] else ""}
            | {"quantity_received": purchase["quantity"] if purchase["received"] else 0}
            for purchase in self.purchases
        ]
        tables = {
            "orders": orders,
            "products": [
                {"sku": sku, "supplier": ("ACME", "Bolt & Sons")[at % 2], "unit_cost": 4, "unit_price": 9}
                for at, sku in enumerate(SKUS)
            ],
            "stock": [{"as_of": str(day), "sku": sku, "on_hand": self.on_hand[sku]} for sku in SKUS],
            "purchase_orders": rows,
        }
        tables.pop(skip, None)
        for file in self.folder.glob("*.csv"):
            file.unlink()
        write_dataset(self.folder, **tables)

    def position(self, sku: str) -> int:
        """On hand and on order, less what is owed."""
        coming = sum(
            each["quantity"] for each in self.purchases if each["sku"] == sku and not each["received"]
        )
        owed = sum(line["quantity"] for line in self.lines if line["sku"] == sku and line["status"] == "open")
        return self.on_hand[sku] + coming - owed

    def _sell(self, day: date, sku: str, *, shipped: bool) -> None:
        quantity = self.chance.choice((1, 2, 2, 3))
        line = {
            "order": f"{day}-{sku}",
            "ordered_at": str(day),
            "sku": sku,
            "quantity": quantity,
            "status": "open",
        }
        self.lines.append({**line, "shipped_at": ""})
        if shipped:
            self.lines[-1] |= {"status": "shipped", "shipped_at": str(day)}
        elif self.on_hand[sku] >= quantity:
            self._ship(self.lines[-1], day)
        else:
            self.short += 1

    def _ship(self, line: dict, day: date) -> None:
        self.on_hand[line["sku"]] -= line["quantity"]
        line |= {"status": "shipped", "shipped_at": str(day)}

    def _purchase(self, number: str, sku: str, quantity: int, ordered: date, due: date) -> None:
        row = {"purchase_order": number, "sku": sku, "quantity": quantity, "ordered_at": str(ordered)}
        old = due < self.began
        self.purchases.append({**row, "unit_cost": 4, "due": due, "received": old})
