"""A company of six items, worked through end to end, and the plan that it is known to give.

``python -m tests.end_to_end.golden`` writes the plan anew: look at what changed before you keep it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.planning.plan import plan
from tests.support.builders import order, records

FILE = Path(__file__).parent / "golden" / "recommendations.csv"
AS_OF = day_number("2026-03-29")
SETTINGS = ("model=negative_binomial",)


def company(folder: Path):
    """Steady, lumpy, refused, owed, ending and new items, in packs, at two suppliers with terms."""
    day = [day_text(AS_OF - back) for back in range(180)]
    orders = [order("steady", when, 4 + number % 3) for number, when in enumerate(day)]
    orders += [order("lumpy", when, 40) for when in day[::23]]
    orders += [order("refused", when, 2, status="shipped") for when in day[::2]]
    orders += [order("owed", when, 3, status="shipped", shipped_at=when) for when in day[5::3]]
    orders += [order("owed", day[2], 12, status="open")]
    orders += [order("ending", when, 1) for when in day[::4]]
    orders += [order("new", when, 5) for when in day[:10:3]]

    products = [
        {"sku": "steady", "supplier": "North", "unit_cost": 4, "unit_price": 9, "pack_size": 12},
        {"sku": "lumpy", "supplier": "North", "unit_cost": 2.5, "unit_price": 6, "min_order_quantity": 50},
        {"sku": "refused", "supplier": "South", "unit_cost": 11, "unit_price": 25, "backorder": "refused"},
        {"sku": "owed", "supplier": "South", "unit_cost": 7.35, "unit_price": 15},
        {
            "sku": "ending",
            "supplier": "South",
            "unit_cost": 3,
            "unit_price": 8,
            "ends_on": day_text(AS_OF + 20),
        },
        {"sku": "new", "supplier": "North", "unit_cost": 1.2, "unit_price": 3, "category": "fresh"},
    ]
    suppliers = [
        {"supplier": "North", "lead_time_days": 10, "lead_time_sd_days": 3, "min_order_value": 200},
        {"supplier": "South", "lead_time_days": 5, "review_days": 14, "order_cost": 8, "line_cost": 0.5},
    ]
    stock = [
        {"as_of": day_text(AS_OF), "sku": sku, "on_hand": on_hand}
        for sku, on_hand in (("steady", 31), ("lumpy", 12), ("refused", 9), ("owed", 0), ("ending", 1))
    ]
    purchases = [
        {
            "purchase_order": "P1",
            "sku": "steady",
            "quantity": 24,
            "ordered_at": day_text(AS_OF - 4),
            "expected_at": day_text(AS_OF + 6),
            "status": "open",
        }
    ]
    return records(
        folder, orders=orders, products=products, suppliers=suppliers, stock=stock, purchase_orders=purchases
    )


def planned(folder: Path) -> pd.DataFrame:
    """The recommendations, without what names the run."""
    table = plan(company(folder), load(None, SETTINGS), AS_OF).tables["recommendations"]
    return table.drop(columns="run")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        FILE.parent.mkdir(exist_ok=True)
        planned(Path(place)).to_csv(FILE, index=False, lineterminator="\n")
