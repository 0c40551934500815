"""Lost sales under continuous review: Poisson demand, a fixed lead time.

Base stock: the orders on their way are a queue that loses whom it cannot serve, so that the share lost is
Erlang's (whatever the spread of the lead time). (r, Q) with Q > r: at most one order is on its way, and each
order starts the item anew (Hadley and Whitin 1963, section 4-11, there without approximations).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.answers import approximations, exactness, no_stock
from forecasting.solve.cost_rate import CostRate, cost_rate
from forecasting.solve.problem import Problem, check_names, whole_packs, wrong
from forecasting.solve.service import probability

MOST_UNITS = 200_000
"""Units in stock up to which positions are told apart."""


def lost_sales_continuous(problem: Problem) -> dict[str, Any]:
    """The best (r, Q) with Q > r, or base stock; or the given one.

    Raises RequestError where demand is not Poisson, or the named policy is neither.

    Ten a day, half a day of lead time, 1 a unit and day kept, 5 a sale lost: ten units lose 1.84 % of the
    sales by Erlang's formula, and cost 10 - 5 x .9816 + 50 x .0184.

    >>> from forecasting.solve.problem import parse
    >>> answer = lost_sales_continuous(parse({
    ...     "review": "continuous", "demand": {"family": "poisson", "mean": 10}, "lead_time": 0.5,
    ...     "holding": 1, "shortage": {"kind": "lost", "per_unit": 5}}))
    >>> answer["exact"], answer["parameters"], round(answer["cost_per_period"], 2)
    (True, {'S': 10}, 6.01)

    """
    if problem.demand.family != "poisson":
        raise wrong(
            "demand.family",
            "lost sales under continuous review are solved for poisson demand",
            "Give family poisson, or review periodic with short periods",
        )
    cost = cost_rate(problem)
    pack, smallest = whole_packs(problem)
    any_size = pack == 1 and smallest == 1
    name = problem.policy
    if name not in ("best", "base_stock", "rQ"):
        raise wrong(f"policy {name}", "does not go with lost sales here", "Use best, base_stock or rQ")

    answers = []
    if name == "base_stock" or (name == "best" and any_size and not problem.parameters):
        answers.append(_base_stock(problem, cost))
    if name == "rQ" or (name == "best" and (problem.fixed_order_cost > 0 or not any_size)):
        answers.append(_r_q(problem, cost, pack, smallest))
    answer = min(answers, key=lambda each: float(each["cost_per_period"]))
    if not problem.parameters and cost.never_ordering <= answer["cost_per_period"]:
        return no_stock(cost)
    return {**answer, **exactness(approximations(problem, cost))}


def _base_stock(problem: Problem, cost: CostRate) -> dict[str, Any]:
    check_names(problem.parameters or {}, ["S"], "parameters")
    load, fixed = cost.before.mean, problem.fixed_order_cost
    ratio = (cost.short + fixed) / cost.holding
    top = int(load + 12 * (load + 1) ** 0.5 + 20 + (ratio * cost.demand if load == 0 else 0))
    _check_units(top)

    levels = np.arange(top + 1)
    lost = erlang_loss(load, top)
    on_hand = levels - load * (1 - lost)
    total = cost.holding * on_hand + cost.demand * (cost.short * lost + fixed * (1 - lost))
    best = int(np.argmin(total))
    if problem.parameters:
        given = problem.parameters["S"]
        if given != int(given) or not 0 <= given <= top:
            raise wrong("parameters.S", f"{given:g} is not a whole number up to {top}", "Change it")
        best = int(given)

    served = float(1 - lost[best])
    return {
        "policy": "base_stock",
        "parameters": {"S": best},
        "exact": True,
        "cost_per_period": float(total[best]),
        "costs": {
            "holding": cost.holding * float(on_hand[best]),
            "shortage": cost.short * cost.demand * float(lost[best]),
            "ordering": fixed * cost.demand * served,
        },
        "cycle_service_level": probability(served),
        "period_service_level": probability(served),
        "fill_rate": probability(served),
        "safety_stock": float(best - load),
        "average_on_hand": float(on_hand[best]),
        "average_backlog": 0.0,
        "orders_per_period": cost.demand * served,
    }


def erlang_loss(load: float, servers: int) -> FloatArray:
    """Erlang's B: the share of customers lost by 0..servers servers, float64, shape (servers + 1,).

    ``load``: expected demand over the lead time (in a queue: arrivals per time of service).

    >>> erlang_loss(2.0, 2).round(4).tolist()
    [1.0, 0.6667, 0.4]
    """
    blocked = np.ones(servers + 1)
    for s in range(1, servers + 1):
        blocked[s] = load * blocked[s - 1] / (s + load * blocked[s - 1])
    return blocked


def _r_q(problem: Problem, cost: CostRate, pack: int, smallest: int) -> dict[str, Any]:
    check_names(problem.parameters or {}, ["r", "Q"], "parameters")
    load, fixed = cost.before.mean, problem.fixed_order_cost
    economic = int((2 * fixed * cost.demand / cost.holding) ** 0.5)
    highest = int(load + 12 * (load + 1) ** 0.5 + 10)
    _check_units(highest + economic)

    points: Iterable[int] = range(highest)
    least_order = max(smallest, pack)
    quantities = np.arange(least_order, max(3 * economic + 3 * highest, least_order) + pack, pack)
    if problem.parameters:
        point, quantity = _given(problem.parameters, pack, smallest)
        points, quantities = [point], np.array([quantity])
    point, quantity = _least(cost, fixed, points, quantities)

    found = _Course.of(cost, fixed, point, np.array([float(quantity)]))
    holding, short, orders, lost = (
        float(np.ravel(part)[0]) for part in (found.holding, found.shortage, found.orders, found.lost)
    )
    return {
        "policy": "rQ",
        "parameters": {"r": point, "Q": quantity},
        "exact": True,
        "best_among": "policies with Q above r",
        "cost_per_period": float(np.ravel(found.cost)[0]),
        "costs": {"holding": holding, "shortage": short, "ordering": fixed * orders},
        "cycle_service_level": float(cost.before.cdf(np.array(point))),
        "period_service_level": probability(1 - lost),
        "fill_rate": probability(1 - lost),
        "safety_stock": point - load,
        "average_on_hand": holding / cost.holding,
        "average_backlog": 0.0,
        "orders_per_period": orders,
    }


def _given(parameters: dict[str, float], pack: int, smallest: int) -> tuple[int, int]:
    """R and Q as given."""
    if {"r", "Q"} - set(parameters) or any(value != int(value) for value in parameters.values()):
        raise wrong("parameters", "are not whole r and Q", "Give both")
    if not 0 <= parameters["r"] < parameters["Q"]:
        raise wrong("parameters.Q", "must be above r, and r not below 0", "With Q <= r orders overlap")
    point, quantity = int(parameters["r"]), int(parameters["Q"])
    if quantity % pack or quantity < smallest:
        raise wrong("parameters.Q", f"{quantity} is not in whole packs from {smallest} on", "Change it")
    return point, quantity


def _least(cost: CostRate, fixed: float, points: Iterable[int], quantities: IntArray) -> tuple[int, int]:
    """The r of ``points`` and Q of ``quantities``, above it, of least cost."""
    best: tuple[float, int, int] = (np.inf, 0, 1)
    for point in points:
        batch = quantities[quantities > point].astype(np.float64)
        if len(batch):
            total = _Course.of(cost, fixed, point, batch).cost
            at = int(np.argmin(total))
            if total[at] < best[0]:
                best = (float(total[at]), point, int(batch[at]))
    return best[1], best[2]


@dataclass(frozen=True)
class _Course:
    """What each of n order quantities brings per unit of time, with one reorder point: shape (n,) each."""

    cost: FloatArray
    holding: FloatArray
    shortage: FloatArray
    orders: FloatArray
    lost: FloatArray

    @classmethod
    def of(cls, cost: CostRate, fixed: float, point: int, batch: FloatArray) -> _Course:
        """``batch``: float64, shape (n,), units, above ``point``."""
        rate = cost.demand
        short = float(cost.before.shortage(np.array(float(point))))
        # Units left as the order arrives; those of an empty shelf count for nothing below.
        left = np.arange(point + 1, dtype=np.float64)
        chance = np.diff(cost.before.cdf(left), prepend=0.0)[::-1]
        first = float(chance @ left)
        second = float(chance @ left**2)

        # Before it arrives: down from point, 1 / rate a step. (The customer whom the arrival cuts off comes
        # as late again: Poisson demand has no memory.)
        held_before = (point * (point + 1) - second - first) / (2 * rate)
        # After: from left + Q down to point, each step 1 / rate.
        top = second + 2 * first * batch + batch**2 + first + batch
        held_after = (top - point * (point + 1)) / (2 * rate)

        time = (batch + short) / rate
        holding = cost.holding * (held_before + held_after) / time
        shortage = cost.short * short / time
        return cls(
            cost=fixed / time + holding + shortage,
            holding=holding,
            shortage=shortage,
            orders=1 / time,
            lost=short / (batch + short),
        )


def _check_units(units: float) -> None:
    if units > MOST_UNITS:
        raise wrong("demand", f"takes {units:.3g} units in stock", "Count in larger units")
