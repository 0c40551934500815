"""Two textbook approximations of (r, Q) for normal demand, kept to compare with (``rQ`` is exact).

``rQ_expected_inventory`` charges p per unit short and holds E[inventory level] instead of E[on hand]
(Hadley and Whitin 1963; Snyder and Shen 2019, section 5.3.1):

    h (r - lambda L + Q / 2) + K lambda / Q + p lambda n(r) / Q

``rQ_loss_function`` charges b per unit and time, and leaves out that backlog may outlast the next arrival
(Snyder and Shen, section 5.3.4):

    h (r - lambda L + Q / 2) + K lambda / Q + (h + b) n2(r) / Q

with n and n2 the first- and second-order loss functions of lead-time demand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize

from forecasting.solve.cost_rate import cost_rate
from forecasting.solve.problem import Problem, check_names, wrong


def expected_inventory(problem: Problem) -> dict[str, Any]:
    """The fixed point of Q = sqrt(2 lambda (K + p n(r)) / h) and P(D > r) = h Q / (p lambda).

    Snyder and Shen, example 4.6 with 7.50 a unit short:

    >>> from forecasting.solve.problem import parse
    >>> answer = expected_inventory(parse({
    ...     "review": "continuous", "demand": {"family": "normal", "mean": 1300, "sd": 150},
    ...     "lead_time": 1 / 12, "holding": 0.225, "shortage": {"per_unit": 7.5}, "fixed_order_cost": 8,
    ...     "policy": "rQ_expected_inventory"}))
    >>> round(answer["parameters"]["r"], 2), round(answer["parameters"]["Q"], 2)
    (213.97, 318.59)

    """
    if not problem.short_cost or problem.backlog_cost:
        raise wrong("shortage", "policy rQ_expected_inventory charges per unit short", "Give per_unit alone")
    return _fixed_point(problem, by_time=False)


def loss_function(problem: Problem) -> dict[str, Any]:
    """The fixed point of Q = sqrt(2 (K lambda + (h + b) n2(r)) / h) and n(r) = h Q / (h + b).

    Snyder and Shen, example 4.6, 7.50 a unit and year on backorder:

    >>> from forecasting.solve.problem import parse
    >>> answer = loss_function(parse({
    ...     "review": "continuous", "demand": {"family": "normal", "mean": 1300, "sd": 150},
    ...     "lead_time": 1 / 12, "holding": 0.225, "shortage": {"per_unit_period": 7.5},
    ...     "fixed_order_cost": 8, "policy": "rQ_loss_function"}))
    >>> round(answer["parameters"]["r"], 2), round(answer["parameters"]["Q"], 2)
    (126.87, 328.45)

    """
    if not problem.backlog_cost or problem.short_cost:
        raise wrong("shortage", "policy rQ_loss_function charges by time", "Give per_unit_period alone")
    return _fixed_point(problem, by_time=True)


def _fixed_point(problem: Problem, by_time: bool) -> dict[str, Any]:
    check_names(problem.parameters or {}, [], "parameters")
    if problem.review != "continuous" or problem.lost or problem.demand.family != "normal":
        raise wrong(
            f"policy {problem.policy}", "is for normal demand, continuous review and backorders", "Use best"
        )
    if problem.pack_size != 1 or problem.min_order_quantity or not problem.fixed_order_cost:
        raise wrong(
            f"policy {problem.policy}", "weighs a fixed cost, and neither packs nor a minimum", "Use best"
        )
    cost = cost_rate(problem)
    demand, holding, fixed = cost.charged, cost.holding, problem.fixed_order_cost * cost.demand
    deviation = max((demand.quantile(0.99) - demand.mean) / 2.3, 1e-9)
    quantity = (2 * fixed / holding) ** 0.5
    point = demand.mean
    for _ in range(10_000):
        if by_time:
            target = holding * quantity / (holding + cost.backlog)
            ends = (demand.mean - target - 10 * deviation, demand.highest)
            point = float(
                optimize.brentq(
                    lambda r, aim=target: float(demand.shortage(np.array(r))) - aim, *ends, xtol=1e-12
                )
            )
            extra = (holding + cost.backlog) * float(demand.second_shortage(np.array(point)))
        else:
            risk = holding * quantity / (cost.short * cost.demand)
            if risk >= 1:
                raise wrong("shortage.per_unit", "is so small that the approximation has no answer", "Use rQ")
            point = demand.quantile(1 - risk)
            extra = cost.short * cost.demand * float(demand.shortage(np.array(point)))
        following = (2 * (fixed + extra) / holding) ** 0.5
        settled = abs(following - quantity) < 1e-12 * quantity
        quantity = following
        if settled:
            break
    at = np.array(point)
    total = holding * (point - demand.mean + quantity / 2) + (fixed + extra) / quantity
    short = float(demand.shortage(at)) / quantity
    return {
        "policy": problem.policy,
        "parameters": {"r": point, "Q": quantity},
        "exact": False,
        "approximated": "the textbook's own cost; policy rQ gives the exact one",
        "cost_per_period": total,
        "cycle_service_level": float(demand.cdf(at)),
        "fill_rate": 1 - short,
        "safety_stock": point - demand.mean,
        "orders_per_period": cost.demand / quantity,
    }
