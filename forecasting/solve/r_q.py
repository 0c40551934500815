"""(r, Q): when the position falls to r, order Q (or the multiple of it that brings the position above r).

The position is then uniform on r + 1 .. r + Q (Hadley and Whitin 1963), so

    C(r, Q) = (K nu E[min(X, Q)] + sum of G(y), y = r + 1 .. r + Q) / Q

with X the fall of the position (a Poisson customer takes 1). The best Q positions are a window about the
bottom of G: it grows by its cheaper neighbour (Federgruen and Zheng 1992, "An efficient algorithm for
computing an optimal (r, Q) policy"). For smooth demand the sum is an integral (``r_q_smooth``). Packs and
minimum orders leave out the quantities that cannot be ordered; nothing is rounded afterwards. Under periodic
review and in multiples of a pack this is the (r, nQ) policy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.domain import FloatArray
from forecasting.solve.answers import approximations, exactness, no_stock
from forecasting.solve.cost_rate import CostRate, best_level, cost_rate, positions_between, worth_at_most
from forecasting.solve.problem import Problem, check_names, whole_packs, wrong
from forecasting.solve.r_q_smooth import r_q_smooth
from forecasting.solve.service import lattice_cycles, measures
from models.shared.compile import compiled


def r_q(problem: Problem) -> dict[str, Any]:
    """The best (r, Q), or the given one, with its cost and service.

    Raises RequestError where r and Q do not fit, or sales are lost while orders take time.

    Snyder and Shen (2019), example 5.8: Poisson demand of 1.5 a month, two months' lead time.

    >>> from forecasting.solve.problem import parse
    >>> answer = r_q(parse({
    ...     "review": "continuous", "demand": {"family": "poisson", "mean": 1.5}, "lead_time": 2,
    ...     "holding": 20, "shortage": {"per_unit_period": 150}, "fixed_order_cost": 100}))
    >>> answer["parameters"], round(answer["cost_per_period"], 4)
    ({'r': 3, 'Q': 5}, 107.9236)

    """
    cost = cost_rate(problem)
    check_names(problem.parameters or {}, ["r", "Q"], "parameters")
    for name in ("r", "Q") if problem.parameters else ():
        if name not in (problem.parameters or {}):
            raise wrong(f"parameters.{name}", "is missing", "Give both r and Q")
    if problem.lost and not (problem.review == "periodic" and problem.lead_times == [(0.0, 1.0)]):
        raise wrong("policy rQ", "is for backorders, or lost sales without lead time", "Use policy best")

    answer = r_q_smooth(problem, cost) if cost.jump is None else _in_whole_units(problem, cost)
    if not problem.parameters and cost.never_ordering <= answer["cost_per_period"]:
        return no_stock(cost)
    return {**answer, **exactness(approximations(problem, cost))}


def _in_whole_units(problem: Problem, cost: CostRate) -> dict[str, Any]:
    pack, smallest = whole_packs(problem)
    if problem.parameters:
        reorder_point, quantity = _given(problem.parameters, pack, smallest)
    else:
        reorder_point, quantity = _best(problem, cost, pack, smallest)

    positions = positions_between(reorder_point + 1, reorder_point + quantity)
    shares = np.full(quantity, 1.0 / quantity)
    orders, cycle_service = lattice_cycles(cost, positions, shares, reorder_point)
    fixed = problem.fixed_order_cost
    return {
        "policy": "rQ",
        "parameters": {"r": reorder_point, "Q": quantity},
        **measures(cost, positions, shares, orders, fixed, cycle_service, float(reorder_point)),
    }


def _given(parameters: dict[str, float], pack: int, smallest: int) -> tuple[int, int]:
    reorder_point, quantity = int(parameters["r"]), int(parameters["Q"])
    if (reorder_point, quantity) != (parameters["r"], parameters["Q"]) or quantity < 1:
        raise wrong("parameters", "r and Q are no whole units with Q above 0", "Give whole units")
    if quantity % pack or quantity < smallest:
        raise wrong("parameters.Q", f"{quantity} is not in whole packs from {smallest} on", "Change it")
    return reorder_point, quantity


def _best(problem: Problem, cost: CostRate, pack: int, smallest: int) -> tuple[int, int]:
    """R and Q of least cost."""
    assert cost.jump is not None
    fixed = problem.fixed_order_cost * cost.rate
    sizes = np.arange(len(cost.jump.pmf))

    # Every quantity worth trying is inside a window that costs no more than the best so far, which is one
    # of about the economic quantity, about the bottom.
    bottom = round(best_level(cost))
    trial = max(smallest, -(-int(cost.economic_quantity(problem.fixed_order_cost)) // pack) * pack)
    around = cost.at(positions_between(bottom - trial, bottom + trial - 1))
    ordering = fixed * float(np.minimum(sizes, trial) @ cost.jump.pmf)
    sums = np.concatenate([[0.0], np.cumsum(around)])
    ceiling = (ordering + float((sums[trial:] - sums[:-trial]).min())) / trial
    ceiling = min(ceiling, max(cost.never_ordering, float(cost.at(np.array(bottom)))))
    low, high = worth_at_most(cost, ceiling, 1.0, keep=2 + smallest)
    if cost.lost:
        low = 1

    # Cost per period of ordering in batches of Q, times Q: a fall of X takes min(X, Q) of a batch.
    values = cost.at(positions_between(low, high))
    falls = np.zeros(len(values) + 1)
    reach = min(len(falls), len(sizes))
    beyond = np.cumsum(cost.jump.pmf[::-1])[::-1]
    falls[1:reach] = beyond[1:reach]
    ordered = fixed * np.cumsum(falls)
    search = _federgruen_zheng if cost.convex else _every_window
    first, quantity, _ = search(values, ordered, pack, smallest)
    return low + first - 1, quantity


@compiled
def _federgruen_zheng(
    values: FloatArray, ordered: FloatArray, pack: int, smallest: int
) -> tuple[int, int, float]:
    """The best window: the index of its first position in ``values``, its width, and its cost.

    Args:
        values: float64, shape (n,): G of ascending positions, with one valley.
        ordered: float64, shape (n + 1,): cost per period of ordering in batches of Q, times Q.
        pack, smallest: Q is a multiple of the one, and the other at least.

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
