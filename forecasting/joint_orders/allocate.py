"""Quantities of many items chosen together under supplier and cash terms: the one function to call."""

from __future__ import annotations

import numpy as np

from forecasting.domain import SupplierTerms
from forecasting.joint_orders.efficient_frontier import best_plan, candidate_orders
from forecasting.joint_orders.orders_at_prices import FREE, PricedOrders, orders_at_prices, shadow_prices
from forecasting.joint_orders.problem import Problem, sort
from forecasting.joint_orders.reasons import reasons
from forecasting.joint_orders.terms import TOLERANCE, Bound, JointOrders, Options

PRICES = 48
"""Shadow prices at which every supplier's orders are found."""

REFINED = 12
"""Prices tried between two of those, twice, for the bound."""


def allocate(options: Options, terms: SupplierTerms, budget: float = np.inf) -> JointOrders:
    """Choose one option an item, to save most money under every supplier's terms and one cash budget.

    Maximises the sum of value, less freight, less order costs. The budget is on the purchase value of the
    goods. Every limit is kept to within ``TOLERANCE`` of itself. A higher budget never gives a lower
    objective (``efficient_frontier``). The same input gives the same answer.

    Args:
        options: what each item can be ordered in.
        terms: of the suppliers that the items name by their row.
        budget: most money in all; inf is no limit.

    Raises ValueError where ``budget`` is NaN or negative, or an item's supplier is no row of ``terms``.

    Two items of one supplier, which can be ordered for 100 or 200 each. By itself either is best ordered
    for 100; the supplier's minimum of 250 is reached where it costs least:

    >>> options = Options(
    ...     indptr=np.array([0, 3, 6]),
    ...     value=np.array([0.0, 30.0, 25.0, 0.0, 20.0, 18.0]),
    ...     money=np.array([0.0, 100.0, 200.0, 0.0, 100.0, 200.0]),
    ...     volume=np.zeros(6),
    ...     supplier=np.array([0, 0]))
    >>> orders = allocate(options, SupplierTerms.none(1))
    >>> orders.option.tolist(), orders.objective
    ([1, 1], 50.0)
    >>> minimum = SupplierTerms(np.array([250.0]), *(np.zeros(1) for _ in range(3)), np.array([np.inf]))
    >>> orders = allocate(options, minimum)
    >>> orders.option.tolist(), orders.objective, orders.bound_by[0].value
    ([1, 2], 48.0, 'minimum reached by adding')

    """
    if not budget >= 0:
        raise ValueError(f"budget must be 0 or more, not {budget}")
    if options.items == 0:
        return _nothing(options, terms)

    problem = sort(options, terms)
    limit = budget * (1 + TOLERANCE)
    price = shadow_prices(problem, PRICES)
    # Without a budget only the cheapest prices can matter.
    priced = orders_at_prices(problem, price[-FREE:] if np.isinf(budget) else price)
    plan, short = best_plan(problem, candidate_orders(priced), limit)
    upper_bound, budget_price = _upper_bound(problem, priced, limit, short)

    ordered = problem.ordered(plan)
    money = problem.by_supplier(problem.money[plan])
    freight, ordering = problem.charges(ordered, money)
    objective = float((problem.by_supplier(problem.value[plan]) - freight - ordering).sum())
    option = np.empty(options.items, np.int64)
    option[problem.order] = plan - problem.nothing
    return JointOrders(
        option=option,
        ordered=ordered,
        money=money,
        volume=problem.by_supplier(problem.volume[plan]),
        freight=freight,
        bound_by=reasons(problem, priced, plan, budget_price, short),
        objective=objective,
        upper_bound=max(upper_bound, objective),
        budget_price=budget_price,
    )


def _nothing(options: Options, terms: SupplierTerms) -> JointOrders:
    zero = np.zeros(terms.suppliers)
    words = (Bound.NOTHING_WANTED,) * terms.suppliers
    return JointOrders(options.supplier, zero > 0, zero, zero, zero, words, 0.0, 0.0, 0.0)


def _upper_bound(problem: Problem, priced: PricedOrders, budget: float, short: bool) -> tuple[float, float]:
    """The Lagrangian bound, budget * price + what every supplier is worth at that price, and its price.

    ``short``: whether the budget binds.
    """
    worth = priced.supplier_bound().sum(axis=1)
    if not short:
        return float(worth[-1]), 0.0

    price = priced.price
    best = int(np.argmin(budget * price + worth))
    bound, at = budget * price[best] + worth[best], float(price[best])
    around = (price[min(best + 1, len(price) - 1)], price[best - 1] if best else 2 * price[0])
    for _ in range(2):
        candidates = np.linspace(*around, REFINED + 1)
        # An order above the whole budget cannot be: its supplier's worth is left out of the bound.
        bounds = orders_at_prices(problem, candidates, budget, search=False).supplier_bound()
        values = budget * candidates + bounds.sum(axis=1)
        k = int(np.argmin(values))
        if values[k] < bound:
            bound, at = float(values[k]), float(candidates[k])
        around = (candidates[max(k - 1, 0)], candidates[min(k + 1, REFINED)])
    return float(bound), at
