"""Every supplier's orders at many shadow prices of the budget, and the bound that those prices give.

At a price of money the suppliers no longer share anything, so that each can be solved by itself
(``lagrangian``). Over all prices this is a Lagrangian relaxation of the budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.joint_orders.arrays import ItemOptions, Limits
from forecasting.joint_orders.concave_hull import hull_steps
from forecasting.joint_orders.lagrangian import order_at_price
from forecasting.joint_orders.problem import FREIGHT_CASES, Problem
from models.shared.compile import compiled, over_items

FREE = 4
"""Of the prices the last so many, of which the best order is taken for that of a supplier without a budget.
The order found at the price 0 alone can miss what rounding to whole options hides."""

FIGURES = 6
"""What is told of each order: see ``PricedOrders``."""


@dataclass(frozen=True)
class PricedOrders:
    """Orders of every supplier, one a price and freight case.

    Attributes:
        price: (prices,): of a unit of money, falling, the last 0.
        chosen: (prices, FREIGHT_CASES, items): flat options in sorted order.
        bound: (prices, FREIGHT_CASES, suppliers): no order of that case has more than this of
            value - price * money - fixed costs; -inf where there is no such order.
        reached: the same of the order found; -inf where none was.
        minimum_dual, volume_dual: the multipliers of the minimum and of the volume.
        money, net: what the order found comes to, and its value less all its costs.

    """

    price: FloatArray
    chosen: IntArray
    bound: FloatArray
    reached: FloatArray
    minimum_dual: FloatArray
    volume_dual: FloatArray
    money: FloatArray
    net: FloatArray

    def supplier_bound(self) -> FloatArray:
        """(prices, suppliers): no order at all is worth 0."""
        return np.maximum(self.bound.max(axis=1), 0.0)

    def free_net(self) -> FloatArray:
        """(suppliers,): the best net value found without regard to a budget; -inf where there is no order."""
        return np.asarray(self.net[-FREE:].max(axis=(0, 1)))


def shadow_prices(problem: Problem, count: int) -> FloatArray:
    """Prices of money at which about equal parts of all the money wanted are spent, then 0. (<= count,)

    They come from the marginal values of each item's concave hull, so they do not depend on the budget.
    """
    slope, step = np.zeros(len(problem.money)), np.zeros(len(problem.money))
    over_items(hull_steps, len(problem.order), problem.indptr, problem.value, problem.money, slope, step)
    used = step > 0
    if not used.any():
        return np.zeros(1)

    by_slope = np.argsort(-slope[used], kind="stable")
    slope, spent = slope[used][by_slope], np.cumsum(step[used][by_slope])
    at = np.searchsorted(spent, spent[-1] * np.arange(count - 1) / (count - 1), side="left")
    return np.concatenate((np.unique(slope[at])[::-1], [0.0]))


class SupplierCases(NamedTuple):
    """What suppliers ask for in each freight case, as in ``Problem``."""

    first: IntArray  # (suppliers + 1,): supplier s has the items first[s]:first[s + 1]
    limits: FloatArray  # of least money inf: the case is left out
    fixed: FloatArray
    free_from: FloatArray


def orders_at_prices(
    problem: Problem, price: FloatArray, largest: float = np.inf, *, search: bool = True
) -> PricedOrders:
    """The orders and bounds of every supplier at every price.

    Args:
        problem: the options and terms.
        price: (prices,): falling, of a unit of money.
        largest: no order comes to more money.
        search: whether orders are wanted; else the bounds alone.

    """
    shape = (len(price), FREIGHT_CASES, problem.suppliers)
    chosen = np.empty((len(price), FREIGHT_CASES, len(problem.order)), np.int64)
    out = np.empty((FIGURES, *shape))
    limits = problem.limits.copy()
    limits[problem.limits[:, :, 0] > largest, 0] = np.inf
    over_items(
        _orders_at_prices,
        int(np.prod(shape)),
        problem.options,
        price,
        SupplierCases(problem.first, limits, problem.fixed, problem.free_from),
        search,
        chosen,
        out,
    )
    return PricedOrders(price, chosen, *out)


@compiled
def _orders_at_prices(
    start: int,
    stop: int,
    options: ItemOptions,
    price: FloatArray,
    cases: SupplierCases,
    search: bool,
    chosen: IntArray,
    out: FloatArray,
) -> None:
    """The jobs ``start`` to ``stop``: a price, a freight case and a supplier each, the last changing fastest.

    Args:
        start, stop: jobs.
        options: of all items, those of a supplier side by side.
        price: (prices,), of a unit of money.
        cases: what each supplier asks for.
        search: whether orders are wanted; else the bounds alone.
        chosen: (prices, FREIGHT_CASES, items), written.
        out: (FIGURES, prices, FREIGHT_CASES, suppliers), written: the arrays of ``PricedOrders`` in order.

    """
    first, limits, fixed, free_from = cases
    indptr, value, money, volume = options
    suppliers = len(first) - 1
    for job in range(start, stop):
        s = job % suppliers
        case = job // suppliers % limits.shape[1]
        k = job // suppliers // limits.shape[1]
        out[:, k, case, s] = 0.0
        out[0, k, case, s] = out[1, k, case, s] = out[5, k, case, s] = -np.inf
        own_chosen = chosen[k, case, first[s] : first[s + 1]]
        for i in range(len(own_chosen)):
            own_chosen[i] = indptr[first[s] + i]
        least, most = limits[s, case, 0], limits[s, case, 1]
        if least == np.inf or first[s] == first[s + 1]:
            continue

        own = ItemOptions(indptr[first[s] : first[s + 1] + 1], value, money, volume)
        bound, reached, duals = order_at_price(own, price[k], Limits(least, most), search, own_chosen)
        out[0, k, case, s] = bound - fixed[s, case]
        out[2, k, case, s], out[3, k, case, s] = duals.minimum, duals.volume
        if reached == -np.inf:
            continue

        spent = worth = 0.0
        for j in own_chosen:
            spent += money[j]
            worth += value[j]
        # An order that was meant to pay its freight may turn out large enough to be free of it.
        cost = fixed[s, 1] if spent >= free_from[s] else fixed[s, 0]
        out[1, k, case, s] = worth - price[k] * spent - cost
        out[4, k, case, s] = spent
        out[5, k, case, s] = worth - cost
        out[0, k, case, s] = max(out[0, k, case, s], out[1, k, case, s])
