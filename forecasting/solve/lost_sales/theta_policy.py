"""The theta policy for lost sales with a lead time.

Order the least with which the period in which the order arrives sees no stock-out with probability theta
(Reiman 2004 and Zipkin 2008 study policies of its kind). Stock is projected to that period through the
pipeline, clipped at zero where sales are lost: exactly where states are few enough, along sample paths of
demand otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.domain import IntArray, critical_ratio
from forecasting.solve.answers import exactness
from forecasting.solve.lost_sales.lattice_problem import LatticeProblem
from forecasting.solve.lost_sales.simulation import LONG, SHORT, Averages, answer_of, mean_of, simulated
from forecasting.solve.lost_sales.simulation_kernels import follow_table, follow_theta
from forecasting.solve.lost_sales.theta_kernels import non_stockout, orders_of_theta
from forecasting.solve.lost_sales.value_iteration import Table
from forecasting.solve.problem import Problem, wrong

PATHS, RUNS = 256, 8
"""Sample paths that stock is projected along, and runs that a simulated cost is the mean of."""

MOST_PROJECTIONS = 60_000_000
"""States times orders up to which stock is projected exactly."""

MOST_STEPS_SIMULATED = 2.5e8
"""Steps of a kernel that a simulated figure may take: fewer periods where the lead time is long."""


def theta_policy(problem: Problem, terms: LatticeProblem, table: Table | None) -> dict[str, Any]:
    """The theta policy, tuned or given. ``table``: the states, where they are few enough.

    The problem of ``value_iteration.optimal``, without a table of its states:

    >>> from forecasting.solve.lost_sales.lattice_problem import lattice_problem
    >>> from forecasting.solve.problem import parse
    >>> problem = parse({
    ...     "demand": {"family": "poisson", "mean": 5}, "lead_time": 2, "policy": "theta",
    ...     "holding": 1, "shortage": {"kind": "lost", "per_unit": 4}})
    >>> answer = theta_policy(problem, lattice_problem(problem), None)
    >>> round(answer["parameters"]["theta"], 2), round(answer["cost_per_period"], 1)
    (0.74, 4.4)

    """
    given = (problem.parameters or {}).get("theta")
    if given is not None and not 0 < given < 1:
        raise wrong("parameters.theta", f"{given:g} is no probability", "Give one between 0 and 1")

    inexact = terms.approximations(problem)
    if table is not None and table.shape[0] * table.shape[1] * table.states.base < MOST_PROJECTIONS:
        exactly = _Projected(table)
        theta = _tuned(terms, lambda at: exactly.followed(at, SHORT)) if given is None else given
        found = exactly.followed(theta, LONG // 4)
        total: float | None = exactly.cost(theta)
    else:
        along = _AlongPaths(terms)
        theta = _tuned(terms, lambda at: along.followed(at, 0)) if given is None else given
        found, error = along.evaluated(theta)
        total = None
        inexact.append(f"by simulation, standard error {error:.2g}")
    return {
        "policy": "theta",
        "parameters": {"theta": theta},
        **exactness(inexact),
        **answer_of(terms, found, total),
    }


@dataclass(frozen=True)
class _Projected:
    """Theta where stock is projected exactly, for every state."""

    table: Table

    @cached_property
    def _non_stockout(self) -> npt.NDArray[np.float32]:
        terms, states = self.table.terms, self.table.states
        out = np.zeros((*self.table.shape, states.base), dtype=np.float32)
        non_stockout(terms.pmf, terms.cdf, states, out)
        return out

    def orders(self, theta: float) -> IntArray:
        """int64, shape (pipes, stocks), packs."""
        orders = np.zeros(self.table.shape, dtype=np.int64)
        orders_of_theta(self._non_stockout, theta, self.table.states, orders)
        return orders

    def followed(self, theta: float, periods: int) -> Averages:
        """What it brings."""
        orders, states = self.orders(theta), self.table.states
        return simulated(
            self.table.terms, lambda demand, tally: follow_table(demand, orders, states, tally), periods
        )

    def cost(self, theta: float) -> float:
        """Its exact cost per period."""
        least, greatest = self.table.solve(self.orders(theta), improve=False)
        return (least + greatest) / 2


@dataclass(frozen=True)
class _AlongPaths:
    """Theta where states are too many: stock is projected along sample paths of demand."""

    terms: LatticeProblem

    @cached_property
    def _paths(self) -> IntArray:
        generator = np.random.default_rng(1)
        shape = (PATHS, self.terms.lead)
        return generator.choice(len(self.terms.pmf), shape, p=self.terms.pmf).astype(np.int64)

    @property
    def _periods(self) -> int:
        """A decision takes ``PATHS`` projections of L periods."""
        return int(MOST_STEPS_SIMULATED / (PATHS * (self.terms.lead + 5) + 12 * len(self.terms.cdf)))

    def followed(self, theta: float, seed: int) -> Averages:
        """What it brings."""
        terms, paths = self.terms, self._paths
        return simulated(
            terms,
            lambda demand, tally: follow_theta(demand, paths, terms.cdf, theta, terms.ordering, tally),
            self._periods,
            seed,
        )

    def evaluated(self, theta: float) -> tuple[Averages, float]:
        """What it brings over several runs, and the standard error of its cost."""
        runs = [self.followed(theta, seed) for seed in range(1, RUNS + 1)]
        costs = [run.cost(self.terms) for run in runs]
        return mean_of(runs), float(np.std(costs, ddof=1)) / RUNS**0.5


def _tuned(terms: LatticeProblem, follow: Callable[[float], Averages]) -> float:
    """The theta that costs least on the same demand, over a grid of odds that narrows once."""
    ratio = critical_ratio(terms.short, terms.holding)
    centre = np.log(ratio / (1 - ratio))

    def cost(log_odds: float) -> float:
        return follow(1 / (1 + float(np.exp(-log_odds)))).cost(terms)

    grid = centre + np.linspace(-2.0, 0.6, 14)
    at = grid[int(np.argmin([cost(x) for x in grid]))]
    fine = at + np.linspace(-0.2, 0.2, 11)
    at = fine[int(np.argmin([cost(x) for x in fine]))]
    return round(float(1 / (1 + np.exp(-at))), 6)
