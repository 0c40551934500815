"""Base stock and (s, S) for lost sales with a lead time, fixed or random: found by simulation.

No formula gives these levels. They are searched for, all of them meeting the same demand and lead times, so
that differences between them are sharp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from forecasting.domain import IntArray
from forecasting.solve.answers import no_stock
from forecasting.solve.lost_sales.lattice_problem import LatticeProblem
from forecasting.solve.lost_sales.simulation import LONG, SHORT, Averages, answer_of, simulated
from forecasting.solve.lost_sales.simulation_kernels import follow_levels
from forecasting.solve.problem import Problem, check_names, wrong


def levels_policy(problem: Problem, terms: LatticeProblem) -> dict[str, Any]:
    """Base stock or (s, S): levels of the position, found and evaluated by simulation.

    The same by a base stock, which looks at the position alone (Zipkin 2008, table 1):

    >>> from forecasting.solve.lost_sales.lattice_problem import lattice_problem
    >>> from forecasting.solve.problem import parse
    >>> problem = parse({
    ...     "demand": {"family": "poisson", "mean": 5}, "lead_time": 2, "policy": "base_stock",
    ...     "holding": 1, "shortage": {"kind": "lost", "per_unit": 4}})
    >>> answer = levels_policy(problem, lattice_problem(problem))
    >>> answer["parameters"], round(answer["cost_per_period"], 1)
    ({'S': 16}, 4.6)

    """
    one_level = problem.policy == "base_stock" or terms.single_orders
    names = ["S"] if one_level else ["s", "S"]
    check_names(problem.parameters or {}, names, "parameters")
    leads = _lead_times(terms)

    def followed(low: int, high: int, periods: int) -> Averages:
        return simulated(
            terms,
            lambda demand, tally: follow_levels(demand, leads, low, high, terms.ordering, tally),
            periods,
        )

    def cost(low: int, high: int) -> float:
        if low < 0 or high < low + terms.pack:
            return np.inf
        return followed(low, high, SHORT).cost(terms)

    if problem.parameters:
        low, high = _given(terms, problem.parameters, names)
    else:
        low, high = _searched(terms, cost, tied=one_level)
    found = followed(low, high, LONG)

    levels = {"S": high} if one_level else {"s": low, "S": high}
    inexact = [*terms.approximations(problem), f"found and evaluated by simulation of {LONG} periods"]
    answer = {
        "policy": "base_stock" if one_level else "sS",
        "parameters": {
            name: level if terms.step == 1 else level * terms.step for name, level in levels.items()
        },
        "exact": False,
        "approximated": "; ".join(inexact),
        **answer_of(terms, found, None),
    }
    if terms.cost.never_ordering <= answer["cost_per_period"] and not problem.parameters:
        return no_stock(terms.cost)
    return answer


def _lead_times(terms: LatticeProblem) -> IntArray:
    """The lead time of an order placed in each period: int64, shape (LONG,)."""
    times = np.array([time for time, _ in terms.leads])
    chances = np.array([chance for _, chance in terms.leads])
    return times[np.random.default_rng(2).choice(len(times), LONG, p=chances)].astype(np.int64)


def _given(terms: LatticeProblem, parameters: dict[str, float], names: list[str]) -> tuple[int, int]:
    """S and S as given, in steps."""
    given = parameters.items()
    steps = {name: round(value / terms.step) for name, value in given}
    broken = any(abs(steps[name] * terms.step - value) > 1e-9 * (1 + abs(value)) for name, value in given)
    if (broken and terms.step == 1) or set(steps) != set(names):
        raise wrong("parameters", f"are not whole {' and '.join(names)}", "Give them in whole units")

    high = steps["S"]
    low = steps.get("s", high - terms.pack)
    if low < 0 or high < low + terms.pack:
        raise wrong("parameters", "need 0 <= s, and S a pack or more above it", "Change them")
    return low, high


def _searched(terms: LatticeProblem, cost: Callable[[int, int], float], tied: bool) -> tuple[int, int]:
    """The best levels, from those of a backlog on, by steps that halve (pattern search; Hooke, Jeeves 1961).

    ``tied``: s is a pack below S.
    """
    high = terms.backorder_level(terms.lead + 1)
    batch = int((2 * terms.fixed * terms.mean / terms.holding) ** 0.5)
    batch = max(batch, terms.pack)
    low = max(high - terms.pack if tied else high - int(terms.mean), 0)
    high = low + (terms.pack if tied else batch)

    least = cost(low, high)
    stride = max(high // 8, 1)
    while True:
        moves = [(stride, stride), (-stride, -stride)]
        if not tied:
            moves += [(stride, 0), (-stride, 0), (0, stride), (0, -stride)]
        trials = [(cost(low + a, high + b), low + a, high + b) for a, b in moves]
        best = min(trials)
        if best[0] < least:
            least, low, high = best
        elif stride == 1:
            return low, high
        else:
            stride = max(stride // 2, 1)
