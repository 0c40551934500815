"""What following a policy brings where sales are lost, by simulation; and what every answer says of it.

All policies meet the same demand, so that differences between them are sharp.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.lost_sales.lattice_problem import LatticeProblem
from forecasting.solve.service import probability

LONG, SHORT = 4_000_000, 400_000
"""Periods simulated for a figure, and for a comparison while tuning."""


@dataclass(frozen=True)
class Averages:
    """Averages per period: steps left over and lost, orders, losses; and the share of cycles with a loss."""

    left: float
    lost: float
    orders: float
    losing: float
    cycles_losing: float

    def cost(self, terms: LatticeProblem) -> float:
        """Money per period."""
        return terms.holding * self.left + terms.short * self.lost + terms.fixed * self.orders


def simulated(
    terms: LatticeProblem, follow: Callable[[IntArray, FloatArray], None], periods: int, seed: int = 0
) -> Averages:
    """What a policy brings over so many periods of demand; the same demand for every policy.

    Args:
        terms: the problem in steps.
        follow: follows the policy through demand, int64, shape (periods,), into the tally of
            ``simulation_kernels``.
        periods: how many.
        seed: of the demand.

    """
    generator = np.random.default_rng(seed)
    demand = generator.choice(len(terms.pmf), periods, p=terms.pmf).astype(np.int64)
    tally = np.zeros(6)
    follow(demand, tally)

    left, lost, losing, orders, counted, cycles = tally.tolist()
    return Averages(
        left=left / counted,
        lost=lost / counted,
        orders=orders / counted,
        losing=losing / counted,
        cycles_losing=cycles / max(orders, 1.0),
    )


def mean_of(runs: list[Averages]) -> Averages:
    """The mean of runs of the same length."""
    return Averages(
        **{each.name: sum(getattr(run, each.name) for run in runs) / len(runs) for each in fields(Averages)}
    )


def answer_of(terms: LatticeProblem, found: Averages, total: float | None) -> dict[str, Any]:
    """What every answer says; ``total``: the exact cost, where it is known."""
    parts = {
        "holding": terms.holding * found.left,
        "shortage": terms.short * found.lost,
        "ordering": terms.fixed * found.orders,
    }
    sum_of_parts = sum(parts.values())
    if total is not None:
        # The parts and the service are of a simulation; they are made to add up to the exact cost.
        parts = {name: part * total / sum_of_parts if sum_of_parts else 0.0 for name, part in parts.items()}
    return {
        "cost_per_period": sum_of_parts if total is None else total,
        "costs": parts,
        "cycle_service_level": probability(1 - found.cycles_losing),
        "period_service_level": probability(1 - found.losing),
        "fill_rate": probability(1 - found.lost / terms.mean),
        # There is no reorder point: what is left, on average, as the next order arrives.
        "safety_stock": found.left * terms.step,
        "average_on_hand": found.left * terms.step,
        "average_backlog": 0.0,
        "orders_per_period": found.orders,
    }
