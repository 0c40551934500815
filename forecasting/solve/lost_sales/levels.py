"""Base stock and (s, S) for lost sales with a lead time, fixed or random: found by simulation.

All policies meet the same demand and lead times, so that differences between them are sharp.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.solve.base_stock import no_stock
from forecasting.solve.cost_rate import never_ordering
from forecasting.solve.lost_sales import kernels
from forecasting.solve.lost_sales.terms import LONG, SHORT, Tally, Terms, answer_of, told_of, walk
from forecasting.solve.problem import Problem, check_names, wrong


def levels_policy(problem: Problem, terms: Terms) -> dict[str, Any]:
    """Base stock or (s, S): levels of the position, found and evaluated by simulation."""
    names = ["S"] if problem.policy == "base_stock" or not (terms.fixed or terms.fewest > 1) else ["s", "S"]
    check_names(problem.parameters or {}, names, "parameters")
    generator = np.random.default_rng(2)
    times = np.array([time for time, _ in terms.leads])
    chances = np.array([chance for _, chance in terms.leads])
    leads = times[generator.choice(len(times), LONG, p=chances)].astype(np.int64)

    def follow(low: int, high: int, periods: int) -> Tally:
        return walk(
            terms,
            lambda demand, out: kernels.walk_levels(demand, leads, low, high, terms.kernel(0), out),
            periods,
        )

    def cost(low: int, high: int) -> float:
        if low < 0 or high < low + terms.pack:
            return np.inf
        tally = follow(low, high, SHORT)
        return terms.holding * tally.left + terms.short * tally.lost + terms.fixed * tally.orders

    if problem.parameters:
        steps = {name: round(value / terms.step) for name, value in problem.parameters.items()}
        if any(
            abs(steps[name] * terms.step - value) > 1e-9 * (1 + abs(value)) and terms.step == 1
            for name, value in problem.parameters.items()
        ) or set(steps) != set(names):
            raise wrong("parameters", f"are not whole {' and '.join(names)}", "Give them in whole units")
        high = steps["S"]
        low = steps.get("s", high - terms.pack)
        if low < 0 or high < low + terms.pack:
            raise wrong("parameters", "need 0 <= s, and S a pack or more above it", "Change them")
    else:
        low, high = _pattern(terms, cost, tied=names == ["S"])
    tally = follow(low, high, LONG)
    told = [*told_of(problem, terms), f"found and evaluated by simulation of {LONG} periods"]
    levels = {"s": low, "S": high} if names == ["s", "S"] else {"S": high}
    whole = terms.step == 1
    answer = {
        "policy": "sS" if len(levels) == 2 else "base_stock",
        "parameters": {name: level if whole else level * terms.step for name, level in levels.items()},
        "exact": False,
        "approximated": "; ".join(told),
        **answer_of(terms, tally, None),
    }
    if never_ordering(terms.cost) <= answer["cost_per_period"] and not problem.parameters:
        return no_stock(terms.cost)
    return answer


def _pattern(terms: Terms, cost: Any, tied: bool) -> tuple[int, int]:
    """The best levels, from those of a backlog on, by steps that halve."""
    high = terms.fractile(terms.lead + 1)
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
