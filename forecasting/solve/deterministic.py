"""Demand that is known: the economic order quantity, and Wagner and Whitin's lot sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.solve import demand as demands
from forecasting.solve.problem import Problem, check_names, wrong


def economic_order_quantity(problem: Problem) -> dict[str, Any]:
    """EOQ, with planned backorders where a backlog has a price, and with all-units discounts.

    Of random demand the mean is used. Sources: Harris 1913; Snyder and Shen 2019, chapter 3.

    Snyder and Shen, example 3.1: 1,300 a year, 8 an order, .225 a unit and year.

    >>> from forecasting.solve.problem import parse
    >>> answer = economic_order_quantity(parse({
    ...     "demand": {"family": "constant", "mean": 1300}, "holding": 0.225, "fixed_order_cost": 8}))
    >>> round(answer["parameters"]["Q"], 2), round(answer["cost_per_period"], 3)
    (304.05, 68.411)

    """
    check_names(problem.parameters or {}, [], "parameters")
    rate, fixed = demands.mean(problem.demand), problem.fixed_order_cost
    if fixed <= 0:
        raise wrong("fixed_order_cost", "is 0: any batch costs more than a smaller one", "Give it")
    if problem.short_cost:
        raise wrong(
            "shortage.per_unit", "is not weighed by policy eoq", "Give shortage.per_unit_period, or none"
        )
    breaks = sorted((b.min_quantity, b.unit_cost) for b in problem.price_breaks or [])
    if breaks and breaks[0][0] > 0:
        breaks.insert(0, (0.0, problem.unit_cost or breaks[0][1]))
    offers = breaks or [(0.0, problem.unit_cost)]
    best: tuple[float, float, float, float] | None = None
    for place, (least, unit_cost) in enumerate(offers):
        holding = problem.holding + problem.holding_rate * unit_cost
        if holding <= 0:
            raise wrong(
                "holding", "is 0: no batch is too large", "Give holding, or holding_rate and unit_cost"
            )
        short = problem.backlog_cost / (problem.backlog_cost + holding) if problem.backlog_cost else 1.0
        most = offers[place + 1][0] if place + 1 < len(offers) else np.inf
        for quantity in _allowed(problem, (2 * fixed * rate / (holding * short)) ** 0.5, least):
            if quantity < most or np.isinf(most):
                total = fixed * rate / quantity + holding * short * quantity / 2
                total += rate * unit_cost if problem.price_breaks or problem.unit_cost else 0.0
                if best is None or total < best[0]:
                    best = (total, quantity, short, unit_cost)
    assert best is not None
    total, quantity, short, unit_cost = best
    constant = problem.demand.family == "constant"
    fraction = 1 - short
    return {
        "policy": "eoq",
        "parameters": {"Q": quantity, **({"stockout_fraction": fraction} if fraction else {})},
        "exact": constant,
        **({} if constant else {"approximated": "only the mean of demand is used"}),
        "cost_per_period": total,
        "cycle_service_level": 1.0 if fraction == 0 else 0.0,
        "fill_rate": 1 - fraction,
        "safety_stock": 0.0 if fraction == 0 else -fraction * quantity,
        "orders_per_period": rate / quantity,
        **({"unit_cost": unit_cost} if problem.price_breaks else {}),
    }


def wagner_whitin(problem: Problem) -> dict[str, Any]:
    """The best lots for known demands: each lot covers whole periods (Wagner and Whitin 1958).

    Snyder and Shen, example 3.9: four months' demand, 500 an order, 2 a unit and month.

    >>> from forecasting.solve.problem import parse
    >>> answer = wagner_whitin(parse({
    ...     "demand": {"family": "known", "quantities": [90, 120, 80, 70]},
    ...     "holding": 2, "fixed_order_cost": 500}))
    >>> answer["parameters"]["orders"], answer["total_cost"]
    ([210.0, 0.0, 150.0, 0.0], 1380.0)

    """
    quantities = problem.demand.quantities
    if quantities is None:
        raise wrong(
            "demand.family",
            "policy wagner_whitin needs known demands",
            'Give {"family": "known", "quantities": [...]}',
        )
    for name, unset in (
        ("pack_size", problem.pack_size == 1),
        ("min_order_quantity", not problem.min_order_quantity),
    ):
        if not unset:
            raise wrong(name, "is not weighed by policy wagner_whitin", "Leave it out")
    count = len(quantities)
    least = np.full(count + 1, np.inf)
    least[count] = 0.0
    until = np.zeros(count, dtype=np.int64)
    for start in range(count - 1, -1, -1):
        if quantities[start] == 0:
            least[start], until[start] = least[start + 1], start + 1
        held = 0.0
        for end in range(start + 1, count + 1):
            held += problem.holding * (end - 1 - start) * quantities[end - 1]
            total = problem.fixed_order_cost + held + least[end]
            if total < least[start] and sum(quantities[start:end]) > 0:
                least[start], until[start] = total, end
    lots = [0.0] * count
    at = 0
    while at < count:
        lots[at] = float(sum(quantities[at : until[at]]))
        at = int(until[at])
    return {
        "policy": "wagner_whitin",
        "parameters": {"orders": lots},
        "exact": True,
        "total_cost": float(least[0]),
        "cost_per_period": float(least[0]) / count,
        "cycle_service_level": 1.0,
        "fill_rate": 1.0,
        "safety_stock": 0.0,
    }


def _allowed(problem: Problem, quantity: float, least: float) -> list[float]:
    """The orders next to the ideal quantity that packs, minimum and price break allow."""
    least = max(least, problem.min_order_quantity)
    if problem.pack_size == 1:
        return [max(quantity, least)]
    pack = problem.pack_size
    fewest = max(np.ceil(least / pack - 1e-9), 1.0)
    return [
        float(max(packs, fewest) * pack) for packs in (np.floor(quantity / pack), np.ceil(quantity / pack))
    ]
