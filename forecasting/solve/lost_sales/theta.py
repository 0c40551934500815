"""The theta policy for lost sales with a lead time.

Order the least with which the period in which the order arrives sees no stock-out with probability theta
(Reiman 2004 and Zipkin 2008 study its kin). Stock is projected to that period through the pipeline, clipped
at zero where sales are lost: exactly where states are few enough, along sample paths of demand otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.lost_sales import kernels
from forecasting.solve.lost_sales.states import Table
from forecasting.solve.lost_sales.terms import LONG, SHORT, Tally, Terms, answer_of, mean_of, told_of, walk
from forecasting.solve.problem import Problem, wrong

PATHS, RUNS = 256, 8
"""Sample paths that stock is projected along, and runs that a simulated cost is the mean of."""


def theta_policy(problem: Problem, terms: Terms, table: Table | None) -> dict[str, Any]:
    """The theta policy, tuned or given."""
    given = (problem.parameters or {}).get("theta")
    if given is not None and not 0 < given < 1:
        raise wrong("parameters.theta", f"{given:g} is no probability", "Give one between 0 and 1")
    if table is not None and table.shape[0] * table.shape[1] * table.kernel[1] < 60_000_000:
        enough = np.zeros((*table.shape, table.kernel[1]), dtype=np.float32)
        kernels.enough(terms.pmf, terms.cdf, table.kernel, enough)
        orders = np.zeros(table.shape, dtype=np.int64)

        def follow(theta: float, periods: int) -> Tally:
            kernels.orders_of_theta(enough, theta, table.kernel, orders)
            return walk(
                terms, lambda demand, out: kernels.walk_table(demand, orders, table.kernel, out), periods
            )

        theta = given if given is not None else _tuned(terms, lambda at: follow(at, SHORT))
        tally = follow(theta, LONG // 4)
        least, greatest = table.solve(orders, improve=False)
        total: float | None = (least + greatest) / 2
        told = told_of(problem, terms)
    else:
        generator = np.random.default_rng(1)
        paths = generator.choice(len(terms.pmf), (PATHS, terms.lead), p=terms.pmf).astype(np.int64)

        def project(theta: float, periods: int, seed: int = 0) -> Tally:
            def follow_paths(demand: IntArray, out: FloatArray) -> None:
                kernels.walk_theta(demand, paths, terms.cdf, theta, terms.kernel(0), out)

            return walk(terms, follow_paths, periods, seed)

        # A decision takes PATHS projections of L periods: fewer periods where L is long.
        short = int(2.5e8 / (PATHS * (terms.lead + 5) + 12 * len(terms.cdf)))
        theta = given if given is not None else _tuned(terms, lambda at: project(at, short))
        runs = [project(theta, short, seed) for seed in range(1, RUNS + 1)]
        tally = mean_of(runs)
        costs = [terms.holding * run.left + terms.short * run.lost for run in runs]
        error = float(np.std(costs, ddof=1)) / RUNS**0.5
        total = None
        told = [*told_of(problem, terms), f"by simulation, standard error {error:.2g}"]
    return {
        "policy": "theta",
        "parameters": {"theta": theta},
        "exact": not told,
        **({"approximated": "; ".join(told)} if told else {}),
        **answer_of(terms, tally, total),
    }


def _tuned(terms: Terms, follow: Any) -> float:
    """The theta that costs least on the same demand, over a grid of odds that narrows once."""
    ratio = terms.short / (terms.short + terms.holding)
    centre = np.log(ratio / (1 - ratio))

    def cost(x: float) -> float:
        tally = follow(1 / (1 + float(np.exp(-x))))
        return terms.holding * tally.left + terms.short * tally.lost

    grid = centre + np.linspace(-2.0, 0.6, 14)
    at = grid[int(np.argmin([cost(x) for x in grid]))]
    fine = at + np.linspace(-0.2, 0.2, 11)
    at = fine[int(np.argmin([cost(x) for x in fine]))]
    return round(float(1 / (1 + np.exp(-at))), 6)
