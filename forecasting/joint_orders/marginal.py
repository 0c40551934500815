"""Single items by marginal value: spending what is left of a budget, and giving back what is too much.

From a given choice, each item's steps along its concave hull in (money, value) are sorted by value per unit
of money: upwards the highest first, downwards the lowest first. The order of the steps, and which of them the
limits of a supplier forbid, depend on the choice they start from alone. The choices that a walk passes
through therefore form one chain in which more money goes with more value, and a budget only says how far the
walk goes: see ``forecasting.joint_orders.ladder`` for why that matters.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np

from forecasting.joint_orders.problem import Problem
from forecasting.joint_orders.terms import Integers
from models.shared.compile import compiled


def spend(
    problem: Problem, chosen: Integers, worth: float, budget: float, cap: float
) -> tuple[float, Integers]:
    """Add single items' steps to ``chosen`` while they fit ``budget`` and ``cap``.

    Args:
        chosen: (items,), flat options in sorted order, feasible; a supplier not ordered from stays so.
        worth: the objective of ``chosen``.

    Returns the objective and the choice.

    """
    return _walk(problem, chosen, worth, budget, cap, 1)


def give_back(
    problem: Problem, chosen: Integers, worth: float, budget: float, cap: float
) -> tuple[float, Integers]:
    """Take single items' steps from ``chosen`` until it fits ``budget`` and its objective ``cap``.

    Returns the objective and the choice; -inf where it cannot be made to fit.

    """
    return _walk(problem, chosen, worth, budget, cap, -1)


def _walk(
    problem: Problem, chosen: Integers, worth: float, budget: float, cap: float, way: int
) -> tuple[float, Integers]:
    chosen = chosen.copy()
    options = (problem.indptr, problem.value, problem.money, problem.volume, problem.owner)
    ordered = problem.by_supplier((chosen != problem.indptr[:-1]).astype(float)) > 0
    spent = problem.by_supplier(problem.money[chosen])
    filled = problem.by_supplier(problem.volume[chosen])
    item, option, slope = _steps(
        problem.indptr, problem.value, problem.money, chosen, ordered[problem.owner], way
    )
    order = np.argsort(-way * slope, kind="stable")
    least = problem.least_now(spent)
    limits = (least, problem.limits[:, 0, 1].copy(), problem.free_from, problem.terms.freight_cost)
    fits = np.array([budget, cap])
    go = _up if way > 0 else _down
    reached = go(options, item[order], option[order], limits, ordered, spent, filled, fits, worth, chosen)
    return reached, chosen


@compiled
def _steps(indptr, value, money, chosen, may, way):
    """Each item's steps along its hull from where it is: item, option and value per money of each step."""
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
            last = min(last, best_slope) if way > 0 else max(last, best_slope)
            item[count], option[count], slope[count] = i, best, last
            count += 1
            now = best
    return item[:count], option[:count], slope[:count]


@compiled
def _up(options, item, option, limits, ordered, spent, filled, fits, worth, chosen):
    _, value, money, volume, owner = options
    _, most, free_from, freight = limits
    budget, cap = fits
    total = spent.sum()
    blocked = np.zeros(len(chosen), np.bool_)
    for t in range(len(item)):
        i, j = item[t], option[t]
        if blocked[i]:
            continue
        s, now = owner[i], chosen[i]
        more = money[j] - money[now]
        if filled[s] + volume[j] - volume[now] > most[s]:
            blocked[i] = True
            continue
        gain = value[j] - value[now]
        if spent[s] < free_from[s] <= spent[s] + more:
            gain += freight[s]
        if total + more > budget or worth + gain > cap:
            cap = min(cap, worth + gain)
            break
        _change(options, i, j, spent, filled, chosen)
        total += more
        worth += gain
    return _one_more(options, limits, ordered, spent, filled, budget, cap, worth, chosen)


@compiled
def _down(options, item, option, limits, ordered, spent, filled, fits, worth, chosen):
    _, value, money, volume, owner = options
    least, most, _, _ = limits
    budget, cap = fits
    total = spent.sum()
    blocked = np.zeros(len(chosen), np.bool_)
    for t in range(len(item)):
        if total <= budget and worth <= cap:
            break
        i, j = item[t], option[t]
        s, now = owner[i], chosen[i]
        left = spent[s] + money[j] - money[now]
        if blocked[i] or left <= 0.0 or left < least[s] or filled[s] + volume[j] - volume[now] > most[s]:
            blocked[i] = True
            continue
        if total > budget:
            cap = min(cap, worth)
        _change(options, i, j, spent, filled, chosen)
        total += money[j] - money[now]
        worth += value[j] - value[now]
    if total > budget or worth > cap:
        return -np.inf
    return _one_more(options, limits, ordered, spent, filled, budget, cap, worth, chosen)


@compiled
def _change(options, i, j, spent, filled, chosen):
    _, _, money, volume, owner = options
    spent[owner[i]] += money[j] - money[chosen[i]]
    filled[owner[i]] += volume[j] - volume[chosen[i]]
    chosen[i] = j


@compiled
def _one_more(options, limits, ordered, spent, filled, budget, cap, worth, chosen):
    """The one change, on the hull or not, that gains most of what the budget leaves, up to ``cap``."""
    indptr, value, money, volume, owner = options
    _, most, free_from, freight = limits
    room = budget - spent.sum()
    item, option, best = -1, -1, 0.0
    for i in range(len(chosen)):
        s, now = owner[i], chosen[i]
        if not ordered[s]:
            continue
        for j in range(indptr[i], indptr[i + 1]):
            more = money[j] - money[now]
            if not 0.0 <= more <= room or filled[s] + volume[j] - volume[now] > most[s]:
                continue
            gain = value[j] - value[now]
            if spent[s] < free_from[s] <= spent[s] + more:
                gain += freight[s]
            if gain > best and worth + gain <= cap:
                item, option, best = i, j, gain
    if item >= 0:
        _change(options, item, option, spent, filled, chosen)
    return worth + best
