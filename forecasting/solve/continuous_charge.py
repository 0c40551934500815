"""(s, S) reviewed once a period, while costs run all the time (Law and Kelton 2015, section 1.5).

Orders arrive within the period in which they are placed, after a lead time in [0, 1] that may be uniform. So
a period that opens with the position x, raised to y by its order, costs

    order + integral over u = 0..1 of  P(arrived by u) g(y, u) + P(not yet) g(x, u)

with g(z, u) = h E[(z - D(u))+] + b E[(D(u) - z)+]. The position is a Markov chain: its periods are summed
exactly from a given opening on, or averaged over the long run.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve import demand as demands
from forecasting.solve.problem import Problem, check_costs, check_names, wrong
from forecasting.solve.service import probability

NODES = 12
"""Points of Gauss and Legendre in each stretch of a period."""

LONG_RUN = 100_000
"""Periods after which the long run has come for certain."""

SETTLED = 1e-13

COST, HELD, OWED, ORDERS, SHORT, CYCLES_SHORT = range(6)
"""What is summed over periods: money; unit-periods on hand and owed; orders; units short; cycles with one."""


def continuous_charge(problem: Problem) -> dict[str, Any]:
    """The cost of a given (s, S), over ``periods`` from ``on_hand`` on, or over the long run.

    Raises RequestError where the problem is another one.

    Law and Kelton's inventory, ordered up to 40 when below 20. Their one run of 120 months, whose cost has a
    standard deviation of 4.4, came to 126.61 a month.

    >>> from forecasting.solve.problem import parse
    >>> answer = continuous_charge(parse({
    ...     "charged": "continuously", "policy": "sS", "parameters": {"s": 19, "S": 40},
    ...     "demand": {"family": "compound_poisson", "rate": 10, "sizes": [0, 1/6, 1/3, 1/3, 1/6]},
    ...     "lead_time": {"uniform": [0.5, 1]}, "holding": 1, "shortage": {"per_unit_period": 5},
    ...     "fixed_order_cost": 32, "unit_cost": 3, "periods": 120, "on_hand": 60}))
    >>> round(answer["cost_per_period"], 2)
    125.12

    """
    low, high = _levels(problem)
    _check_rest(problem)
    start, stop = _lead_times(problem)
    opening = int(problem.on_hand if problem.on_hand is not None else high)
    chain = _chain(problem, low, high, opening, (start, stop))
    average = chain.average(opening, problem.periods)

    cycles_short = float(average[CYCLES_SHORT] / average[ORDERS]) if average[ORDERS] else 0.0
    return {
        "policy": "sS",
        "parameters": {"s": low, "S": high},
        "exact": True,
        "cost_per_period": float(average[COST]),
        "cycle_service_level": probability(1 - cycles_short),
        "fill_rate": probability(1 - float(average[SHORT]) / demands.mean(problem.demand)),
        "safety_stock": low - demands.mean(problem.demand) * (1 + (start + stop) / 2),
        "average_on_hand": float(average[HELD]),
        "average_backlog": float(average[OWED]),
        "orders_per_period": probability(float(average[ORDERS])),
    }


def _levels(problem: Problem) -> tuple[int, int]:
    """S and S as given."""
    check_costs(problem)
    given = problem.parameters or {}
    check_names(given, ["s", "S"], "parameters")
    if problem.policy != "sS" or set(given) != {"s", "S"}:
        raise wrong("charged", "continuously goes with policy sS and its parameters", "Give s and S")
    low, high = int(given["s"]), int(given["S"])
    if (low, high) != (given["s"], given["S"]) or high <= low:
        raise wrong("parameters", "are not whole, S above s", "Change them")
    return low, high


def _check_rest(problem: Problem) -> None:
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


def _lead_times(problem: Problem) -> tuple[float, float]:
    """The shortest and the longest lead time; all lengths between them are as likely."""
    ends = problem.uniform_lead_time
    if ends is None:
        leads = problem.lead_times
        ends = (leads[0][0], leads[0][0]) if len(leads) == 1 else (0.0, 2.0)
    if ends[1] > 1:
        raise wrong(
            "lead_time", "is above a period", "Where costs run all the time, orders arrive within the period"
        )
    return ends


@dataclass(frozen=True)
class _Chain:
    """The position at the opening of a period, from the highest down to the lowest: n of them.

    Attributes:
        top: the highest position.
        after: int64, shape (n,): the index of the position after ordering.
        figures: float64, shape (6, n): what a period that opens there comes to, by ``COST`` ...
        pmf: float64: the probability that a period demands 0, 1, .. units.

    """

    top: int
    after: IntArray
    figures: FloatArray
    pmf: FloatArray

    def average(self, opening: int, periods: int | None) -> FloatArray:
        """float64, shape (6,): per period, over so many from ``opening`` on; None: over the long run."""
        shares = np.zeros(len(self.after))
        shares[self.top - opening] = 1.0
        total = np.zeros(len(self.figures))
        for period in range(periods or LONG_RUN):
            total += self.figures @ shares
            coming = self._following(shares)
            if periods is None and np.abs(coming - shares).max() < SETTLED:
                return self.figures @ shares
            if periods is None and period % 2:
                coming = (coming + shares) / 2  # against orders that come in step
            shares = coming / coming.sum()
        return total / (periods or LONG_RUN)

    def _following(self, shares: FloatArray) -> FloatArray:
        """The shares of the positions a period later."""
        raised = np.bincount(self.after, weights=shares, minlength=len(self.after))
        return np.convolve(raised, self.pmf)[: len(self.after)]


def _chain(problem: Problem, low: int, high: int, opening: int, ends: tuple[float, float]) -> _Chain:
    pmf = demands.pmf_over(problem.demand, 1.0)
    top = max(high, opening)
    positions = np.arange(top, low - len(pmf), -1)  # ascending falls, from the top down
    ordered = np.where(positions <= low, high - positions, 0)
    after = top - np.where(positions <= low, high, positions)

    units: FloatArray = positions.astype(np.float64)
    holding, waiting = _stock(problem, units, *ends)
    held = holding[0] + holding[1][after]
    owed = waiting[0] + waiting[1][after]
    short, waited = _shortages(problem, units, after, *ends)

    cost = problem.fixed_order_cost * (ordered > 0) + problem.unit_cost * ordered
    cost = cost + problem.holding * held + problem.backlog_cost * owed
    orders = (ordered > 0).astype(np.float64)
    return _Chain(top, after, np.stack([cost, held, owed, orders, short, orders * waited]), pmf)


def _shortages(
    problem: Problem, positions: FloatArray, after: IntArray, start: float, stop: float
) -> tuple[FloatArray, FloatArray]:
    """Units that wait, and P(somebody waits before the order arrives), by position: float64."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    short, waited = np.zeros(len(positions)), np.zeros(len(positions))
    end = demands.over(problem.demand, [(1.0, 1.0)]).shortage(positions)
    for node, weight in zip(nodes, weights, strict=True):
        arrival = (start + stop) / 2 + node * (stop - start) / 2
        demand = demands.over(problem.demand, [(float(arrival), 1.0)])
        then = demand.shortage(positions)
        short += weight / 2 * (then - np.maximum(-positions, 0.0) + (end - then)[after])
        waited += weight / 2 * (1 - demand.cdf(positions))
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

            demand = demands.over(problem.demand, [(float(at), 1.0)])
            short = demand.shortage(positions)
            on_hand = positions - demand.mean + short
            for side, chance in ((0, 1 - arrived), (1, arrived)):
                held[side][:] += length * chance * on_hand
                owed[side][:] += length * chance * short
    return held, owed
