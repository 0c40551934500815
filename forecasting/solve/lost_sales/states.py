"""Lost sales with a lead time: the best policy of all, by value iteration over every state.

Zipkin (2008), "Old and new methods for lost-sales inventory systems", and "On the structure of lost-sales
inventory models". The least and the greatest gain of a sweep bound the cost from both sides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.demand_distribution import Lattice
from forecasting.solve.lost_sales import kernels
from forecasting.solve.lost_sales.terms import LONG, Terms, answer_of, told_of, walk
from forecasting.solve.problem import Problem, wrong
from forecasting.solve.s_s import best as best_s_s

MOST_STATES = 4_000_000
MOST_WORK = 1_600_000_000
"""States times lead time, and products in a sweep over them, up to which the best policy is looked for."""
PRECISION = 2e-6
"""Width of the bounds on the best cost, as a share of it."""


@dataclass(frozen=True)
class Table:
    """States (see ``lost_sales_kernels``) and what a period costs in each."""

    terms: Terms
    kernel: IntArray
    shape: tuple[int, int]
    stage: FloatArray

    @classmethod
    def of(cls, terms: Terms) -> Table | None:
        """The states of a problem, or None where they are too many.

        No more is ever worth having, on hand and on the way, than were sales not lost; and no more in
        the last order than one period could need (Zipkin 2008). With fixed costs and packs there is
        room for batches.
        """
        highest = terms.fractile(terms.lead + 1)
        largest = terms.fractile(1)
        if terms.fixed or terms.pack > 1 or terms.fewest > 1:
            low, high, _ = (
                best_s_s(replace(terms.cost, lost=False, backlog=terms.cost.short, short=0.0), terms.fixed)
                if terms.step == 1
                else (0, 0, 0.0)
            )
            if terms.step != 1:
                return None
            highest = max(highest, high) + max(terms.fewest, 2) * terms.pack
            largest = max(largest, high - low) + terms.fewest * terms.pack
        highest = max(highest, 1)
        base = max(-(-max(largest, 1) // terms.pack), terms.fewest) + 1
        pipes = base ** (terms.lead - 1)
        work = pipes * (highest + 1) * min(len(terms.pmf), highest)
        if terms.fixed or terms.pack > 1:
            work *= base
        if pipes * (highest + 1) * terms.lead > MOST_STATES or work > MOST_WORK:
            return None
        stock = np.arange(highest + 1, dtype=np.float64)
        short = Lattice(terms.pmf).shortage(stock)
        stage = terms.holding * (stock - terms.mean + short) + terms.short * short
        return cls(terms, terms.kernel(base), (pipes, highest + 1), stage)

    def solve(self, orders: IntArray, improve: bool) -> tuple[float, float]:
        """Bounds on the cost per period of ``orders``, or of the best, which is then written to it."""
        value = np.zeros(self.shape)
        out = np.zeros(self.shape)
        for count in range(100_000):
            better = improve and (count % 6 == 0 or count < 12)
            least, greatest = kernels.sweep(
                value, orders, self.terms.pmf, self.stage, self.kernel, self.terms.fixed, better, out
            )
            value, out = out, value
            value -= value[0, min(int(self.terms.mean), self.shape[1] - 1)]
            if greatest - least < PRECISION * max(greatest, 1e-300):
                if better or not improve:
                    return least, greatest
                improving = kernels.sweep(
                    value, orders, self.terms.pmf, self.stage, self.kernel, self.terms.fixed, True, out
                )
                value, out = out, value
                if improving[1] - improving[0] < PRECISION * max(greatest, 1e-300):
                    return improving
        raise wrong("demand", "the cost of the best policy does not settle", "Use policy theta")


def optimal(problem: Problem, terms: Terms, table: Table) -> dict[str, Any]:
    """The best policy of all, with its cost and service."""
    orders = np.zeros(table.shape, dtype=np.int64)
    least, greatest = table.solve(orders, improve=True)
    tally = walk(terms, lambda demand, out: kernels.walk_table(demand, orders, table.kernel, out), LONG // 4)
    total = (least + greatest) / 2
    empty = int(orders[0, 0]) * terms.pack * terms.step
    told = told_of(problem, terms)
    return {
        "policy": "optimal",
        "parameters": {"states": int(table.shape[0] * table.shape[1]), "order_when_empty": empty},
        "exact": not told,
        **({"approximated": "; ".join(told)} if told else {}),
        "cost_between": [least, greatest],
        **answer_of(terms, tally, total),
    }
