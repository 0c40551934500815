"""What a plan says beside its recommendations: orders to suppliers as a whole, and other quantities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray
from forecasting.planning.advice import Advice
from forecasting.planning.second_orders import SecondOrders
from forecasting.policies.order_together import Orders
from forecasting.store.figures import exact_value, money, whole


def supplier_orders(advice: Advice) -> pd.DataFrame:
    """One row a supplier, in the order of the catalogue, those that nothing is ordered from among them."""
    known, orders = advice.catalogue, advice.orders
    # What is moved from where it is spare is no order to the supplier.
    elsewhere = advice.between.transferred & ~advice.between.supplied
    quantity = np.where(elsewhere, 0.0, orders.decision.quantity)
    m = len(known.suppliers.name)
    saved = advice.prices.nothing - advice.prices.order

    def sums(amount: FloatArray) -> FloatArray:
        return money(np.bincount(known.supplier, amount, m).astype(np.float64))

    goods = exact_value(quantity, known.terms.price(quantity))
    # Savings are net of the lines' own cost; freight and the order's cost are of the order as a whole.
    net = sums(saved * (quantity > 0)) - orders.freight - orders.order_cost
    if advice.second is not None:
        return _with_second(_table(advice, quantity, goods, net), advice.second)
    return _table(advice, quantity, goods, net)


def _with_second(table: pd.DataFrame, second: SecondOrders) -> pd.DataFrame:
    """The table with what is asked of suppliers beside: orders of their own, which pay for themselves."""
    ordered, m = second.quantity > 0, len(table)

    def more(amount: FloatArray) -> FloatArray:
        return np.bincount(second.supplier, amount, m).astype(np.float64)

    table["lines"] += more(ordered.astype(np.float64)).astype(np.int64)
    table["units"] += more(second.quantity)
    table["value"] = money(table["value"].to_numpy() + more(second.quantity * second.unit_cost))
    table["order_cost"] = table["order_cost"] + second.charges
    table["saved"] = money(table["saved"].to_numpy() + more(second.saved * ordered) - second.charges)
    return table


def _table(advice: Advice, quantity: FloatArray, goods: FloatArray, net: FloatArray) -> pd.DataFrame:
    """Orders to the items' own suppliers.

    ``quantity``, ``goods``: float64, shape (n,), units and money; ``net``: money that each order saves.
    """
    known, orders = advice.catalogue, advice.orders
    m = len(known.suppliers.name)

    def sums(amount: FloatArray) -> FloatArray:
        return money(np.bincount(known.supplier, amount, m).astype(np.float64))

    return pd.DataFrame(
        {
            "run": advice.run,
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


def choices_table(advice: Advice) -> pd.DataFrame:
    """One row a quantity that an item could be ordered in, in the order of the catalogue, from 0 up."""
    known, candidates = advice.catalogue, advice.choices
    item = candidates.item
    recommended = np.zeros(len(item), dtype=bool)
    recommended[candidates.chosen] = True

    return pd.DataFrame(
        {
            "run": advice.run,
            "location": known.items.location[item],
            "sku": known.items.sku[item],
            "quantity": whole(candidates.quantity),
            "packs": whole(np.round(candidates.quantity / known.terms.pack_size[item])),
            "unit_cost": money(candidates.unit_cost),
            "value": exact_value(candidates.quantity, candidates.unit_cost),
            "expected_cost": money(candidates.cost),
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
