"""Lost sales with a lead time: the best policy of all, by value iteration over every state.

The best policy looks at the stock on hand and at every order on its way (Zipkin 2008, "Old and new methods
for lost-sales inventory systems", and "On the structure of lost-sales inventory models"). The least and the
greatest gain of a sweep bound its cost from both sides (Puterman 1994, Markov Decision Processes, sec.
8.5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.answers import exactness
from forecasting.solve.demand_distribution import Lattice
from forecasting.solve.lost_sales.lattice_problem import LatticeProblem
from forecasting.solve.lost_sales.simulation import LONG, answer_of, simulated
from forecasting.solve.lost_sales.simulation_kernels import follow_table
from forecasting.solve.lost_sales.states import States, states_of
from forecasting.solve.lost_sales.value_iteration_kernels import sweep
from forecasting.solve.problem import Problem, wrong
from forecasting.solve.s_s import best as best_s_s

MOST_STATES = 4_000_000
MOST_WORK = 1_600_000_000
"""States times lead time, and products in a sweep over them, up to which the best policy is looked for."""

PRECISION = 2e-6
"""Width of the bounds on the best cost, as a share of it."""

MOST_SWEEPS = 100_000

ALWAYS_IMPROVED, IMPROVED_EVERY = 12, 6
"""The first sweeps all look for better orders, which takes longest; later ones only now and then."""


@dataclass(frozen=True)
class Table:
    """The states of a problem, and what a period costs in each.

    Attributes:
        terms: the problem in steps.
        states: how pipelines are numbered.
        shape: how many pipelines and how many stocks.
        stage: float64, shape (stocks,), money: expected cost of a period by the stock that it opens with.

    """

    terms: LatticeProblem
    states: States
    shape: tuple[int, int]
    stage: FloatArray

    @classmethod
    def of(cls, terms: LatticeProblem) -> Table | None:
        """The states of a problem, or None where they are too many to look through."""
        largest_position, largest_order = _reach(terms)
        base = max(-(-max(largest_order, 1) // terms.pack), terms.fewest) + 1
        states = states_of(terms.ordering, base)
        shape = states.first, max(largest_position, 1) + 1

        work = shape[0] * shape[1] * min(len(terms.pmf), shape[1] - 1)
        if terms.fixed or terms.pack > 1:
            work *= base
        if shape[0] * shape[1] * terms.lead > MOST_STATES or work > MOST_WORK:
            return None
        if terms.step != 1 and _ordered_in_batches(terms):
            return None

        stock = np.arange(shape[1], dtype=np.float64)
        short = Lattice(terms.pmf).shortage(stock)
        return cls(terms, states, shape, terms.holding * (stock - terms.mean + short) + terms.short * short)

    def solve(self, orders: IntArray, improve: bool) -> tuple[float, float]:
        """Bounds on the cost per period of ``orders``, or of the best, which are then written to it.

        ``orders``: int64, of the table's shape: packs. Raises RequestError where the bounds stay apart.
        """

        def swept(before: FloatArray, better: bool, after: FloatArray) -> tuple[float, float]:
            return sweep(
                before, orders, self.terms.pmf, self.stage, self.states, self.terms.fixed, better, after
            )

        def settled(gains: tuple[float, float]) -> bool:
            return gains[1] - gains[0] < PRECISION * max(gains[1], 1e-300)

        value, out = np.zeros(self.shape), np.zeros(self.shape)
        for count in range(MOST_SWEEPS):
            better = improve and (count % IMPROVED_EVERY == 0 or count < ALWAYS_IMPROVED)
            gains = swept(value, better, out)
            value, out = out, value
            value -= value[0, min(int(self.terms.mean), self.shape[1] - 1)]
            if not settled(gains):
                continue
            if better or not improve:
                return gains
            # Settled for these orders: only a sweep that looks for better ones bounds the best cost.
            gains = swept(value, True, out)
            value, out = out, value
            if settled(gains):
                return gains
        raise wrong("demand", "the cost of the best policy does not settle", "Use policy theta")


def _ordered_in_batches(terms: LatticeProblem) -> bool:
    return terms.fixed > 0 or terms.pack > 1 or terms.fewest > 1


def _reach(terms: LatticeProblem) -> tuple[int, int]:
    """The highest position and the largest order, in steps, that are ever worth having.

    No more on hand and on the way than were sales not lost; and no more in the last order than one period
    could need (Zipkin 2008). With fixed costs and packs there is room for batches.
    """
    position, order = terms.backorder_level(terms.lead + 1), terms.backorder_level(1)
    if _ordered_in_batches(terms):
        low, high = 0, 0
        if terms.step == 1:
            waiting = replace(terms.cost, lost=False, backlog=terms.cost.short, short=0.0)
            low, high, _ = best_s_s(waiting, terms.fixed)
        position = max(position, high) + max(terms.fewest, 2) * terms.pack
        order = max(order, high - low) + terms.fewest * terms.pack
    return position, order


def optimal(problem: Problem, terms: LatticeProblem, table: Table) -> dict[str, Any]:
    """The best policy of all, with its cost and service.

    Zipkin 2008, table 1: Poisson demand of 5, a lead time of 2, 1 a unit kept and 4 a sale lost.

    >>> from forecasting.solve.lost_sales.lattice_problem import lattice_problem
    >>> from forecasting.solve.problem import parse
    >>> problem = parse({
    ...     "demand": {"family": "poisson", "mean": 5}, "lead_time": 2,
    ...     "holding": 1, "shortage": {"kind": "lost", "per_unit": 4}})
    >>> terms = lattice_problem(problem)
    >>> round(optimal(problem, terms, Table.of(terms))["cost_per_period"], 2)
    4.4

    """
    orders = np.zeros(table.shape, dtype=np.int64)
    least, greatest = table.solve(orders, improve=True)
    found = simulated(
        terms, lambda demand, tally: follow_table(demand, orders, table.states, tally), LONG // 4
    )
    empty = int(orders[0, 0]) * terms.pack * terms.step
    return {
        "policy": "optimal",
        "parameters": {"states": int(table.shape[0] * table.shape[1]), "order_when_empty": empty},
        **exactness(terms.approximations(problem)),
        "cost_between": [least, greatest],
        **answer_of(terms, found, (least + greatest) / 2),
    }
