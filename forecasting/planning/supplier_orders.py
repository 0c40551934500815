"""What a plan says beside its recommendations: orders to suppliers as a whole, and other quantities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray
from forecasting.inputs.catalogue import Catalogue
from forecasting.planning.recommendations import exact_value, money, whole
from forecasting.policies.candidate_orders import Choices
from forecasting.policies.order_together import Orders


def supplier_orders(run: str, known: Catalogue, orders: Orders, saved: FloatArray) -> pd.DataFrame:
    """One row a supplier, in the order of the catalogue, those that nothing is ordered from among them.

    ``saved``: float64, shape (n,), money: what each item's quantity saves against ordering nothing.
    """
    quantity, m = orders.decision.quantity, len(known.suppliers.name)

    def sums(amount: FloatArray) -> FloatArray:
        return money(np.bincount(known.supplier, amount, m).astype(np.float64))

    goods = exact_value(quantity, known.terms.price(quantity))
    net = sums(saved * (quantity > 0)) - orders.freight - orders.order_cost
    return pd.DataFrame(
        {
            "run": run,
            "supplier": known.suppliers.name,
            "lines": np.bincount(known.supplier, quantity > 0, m).astype(np.int64),
            "units": whole(np.bincount(known.supplier, quantity, m).astype(np.float64)),
            "value": sums(goods),
            "volume": sums(known.terms.volume(quantity)),
            "freight": orders.freight,
            "order_cost": orders.order_cost,
            "min_order_value": known.suppliers.terms.min_order_value,
            "decided_by": [bound.value for bound in orders.decided_by],
            "saved": money(net),
        }
    )


def choices_table(run: str, known: Catalogue, tried: Choices) -> pd.DataFrame:
    """One row a quantity that an item could be ordered in, in the order of the catalogue, from 0 up."""
    item = tried.item
    recommended = np.zeros(len(item), dtype=bool)
    recommended[tried.chosen] = True
    return pd.DataFrame(
        {
            "run": run,
            "location": known.items.location[item],
            "sku": known.items.sku[item],
            "quantity": whole(tried.quantity),
            "packs": whole(np.round(tried.quantity / known.terms.pack_size[item])),
            "unit_cost": money(tried.unit_cost),
            "value": exact_value(tried.quantity, tried.unit_cost),
            "expected_cost": money(tried.cost),
            "recommended": recommended,
        }
    )


def together(orders: Orders, budget: float | None, value: FloatArray) -> Mapping[str, Any]:
    """What ``run.json`` says of the orders as a whole. ``value``: money of each item's order."""
    return {
        "budget": budget,
        "value": round(float(value.sum()), 4),
        "gap": None if orders.gap is None else round(orders.gap, 6),
        "budget_price": round(orders.budget_price, 6),
    }
