"""The table of purchase orders that should have come by now, with the customers who wait for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, IntArray, TextArray, day_text
from forecasting.inputs.records import Records
from forecasting.planning.advice import Advice
from forecasting.store.figures import exact_value, probability, whole


def overdue(advice: Advice, records: Records) -> pd.DataFrame:
    """One row a line of a purchase order that is overdue, the most money first."""
    orders, known = advice.standing.orders, advice.catalogue
    late = orders.take(np.flatnonzero(orders.overdue))
    purchases, item = records.purchases, late.item
    unit_cost = known.terms.unit_cost[item]

    frame = pd.DataFrame(
        {
            "run": advice.run,
            "as_of": day_text(advice.situation.as_of),
            "purchase_order": records.purchase_order_names[purchases.order[late.row]],
            "location": known.items.location[item],
            "sku": known.items.sku[item],
            "supplier": known.suppliers.name[known.supplier[item]],
            "quantity": whole(late.quantity),
            "value": exact_value(late.quantity, unit_cost),
            "ordered_on": _days(purchases.ordered[late.row]),
            "promised_on": _days(purchases.promised[late.row]),
            "days_overdue": advice.situation.as_of - late.due,
            "chance": probability(late.chance),
            "likely_on": _days(late.arrival(0.5)),
            "latest_on": _days(late.arrival(0.9)),
            "waiting_lines": advice.standing.waiting_lines[item],
            "waiting_units": whole(advice.situation.stock.backlog[item]),
        }
    )
    frame = frame.sort_values(
        ["value", "location", "sku", "purchase_order"], ascending=[False, True, True, True], kind="stable"
    )
    frame.insert(2, "number", np.arange(1, len(frame) + 1))
    return frame.reset_index(drop=True)


def _days(days: IntArray) -> TextArray:
    return np.array([day_text(int(day)) if day > LONG_AGO else None for day in days], dtype=object)
