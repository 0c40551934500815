"""Lost sales with a lead time: the problem in whole steps of demand, as these methods take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, critical_ratio
from forecasting.solve import demand as demands
from forecasting.solve.answers import approximations
from forecasting.solve.cost_rate import CostRate, cost_rate
from forecasting.solve.demand_distribution import Lattice
from forecasting.solve.lost_sales.states import Ordering
from forecasting.solve.problem import Problem, whole_packs

STEPS_PER_DEVIATION = 12
"""How finely smooth demand is cut."""

MOST_STEPS = 5_000
"""Steps that the highest demand of a period is cut into at most."""


@dataclass(frozen=True)
class LatticeProblem:
    """A problem in steps of demand.

    Attributes:
        cost: the cost rate that it is made of.
        pmf: float64: the probability that a period demands 0, 1, .. steps.
        step: units in a step.
        leads: possible lead times, periods, and their probabilities.
        pack: steps in a pack. ``fewest``: packs in the smallest order.
        holding: h, money per step and period. ``short``: p, per step lost. ``fixed``: K, per order.

    """

    cost: CostRate
    pmf: FloatArray
    step: float
    leads: list[tuple[int, float]]
    pack: int
    fewest: int
    holding: float
    short: float
    fixed: float

    @property
    def ordering(self) -> Ordering:
        """What orders there are; the lead time is the longest where it is random."""
        return Ordering(self.leads[-1][0], self.pack, self.fewest)

    @property
    def lead(self) -> int:
        """The lead time; the longest where it is random."""
        return self.ordering.lead

    @property
    def cdf(self) -> FloatArray:
        """P(demand of a period <= 0, 1, .. steps)."""
        return np.minimum(np.cumsum(self.pmf), 1.0)

    @property
    def mean(self) -> float:
        """Steps per period."""
        return float(np.arange(len(self.pmf)) @ self.pmf)

    @property
    def single_orders(self) -> bool:
        """Whether orders are free, and of any size."""
        return not self.fixed and self.fewest == 1

    def backorder_level(self, periods: int) -> int:
        """The newsvendor's level for the demand of so many periods: what would do, were sales not lost."""
        demand = Lattice(demands.summed(self.pmf, periods))
        return int(demand.quantile(critical_ratio(self.short, self.holding)))

    def approximations(self, problem: Problem) -> list[str]:
        """What any policy of ``problem`` leaves inexact, in words."""
        found = approximations(problem, self.cost)
        if self.cost.jump is None:
            found.append(f"demand rounded to steps of {self.step:.3g}")
        return found


def lattice_problem(problem: Problem) -> LatticeProblem:
    """The problem in steps. Raises RequestError where its terms make none."""
    cost = cost_rate(problem)
    step = 1.0
    if cost.jump is not None:
        pmf = cost.jump.pmf
        pack, smallest = whole_packs(problem)
    else:
        step = demands.finest_step(problem.demand, STEPS_PER_DEVIATION, MOST_STEPS)
        if problem.pack_size != 1:
            # Packs are whole steps.
            step = problem.pack_size / max(np.ceil(problem.pack_size / step), 1)
        pmf = demands.steps(problem.demand, step)
        pack = max(round(problem.pack_size / step), 1) if problem.pack_size != 1 else 1
        smallest = max(int(np.ceil(problem.min_order_quantity / (pack * step) - 1e-9)), 1) * pack

    return LatticeProblem(
        cost=cost,
        pmf=pmf,
        step=step,
        leads=[(int(time), chance) for time, chance in problem.lead_times],
        pack=pack,
        fewest=smallest // pack,
        holding=problem.holding * step,
        short=problem.short_cost * step,
        fixed=problem.fixed_order_cost,
    )
