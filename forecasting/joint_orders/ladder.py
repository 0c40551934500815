"""The budget shared among suppliers, so that more budget never buys less.

Each supplier's orders (``forecasting.joint_orders.columns``) are reduced to the rising concave hull of
their (money, net value), and the hulls' steps of all suppliers are taken in the order of net value per unit
of money, as the best fractional answer takes them. That gives a ladder of plans, ever dearer and ever better,
which does not depend on the budget. A budget lies between two rungs. What fills the space is the best of a
few chains of plans that do not depend on the budget either, but on the two rungs alone: from a plan near
them, single items are added, or given back, by marginal value (``forecasting.joint_orders.marginal``),
never beyond the objective of the upper rung. Within a chain, and so in the best of several, more budget goes
with a higher objective; and at the rungs no chain is better than the rung. Hence the objective never falls
as the budget grows, by construction.

One order that is too large for the budget would stop the climb. So there are several ladders, each without
the orders above a size that does not depend on the budget, and the best plan of all of them is taken.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.joint_orders.columns import Columns, hull_steps
from forecasting.joint_orders.marginal import give_back, spend
from forecasting.joint_orders.problem import Problem
from forecasting.joint_orders.terms import Floats, Integers

SMALLER = 6  # ladders, each with orders of half the size of the one before
NEAR = 12  # plans near the two rungs from which items are added or given back


@dataclass(frozen=True)
class Menu:
    """What may be ordered from each supplier; orders (suppliers, choices), the first to order nothing.

    Attributes:
        net: value less freight and order costs; -inf where there is no such order.

    """

    money: Floats
    net: Floats
    chosen: Integers

    def plan(self, problem: Problem, pick: Integers) -> Integers:
        """The flat options (items,) of one order a supplier."""
        each = pick[problem.owner]
        items = np.arange(len(problem.order))
        return np.where(each == 0, problem.indptr[:-1], self.chosen[np.maximum(each - 1, 0), items])

    def totals(self, pick: Integers) -> tuple[float, float]:
        """Money and net value of one order a supplier."""
        row = np.arange(len(pick))
        return float(self.money[row, pick].sum()), float(self.net[row, pick].sum())


def menu(found: Columns) -> Menu:
    """All orders found, side by side, but for those that came out better than the free choice.

    One found at a high price of money may happen to be better than that. It is left out, so that the ladder
    ends with the plan that is found when there is no budget.
    """
    suppliers = found.net.shape[2]
    nothing = np.zeros((suppliers, 1))
    money = found.money.reshape(-1, suppliers).T
    net = np.where(found.net > found.free_net(), -np.inf, found.net).reshape(-1, suppliers).T
    return Menu(
        np.concatenate((nothing, np.where(net > -np.inf, money, 0.0)), axis=1),
        np.concatenate((nothing, net), axis=1),
        found.chosen.reshape(-1, found.chosen.shape[2]),
    )


def best_plan(problem: Problem, offers: Menu, budget: float) -> tuple[Integers, bool]:
    """The plan (items,) of flat options for a budget, and whether the budget bound it."""
    largest = offers.money.max(initial=0.0)
    best = -np.inf
    plan, bound = problem.indptr[:-1].copy(), False
    for halving in range(SMALLER + 1):
        net = np.where(offers.money <= largest / 2**halving, offers.net, -np.inf)
        worth, at, short = _climb(problem, Menu(offers.money, net, offers.chosen), budget)
        if worth > best:
            best, plan, bound = worth, at, short
        if not short and halving == 0:
            break  # the budget does not bind: nothing is better than the last rung
    return plan, bound


def _climb(problem: Problem, offers: Menu, budget: float) -> tuple[float, Integers, bool]:
    suppliers, choices = offers.net.shape
    slope, step = np.zeros(offers.net.size), np.zeros(offers.net.size)
    hull_steps(
        0,
        suppliers,
        np.arange(suppliers + 1) * choices,
        offers.net.ravel(),
        offers.money.ravel(),
        slope,
        step,
    )
    rungs = np.flatnonzero(step > 0)
    owner, pick = rungs // choices, rungs % choices
    order = np.lexsort((offers.money.ravel()[rungs], owner, -slope[rungs]))
    owner, pick = owner[order], pick[order]
    spent = np.cumsum(step[rungs][order])
    rung = int(np.searchsorted(spent, budget, side="right"))
    lower = np.where(offers.money == 0, offers.net, -np.inf).argmax(axis=1)
    lower[owner[:rung]] = pick[:rung]  # of several of one supplier the last holds
    if rung == len(rungs):
        return offers.totals(lower)[1], offers.plan(problem, lower), False
    upper = lower.copy()
    upper[owner[rung]] = pick[rung]
    floor, cap = offers.totals(lower)[1], offers.totals(upper)[1]
    best, plan = floor, offers.plan(problem, lower)
    for near in [lower, *_near(offers, lower, slope[rungs[order[rung]]])]:
        money, net = offers.totals(near)
        walk = spend if money <= budget and net <= cap else give_back
        worth, at = walk(problem, offers.plan(problem, near), net, budget, cap)
        if worth > best:
            best, plan = worth, at
    return best, plan, True


def _near(offers: Menu, lower: Integers, price: float) -> list[Integers]:
    """The plans that differ from ``lower`` in one supplier and lose least at the rung's price of money."""
    at_price = offers.net - price * offers.money
    row = np.arange(len(lower))
    loss = at_price[row, lower][:, None] - at_price
    same = (offers.money == offers.money[row, lower][:, None]) & (
        offers.net == offers.net[row, lower][:, None]
    )
    loss[same] = np.inf
    plans = []
    for flat in np.argsort(loss, axis=None, kind="stable")[:NEAR]:
        s, pick = divmod(int(flat), loss.shape[1])
        if np.isfinite(loss[s, pick]):
            plan = lower.copy()
            plan[s] = pick
            plans.append(plan)
    return plans
