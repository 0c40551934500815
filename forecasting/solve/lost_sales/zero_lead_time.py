"""Lost sales without a lead time, in packs or from a minimum order on: the best order for every stock.

A plain Markov decision process on the stock on hand, solved by policy iteration (Howard 1960, Dynamic
Programming and Markov Processes, ch. 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.answers import approximations, exactness, no_stock
from forecasting.solve.cost_rate import CostRate, cost_rate
from forecasting.solve.problem import Problem, whole_packs, wrong
from forecasting.solve.s_s import best as best_s_s
from forecasting.solve.service import probability

MOST_STOCK = 1_500
"""Units up to which stocks are told apart."""

MOST_ROUNDS = 1_000


def lost_sales_without_lead_time(problem: Problem) -> dict[str, Any]:
    """The best orders by stock on hand, with their cost and service.

    Poisson demand of 5 in packs of 4, 1 a unit kept and 4 a sale lost:

    >>> from forecasting.solve.problem import parse
    >>> answer = lost_sales_without_lead_time(parse({
    ...     "demand": {"family": "poisson", "mean": 5}, "holding": 1, "pack_size": 4,
    ...     "shortage": {"kind": "lost", "per_unit": 4}}))
    >>> answer["exact"], round(answer["cost_per_period"], 3)
    (True, 3.669)

    """
    if problem.policy != "best" or problem.parameters:
        raise wrong(
            "policy", "lost sales in packs without lead time are solved as a whole", "Use policy best"
        )
    cost = cost_rate(problem)
    if cost.jump is None:
        raise wrong("pack_size, min_order_quantity", "go with demand in whole units", "Leave them out")
    process = _process(problem, cost)
    target, gain = process.best()
    if cost.never_ordering <= gain * (1 + 1e-9):
        return no_stock(cost)

    stock = np.arange(len(target))
    level: FloatArray = target.astype(np.float64)
    shares = process.shares(target)
    ordering = float(shares @ (target > stock))
    short = float(shares @ cost.short_units(level))
    on_hand = float(shares @ cost.on_hand(level))
    losing = 1 - float(shares @ cost.charged.cdf(level))
    last = int(np.flatnonzero(target > stock)[-1])
    return {
        "policy": "optimal",
        "parameters": {"orders": (target - stock)[: last + 1].tolist()},
        **exactness(approximations(problem, cost)),
        "cost_per_period": gain,
        "costs": {
            "holding": cost.holding * on_hand,
            "shortage": cost.short * short,
            "ordering": process.fixed * ordering,
        },
        # A loss empties the shelf, and an empty shelf orders: a cycle holds one losing period at most.
        "cycle_service_level": probability(1 - losing / ordering),
        "period_service_level": probability(1 - losing),
        "fill_rate": probability(1 - short / cost.demand),
        "safety_stock": last - cost.charged.mean,
        "average_on_hand": on_hand,
        "average_backlog": 0.0,
        "orders_per_period": ordering,
    }


@dataclass(frozen=True)
class _Process:
    """The decision process on the stock 0..n-1 with which a period opens.

    Attributes:
        chance: float64, shape (n, n): P(the period ends with column j), from row i after ordering.
        stage: float64, shape (n,), money: expected cost of a period by the stock after ordering.
        fixed: money per order. ``pack``, ``smallest``: units.

    """

    chance: FloatArray
    stage: FloatArray
    fixed: float
    pack: int
    smallest: int

    def best(self) -> tuple[IntArray, float]:
        """The stock after ordering, int64, shape (n,), by the stock before, and its cost per period."""
        stock = np.arange(len(self.stage))
        target = stock.copy()
        target[0] = self.smallest
        gain = np.inf
        for _ in range(MOST_ROUNDS):
            value, gain = self._evaluated(target)
            following = self._improved(target, value)
            if np.array_equal(following, target):
                break
            target = following
        return target, gain

    def _evaluated(self, target: IntArray) -> tuple[FloatArray, float]:
        """The relative cost of opening a period with each stock, money, that of 0 being 0; and the gain."""
        stock = np.arange(len(self.stage))
        # value[0] is 0, and the gain stands in its place.
        equations = np.eye(len(stock)) - self.chance[target]
        equations[:, 0] = 1.0
        value = np.asarray(
            np.linalg.solve(equations, self.stage[target] + self.fixed * (target > stock)), dtype=np.float64
        )
        gain, value[0] = float(value[0]), 0.0
        return value, gain

    def _improved(self, target: IntArray, value: FloatArray) -> IntArray:
        """The best stock after ordering from each stock, if the future costs ``value``; else as before."""
        after = self.stage + self.chance @ value
        following = target.copy()
        for x in range(len(target)):
            choices = np.append(np.arange(x + self.smallest, len(target), self.pack), x)
            total = after[choices] + self.fixed * (choices > x)
            at = int(np.argmin(total))
            kept = after[target[x]] + self.fixed * (target[x] > x)
            if total[at] < kept - 1e-11 * (1 + abs(kept)):
                following[x] = choices[at]
        return following

    def shares(self, target: IntArray) -> FloatArray:
        """The share of periods that open with each stock: float64, shape (n,)."""
        equations = np.eye(len(target)) - self.chance[target].T
        equations[-1] = 1.0
        shares: FloatArray = np.linalg.solve(equations, np.append(np.zeros(len(target) - 1), 1.0))
        return shares


def _process(problem: Problem, cost: CostRate) -> _Process:
    assert cost.jump is not None
    pack, smallest = whole_packs(problem)
    high = best_s_s(cost, problem.fixed_order_cost)[1]
    top = 2 * high + 2 * smallest + pack
    if top > MOST_STOCK:
        raise wrong("demand", f"takes {top} units in stock, more than {MOST_STOCK}", "Count in larger units")

    pmf = cost.jump.pmf
    chance = np.zeros((top + 1, top + 1))
    for y in range(top + 1):
        reach = min(y, len(pmf) - 1)
        chance[y, y - np.arange(reach + 1)] = pmf[: reach + 1]
        chance[y, 0] += 1.0 - chance[y].sum()
    stage = cost.at(np.arange(top + 1, dtype=np.float64))
    return _Process(chance, stage, problem.fixed_order_cost, pack, smallest)
