"""Every supplier's orders at many prices of money, and the bound that those prices give."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.joint_orders.prices import order_at_price
from forecasting.joint_orders.problem import WAYS, Problem
from forecasting.joint_orders.terms import Floats, Integers
from models.shared.compile import compiled, over_items

FREE = 4
"""Of the prices the last so many, of which the best order is taken for that of a supplier without a budget.
The order found at the price 0 alone can miss what rounding to whole options hides."""


@dataclass(frozen=True)
class Columns:
    """Orders of every supplier, one a price and way.

    Attributes:
        price: (prices,): of a unit of money, falling, the last 0.
        chosen: (prices, WAYS, items): flat options in sorted order.
        bound: (prices, WAYS, suppliers): no order of that way has more than this of
            value - price * money - fixed costs; -inf where there is no such order.
        reached: the same of the order found; -inf where none was.
        lift, room: the multipliers of the minimum and of the volume.
        money, net: what the order found comes to, and its value less all its costs.

    """

    price: Floats
    chosen: Integers
    bound: Floats
    reached: Floats
    lift: Floats
    room: Floats
    money: Floats
    net: Floats

    def supplier_bound(self) -> Floats:
        """(prices, suppliers): no order at all is worth 0."""
        return np.maximum(self.bound.max(axis=1), 0.0)

    def free_net(self) -> Floats:
        """(suppliers,): the best net value found without regard to a budget; -inf where there is no order."""
        return np.asarray(self.net[-FREE:].max(axis=(0, 1)))


def price_ladder(problem: Problem, prices: int) -> Floats:
    """Prices of money at which about equal parts of all the money wanted are spent, then 0. (<= prices,)

    They come from the marginal values of each item's concave hull, so they do not depend on the budget.
    """
    slope, step = np.zeros(len(problem.money)), np.zeros(len(problem.money))
    over_items(hull_steps, len(problem.order), problem.indptr, problem.value, problem.money, slope, step)
    used = step > 0
    if not used.any():
        return np.zeros(1)
    by_slope = np.argsort(-slope[used], kind="stable")
    slope, spent = slope[used][by_slope], np.cumsum(step[used][by_slope])
    at = np.searchsorted(spent, spent[-1] * np.arange(prices - 1) / (prices - 1), side="left")
    return np.concatenate((np.unique(slope[at])[::-1], [0.0]))


def columns(problem: Problem, price: Floats, largest: float = np.inf, *, search: bool = True) -> Columns:
    """The orders and bounds of every supplier at every price.

    Args:
        problem: the options and terms.
        price: (prices,): falling, of a unit of money.
        largest: no order comes to more money.
        search: whether orders are wanted; else the bounds alone.

    """
    shape = (len(price), WAYS, problem.suppliers)
    chosen = np.empty((len(price), WAYS, len(problem.order)), np.int64)
    out = np.empty((6, *shape))
    skip = problem.limits[:, :, 0] > largest
    limits = problem.limits.copy()
    limits[skip, 0] = np.inf
    over_items(
        _columns,
        int(np.prod(shape)),
        (problem.indptr, problem.value, problem.money, problem.volume, problem.first),
        limits,
        problem.fixed,
        problem.free_from,
        price,
        search,
        chosen,
        out,
    )
    return Columns(price, chosen, *out)


@compiled
def _columns(start, stop, options, limits, fixed, free_from, price, search, chosen, out):
    indptr, value, money, volume, first = options
    suppliers = len(first) - 1
    for job in range(start, stop):
        s = job % suppliers
        way = job // suppliers % limits.shape[1]
        k = job // suppliers // limits.shape[1]
        out[:, k, way, s] = 0.0
        out[0, k, way, s] = out[1, k, way, s] = out[5, k, way, s] = -np.inf
        mine = chosen[k, way, first[s] : first[s + 1]]
        mine[:] = indptr[first[s] : first[s + 1]]
        if limits[s, way, 0] == np.inf or first[s] == first[s + 1]:
            continue
        bound, reached, lift, room = order_at_price(
            indptr[first[s] : first[s + 1] + 1], value, money, volume, price[k], limits[s, way], search, mine
        )
        out[0, k, way, s] = bound - fixed[s, way]
        out[2, k, way, s], out[3, k, way, s] = lift, room
        if reached == -np.inf:
            continue
        spent = worth = 0.0
        for j in mine:
            spent += money[j]
            worth += value[j]
        cost = fixed[s, 1] if spent >= free_from[s] else fixed[s, 0]
        out[1, k, way, s] = worth - price[k] * spent - cost
        out[4, k, way, s] = spent
        out[5, k, way, s] = worth - cost
        out[0, k, way, s] = max(out[0, k, way, s], out[1, k, way, s])


@compiled
def hull_steps(start, stop, indptr, value, money, slope, step):
    """The rising upper hull of each item's (money, value): at its points, the slope and money of the step."""
    for i in range(start, stop):
        now = indptr[i]
        for j in range(indptr[i] + 1, indptr[i + 1]):
            if money[j] == 0.0 and value[j] > value[now]:
                now = j
        while True:
            best, best_slope = -1, 0.0
            for j in range(indptr[i], indptr[i + 1]):
                if money[j] > money[now] and value[j] > value[now]:
                    at = (value[j] - value[now]) / (money[j] - money[now])
                    if at > best_slope or (at == best_slope and money[j] > money[best]):
                        best, best_slope = j, at
            if best < 0:
                break
            slope[best], step[best] = best_slope, money[best] - money[now]
            now = best
