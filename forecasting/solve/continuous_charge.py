"""(s, S) reviewed once a period, while costs run all the time (Law and Kelton 2015, section 1.5).

Orders arrive within the period in which they are placed, after a lead time in [0, 1] that may be uniform. So
a period that opens with the position x, raised to y by its order, costs

    order + integral over u = 0..1 of  P(arrived by u) g(y, u) + P(not yet) g(x, u)

with g(z, u) = h E[(z - D(u))+] + b E[(D(u) - z)+]. The position is a Markov chain: its periods are summed
exactly from a given opening on, or averaged over the long run.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve import demand as demands
from forecasting.solve.demand_distribution import Spread
from forecasting.solve.problem import Problem, check_costs, check_names, wrong
from forecasting.solve.service import probability

NODES = 12


def continuous_charge(problem: Problem) -> dict[str, Any]:
    """The cost of a given (s, S), over ``periods`` from ``on_hand`` on, or over the long run."""
    check_costs(problem)
    given = problem.parameters or {}
    check_names(given, ["s", "S"], "parameters")
    if problem.policy != "sS" or set(given) != {"s", "S"}:
        raise wrong("charged", "continuously goes with policy sS and its parameters", "Give s and S")
    low, high = int(given["s"]), int(given["S"])
    if (low, high) != (given["s"], given["S"]) or high <= low:
        raise wrong("parameters", "are not whole, S above s", "Change them")
    if demands.is_smooth(problem.demand) or problem.demand.family in ("pmf", "constant", "known"):
        raise wrong(
            "demand.family",
            f"{problem.demand.family} does not say when in a period demand comes",
            "Give compound_poisson, poisson, geometric or negative_binomial",
        )
    if problem.lost or problem.short_cost or problem.review != "periodic":
        raise wrong(
            "charged", "continuously goes with periodic review and a backlog charged by time", "Change it"
        )
    if problem.pack_size != 1 or problem.min_order_quantity:
        raise wrong(
            "pack_size, min_order_quantity", "are not weighed where costs run all the time", "Leave them out"
        )
    start, stop = _lead_times(problem)
    pmf = demands.pmf_over(problem.demand, 1.0)
    opening = int(problem.on_hand if problem.on_hand is not None else high)
    top = max(high, opening)
    positions = np.arange(top, low - len(pmf), -1)  # ascending falls, from the top down
    holding, waiting = _stock(problem, positions.astype(np.float64), start, stop)
    ordered = np.where(positions <= low, high - positions, 0)
    after = np.where(positions <= low, high, positions)
    place = top - after
    cost = problem.fixed_order_cost * (ordered > 0) + problem.unit_cost * ordered
    held = holding[0] + holding[1][place]
    owed = waiting[0] + waiting[1][place]
    cost = cost + problem.holding * held + problem.backlog_cost * owed
    short, waited = _shortages(problem, positions.astype(np.float64), place, start, stop)
    orders = (ordered > 0).astype(np.float64)
    figures = np.stack([cost, held, owed, orders, short, orders * waited])
    shares = np.zeros(len(positions))
    shares[top - opening] = 1.0
    total = np.zeros(len(figures))
    periods = problem.periods or 100_000
    for period in range(periods):
        total += figures @ shares
        raised = np.bincount(place, weights=shares, minlength=len(positions))
        coming = np.convolve(raised, pmf)[: len(positions)]
        if problem.periods is None and np.abs(coming - shares).max() < 1e-13:
            total = figures @ shares
            periods = 1
            break
        if problem.periods is None and period % 2:
            coming = (coming + shares) / 2  # against orders that come in step
        shares = coming / coming.sum()
    average = total / periods
    return {
        "policy": "sS",
        "parameters": {"s": low, "S": high},
        "exact": True,
        "cost_per_period": float(average[0]),
        "cycle_service_level": probability(1 - float(average[5] / average[3]) if average[3] else 1.0),
        "fill_rate": probability(1 - float(average[4]) / demands.mean(problem.demand)),
        "safety_stock": low - demands.mean(problem.demand) * (1 + (start + stop) / 2),
        "average_on_hand": float(average[1]),
        "average_backlog": float(average[2]),
        "orders_per_period": probability(float(average[3])),
    }


def _lead_times(problem: Problem) -> tuple[float, float]:
    ends = problem.uniform_lead_time
    if ends is None:
        leads = problem.lead_times
        ends = (leads[0][0], leads[0][0]) if len(leads) == 1 else (0.0, 2.0)
    if ends[1] > 1:
        raise wrong(
            "lead_time", "is above a period", "Where costs run all the time, orders arrive within the period"
        )
    return ends


def _shortages(
    problem: Problem, positions: FloatArray, place: IntArray, start: float, stop: float
) -> tuple[FloatArray, FloatArray]:
    """Units that wait, and P(somebody waits before the order arrives), by position: float64."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    short, waited = np.zeros(len(positions)), np.zeros(len(positions))
    end = demands.over(problem.demand, [(1.0, 1.0)]).shortage(positions)
    for node, weight in zip(nodes, weights, strict=True):
        arrival = (start + stop) / 2 + node * (stop - start) / 2
        spread = demands.over(problem.demand, [(float(arrival), 1.0)])
        then = spread.shortage(positions)
        short += weight / 2 * (then - np.maximum(-positions, 0.0) + (end - then)[place])
        waited += weight / 2 * (1 - spread.cdf(positions))
    return short, waited


def _stock(
    problem: Problem, positions: FloatArray, start: float, stop: float
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Unit-periods on hand and owed: (before the arrival, after it), by position, float64."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    held = (np.zeros(len(positions)), np.zeros(len(positions)))
    owed = (np.zeros(len(positions)), np.zeros(len(positions)))
    edges = sorted({0.0, start, stop, 1.0})
    for left, right in pairwise(edges):
        for node, weight in zip(nodes, weights, strict=True):
            at = (left + right) / 2 + node * (right - left) / 2
            length = weight * (right - left) / 2
            arrived = 1.0 if at >= stop else 0.0 if at <= start else (at - start) / (stop - start)
            spread: Spread = demands.over(problem.demand, [(float(at), 1.0)])
            short = spread.shortage(positions)
            there = positions - spread.mean + short
            for place, chance in ((0, 1 - arrived), (1, arrived)):
                held[place][:] += length * chance * there
                owed[place][:] += length * chance * short
    return held, owed
