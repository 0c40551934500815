"""Lost sales with a lead time: the problem in steps of demand, and what following a policy brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve import demand as demands
from forecasting.solve.base_stock import approximations
from forecasting.solve.cost_rate import CostRate, cost_rate
from forecasting.solve.demand_distribution import Lattice
from forecasting.solve.problem import Problem
from forecasting.solve.r_q import multiples
from forecasting.solve.service import probability

LONG, SHORT = 4_000_000, 400_000
"""Periods simulated for a figure, and for a comparison while tuning."""
STEPS_PER_DEVIATION = 12
"""How finely smooth demand is cut."""


@dataclass(frozen=True)
class Terms:
    """A problem in steps of demand.

    Attributes:
        pmf: demand of a period, in steps of ``step`` units.
        leads: possible lead times and their probabilities.
        pack, fewest: steps in a pack, and packs in the smallest order.
        holding, short: per step and period; per step lost.
        fixed: per order.

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
    def lead(self) -> int:
        """The lead time; the longest where it is random."""
        return self.leads[-1][0]

    @property
    def cdf(self) -> FloatArray:
        """P(demand of a period <= 0, 1, ... steps)."""
        return np.minimum(np.cumsum(self.pmf), 1.0)

    @property
    def mean(self) -> float:
        """Steps per period."""
        return float(np.arange(len(self.pmf)) @ self.pmf)

    def kernel(self, base: int) -> IntArray:
        """What the kernels take; ``base``: one more than the most packs of an order."""
        valley = self.fixed == 0 and self.pack == 1 and self.fewest == 1
        return np.array([self.lead, base, self.pack, self.fewest, int(valley)], dtype=np.int64)

    def fractile(self, periods: int) -> int:
        """What would be enough for so many periods, were sales not lost."""
        power = demands.summed(self.pmf, periods)
        return int(Lattice(power).quantile(self.short / (self.short + self.holding)))


@dataclass(frozen=True)
class Tally:
    """Averages per period: steps left over and lost, orders, losses; and shares of cycles with a loss."""

    left: float
    lost: float
    orders: float
    losing: float
    cycles_losing: float


def terms_of(problem: Problem) -> Terms:
    """The problem in steps. Raises RequestError where its terms make none."""
    cost = cost_rate(problem)
    step = 1.0
    if cost.jump is not None:
        pmf = cost.jump.pmf
        pack, smallest = multiples(problem)
    else:
        step = demands.finest_step(problem.demand, STEPS_PER_DEVIATION, 5_000)
        if problem.pack_size != 1:
            # Packs are whole steps.
            step = problem.pack_size / max(np.ceil(problem.pack_size / step), 1)
        pmf = demands.steps(problem.demand, step)
        pack = max(round(problem.pack_size / step), 1) if problem.pack_size != 1 else 1
        smallest = max(int(np.ceil(problem.min_order_quantity / (pack * step) - 1e-9)), 1) * pack
    leads = [(int(time), chance) for time, chance in problem.lead_times]
    return Terms(
        cost,
        pmf,
        step,
        leads,
        pack,
        smallest // pack,
        problem.holding * step,
        problem.short_cost * step,
        problem.fixed_order_cost,
    )


def walk(terms: Terms, follow: Callable[[IntArray, FloatArray], None], periods: int, seed: int = 0) -> Tally:
    """What ``follow(demand, tally)`` tallies over so many periods of demand; the same for every policy."""
    demand = np.random.default_rng(seed).choice(len(terms.pmf), periods, p=terms.pmf).astype(np.int64)
    tally = np.zeros(6)
    follow(demand, tally)
    left, lost, losing, orders, counted, cycles = tally.tolist()
    return Tally(
        left / counted, lost / counted, orders / counted, losing / counted, cycles / max(orders, 1.0)
    )


def mean_of(runs: list[Tally]) -> Tally:
    """The mean of runs of the same length."""
    return Tally(
        *(sum(getattr(run, name) for run in runs) / len(runs) for name in Tally.__dataclass_fields__)
    )


def answer_of(terms: Terms, tally: Tally, total: float | None) -> dict[str, Any]:
    """What every answer says; ``total``: the exact cost, where it is known."""
    parts = {
        "holding": terms.holding * tally.left,
        "shortage": terms.short * tally.lost,
        "ordering": terms.fixed * tally.orders,
    }
    simulated = sum(parts.values())
    if total is not None:
        # The parts and the service are of a simulation; they are made to add up to the exact cost.
        parts = {name: value * total / simulated if simulated else 0.0 for name, value in parts.items()}
    return {
        "cost_per_period": simulated if total is None else total,
        "costs": parts,
        "cycle_service_level": probability(1 - tally.cycles_losing),
        "period_service_level": probability(1 - tally.losing),
        "fill_rate": probability(1 - tally.lost / terms.mean),
        # There is no reorder point: what is left, on average, as the next order arrives.
        "safety_stock": tally.left * terms.step,
        "average_on_hand": tally.left * terms.step,
        "average_backlog": 0.0,
        "orders_per_period": tally.orders,
    }


def told_of(problem: Problem, terms: Terms) -> list[str]:
    """What any policy of this problem leaves inexact."""
    told = approximations(problem, terms.cost)
    if terms.cost.jump is None:
        told.append(f"demand rounded to steps of {terms.step:.3g}")
    return told
