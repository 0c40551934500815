"""Lost sales under continuous review: Poisson demand, a fixed lead time.

Base stock: the orders on their way are a queue that loses whom it cannot serve, so that the share lost is
Erlang's (whatever the spread of the lead time). (r, Q) with Q > r: at most one order is on its way, and each
order starts the item anew (Hadley and Whitin 1963, section 4-11, there without approximations).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.domain import FloatArray
from forecasting.solve.base_stock import approximations, no_stock
from forecasting.solve.cost_rate import CostRate, cost_rate, never_ordering
from forecasting.solve.problem import Problem, check_names, wrong
from forecasting.solve.r_q import multiples
from forecasting.solve.service import probability

MOST_UNITS = 200_000


def lost_sales_continuous(problem: Problem) -> dict[str, Any]:
    """The best (r, Q) with Q > r, or base stock; or the given one."""
    if problem.demand.family != "poisson":
        raise wrong(
            "demand.family",
            "lost sales under continuous review are solved for poisson demand",
            "Give family poisson, or review periodic with short periods",
        )
    cost = cost_rate(problem)
    pack, smallest = multiples(problem)
    plain = pack == 1 and smallest == 1
    if problem.policy not in ("best", "base_stock", "rQ"):
        raise wrong(
            f"policy {problem.policy}", "does not go with lost sales here", "Use best, base_stock or rQ"
        )
    answers = []
    if problem.policy == "base_stock" or (problem.policy == "best" and plain and not problem.parameters):
        answers.append(_base_stock(problem, cost))
    if problem.policy == "rQ" or (problem.policy == "best" and (problem.fixed_order_cost > 0 or not plain)):
        answers.append(_r_q(problem, cost, pack, smallest))
    answer = min(answers, key=lambda each: float(each["cost_per_period"]))
    if not problem.parameters and never_ordering(cost) <= answer["cost_per_period"]:
        return no_stock(cost)
    told = approximations(problem, cost)
    return {**answer, "exact": not told, **({"approximated": "; ".join(told)} if told else {})}


def _base_stock(problem: Problem, cost: CostRate) -> dict[str, Any]:
    check_names(problem.parameters or {}, ["S"], "parameters")
    load = cost.before.mean
    ratio = (cost.short + problem.fixed_order_cost) / cost.holding
    top = int(load + 12 * (load + 1) ** 0.5 + 20 + (ratio * cost.demand if load == 0 else 0))
    _check_units(top)
    levels = np.arange(top + 1)
    lost = erlang_loss(load, top)
    on_hand = levels - load * (1 - lost)
    total = cost.holding * on_hand + cost.demand * (cost.short * lost + problem.fixed_order_cost * (1 - lost))
    best = int(np.argmin(total))
    if problem.parameters:
        given = problem.parameters["S"]
        if given != int(given) or not 0 <= given <= top:
            raise wrong("parameters.S", f"{given:g} is not a whole number up to {top}", "Change it")
        best = int(given)
    return {
        "policy": "base_stock",
        "parameters": {"S": best},
        "exact": True,
        "cost_per_period": float(total[best]),
        "costs": {
            "holding": cost.holding * float(on_hand[best]),
            "shortage": cost.short * cost.demand * float(lost[best]),
            "ordering": problem.fixed_order_cost * cost.demand * float(1 - lost[best]),
        },
        "cycle_service_level": probability(float(1 - lost[best])),
        "period_service_level": probability(float(1 - lost[best])),
        "fill_rate": probability(float(1 - lost[best])),
        "safety_stock": float(best - load),
        "average_on_hand": float(on_hand[best]),
        "average_backlog": 0.0,
        "orders_per_period": cost.demand * float(1 - lost[best]),
    }


def erlang_loss(load: float, servers: int) -> FloatArray:
    """Erlang's B for 0..servers servers: float64, shape (servers + 1,)."""
    blocked = np.ones(servers + 1)
    for s in range(1, servers + 1):
        blocked[s] = load * blocked[s - 1] / (s + load * blocked[s - 1])
    return blocked


def _r_q(problem: Problem, cost: CostRate, pack: int, smallest: int) -> dict[str, Any]:
    check_names(problem.parameters or {}, ["r", "Q"], "parameters")
    load, rate, fixed = cost.before.mean, cost.demand, problem.fixed_order_cost
    economic = int((2 * fixed * rate / cost.holding) ** 0.5)
    highest = int(load + 12 * (load + 1) ** 0.5 + 10)
    _check_units(highest + economic)
    given = problem.parameters or {}
    if given and ({"r", "Q"} - set(given) or any(v != int(v) for v in given.values())):
        raise wrong("parameters", "are not whole r and Q", "Give both")
    if given and not 0 <= given["r"] < given["Q"]:
        raise wrong("parameters.Q", "must be above r, and r not below 0", "With Q <= r orders overlap")
    points = [int(given["r"])] if given else range(highest)
    best: tuple[float, int, int] = (np.inf, 0, 1)
    least_order = max(smallest, pack)
    quantities = np.arange(least_order, max(3 * economic + 3 * highest, least_order) + pack, pack)
    if given:
        quantities = np.array([int(given["Q"])])
        if quantities[0] % pack or quantities[0] < smallest:
            raise wrong(
                "parameters.Q", f"{quantities[0]} is not in whole packs from {smallest} on", "Change it"
            )
    for point in points:
        batch = quantities[quantities > point].astype(np.float64)
        if len(batch):
            total = _parts(cost, fixed, point, batch)[0]
            at = int(np.argmin(total))
            if total[at] < best[0]:
                best = (float(total[at]), point, int(batch[at]))
    _, point, quantity = best
    parts = _parts(cost, fixed, point, np.array([float(quantity)]))
    best_total, holding, short, orders, lost = (float(np.ravel(part)[0]) for part in parts)
    return {
        "policy": "rQ",
        "parameters": {"r": point, "Q": quantity},
        "exact": True,
        "best_among": "policies with Q above r",
        "cost_per_period": best_total,
        "costs": {"holding": holding, "shortage": short, "ordering": fixed * orders},
        "cycle_service_level": float(cost.before.cdf(np.array(point))),
        "period_service_level": probability(1 - lost),
        "fill_rate": probability(1 - lost),
        "safety_stock": point - load,
        "average_on_hand": holding / cost.holding,
        "average_backlog": 0.0,
        "orders_per_period": orders,
    }


def _parts(cost: CostRate, fixed: float, point: int, batch: FloatArray) -> tuple[FloatArray, ...]:
    """Cost, holding, shortage and orders per unit of time, and the share lost; ``batch``: shape (n,)."""
    rate = cost.demand
    at = np.array(float(point))
    short = float(cost.before.shortage(at))
    # Units left as the order arrives; those of an empty shelf count for nothing below.
    left = np.arange(point + 1, dtype=np.float64)
    chance = np.diff(cost.before.cdf(left), prepend=0.0)[::-1]
    first = float(chance @ left)
    second = float(chance @ left**2)
    # Before it arrives: down from point, 1 / rate a step. (The customer whom the arrival cuts off comes as
    # late again: Poisson demand has no memory.)
    held_before = (point * (point + 1) - second - first) / (2 * rate)
    # After: from left + Q down to point, each step 1 / rate.
    top = second + 2 * first * batch + batch**2 + first + batch
    held_after = (top - point * (point + 1)) / (2 * rate)
    time = (batch + short) / rate
    holding = cost.holding * (held_before + held_after) / time
    shortage = cost.short * short / time
    return fixed / time + holding + shortage, holding, shortage, 1 / time, short / (batch + short)


def _check_units(units: float) -> None:
    if units > MOST_UNITS:
        raise wrong("demand", f"takes {units:.3g} units in stock", "Count in larger units")
