"""A company that sells one item a day, and says how its supply really is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.inputs.records import Records
from forecasting.planning.plan import plan
from forecasting.run import Result
from tests.support.builders import order, records

AS_OF = day_number("2026-06-30")
"""A Tuesday."""


def company(folder: Path, daily: float = 4.0, days: int = 200, **tables: Any) -> Records:
    """``axe`` sells ``daily`` a day, and is bought from north; more tables, or others, as given."""
    orders = [order("axe", day_text(AS_OF - back), daily) for back in range(days)]
    given: dict[str, Any] = {
        "orders": orders,
        "products": [{"sku": "axe", "supplier": "north", "unit_cost": 5, "unit_price": 12}],
        "suppliers": [
            {"supplier": "north", "lead_time_days": 10},
            {"supplier": "south", "lead_time_days": 5},
        ],
        "stock": [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": 10}],
    }
    return records(folder, **(given | tables))


def planned(known: Records, *settings: str, for_pages: bool = False) -> Result:
    """The plan of its last day."""
    config = load(None, ("model=negative_binomial", *settings))
    return plan(known, config, AS_OF, for_pages=for_pages)


def row(known: Records, *settings: str) -> Any:
    """The first recommendation of that plan."""
    table: pd.DataFrame = planned(known, *settings).tables["recommendations"]
    return next(table.itertuples(index=False))
