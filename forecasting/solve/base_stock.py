"""Base stock: bring the position up to S at every review (or demand); best where ordering is free.

The newsvendor is the same for a single period without lead time (Arrow, Harris, Marschak 1951; Snyder and
Shen 2019, chapter 4): S is the fractile b / (b + h) of demand over the protection interval, or, where
units short are charged once, the bottom of the cost curve.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.solve.answers import approximations, exactness, no_stock
from forecasting.solve.cost_rate import best_level, cost_rate
from forecasting.solve.problem import Problem, check_names, wrong
from forecasting.solve.service import measures


def base_stock(problem: Problem) -> dict[str, Any]:
    """The best S, units, or the given one, with its cost and service.

    Raises RequestError where the terms make no cost curve, or S is below 0 while sales are lost.

    Snyder and Shen (2019), example 4.4: normal demand, a lead time of four periods.

    >>> from forecasting.solve.problem import parse
    >>> answer = base_stock(parse({
    ...     "demand": {"family": "normal", "mean": 50, "sd": 8}, "lead_time": 4,
    ...     "holding": 0.18, "shortage": {"per_unit_period": 0.70}}))
    >>> round(answer["parameters"]["S"], 3), round(answer["cost_per_period"], 4)
    (264.767, 4.4668)

    """
    cost = cost_rate(problem)
    check_names(problem.parameters or {}, ["S"], "parameters")
    level = problem.parameters["S"] if problem.parameters else best_level(cost)
    if problem.lost and level < 0:
        raise wrong("parameters.S", "is below 0, where lost sales leave no backlog", "Give 0 or more")

    at = np.array([level])
    orders = cost.rate * (cost.jump.moves if cost.jump else 1.0)
    cycle_service = float(cost.charged.cdf(at)[0])
    answer = measures(cost, at, np.ones(1), orders, problem.fixed_order_cost, cycle_service, level)
    if not problem.parameters and cost.never_ordering < answer["cost_per_period"] - 1e-12:
        return no_stock(cost)
    shown = int(level) if cost.jump is not None and level == int(level) else level
    return {
        "policy": "base_stock",
        "parameters": {"S": shown},
        **exactness(approximations(problem, cost)),
        **answer,
    }


def newsvendor(problem: Problem) -> dict[str, Any]:
    """One period: the best quantity to have at its start (S, units).

    Raises RequestError where there is a lead time or a fixed order cost.

    Snyder and Shen (2019), example 4.3: S* = 56.604, at a cost of 1.9976.

    >>> from forecasting.solve.problem import parse
    >>> answer = newsvendor(parse({
    ...     "demand": {"family": "normal", "mean": 50, "sd": 8},
    ...     "holding": 0.18, "shortage": {"per_unit_period": 0.70}}))
    >>> round(answer["parameters"]["S"], 3), round(answer["cost_per_period"], 4)
    (56.604, 1.9976)

    """
    if problem.lead_times != [(0.0, 1.0)] or problem.review != "periodic":
        raise wrong(
            "policy newsvendor", "is for one period without lead time", "Use base_stock, or lead_time 0"
        )
    if problem.fixed_order_cost:
        raise wrong("policy newsvendor", "has no fixed order cost", "Use sS, or fixed_order_cost 0")
    return {**base_stock(problem), "policy": "newsvendor"}
