"""Base stock: bring the position up to S at every review (or demand); best where ordering is free.

The newsvendor is the same for a single period without lead time (Arrow, Harris, Marschak 1951; Snyder and
Shen 2019, chapter 4): S is the fractile b / (b + h) of demand over the protection interval, or, where
units short are charged once, the bottom of the cost curve.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.solve.cost_rate import CostRate, cost_rate, lowest, never_ordering
from forecasting.solve.demand import SMOOTH
from forecasting.solve.demand_distribution import Lattice
from forecasting.solve.problem import Problem, check_names, wrong
from forecasting.solve.service import measures


def base_stock(problem: Problem) -> dict[str, Any]:
    """The best S, or the given one, with its cost and service."""
    cost = cost_rate(problem)
    check_names(problem.parameters or {}, ["S"], "parameters")
    level = problem.parameters["S"] if problem.parameters else lowest(cost)
    if problem.lost and level < 0:
        raise wrong("parameters.S", "is below 0, where lost sales leave no backlog", "Give 0 or more")
    fixed = problem.fixed_order_cost
    orders = cost.rate * (cost.jump.moves if cost.jump else 1.0)
    at = np.array([level])
    answer = measures(cost, at, np.ones(1), orders, fixed, float(cost.charged.cdf(at)[0]), level)
    if not problem.parameters and never_ordering(cost) < answer["cost_per_period"] - 1e-12:
        return no_stock(cost)
    named = int(level) if cost.jump is not None and level == int(level) else level
    return {"policy": "base_stock", "parameters": {"S": named}, **exactness(problem, cost), **answer}


def newsvendor(problem: Problem) -> dict[str, Any]:
    """One period: the best quantity to have at its start."""
    if problem.lead_times != [(0.0, 1.0)] or problem.review != "periodic":
        raise wrong(
            "policy newsvendor", "is for one period without lead time", "Use base_stock, or lead_time 0"
        )
    if problem.fixed_order_cost:
        raise wrong("policy newsvendor", "has no fixed order cost", "Use sS, or fixed_order_cost 0")
    return {**base_stock(problem), "policy": "newsvendor"}


def no_stock(cost: CostRate) -> dict[str, Any]:
    """Keeping nothing, where that costs less than any order would."""
    total = never_ordering(cost)
    return {
        "policy": "no_stock",
        "parameters": {},
        "exact": True,
        "cost_per_period": total,
        "costs": {"holding": 0.0, "shortage": total, "ordering": 0.0},
        "cycle_service_level": 0.0,
        "period_service_level": 0.0,
        "fill_rate": 0.0,
        "safety_stock": -cost.charged.mean,
        "average_on_hand": 0.0,
        "average_backlog": 0.0 if cost.lost else None,
        "orders_per_period": 0.0,
    }


def exactness(problem: Problem, cost: CostRate) -> dict[str, Any]:
    """``exact``, and what is approximated where it is not."""
    told = approximations(problem, cost)
    return {"exact": not told, **({"approximated": "; ".join(told)} if told else {})}


def approximations(problem: Problem, cost: CostRate) -> list[str]:
    """What any policy of this problem leaves inexact."""
    told = []
    if (
        problem.shortage is not None and problem.shortage.per_line > 0 and problem.demand.family != "poisson"
    ) or (problem.shortage is not None and problem.shortage.per_line > 0 and problem.demand.line_size != 1):
        told.append("what is paid per line is spread over its units")
    if problem.demand.family == "lognormal" and isinstance(cost.charged, Lattice):
        told.append(f"sums of lognormal demand on a lattice of step {cost.charged.step:.3g}")
    if problem.review == "continuous" and problem.demand.family in SMOOTH:
        told.append("demand flows evenly past the reorder point")
    return told
