"""Lost sales without a lead time, in packs or from a minimum order on: the best order for every stock.

A plain Markov decision process on the stock on hand, solved by policy iteration (Howard 1960).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.solve.base_stock import approximations, no_stock
from forecasting.solve.cost_rate import cost_rate, never_ordering
from forecasting.solve.problem import Problem, wrong
from forecasting.solve.r_q import multiples
from forecasting.solve.s_s import best
from forecasting.solve.service import probability

MOST_STOCK = 1_500


def lost_sales_now(problem: Problem) -> dict[str, Any]:
    """The best orders by stock on hand, with their cost and service."""
    if problem.policy != "best" or problem.parameters:
        raise wrong(
            "policy", "lost sales in packs without lead time are solved as a whole", "Use policy best"
        )
    cost = cost_rate(problem)
    if cost.jump is None:
        raise wrong("pack_size, min_order_quantity", "go with demand in whole units", "Leave them out")
    pack, smallest = multiples(problem)
    fixed = problem.fixed_order_cost
    high = best(cost, fixed)[1]
    top = 2 * high + 2 * smallest + pack
    if top > MOST_STOCK:
        raise wrong("demand", f"takes {top} units in stock, more than {MOST_STOCK}", "Count in larger units")
    pmf = cost.jump.pmf
    stock = np.arange(top + 1)
    chance = np.zeros((top + 1, top + 1))
    for y in range(top + 1):
        reach = min(y, len(pmf) - 1)
        chance[y, y - np.arange(reach + 1)] = pmf[: reach + 1]
        chance[y, 0] += 1.0 - chance[y].sum()
    stage = cost.at(stock.astype(np.float64))
    target = stock.copy()
    target[0] = smallest
    gain = np.inf
    for _ in range(1_000):
        # value[x]: relative cost of opening a period with x; value[0] = 0 and gain stands in its place.
        equations = np.eye(top + 1) - chance[target]
        equations[:, 0] = 1.0
        value = np.linalg.solve(equations, stage[target] + fixed * (target > stock))
        gain, value[0] = float(value[0]), 0.0
        after = stage + chance @ value
        following = target.copy()
        for x in stock:
            choices = np.append(np.arange(x + smallest, top + 1, pack), x)
            total = after[choices] + fixed * (choices > x)
            at = int(np.argmin(total))
            kept = after[target[x]] + fixed * (target[x] > x)
            if total[at] < kept - 1e-11 * (1 + abs(kept)):
                following[x] = choices[at]
        if np.array_equal(following, target):
            break
        target = following
    if never_ordering(cost) <= gain * (1 + 1e-9):
        return no_stock(cost)
    equations = np.eye(top + 1) - chance[target].T
    equations[-1] = 1.0
    shares = np.linalg.solve(equations, np.append(np.zeros(top), 1.0))
    ordering = float(shares @ (target > stock))
    short = float(shares @ cost.short_units(target.astype(np.float64)))
    on_hand = float(shares @ cost.on_hand(target.astype(np.float64)))
    losing = 1 - float(shares @ cost.charged.cdf(target.astype(np.float64)))
    last = int(np.flatnonzero(target > stock)[-1])
    told = approximations(problem, cost)
    return {
        "policy": "optimal",
        "parameters": {"orders": (target - stock)[: last + 1].tolist()},
        "exact": not told,
        **({"approximated": "; ".join(told)} if told else {}),
        "cost_per_period": gain,
        "costs": {
            "holding": cost.holding * on_hand,
            "shortage": cost.short * short,
            "ordering": fixed * ordering,
        },
        # A loss empties the shelf, and an empty shelf orders: a cycle holds one losing period at most.
        "cycle_service_level": probability(1 - losing / ordering),
        "period_service_level": probability(1 - losing),
        "fill_rate": probability(1 - short / cost.demand),
        "safety_stock": last - cost.charged.mean,
        "average_on_hand": on_hand,
        "average_backlog": 0.0,
        "orders_per_period": ordering,
    }
