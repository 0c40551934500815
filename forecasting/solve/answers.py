"""What answers have in common: how exact they are, and the one that keeps no stock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forecasting.solve.cost_rate import CostRate
from forecasting.solve.demand import SMOOTH
from forecasting.solve.demand_distribution import Lattice
from forecasting.solve.problem import Problem


def no_stock(cost: CostRate) -> dict[str, Any]:
    """Keeping nothing, where that costs less than any order would."""
    total = cost.never_ordering
    return {
        "policy": "no_stock",
        "parameters": {},
        "exact": True,
        "cost_per_period": total,
        "costs": {"holding": 0.0, "shortage": total, "ordering": 0.0},
        "cycle_service_level": 0.0,
        "period_service_level": 0.0,
        "fill_rate": 0.0,
        "safety_stock": -cost.charged.mean,
        "average_on_hand": 0.0,
        "average_backlog": 0.0 if cost.lost else None,
        "orders_per_period": 0.0,
    }


def exactness(approximated: Sequence[str]) -> dict[str, Any]:
    """``exact``, and what is approximated where it is not."""
    if not approximated:
        return {"exact": True}
    return {"exact": False, "approximated": "; ".join(approximated)}


def approximations(problem: Problem, cost: CostRate) -> list[str]:
    """What any policy of this problem leaves inexact, in words."""
    found = []
    demand, shortage = problem.demand, problem.shortage
    one_unit_a_line = demand.family == "poisson" and demand.line_size == 1
    if shortage is not None and shortage.per_line > 0 and not one_unit_a_line:
        found.append("what is paid per line is spread over its units")
    if demand.family == "lognormal" and isinstance(cost.charged, Lattice):
        found.append(f"sums of lognormal demand on a lattice of step {cost.charged.step:.3g}")
    if problem.review == "continuous" and demand.family in SMOOTH:
        found.append("demand flows evenly past the reorder point")
    return found
