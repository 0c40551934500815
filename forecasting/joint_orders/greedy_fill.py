"""Single items by marginal value: filling up what is left of a budget, and giving back what is too much.

From a given choice, each item's steps along its concave hull in (money, value) are sorted by value per unit
of money: upwards the highest first, downwards the lowest first. The order of the steps, and which of them
the limits of a supplier forbid, depend on the choice they start from alone. The choices that are passed
through therefore form one chain in which more money goes with more value, and a budget only says how far it
is followed: see ``efficient_frontier`` for why that matters.
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.joint_orders.arrays import ItemOptions, Orders, Steps, SupplierLimits
from forecasting.joint_orders.problem import Problem
from models.shared.compile import compiled, compiled_within

UP, DOWN = 1, -1


def fill(
    problem: Problem, chosen: IntArray, worth: float, budget: float, cap: float
) -> tuple[float, IntArray]:
    """Add single items' steps to ``chosen`` while they fit ``budget`` and ``cap``.

    Args:
        problem: the options and terms.
        chosen: (items,), flat options in sorted order, feasible; a supplier not ordered from stays so.
        worth: the objective of ``chosen``.
        budget: most money of all orders.
        cap: the objective that is not to be passed.

    Returns the objective and the choice.

    """
    return _followed(problem, chosen, worth, (budget, cap), UP)


def give_back(
    problem: Problem, chosen: IntArray, worth: float, budget: float, cap: float
) -> tuple[float, IntArray]:
    """Take single items' steps from ``chosen`` until it fits ``budget`` and its objective ``cap``.

    Arguments as in ``fill``. Returns the objective and the choice; -inf where it cannot be made to fit.
    """
    return _followed(problem, chosen, worth, (budget, cap), DOWN)


def _followed(
    problem: Problem, chosen: IntArray, worth: float, most: tuple[float, float], way: int
) -> tuple[float, IntArray]:
    """The chain from ``chosen``, followed as far as the budget and the cap (``most``) let."""
    chosen = chosen.copy()
    ordered = problem.ordered(chosen)
    spent = problem.by_supplier(problem.money[chosen])
    orders = Orders(problem.owner, chosen, ordered, spent, problem.by_supplier(problem.volume[chosen]))
    limits = SupplierLimits(
        least=problem.least_now(spent),
        most=problem.limits[:, 0, 1].copy(),
        free_from=problem.free_from,
        freight=problem.terms.freight_cost,
    )

    item, option, slope = _steps(problem.options, chosen, ordered[problem.owner], way)
    by_slope = np.argsort(-way * slope, kind="stable")
    follow = _up if way == UP else _down
    reached = follow(problem.options, Steps(item[by_slope], option[by_slope]), limits, orders, most, worth)
    return reached, chosen


@compiled
def _steps(
    options: ItemOptions, chosen: IntArray, may: BoolArray, way: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Each item's steps along its hull from where it is: item, option and value per money of each step.

    Args:
        options: of all items.
        chosen: int64, shape (items,): where each item is.
        may: bool, shape (items,): whether it may change.
        way: ``UP`` or ``DOWN``, to more money or to less.

    """
    indptr, value, money, _ = options
    item = np.empty(len(value), np.int64)
    option = np.empty(len(value), np.int64)
    slope = np.empty(len(value))
    count = 0
    for i in range(len(chosen)):
        now = chosen[i]
        last = np.inf if way > 0 else -np.inf
        while may[i]:
            best, best_slope = -1, 0.0
            for j in range(indptr[i], indptr[i + 1]):
                more = way * (money[j] - money[now])
                gain = way * (value[j] - value[now])
                if more <= 0.0 or gain < 0.0 or (way > 0 and gain == 0.0):
                    continue
                at = gain / more
                if best < 0 or way * (at - best_slope) > 0.0:
                    best, best_slope = j, at
            if best < 0:
                break
            # An item's steps stay in their order, even where its hull, as rounded, says otherwise.
            last = min(last, best_slope) if way > 0 else max(last, best_slope)
            item[count], option[count], slope[count] = i, best, last
            count += 1
            now = best
    return item[:count], option[:count], slope[:count]


@compiled
def _up(
    options: ItemOptions,
    steps: Steps,
    limits: SupplierLimits,
    orders: Orders,
    most: tuple[float, float],
    worth: float,
) -> float:
    """Take ``steps`` while they fit; then the one change that gains most of what is left. The objective.

    Args:
        options: of all items.
        steps: in the order in which they are taken.
        limits: of every supplier's order.
        orders: written to.
        most: the budget, and the objective that is not to be passed.
        worth: the objective of ``orders``.

    """
    value, money, volume = options.value, options.money, options.volume
    budget, cap = most
    total = orders.spent.sum()
    blocked = np.zeros(len(orders.chosen), np.bool_)
    for t in range(len(steps.item)):
        i, j = steps.item[t], steps.option[t]
        if blocked[i]:
            continue
        s, now = orders.owner[i], orders.chosen[i]
        more = money[j] - money[now]
        if orders.filled[s] + volume[j] - volume[now] > limits.most[s]:
            blocked[i] = True
            continue

        gain = value[j] - value[now]
        if orders.spent[s] < limits.free_from[s] <= orders.spent[s] + more:
            gain += limits.freight[s]
        if total + more > budget or worth + gain > cap:
            # A higher budget would have taken this step: what follows must not be worth more.
            cap = min(cap, worth + gain)
            break
        _change(options, orders, i, j)
        total += more
        worth += gain
    return _one_more(options, limits, orders, (budget, cap), worth)


@compiled
def _down(
    options: ItemOptions,
    steps: Steps,
    limits: SupplierLimits,
    orders: Orders,
    most: tuple[float, float],
    worth: float,
) -> float:
    """Take ``steps`` back until budget and cap are kept (else -inf). Arguments as in ``_up``."""
    value, money, volume = options.value, options.money, options.volume
    budget, cap = most
    total = orders.spent.sum()
    blocked = np.zeros(len(orders.chosen), np.bool_)
    for t in range(len(steps.item)):
        if total <= budget and worth <= cap:
            break
        i, j = steps.item[t], steps.option[t]
        s, now = orders.owner[i], orders.chosen[i]
        left = orders.spent[s] + money[j] - money[now]
        over_volume = orders.filled[s] + volume[j] - volume[now] > limits.most[s]
        if blocked[i] or left <= 0.0 or left < limits.least[s] or over_volume:
            blocked[i] = True
            continue

        if total > budget:
            # A higher budget would have stopped here: what follows must not be worth more.
            cap = min(cap, worth)
        _change(options, orders, i, j)
        total += money[j] - money[now]
        worth += value[j] - value[now]
    if total > budget or worth > cap:
        return -np.inf
    return _one_more(options, limits, orders, (budget, cap), worth)


@compiled
def _change(options: ItemOptions, orders: Orders, i: int, j: int) -> None:
    """Let item i have the option j."""
    s, now = orders.owner[i], orders.chosen[i]
    orders.spent[s] += options.money[j] - options.money[now]
    orders.filled[s] += options.volume[j] - options.volume[now]
    orders.chosen[i] = j


@compiled_within
def _one_more(
    options: ItemOptions,
    limits: SupplierLimits,
    orders: Orders,
    most: tuple[float, float],
    worth: float,
) -> float:
    """The one change, on the hull or not, that gains most of what the budget leaves, up to the cap."""
    indptr, value, money, volume = options
    budget, cap = most
    room = budget - orders.spent.sum()
    item, option, best = -1, -1, 0.0
    for i in range(len(orders.chosen)):
        s, now = orders.owner[i], orders.chosen[i]
        if not orders.ordered[s]:
            continue
        for j in range(indptr[i], indptr[i + 1]):
            more = money[j] - money[now]
            if not 0.0 <= more <= room or orders.filled[s] + volume[j] - volume[now] > limits.most[s]:
                continue
            gain = value[j] - value[now]
            if orders.spent[s] < limits.free_from[s] <= orders.spent[s] + more:
                gain += limits.freight[s]
            if gain > best and worth + gain <= cap:
                item, option, best = i, j, gain
    if item >= 0:
        _change(options, orders, item, option)
    return worth + best
