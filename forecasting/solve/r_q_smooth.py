"""(r, Q) of smooth demand under continuous review: the position flows evenly from r + Q to r (Zheng 1992).

With G the cost rate of a position and lambda the demand per unit of time,

    C(r, Q) = (K lambda + integral of G(y) over y from r to r + Q) / Q

Where G has one valley it is the same at both ends of the best window of a width Q; the best Q is found on
the resulting curve. (Under periodic review the position overshoots r.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from forecasting.domain import FloatArray
from forecasting.solve.cost_rate import CostRate, best_level
from forecasting.solve.problem import Problem, wrong
from forecasting.solve.service import measures

SLICES = 20_000
"""Averages over the window are taken by so many equal slices."""


def r_q_smooth(problem: Problem, cost: CostRate) -> dict[str, Any]:
    """The best (r, Q), or the given one, with its cost and service. ``cost``: the cost rate of ``problem``.

    Raises RequestError where the review is periodic, or no quantity is best.

    The exact optimum of the problem that ``hadley_whitin.loss_function`` approximates:

    >>> from forecasting.solve.cost_rate import cost_rate
    >>> from forecasting.solve.problem import parse
    >>> problem = parse({
    ...     "review": "continuous", "demand": {"family": "normal", "mean": 1300, "sd": 150},
    ...     "lead_time": 1 / 12, "holding": 0.225, "shortage": {"per_unit_period": 7.5},
    ...     "fixed_order_cost": 8})
    >>> round(r_q_smooth(problem, cost_rate(problem))["cost_per_period"], 4)
    78.0711

    """
    if problem.review == "periodic":
        raise wrong("policy rQ", "goes with demand in whole units under periodic review", "Use policy sS")
    fixed = problem.fixed_order_cost
    window = _Window(cost, fixed * cost.demand)
    if problem.parameters:
        point, quantity = problem.parameters["r"], problem.parameters["Q"]
        if quantity <= 0:
            raise wrong("parameters.Q", f"{quantity:g} is not above 0", "Give a quantity above 0")
    else:
        quantity = _best_quantity(problem, window)
        point = window.best_point(quantity)

    positions = point + quantity * (np.arange(SLICES) + 0.5) / SLICES
    shares = np.full(SLICES, 1 / SLICES)
    cycle_service = float(cost.before.cdf(np.array(point)))
    answer = measures(cost, positions, shares, cost.demand / quantity, fixed, cycle_service, point)
    answer["cost_per_period"] = window.cost(point, quantity)
    return {"policy": "rQ", "parameters": {"r": point, "Q": quantity}, **answer}


@dataclass(frozen=True)
class _Window:
    """C(r, Q). ``ordering``: K lambda, money per unit of time and batch of one unit."""

    rate: CostRate
    ordering: float

    def cost(self, point: float, quantity: float) -> float:
        """C, money per unit of time."""
        return (self.ordering + float(self.integral(point, point + quantity))) / quantity

    def integral(self, start: FloatArray | float, end: FloatArray | float) -> FloatArray:
        """Of G from ``start`` to ``end``, in closed form: the shape of both."""
        start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
        rate, demand = self.rate, self.rate.charged
        waiting = demand.second_shortage(start) - demand.second_shortage(end)
        stock = (end - demand.mean) ** 2 / 2 - (start - demand.mean) ** 2 / 2 + waiting
        total = rate.holding * stock + rate.backlog * waiting
        if rate.short:
            short = rate.before.shortage(start) - rate.before.shortage(end)
            total = total + rate.short * rate.demand * short
        return total

    def best_point(self, quantity: float) -> float:
        """The r of least cost for this Q."""
        bottom = best_level(self.rate)
        if quantity == 0:
            return bottom
        if self.rate.convex:
            # G is the same at both ends of the best window.
            def lopsided(r: float) -> float:
                return float(self.rate.at(np.array(r)) - self.rate.at(np.array(r + quantity)))

            precision = 1e-12 * max(1.0, quantity)
            return float(optimize.brentq(lopsided, bottom - quantity, bottom, xtol=precision))

        grid = bottom + quantity * np.linspace(-1.5, 0.5, 401)
        values = self.integral(grid, grid + quantity)
        return _least_near(
            lambda r: self.cost(r, quantity), grid, values, 1e-10 * max(1.0, abs(bottom), quantity)
        )

    def best_cost(self, quantity: float) -> float:
        """C of this Q with its best r."""
        return self.cost(self.best_point(quantity), quantity)


def _best_quantity(problem: Problem, window: _Window) -> float:
    """The Q of least cost among those that packs and the minimum order allow."""
    cost = window.rate
    pack = problem.pack_size if problem.pack_size != 1 else 0.0
    smallest = max(problem.min_order_quantity, pack)
    if window.ordering == 0 and smallest == 0:
        raise wrong("fixed_order_cost", "is 0: any batch costs more than base stock", "Use base_stock")

    # Over the logarithm of the quantity, about its scale.
    economic = cost.economic_quantity(problem.fixed_order_cost)
    scale = economic + cost.charged.quantile(0.99) - cost.charged.quantile(0.01)
    grid = np.log(scale) + np.linspace(-6, 2.5, 60)
    values = np.array([window.best_cost(float(np.exp(x))) for x in grid])
    best = _least_near(lambda x: window.best_cost(float(np.exp(x))), grid, values, 1e-9)
    quantity = max(float(np.exp(best)), smallest)
    if not pack:
        return quantity

    options = [np.floor(quantity / pack) * pack, np.ceil(quantity / pack) * pack]
    options = [option for option in options if option >= smallest] or [np.ceil(smallest / pack) * pack]
    return float(min(options, key=window.best_cost))


def _least_near(
    curve: Callable[[float], float], grid: FloatArray, values: FloatArray, precision: float
) -> float:
    """Where ``curve`` is least, between the neighbours of the least of its ``values`` on the ``grid``."""
    near = int(np.argmin(values))
    found = optimize.minimize_scalar(
        lambda x: curve(float(x)),
        bounds=(grid[max(near - 1, 0)], grid[min(near + 1, len(grid) - 1)]),
        method="bounded",
        options={"xatol": precision},
    )
    return float(found.x)
