"""Quantities of many items chosen together under supplier and cash terms: the one function to call."""

from __future__ import annotations

import numpy as np

from forecasting.domain import SupplierTerms
from forecasting.joint_orders.columns import FREE, Columns, columns, price_ladder
from forecasting.joint_orders.ladder import best_plan, menu
from forecasting.joint_orders.prices import respond
from forecasting.joint_orders.problem import Problem, sort
from forecasting.joint_orders.terms import TOLERANCE, Bound, Integers, JointOrders, Options

PRICES = 48
REFINED = 12  # prices tried between two of the ladder's, twice, for the bound


def allocate(options: Options, terms: SupplierTerms, budget: float = np.inf) -> JointOrders:
    """Choose one option an item, to save most money under every supplier's terms and one cash budget.

    Maximises the sum of value, less freight, less order costs. The budget is on the purchase value of the
    goods. Every limit is kept to within ``TOLERANCE`` of itself. A higher budget never gives a lower
    objective (``forecasting.joint_orders.ladder``). The same input gives the same answer.

    Args:
        options: what each item can be ordered in.
        terms: of the suppliers that the items name by their row.
        budget: most money in all; inf is no limit.

    Raises ValueError where ``budget`` is NaN or negative, or an item's supplier is no row of ``terms``.


    """
    if not budget >= 0:
        raise ValueError(f"budget must be 0 or more, not {budget}")
    if options.items == 0:
        return _nothing(options, terms)
    problem = sort(options, terms)
    limit = budget * (1 + TOLERANCE)
    ladder = price_ladder(problem, PRICES)
    # Without a budget only the cheapest prices can matter.
    found = columns(problem, ladder[-FREE:] if np.isinf(budget) else ladder)
    plan, short = best_plan(problem, menu(found), limit)
    bound, price = _upper_bound(problem, found, limit, short)

    ordered = problem.by_supplier((plan != problem.indptr[:-1]).astype(float)) > 0
    money = problem.by_supplier(problem.money[plan])
    freight, ordering = problem.charges(ordered, money)
    objective = float((problem.by_supplier(problem.value[plan]) - freight - ordering).sum())
    option = np.empty(options.items, np.int64)
    option[problem.order] = plan - problem.indptr[:-1]
    return JointOrders(
        option,
        ordered,
        money,
        problem.by_supplier(problem.volume[plan]),
        freight,
        _reasons(problem, found, plan, price, short),
        objective,
        max(bound, objective),
        price,
    )


def _nothing(options: Options, terms: SupplierTerms) -> JointOrders:
    zero = np.zeros(terms.suppliers)
    words = (Bound.NOTHING_WANTED,) * terms.suppliers
    return JointOrders(options.supplier, zero > 0, zero, zero, zero, words, 0.0, 0.0, 0.0)


def _upper_bound(problem: Problem, found: Columns, budget: float, short: bool) -> tuple[float, float]:
    """The Lagrangian bound, budget * price + what every supplier is worth at that price, and its price."""
    worth = found.supplier_bound().sum(axis=1)
    if not short:
        return float(worth[-1]), 0.0
    price = found.price
    best = int(np.argmin(budget * price + worth))
    bound, at = budget * price[best] + worth[best], float(price[best])
    around = (price[min(best + 1, len(price) - 1)], price[best - 1] if best else 2 * price[0])
    for _ in range(2):
        tried = np.linspace(*around, REFINED + 1)
        # An order above the whole budget cannot be: its supplier's worth is left out of the bound.
        values = budget * tried + columns(problem, tried, budget, search=False).supplier_bound().sum(axis=1)
        k = int(np.argmin(values))
        if values[k] < bound:
            bound, at = float(values[k]), float(tried[k])
        around = (tried[max(k - 1, 0)], tried[min(k + 1, REFINED)])
    return float(bound), at


def _reasons(
    problem: Problem, found: Columns, plan: Integers, price: float, short: bool
) -> tuple[Bound, ...]:
    """What decided about each supplier's order: its items' free choice is held against its limits."""
    least = problem.limits[:, 0, 0]
    ordered = problem.by_supplier((plan != problem.indptr[:-1]).astype(float)) > 0
    spent = problem.by_supplier(problem.money[plan])
    wanted = np.empty(len(plan), np.int64)
    respond(problem.indptr, problem.value, problem.money, problem.volume, 0.0, 0.0, wanted)
    unlimited = problem.by_supplier(problem.money[wanted])
    wants = problem.by_supplier((wanted != problem.indptr[:-1]).astype(float)) > 0
    respond(problem.indptr, problem.value, problem.money, problem.volume, price, 0.0, wanted)
    at_price = problem.by_supplier(problem.money[wanted])
    room = problem.by_supplier(problem.volume[wanted])
    most = np.maximum.reduceat(problem.money, problem.indptr[:-1]) if len(plan) else np.zeros(0)
    too_high = problem.by_supplier(most) < least
    best_net = found.free_net()
    possible = found.supplier_bound()[-1] > 0
    slack = 1 - TOLERANCE
    added = spent > at_price
    none = [wants & too_high, ~wants, best_net > 0, possible]
    chosen_none = np.select(
        none, [Bound.MINIMUM_TOO_HIGH, Bound.NOTHING_WANTED, Bound.BUDGET, Bound.VOLUME], Bound.NOT_WORTH
    )
    some = [
        added & (at_price < least),
        added & (at_price < problem.free_from) & (spent >= problem.free_from),
        room > problem.limits[:, 0, 1],
        short & (spent < unlimited * slack),
    ]
    chosen_some = np.select(some, [Bound.MINIMUM, Bound.FREIGHT, Bound.VOLUME, Bound.BUDGET], Bound.FREE)
    return tuple(Bound(word) for word in np.where(ordered, chosen_some, chosen_none))
