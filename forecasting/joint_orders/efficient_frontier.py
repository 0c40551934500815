"""The budget shared among suppliers, so that more budget never buys less.

Each supplier's orders (``orders_at_prices``) are reduced to the rising concave hull of their (money, net
value), and the hulls' steps of all suppliers are taken in the order of net value per unit of money, as the
best fractional answer takes them. That gives an efficient frontier: plans ever dearer and ever better,
which do not depend on the budget. A budget lies between two of them, the lower and the upper plan. What
fills the space is the best of a few chains of plans that do not depend on the budget either, but on those
two alone: from a plan near them, single items are added, or given back, by marginal value
(``greedy_fill``), never beyond the objective of the upper plan. Within a chain, and so in the best of
several, more budget goes with a higher objective; and at the plans of the frontier no chain is better than
the plan. Hence the objective never falls as the budget grows, by construction.

One order that is too large for the budget would end the frontier. So there are several frontiers, each
without the orders above a size that does not depend on the budget, and the best plan of all of them is
taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.joint_orders.concave_hull import hull_steps
from forecasting.joint_orders.greedy_fill import fill, give_back
from forecasting.joint_orders.orders_at_prices import PricedOrders
from forecasting.joint_orders.problem import Problem

SMALLER = 6
"""Frontiers, each with orders of half the size of the one before."""

NEAR = 12
"""Plans near the lower and the upper one from which items are added or given back."""


@dataclass(frozen=True)
class CandidateOrders:
    """What may be ordered from each supplier, side by side; the first candidate is to order nothing.

    Attributes:
        money: (suppliers, candidates).
        net: the same shape: value less freight and order costs; -inf where there is no such order.
        chosen: (candidates - 1, items): the flat options of each order.

    """

    money: FloatArray
    net: FloatArray
    chosen: IntArray

    def plan(self, problem: Problem, pick: IntArray) -> IntArray:
        """The flat options (items,) of one order a supplier. ``pick``: (suppliers,), candidates."""
        each = pick[problem.owner]
        items = np.arange(len(problem.order))
        return np.where(each == 0, problem.nothing, self.chosen[np.maximum(each - 1, 0), items])

    def totals(self, pick: IntArray) -> tuple[float, float]:
        """Money and net value of one order a supplier."""
        row = np.arange(len(pick))
        return float(self.money[row, pick].sum()), float(self.net[row, pick].sum())

    def no_larger_than(self, largest: float) -> CandidateOrders:
        """The same without the orders that come to more money."""
        return CandidateOrders(self.money, np.where(self.money <= largest, self.net, -np.inf), self.chosen)


def candidate_orders(priced: PricedOrders) -> CandidateOrders:
    """All orders found, side by side, but for those that came out better than the free choice.

    One found at a high price of money may happen to be better than that. It is left out, so that the frontier
    ends with the plan that is found when there is no budget.
    """
    suppliers = priced.net.shape[2]
    nothing = np.zeros((suppliers, 1))
    money = priced.money.reshape(-1, suppliers).T
    net = np.where(priced.net > priced.free_net(), -np.inf, priced.net).reshape(-1, suppliers).T
    return CandidateOrders(
        money=np.concatenate((nothing, np.where(net > -np.inf, money, 0.0)), axis=1),
        net=np.concatenate((nothing, net), axis=1),
        chosen=priced.chosen.reshape(-1, priced.chosen.shape[2]),
    )


def best_plan(problem: Problem, candidates: CandidateOrders, budget: float) -> tuple[IntArray, bool]:
    """The plan (items,) of flat options for a budget, and whether the budget bound it."""
    largest = candidates.money.max(initial=0.0)
    best = -np.inf
    plan, bound = problem.nothing.copy(), False
    for halving in range(SMALLER + 1):
        smaller = candidates.no_larger_than(largest / 2**halving)
        worth, at, short = _along_frontier(problem, smaller, budget)
        if worth > best:
            best, plan, bound = worth, at, short
        if not short and halving == 0:
            break  # the budget does not bind: nothing is better than the last plan of the frontier
    return plan, bound


@dataclass(frozen=True)
class _Frontier:
    """Steps to ever dearer and better plans: each gives a supplier another candidate. (steps,) each.

    Attributes:
        supplier, candidate: who gets which.
        price: net value per unit of money of the step, falling.
        spent: money of the plan after it.

    """

    supplier: IntArray
    candidate: IntArray
    price: FloatArray
    spent: FloatArray


def _frontier(candidates: CandidateOrders) -> _Frontier:
    suppliers, count = candidates.net.shape
    money, net = candidates.money.ravel(), candidates.net.ravel()
    slope, step = np.zeros(net.size), np.zeros(net.size)
    hull_steps(0, suppliers, np.arange(suppliers + 1) * count, net, money, slope, step)

    on_hull = np.flatnonzero(step > 0)
    supplier, candidate = on_hull // count, on_hull % count
    order = np.lexsort((money[on_hull], supplier, -slope[on_hull]))
    return _Frontier(
        supplier=supplier[order],
        candidate=candidate[order],
        price=slope[on_hull][order],
        spent=np.cumsum(step[on_hull][order]),
    )


def _along_frontier(
    problem: Problem, candidates: CandidateOrders, budget: float
) -> tuple[float, IntArray, bool]:
    """The objective and the plan (items,) for a budget, and whether the budget bound it."""
    frontier = _frontier(candidates)
    reached = int(np.searchsorted(frontier.spent, budget, side="right"))
    lower = np.where(candidates.money == 0, candidates.net, -np.inf).argmax(axis=1)
    lower[frontier.supplier[:reached]] = frontier.candidate[:reached]  # of several of one the last holds
    if reached == len(frontier.spent):
        return candidates.totals(lower)[1], candidates.plan(problem, lower), False

    upper = lower.copy()
    upper[frontier.supplier[reached]] = frontier.candidate[reached]
    floor, cap = candidates.totals(lower)[1], candidates.totals(upper)[1]
    best, plan = floor, candidates.plan(problem, lower)
    for near in [lower, *_near(candidates, lower, frontier.price[reached])]:
        money, net = candidates.totals(near)
        follow = fill if money <= budget and net <= cap else give_back
        worth, at = follow(problem, candidates.plan(problem, near), net, budget, cap)
        if worth > best:
            best, plan = worth, at
    return best, plan, True


def _near(candidates: CandidateOrders, lower: IntArray, price: float) -> list[IntArray]:
    """The plans that differ from ``lower`` in one supplier and lose least at this price of money."""
    at_price = candidates.net - price * candidates.money
    row = np.arange(len(lower))
    loss = at_price[row, lower][:, None] - at_price
    same_money = candidates.money == candidates.money[row, lower][:, None]
    same_net = candidates.net == candidates.net[row, lower][:, None]
    loss[same_money & same_net] = np.inf

    plans = []
    for flat in np.argsort(loss, axis=None, kind="stable")[:NEAR]:
        s, pick = divmod(int(flat), loss.shape[1])
        if np.isfinite(loss[s, pick]):
            plan = lower.copy()
            plan[s] = pick
            plans.append(plan)
    return plans
