"""(s, S): when the position is at or below s, order up to S; best where an order has a fixed cost.

The position after ordering is a renewal process: with m(j) the expected number of falls that start j below
S, the cost is c(s, S) = (K + sum of m(j) G(S - j)) / (sum of m(j)), j = 0 .. S - s - 1. The best pair is
found by the algorithm of Zheng and Federgruen (1991, "Finding optimal (s, S) policies is about as simple as
evaluating a single policy") where G has one valley, and by trying every pair where it may have several.

Smooth demand is rounded to steps; G itself is not. Where sales are lost and there is no lead time, the same
holds with s >= 0: an empty shelf always orders.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, critical_ratio
from forecasting.solve import demand as demands
from forecasting.solve.answers import approximations, exactness, no_stock
from forecasting.solve.cost_rate import CostRate, best_level, cost_rate, positions_between, worth_at_most
from forecasting.solve.problem import Problem, check_names, wrong
from forecasting.solve.service import lattice_cycles, measures
from models.shared.compile import compiled

STEPS_PER_DEVIATION = 100
"""How finely smooth demand is cut: steps to a standard deviation of a period's demand."""

MOST_STEPS = 20_000
"""Steps that the highest demand of a period is cut into at most."""

MOST_PRODUCTS = 4_000_000_000
"""Products in a renewal function that are worth waiting for."""


def s_s(problem: Problem) -> dict[str, Any]:
    """The best (s, S), units, or the given one, with its cost and service.

    Raises RequestError where s and S do not fit, or positions are too many to tell apart.

    The first row of Zheng and Federgruen's (1991) table: s = 6, S = 40, at 35.022 a period.

    >>> from forecasting.solve.problem import parse
    >>> answer = s_s(parse({
    ...     "demand": {"family": "poisson", "mean": 10}, "holding": 1,
    ...     "shortage": {"per_unit_period": 9}, "fixed_order_cost": 64}))
    >>> answer["parameters"], round(answer["cost_per_period"], 4)
    ({'s': 6, 'S': 40}, 35.0216)

    """
    cost, step = on_lattice(problem)
    assert cost.jump is not None
    check_names(problem.parameters or {}, ["s", "S"], "parameters")
    if problem.parameters:
        low, high = _given(problem, step)
    else:
        low, high, total = best(cost, problem.fixed_order_cost * cost.rate, step)
        if cost.never_ordering <= total:
            return no_stock(cost)

    visits = renewal(cost.jump.pmf, high - low)
    shares = (visits / visits.sum())[::-1]
    positions = positions_between(low + 1, high, step)
    orders, cycle_service = lattice_cycles(cost, positions, shares, low * step, step)
    fixed = problem.fixed_order_cost
    answer = measures(cost, positions, shares, orders, fixed, cycle_service, low * step)

    inexact = approximations(problem, cost)
    if demands.is_smooth(problem.demand):
        inexact.append(f"a period's demand rounded to steps of {step:.3g}")
    return {
        "policy": "sS",
        "parameters": {"s": _number(low, step), "S": _number(high, step)},
        **exactness(inexact),
        **answer,
    }


def on_lattice(problem: Problem) -> tuple[CostRate, float]:
    """The cost rate with falls on a lattice, and the lattice's step in units."""
    cost = cost_rate(problem)
    if cost.jump is not None:
        return cost, 1.0
    if problem.review == "continuous":
        raise wrong("policy sS", "goes with demand in whole units under continuous review", "Use policy rQ")
    step = demands.finest_step(problem.demand, STEPS_PER_DEVIATION, MOST_STEPS)
    return replace(cost, jump=demands.Jump(demands.steps(problem.demand, step), 1.0)), step


def best(cost: CostRate, fixed: float, step: float = 1.0) -> tuple[int, int, float]:
    """The best (s, S), in steps, and its cost per period.

    Args:
        cost: the cost rate, its falls on a lattice.
        fixed: K nu, money: order cost per order times falls per period.
        step: units in a step.

    """
    assert cost.jump is not None
    bottom = round(best_level(cost) / step)
    if cost.lost:
        bottom = max(bottom, 1)
    ceiling = min(_reachable(cost, fixed, bottom, step), cost.never_ordering) * (1 + 1e-9) + 1e-12
    low, high = worth_at_most(cost, ceiling, step)
    pmf = cost.jump.pmf
    if (high - low) * min(len(pmf), high - low) > MOST_PRODUCTS:
        raise wrong(
            "demand",
            f"and orders spread over {high - low} units, too many to tell apart",
            "Count in larger units, or give family normal or gamma",
        )
    if not cost.convex:
        # Several valleys: every pair is tried.
        values = cost.at(positions_between(low, max(high, bottom + 1), step))
        s, large, total = _exhaustive(values, pmf, fixed)
        return low + s - 1, low + large, total

    high = max(high, bottom + 2)
    low = min(low, bottom) if cost.lost else min(low, bottom - 1)
    while True:
        values = cost.at(positions_between(low, high, step))
        s, large, total = _zheng_federgruen(values, pmf, fixed, bottom - low, cost.lost)
        if large < 0:
            low -= high - low  # the search for s ran off the end
            continue
        return low + s, low + large, total


def renewal(pmf: FloatArray, span: int) -> FloatArray:
    """m(0..span-1): expected falls that start j steps below S, before the position is span below it."""
    visits = np.zeros(span)
    _renewal(pmf, visits)
    return visits


def _given(problem: Problem, step: float) -> tuple[int, int]:
    given = problem.parameters or {}
    for name in ("s", "S"):
        if name not in given:
            raise wrong(f"parameters.{name}", "is missing", "Give both s and S")
        if step == 1.0 and given[name] != int(given[name]):
            raise wrong(f"parameters.{name}", f"{given[name]:g} is no whole unit", "Give whole units")
    if given["S"] <= given["s"]:
        raise wrong("parameters.S", f"{given['S']:g} is not above s = {given['s']:g}", "Give S above s")
    if problem.lost and given["s"] < 0:
        raise wrong("parameters.s", "is below 0, where lost sales leave no backlog", "Give 0 or more")
    low, high = round(given["s"] / step), round(given["S"] / step)
    return low, max(high, low + 1)


def _reachable(cost: CostRate, fixed: float, bottom: int, step: float) -> float:
    """The cost of a sensible pair (the economic order quantity about the bottom): the best costs less."""
    assert cost.jump is not None
    fall = float(np.arange(len(cost.jump.pmf)) @ cost.jump.pmf)
    backlog = cost.backlog + cost.short
    holding = cost.holding * step
    batch = int((2 * fixed * fall * (holding + backlog * step) / (holding * backlog * step)) ** 0.5) + 1
    above = int(batch * critical_ratio(backlog, cost.holding))
    pairs = [(bottom - 1, bottom)]
    if batch * min(batch, len(cost.jump.pmf)) < MOST_PRODUCTS:
        pairs.append((bottom + above - batch, bottom + above))
    total = np.inf
    for start, high in pairs:
        low = max(start, 0) if cost.lost else start
        if high <= low:
            continue
        visits = renewal(cost.jump.pmf, high - low)
        values = cost.at(positions_between(low + 1, high, step)[::-1])
        total = min(total, float((fixed + visits @ values) / visits.sum()))
    return total


def _number(steps: int, step: float) -> float | int:
    return steps if step == 1.0 else steps * step


@compiled
def _renewal(pmf: FloatArray, visits: FloatArray) -> None:
    """m(j) into ``visits``: the renewal equation m = 1 + pmf * m, falls of 0 left out."""
    stays = 1.0 - pmf[0]
    visits[0] = 1.0 / stays
    for j in range(1, len(visits)):
        total = 0.0
        for d in range(1, min(j, len(pmf) - 1) + 1):
            total += pmf[d] * visits[j - d]
        visits[j] = total / stays


@compiled
def _cost(values: FloatArray, visits: FloatArray, fixed: float, s: int, large: int) -> float:
    """c(s, S) of the positions with the indices ``s`` and ``large``."""
    total = fixed
    time = 0.0
    for j in range(large - s):
        total += visits[j] * values[large - j]
        time += visits[j]
    return total / time


@compiled
def _zheng_federgruen(
    values: FloatArray, pmf: FloatArray, fixed: float, bottom: int, lost: bool
) -> tuple[int, int, float]:
    """The indices of s and S in ``values``, and their cost; S = -1 where the search for s ran off the end.

    Args:
        values: float64, shape (n,): G of ascending positions, with one valley.
        pmf: float64: the probability of a fall by 0, 1, .. positions.
        fixed: K nu, money.
        bottom: the index of the least of ``values``.
        lost: whether sales are lost: ``values`` then begins at position 1, and s may be the one before (-1).

    """
    visits = np.zeros(len(values) + 1)
    _renewal(pmf, visits)
    last = -1 if lost else 0
    s = bottom - 1
    if s < last:
        return s, -1, 0.0
    best_large = bottom
    while s > last and _cost(values, visits, fixed, s, bottom) > values[s]:
        s -= 1
    if not lost and s == last and _cost(values, visits, fixed, s, bottom) > values[s]:
        return s, -1, 0.0

    # A better S lies where G is no dearer than the best pair so far; with it s can only rise.
    least = _cost(values, visits, fixed, s, bottom)
    large = bottom + 1
    while large < len(values) and values[large] <= least:
        total = _cost(values, visits, fixed, s, large)
        if total < least:
            best_large = large
            while s + 1 < bottom and _cost(values, visits, fixed, s, best_large) <= values[s + 1]:
                s += 1
            least = _cost(values, visits, fixed, s, best_large)
        large += 1
    return s, best_large, least


@compiled
def _exhaustive(values: FloatArray, pmf: FloatArray, fixed: float) -> tuple[int, int, float]:
    """The indices of s + 1 and S in ``values`` with the least cost of all pairs, and that cost."""
    visits = np.zeros(len(values))
    _renewal(pmf, visits)
    least = np.inf
    best_first = 0
    best_large = 0
    for large in range(len(values)):
        total = fixed
        time = 0.0
        for j in range(large + 1):
            total += visits[j] * values[large - j]
            time += visits[j]
            if total < least * time * (1.0 - 1e-13):
                least = total / time
                best_first = large - j
                best_large = large
    return best_first, best_large, least
