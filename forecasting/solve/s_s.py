"""(s, S): when the position is at or below s, order up to S; best where an order has a fixed cost.

The position after ordering is a renewal process: with m(j) the expected number of falls that start j below
S, the cost is c(s, S) = (K + sum of m(j) G(S - j)) / (sum of m(j)), j = 0 .. S - s - 1. The best pair is
found by the algorithm of Zheng and Federgruen (1991, "Finding optimal (s, S) policies is about as simple as
evaluating a single policy") where G has one valley, and by trying every pair where it may have several.

Smooth demand is rounded to steps; G itself is not. Where sales are lost and there is no lead time, the same
holds with s >= 0: an empty shelf always orders.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.domain import FloatArray
from forecasting.solve import demand as demands
from forecasting.solve.base_stock import approximations, no_stock
from forecasting.solve.cost_rate import CostRate, cost_rate, lowest, never_ordering, places, worth_at_most
from forecasting.solve.problem import Problem, check_names, wrong
from forecasting.solve.service import lattice_cycles, measures
from models.shared.compile import compiled

STEPS_PER_DEVIATION = 100
"""How finely smooth demand is cut: steps to a standard deviation of a period's demand."""
MOST_STEPS = 20_000
MOST_PRODUCTS = 4_000_000_000
"""Products in a renewal function that are worth waiting for."""


def s_s(problem: Problem) -> dict[str, Any]:
    """The best (s, S), or the given one, with its cost and service."""
    cost, step = on_lattice(problem)
    assert cost.jump is not None
    fixed = problem.fixed_order_cost * cost.rate
    check_names(problem.parameters or {}, ["s", "S"], "parameters")
    if problem.parameters:
        low, high = _given(problem, step)
    else:
        low, high, total = best(cost, fixed, step)
        if never_ordering(cost) <= total:
            return no_stock(cost)
    span = high - low
    visits = renewal(cost.jump.pmf, span)
    shares = (visits / visits.sum())[::-1]
    positions = places(low + 1, high, step)
    orders, cycle_service = lattice_cycles(cost, positions, shares, low * step, step)
    answer = measures(cost, positions, shares, orders, problem.fixed_order_cost, cycle_service, low * step)
    told = approximations(problem, cost)
    if demands.is_smooth(problem.demand):
        told.append(f"a period's demand rounded to steps of {step:.3g}")
    return {
        "policy": "sS",
        "parameters": {"s": _number(low, step), "S": _number(high, step)},
        "exact": not told,
        **({"approximated": "; ".join(told)} if told else {}),
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
    pmf = demands.steps(problem.demand, step)
    given = {**cost.__dict__, "jump": demands.Jump(pmf, 1.0)}
    return CostRate(**{name: given[name] for name in CostRate.__dataclass_fields__}), step


def best(cost: CostRate, fixed: float, step: float = 1.0) -> tuple[int, int, float]:
    """The best (s, S), in steps, and its cost. ``fixed``: order cost per fall of the position."""
    assert cost.jump is not None
    bottom = round(lowest(cost) / step)
    if cost.lost:
        bottom = max(bottom, 1)
    ceiling = min(_reachable(cost, fixed, bottom, step), never_ordering(cost)) * (1 + 1e-9) + 1e-12
    low, high = worth_at_most(cost, ceiling, step)
    pmf = cost.jump.pmf
    if (high - low) * min(len(pmf), high - low) > MOST_PRODUCTS:
        raise wrong(
            "demand",
            f"and orders spread over {high - low} units, too many to tell apart",
            "Count in larger units, or give family normal or gamma",
        )
    if not cost.convex:
        values = cost.at(places(low, max(high, bottom + 1), step))
        s, large, total = _exhaustive(values, pmf, fixed)
        return low + s - 1, low + large, total
    high = max(high, bottom + 2)
    low = min(low, bottom) if cost.lost else min(low, bottom - 1)
    while True:
        values = cost.at(places(low, high, step))
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
    above = int(batch * backlog / (backlog + cost.holding))
    pairs = [(bottom - 1, bottom)]
    if batch * min(batch, len(cost.jump.pmf)) < MOST_PRODUCTS:
        pairs.append((bottom + above - batch, bottom + above))
    total = np.inf
    for start, high in pairs:
        low = max(start, 0) if cost.lost else start
        if high <= low:
            continue
        visits = renewal(cost.jump.pmf, high - low)
        values = cost.at(places(low + 1, high, step)[::-1])
        total = min(total, float((fixed + visits @ values) / visits.sum()))
    return total


def _number(steps: int, step: float) -> float | int:
    return steps if step == 1.0 else steps * step


@compiled
def _renewal(pmf: FloatArray, visits: FloatArray) -> None:
    stays = 1.0 - pmf[0]
    visits[0] = 1.0 / stays
    for j in range(1, len(visits)):
        total = 0.0
        for d in range(1, min(j, len(pmf) - 1) + 1):
            total += pmf[d] * visits[j - d]
        visits[j] = total / stays


@compiled
def _cost(values: FloatArray, visits: FloatArray, fixed: float, s: int, large: int) -> float:
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
    """Places of s and S in ``values`` (G, ascending positions) and the cost; S = -1 where s ran out.

    Where sales are lost, ``values`` begins at position 1, and s may be the place before it (-1).
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
    """Places of s + 1 and S in ``values`` with the least cost of all pairs, and that cost."""
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
