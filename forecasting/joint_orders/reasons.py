"""What decided about each supplier's order: its items' free choice is held against its limits."""

from __future__ import annotations

import numpy as np

from forecasting.domain import IntArray
from forecasting.joint_orders.lagrangian import respond
from forecasting.joint_orders.orders_at_prices import PricedOrders
from forecasting.joint_orders.problem import Problem
from forecasting.joint_orders.terms import TOLERANCE, Bound


def reasons(
    problem: Problem, priced: PricedOrders, plan: IntArray, price: float, short: bool
) -> tuple[Bound, ...]:
    """What decided about the order of each supplier: (suppliers,).

    Args:
        problem: the options and terms.
        priced: every supplier's orders at shadow prices.
        plan: (items,): the options chosen.
        price: the shadow price of the budget.
        short: whether the budget binds.

    """
    least, most = problem.limits[:, 0, 0], problem.limits[:, 0, 1]
    ordered = problem.ordered(plan)
    spent = problem.by_supplier(problem.money[plan])

    # What the items would get if nobody asked for anything, and at the shadow price.
    free, at_price = np.empty(len(plan), np.int64), np.empty(len(plan), np.int64)
    respond(problem.options, 0.0, 0.0, free)
    respond(problem.options, price, 0.0, at_price)
    wants = problem.ordered(free)
    spent_free = problem.by_supplier(problem.money[free])
    spent_at_price = problem.by_supplier(problem.money[at_price])
    volume_at_price = problem.by_supplier(problem.volume[at_price])
    largest = np.maximum.reduceat(problem.money, problem.nothing) if len(plan) else np.zeros(0)

    chosen_none = np.select(
        [
            wants & (problem.by_supplier(largest) < least),
            ~wants,
            priced.free_net() > 0,
            priced.supplier_bound()[-1] > 0,
        ],
        [Bound.MINIMUM_TOO_HIGH, Bound.NOTHING_WANTED, Bound.BUDGET, Bound.VOLUME],
        Bound.NOT_WORTH,
    )
    added = spent > spent_at_price
    chosen_some = np.select(
        [
            added & (spent_at_price < least),
            added & (spent_at_price < problem.free_from) & (spent >= problem.free_from),
            volume_at_price > most,
            short & (spent < spent_free * (1 - TOLERANCE)),
        ],
        [Bound.MINIMUM, Bound.FREIGHT, Bound.VOLUME, Bound.BUDGET],
        Bound.FREE,
    )
    return tuple(Bound(word) for word in np.where(ordered, chosen_some, chosen_none))
