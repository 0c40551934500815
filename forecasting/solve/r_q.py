"""(r, Q): when the position falls to r, order Q (or the multiple of it that brings the position above r).

The position is then uniform on r + 1 .. r + Q (Hadley and Whitin 1963), so

    C(r, Q) = (K nu E[min(X, Q)] + sum of G(y), y = r + 1 .. r + Q) / Q

with X the fall of the position (a Poisson customer takes 1). The best Q positions are a window about the
bottom of G: it grows by its cheaper neighbour (Federgruen and Zheng 1992, "An efficient algorithm for
computing an optimal (r, Q) policy"). For smooth demand the sum is an integral (Zheng 1992). Packs and
minimum orders leave out the quantities that cannot be ordered; nothing is rounded afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize

from forecasting.domain import FloatArray
from forecasting.solve.base_stock import approximations, no_stock
from forecasting.solve.cost_rate import CostRate, cost_rate, lowest, never_ordering, places, worth_at_most
from forecasting.solve.problem import Problem, check_names, wrong
from forecasting.solve.service import lattice_cycles, measures
from models.shared.compile import compiled


def r_q(problem: Problem) -> dict[str, Any]:
    """The best (r, Q), or the given one, with its cost and service."""
    cost = cost_rate(problem)
    check_names(problem.parameters or {}, ["r", "Q"], "parameters")
    for name in ("r", "Q") if problem.parameters else ():
        if name not in (problem.parameters or {}):
            raise wrong(f"parameters.{name}", "is missing", "Give both r and Q")
    if problem.lost and not (problem.review == "periodic" and problem.lead_times == [(0.0, 1.0)]):
        raise wrong("policy rQ", "is for backorders, or lost sales without lead time", "Use policy best")
    answer = _smooth(problem, cost) if cost.jump is None else _whole(problem, cost)
    if not problem.parameters and never_ordering(cost) <= answer["cost_per_period"]:
        return no_stock(cost)
    told = approximations(problem, cost)
    return {**answer, "exact": not told, **({"approximated": "; ".join(told)} if told else {})}


def multiples(problem: Problem) -> tuple[int, int]:
    """The pack and the smallest order that fills the minimum, both in whole units."""
    pack = problem.pack_size
    if pack != int(pack):
        raise wrong("pack_size", f"{pack:g} is no whole unit, while demand is", "Count in smaller units")
    packs = max(int(np.ceil(problem.min_order_quantity / pack - 1e-9)), 1)
    return int(pack), packs * int(pack)


def _whole(problem: Problem, cost: CostRate) -> dict[str, Any]:
    assert cost.jump is not None
    pack, smallest = multiples(problem)
    sizes = np.arange(len(cost.jump.pmf))
    if problem.parameters:
        reorder_point, quantity = int(problem.parameters["r"]), int(problem.parameters["Q"])
        if (reorder_point, quantity) != (problem.parameters["r"], problem.parameters["Q"]) or quantity < 1:
            raise wrong("parameters", "r and Q are no whole units with Q above 0", "Give whole units")
        if quantity % pack or quantity < smallest:
            raise wrong("parameters.Q", f"{quantity} is not in whole packs from {smallest} on", "Change it")
    else:
        # Every quantity that is worth trying is inside a window that costs no more than the best so far.
        bottom = round(lowest(cost))
        trial = max(smallest, -(-int(_economic(problem, cost)) // pack) * pack)
        around = cost.at(places(bottom - trial, bottom + trial - 1))
        ordering = problem.fixed_order_cost * cost.rate * float(np.minimum(sizes, trial) @ cost.jump.pmf)
        sums = np.concatenate([[0.0], np.cumsum(around)])
        ceiling = (ordering + float((sums[trial:] - sums[:-trial]).min())) / trial
        ceiling = min(ceiling, max(never_ordering(cost), float(cost.at(np.array(bottom)))))
        low, high = worth_at_most(cost, ceiling, 1.0, keep=2 + smallest)
        if cost.lost:
            low = 1
        values = cost.at(places(low, high))
        falls = np.zeros(len(values) + 1)
        reach = min(len(falls), len(sizes))
        beyond = np.cumsum(cost.jump.pmf[::-1])[::-1]
        falls[1:reach] = beyond[1:reach]
        ordered = problem.fixed_order_cost * cost.rate * np.cumsum(falls)
        search = _federgruen_zheng if cost.convex else _every_window
        first, quantity, _ = search(values, ordered, pack, smallest)
        reorder_point = low + first - 1
    positions = places(reorder_point + 1, reorder_point + quantity)
    shares = np.full(quantity, 1.0 / quantity)
    orders, cycle_service = lattice_cycles(cost, positions, shares, reorder_point)
    return {
        "policy": "rQ",
        "parameters": {"r": reorder_point, "Q": quantity},
        **measures(
            cost, positions, shares, orders, problem.fixed_order_cost, cycle_service, float(reorder_point)
        ),
    }


def _economic(problem: Problem, cost: CostRate) -> float:
    """The economic order quantity with planned backorders."""
    shortage = cost.backlog + cost.short
    ratio = (cost.holding + shortage) / (cost.holding * shortage)
    return float(np.ceil((2 * problem.fixed_order_cost * cost.demand * ratio) ** 0.5)) + 1


def _smooth(problem: Problem, cost: CostRate) -> dict[str, Any]:
    """Smooth demand under continuous review (under periodic review the position overshoots r)."""
    if problem.review == "periodic":
        raise wrong("policy rQ", "goes with demand in whole units under periodic review", "Use policy sS")
    fixed = problem.fixed_order_cost * cost.demand
    pack = problem.pack_size if problem.pack_size != 1 else 0.0
    smallest = max(problem.min_order_quantity, pack)

    def total(reorder_point: float, quantity: float) -> float:
        return (fixed + float(_integral(cost, reorder_point, reorder_point + quantity))) / quantity

    def best_point(quantity: float) -> float:
        bottom = lowest(cost)
        if quantity == 0:
            return bottom
        if cost.convex:
            # G is the same at both ends of the best window.
            def lopsided(r: float) -> float:
                return float(cost.at(np.array(r)) - cost.at(np.array(r + quantity)))

            return float(
                optimize.brentq(lopsided, bottom - quantity, bottom, xtol=1e-12 * max(1.0, quantity))
            )
        grid = bottom + quantity * np.linspace(-1.5, 0.5, 401)
        values = _integral(cost, grid, grid + quantity)
        near = int(np.argmin(values))
        found = optimize.minimize_scalar(
            lambda r: total(float(r), quantity),
            bounds=(grid[max(near - 1, 0)], grid[min(near + 1, 400)]),
            method="bounded",
            options={"xatol": 1e-10 * max(1.0, abs(bottom), quantity)},
        )
        return float(found.x)

    if problem.parameters:
        reorder_point, quantity = problem.parameters["r"], problem.parameters["Q"]
        if quantity <= 0:
            raise wrong("parameters.Q", f"{quantity:g} is not above 0", "Give a quantity above 0")
    else:
        if fixed == 0 and smallest == 0:
            raise wrong("fixed_order_cost", "is 0: any batch costs more than base stock", "Use base_stock")
        scale = _economic(problem, cost) + cost.charged.quantile(0.99) - cost.charged.quantile(0.01)
        quantity = _best_quantity(lambda q: total(best_point(q), q), scale)
        quantity = max(quantity, smallest)
        if pack:
            options = [np.floor(quantity / pack) * pack, np.ceil(quantity / pack) * pack]
            options = [o for o in options if o >= smallest] or [np.ceil(smallest / pack) * pack]
            quantity = float(min(options, key=lambda q: total(best_point(q), q)))
        reorder_point = best_point(quantity)
    # Averages over the window, by many equal slices.
    positions = reorder_point + quantity * (np.arange(20_000) + 0.5) / 20_000
    answer = measures(
        cost,
        positions,
        np.full(20_000, 1 / 20_000),
        cost.demand / quantity,
        problem.fixed_order_cost,
        float(cost.before.cdf(np.array(reorder_point))),
        reorder_point,
    )
    answer["cost_per_period"] = total(reorder_point, quantity)
    return {"policy": "rQ", "parameters": {"r": reorder_point, "Q": quantity}, **answer}


def _best_quantity(total: Any, scale: float) -> float:
    """The least of a curve over the logarithm of the quantity."""
    grid = np.log(scale) + np.linspace(-6, 2.5, 60)
    values = [total(float(np.exp(x))) for x in grid]
    near = int(np.argmin(values))
    found = optimize.minimize_scalar(
        lambda x: total(float(np.exp(x))),
        bounds=(grid[max(near - 1, 0)], grid[min(near + 1, 59)]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(np.exp(found.x))


def _integral(cost: CostRate, start: Any, end: Any) -> FloatArray:
    """The integral of G from ``start`` to ``end``, in closed form."""
    start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    over = cost.charged
    waiting = over.second_shortage(start) - over.second_shortage(end)
    stock = (end - over.mean) ** 2 / 2 - (start - over.mean) ** 2 / 2 + waiting
    total = cost.holding * stock + cost.backlog * waiting
    if cost.short:
        total = total + cost.short * cost.demand * (cost.before.shortage(start) - cost.before.shortage(end))
    return total


@compiled
def _federgruen_zheng(
    values: FloatArray, ordered: FloatArray, pack: int, smallest: int
) -> tuple[int, int, float]:
    """Place of the first position of the best window in ``values``, its width, and its cost.

    ``ordered[Q]``: cost per period of ordering in batches of Q, times Q. ``values`` has one valley.
    """
    first = int(np.argmin(values))
    last = first
    total = values[first]
    least = np.inf
    best_first = first
    best_width = 1
    while True:
        width = last - first + 1
        if width >= smallest and width % pack == 0:
            mean = (total + ordered[width]) / width
            if mean < least * (1.0 - 1e-13):
                least = mean
                best_first = first
                best_width = width
        below = values[first - 1] if first > 0 else np.inf
        above = values[last + 1] if last + 1 < len(values) else np.inf
        # Means of the cheapest positions only grow: past the best cost no wider window is better.
        if (min(below, above) == np.inf) or (width >= smallest and total / width >= least):
            break
        if below <= above:
            first -= 1
            total += below
        else:
            last += 1
            total += above
    return best_first, best_width, least


@compiled
def _every_window(
    values: FloatArray, ordered: FloatArray, pack: int, smallest: int
) -> tuple[int, int, float]:
    """The same where ``values`` may have several valleys: every window of every width."""
    sums = np.zeros(len(values) + 1)
    for i in range(len(values)):
        sums[i + 1] = sums[i] + values[i]
    least = np.inf
    best_first = 0
    best_width = smallest
    for width in range(smallest, len(values) + 1, pack):
        for first in range(len(values) - width + 1):
            mean = (sums[first + width] - sums[first] + ordered[width]) / width
            if mean < least * (1.0 - 1e-13):
                least = mean
                best_first = first
                best_width = width
    return best_first, best_width, least
