"""Why a quantity is not its item's own best: a sentence and a flag, for orders chosen as a whole."""

from __future__ import annotations

import numpy as np

from forecasting.domain import IntArray, TextArray
from forecasting.joint_orders.terms import Bound
from forecasting.policies.order_together import Orders

FLAGS = {
    Bound.MINIMUM: "supplier_minimum",
    Bound.FREIGHT: "free_freight",
    Bound.VOLUME: "volume_limit",
    Bound.BUDGET: "budget",
    Bound.NOT_WORTH: "order_not_worth",
    Bound.MINIMUM_TOO_HIGH: "minimum_out_of_reach",
}
"""The flag of an item whose quantity was changed for each reason."""

OTHERWISE = "chosen_together"

MORE = {
    Bound.MINIMUM: "This is more than the item alone needs: its supplier takes no smaller order.",
    Bound.FREIGHT: "This is more than the item alone needs: its supplier's order then pays no freight.",
}
LESS = {
    Bound.VOLUME: "This is less than the item alone would get: its supplier's order has no more room.",
    Bound.BUDGET: "This is less than the item alone would get: the budget buys more elsewhere.",
}
HELD = {
    Bound.VOLUME: "It would be due, but its supplier's order has no more room.",
    Bound.BUDGET: "It would be due, but the budget buys more elsewhere.",
    Bound.NOT_WORTH: "It waits: what an order to its supplier would save today does not pay for the order's "
    "cost, its freight and its minimum.",
    Bound.MINIMUM_TOO_HIGH: "It waits: the minimum order value of its supplier is out of reach.",
}
TOGETHER = "The quantity was chosen together with those of its supplier's other items."


def changes(orders: Orders, supplier: IntArray) -> tuple[TextArray, TextArray]:
    """For each item the sentence and the flag that say why its quantity is not its own best; else empty.

    ``supplier``: int64, shape (n,), each item's row in the suppliers.
    """
    quantity, wanted = orders.decision.quantity, orders.wanted
    changed = np.abs(quantity - wanted) > 1e-9
    kinds = [
        (MORE, changed & (quantity > wanted)),
        (HELD, changed & (quantity == 0)),
        (LESS, changed & (quantity > 0) & (quantity < wanted)),
    ]

    n = len(quantity)
    sentences, flags = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    for row, bound in enumerate(orders.decided_by):
        of_supplier = changed & (supplier == row)
        if not of_supplier.any():
            continue

        # One reason moves quantities both ways: what a budget takes from one item, another may spend.
        for words, kind in kinds:
            sentences[of_supplier & kind] = words.get(bound, TOGETHER)
            flags[of_supplier & kind] = FLAGS[bound] if bound in words else OTHERWISE
    return sentences, flags
