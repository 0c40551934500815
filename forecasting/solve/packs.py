"""(s, S) in whole packs and from a minimum order on.

When the position x is at or below s, order as many packs as take it as near to S as they go without
passing it, and the smallest order that is allowed at least. S is at least s + a pack, so that the position
after ordering is above s. With packs and no fixed cost, S = s + pack is the (r, nQ) policy, which is best
of all (Veinott 1965); with fixed costs or minimum orders the best of all has no simple form, and the answer
is the best of this family.

The position above s after ordering is a Markov chain that depends on S - s alone: one chain gives the cost
for every s at once, as G averaged over its shares from each s on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from forecasting.domain import FloatArray
from forecasting.solve import demand as demands
from forecasting.solve.answers import approximations, exactness, no_stock
from forecasting.solve.cost_rate import CostRate, cost_rate, positions_between
from forecasting.solve.problem import Problem, whole_packs, wrong
from forecasting.solve.s_s import best, on_lattice
from forecasting.solve.service import lattice_cycles, measures
from models.shared.compile import compiled

WIDTHS = 48
"""Widths S - s tried at once; the search then narrows to the gaps beside the best."""

WIDEST = 3_000
"""Positions above s that are told apart: a chain of so many states is solved exactly."""

STEPS_PER_DEVIATION = 10
"""How finely smooth demand is cut."""


@dataclass(frozen=True)
class _Terms:
    """The cost rate on a lattice of ``step`` units; the pack and the smallest order in steps."""

    cost: CostRate
    step: float
    pack: int
    smallest: int
    fixed: float


def s_s_in_packs(problem: Problem) -> dict[str, Any]:
    """The best s and S, units, that packs and the minimum order allow, with their cost and service.

    Raises RequestError where s and S do not fit, or positions are too many to tell apart.

    Zheng and Federgruen's (1991) first row once more, in packs of ten:

    >>> from forecasting.solve.problem import parse
    >>> answer = s_s_in_packs(parse({
    ...     "demand": {"family": "poisson", "mean": 10}, "holding": 1, "pack_size": 10,
    ...     "shortage": {"per_unit_period": 9}, "fixed_order_cost": 64}))
    >>> answer["parameters"], round(answer["cost_per_period"], 4)
    ({'s': 6, 'S': 44, 'pack_size': 10}, 35.1371)

    """
    if problem.lost:
        raise wrong("policy", "packs and lost sales go with policy best alone", "Use policy best")
    terms = _terms(problem)
    cost, step = terms.cost, terms.step
    if problem.parameters:
        low, high = _given(problem.parameters, terms)
    else:
        low, high, total = _search(terms)
        if cost.never_ordering <= total:
            return no_stock(cost)

    shares = _shares(terms, high - low)
    positions = positions_between(low + 1, low + len(shares), step)
    orders, cycle_service = lattice_cycles(cost, positions, shares, low * step, step)
    inexact = approximations(problem, cost)
    if step != 1:
        inexact.append(f"a period's demand rounded to steps of {step:.3g}")
    fixed = problem.fixed_order_cost
    return {
        "policy": "sS",
        "parameters": _parameters(problem, terms, low, high),
        **exactness(inexact),
        "best_among": "policies of this form",
        **measures(cost, positions, shares, orders, fixed, cycle_service, low * step),
    }


def _given(parameters: dict[str, float], terms: _Terms) -> tuple[int, int]:
    """S and S as given, in steps."""
    step = terms.step
    low, high = (round(parameters.get(name, 0.0) / step) for name in ("s", "S"))
    whole = all(
        abs(parameters.get(name, np.inf) - steps * step) <= (0 if step == 1 else step)
        for name, steps in (("s", low), ("S", high))
    )
    if not whole or len(parameters) != 2 or high < low + terms.pack:
        raise wrong("parameters", "are no whole s and S with S at least a pack above s", "Change them")
    return low, high


def _parameters(problem: Problem, terms: _Terms, low: int, high: int) -> dict[str, float]:
    """What an answer names, in units."""
    number = int if terms.step == 1 else float
    parameters: dict[str, float] = {"s": number(low * terms.step), "S": number(high * terms.step)}
    if problem.pack_size != 1:
        parameters["pack_size"] = number(problem.pack_size)
    if terms.smallest > terms.pack:
        parameters["min_order_quantity"] = number(terms.smallest * terms.step)
    return parameters


def _terms(problem: Problem) -> _Terms:
    cost = cost_rate(problem)
    if cost.jump is not None:
        pack, smallest = whole_packs(problem)
        return _Terms(cost, 1.0, pack, smallest, problem.fixed_order_cost * cost.rate)
    if problem.review == "continuous":
        raise wrong("policy sS", "goes with demand in whole units under continuous review", "Use policy rQ")
    cost, _ = on_lattice(problem)
    # A pack, or else the minimum order, is a whole number of steps.
    unit = problem.pack_size if problem.pack_size != 1 else problem.min_order_quantity
    step = demands.finest_step(problem.demand, STEPS_PER_DEVIATION, WIDEST)
    step = unit / max(np.ceil(unit / step), 1)
    pack = round(unit / step) if problem.pack_size != 1 else 1
    packs = max(int(np.ceil(problem.min_order_quantity / (pack * step) - 1e-9)), 1)
    cost = replace(cost, jump=demands.Jump(demands.steps(problem.demand, step), 1.0))
    return _Terms(cost, step, pack, packs * pack, problem.fixed_order_cost)


def _search(terms: _Terms) -> tuple[int, int, float]:
    """The best s, S and cost: every width where there are few, a narrowing grid where there are many."""
    cost, pack, smallest = terms.cost, terms.pack, terms.smallest
    assert cost.jump is not None
    free_low, free_high, _ = best(cost, terms.fixed, terms.step)
    widest = 2 * (free_high - free_low) + 2 * pack + smallest
    if widest + smallest + pack > WIDEST:
        raise wrong(
            "pack_size, min_order_quantity",
            f"positions spread over {widest + smallest + pack} units, more than the {WIDEST} told apart",
            "Count in larger units, or leave out a pack that is small beside demand",
        )
    first = free_low - 2 * widest
    grid = cost.at(positions_between(first, free_high + 2 * widest + smallest, terms.step))
    beyond = np.append(np.cumsum(cost.jump.pmf[::-1])[::-1], 0.0)

    def of_width(width: int) -> tuple[float, int]:
        shares = _shares(terms, width)
        orders = float(shares @ beyond[np.minimum(np.arange(1, len(shares) + 1), len(beyond) - 1)])
        averages = np.correlate(grid, shares, "valid")
        index = int(np.argmin(averages))
        return float(averages[index]) + terms.fixed * orders, first + index - 1

    # Every width where there are few, else a grid that narrows about the best.
    known: dict[int, tuple[float, int]] = {}
    start, stop = pack, widest
    while True:
        stride = max((stop - start) // WIDTHS, 1)
        for width in range(start, stop + 1, stride):
            if width not in known:
                known[width] = of_width(width)
        at = min(known, key=lambda width: known[width][0])
        if stride == 1:
            total, low = known[at]
            return low, low + at, total
        start, stop = max(at - 2 * stride, pack), min(at + 2 * stride, widest)


def _shares(terms: _Terms, width: int) -> FloatArray:
    """Share of the falls that start at s + 1, s + 2, ...: the stationary distribution of the chain."""
    assert terms.cost.jump is not None
    states = max(width, terms.smallest)
    chain = np.zeros((states, states))
    _chain(terms.cost.jump.pmf, width, terms.pack, terms.smallest, chain)
    # Demand and packs in common multiples keep to some positions: those that S leads to.
    reached = np.sort(csgraph.breadth_first_order(sparse.csr_array(chain), width - 1)[0])
    equations = chain[np.ix_(reached, reached)].T - np.eye(len(reached))
    equations[-1] = 1.0
    right = np.zeros(len(reached))
    right[-1] = 1.0
    shares = np.zeros(states)
    shares[reached] = np.maximum(np.linalg.solve(equations, right), 0.0)
    shares = np.trim_zeros(shares, "b")
    return shares / shares.sum()


@compiled
def _chain(pmf: FloatArray, width: int, pack: int, smallest: int, chain: FloatArray) -> None:
    """Where the position s + 1 + k goes after a fall and the order that it brings.

    Args:
        pmf: float64: the probability of a fall by 0, 1, .. steps.
        width: S - s. ``pack``, ``smallest``: of orders. All in steps.
        chain: float64, shape (n, n), 0, written: row k from s + 1 + k, column j to s + 1 + j.

    """
    for k in range(len(chain)):
        for fall in range(len(pmf)):
            above = k + 1 - fall
            if above <= 0:
                ordered = (width - above) // pack * pack
                above += max(ordered, smallest)
            chain[k, above - 1] += pmf[fall]
