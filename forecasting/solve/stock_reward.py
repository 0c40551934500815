"""The stock reward: what the k-th unit in stock is worth (Lokad, "stock reward function").

With y the demand of a period, margin M, stock-out penalty S <= 0, carrying cost C <= 0 and discount a,

    R(k) = E[k M + (y - k) S; y >= k] + E[y M + (k - y) C + a R*(k - y); y < k]

and R* the same without stock-out penalties: what is short later can be bought in time. Here S is
-shortage.per_unit and C is -holding. The k-th unit is worth R(k) - R(k - 1); units are bought while that
is above what one costs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.domain import FloatArray
from forecasting.solve import demand as demands
from forecasting.solve.demand_distribution import Lattice
from forecasting.solve.problem import Problem, check_names, whole_packs, wrong
from forecasting.solve.service import probability
from models.shared.compile import compiled

MOST_UNITS = 20_000


def stock_reward(problem: Problem) -> dict[str, Any]:
    """The number of units worth having, with the reward and the marginal value of each unit.

    Poisson demand of 3, a margin of 10, 5 a unit short, 1 a unit kept, .9 a period's discount:

    >>> from forecasting.solve.problem import parse
    >>> answer = stock_reward(parse({
    ...     "demand": {"family": "poisson", "mean": 3}, "holding": 1, "margin": 10, "discount": 0.9,
    ...     "shortage": {"kind": "lost", "per_unit": 5}, "policy": "stock_reward"}))
    >>> [round(reward, 2) for reward in answer["reward"][:3]]
    [-15.0, -0.35, 13.22]
    >>> [round(unit, 2) for unit in answer["marginal"][:2]]
    [14.65, 13.57]

    """
    if problem.margin is None:
        raise wrong("margin", "is missing: policy stock_reward weighs it", "Give the margin of a unit sold")
    if demands.is_smooth(problem.demand) or problem.demand.family in ("constant", "known"):
        raise wrong(
            "demand.family",
            f"{problem.demand.family} demand does not come in whole units",
            "Policy stock_reward needs a family in whole units",
        )
    if problem.fixed_order_cost:
        raise wrong("fixed_order_cost", "is not weighed by policy stock_reward", "Leave it out, or use sS")
    if problem.lead_times != [(0.0, 1.0)]:
        raise wrong(
            "lead_time", "is not weighed by policy stock_reward", "Give the demand of the time to cover"
        )
    pmf = demands.pmf_over(problem.demand, 1.0)
    check_names(problem.parameters or {}, ["k"], "parameters")
    wanted = (problem.parameters or {}).get("k", 0.0)
    if wanted != int(wanted) or not 0 <= wanted <= MOST_UNITS:
        raise wrong("parameters.k", f"{wanted:g} is no number of units", f"Give 0 to {MOST_UNITS}")
    pack, smallest = whole_packs(problem)
    units = problem.units or _enough(problem, pmf, max(int(wanted), 2 * smallest))
    reward = rewards(pmf, problem.margin, -problem.short_cost, -problem.holding, problem.discount, units)
    worth = reward - problem.unit_cost * np.arange(units + 1)
    allowed = np.unique(np.append(np.arange(smallest, units + 1, pack), 0))
    best = int(wanted) if "k" in (problem.parameters or {}) else int(allowed[np.argmax(worth[allowed])])
    spread = Lattice(pmf)
    at = np.array([best])
    short, mean = float(spread.shortage(at)[0]), spread.mean
    return {
        "policy": "stock_reward",
        "parameters": {"k": best},
        "exact": True,
        "reward_of_k": float(reward[best]),
        "cost_per_period": problem.holding * (best - mean + short) + problem.short_cost * short,
        "cycle_service_level": float(spread.cdf(at)[0]),
        "fill_rate": probability(1 - short / mean),
        "safety_stock": best - mean,
        "reward": reward.tolist(),
        "marginal": np.diff(reward).tolist(),
    }


def rewards(
    pmf: FloatArray, margin: float, stockout: float, carrying: float, discount: float, units: int
) -> FloatArray:
    """R(0..units), money. ``pmf``: demand of a period; ``stockout`` and ``carrying`` are <= 0."""
    later = np.zeros(units + 1)
    _recursion(pmf, margin, 0.0, carrying, discount, later, later)
    now = np.zeros(units + 1)
    _recursion(pmf, margin, stockout, carrying, discount, later, now)
    return now


def _enough(problem: Problem, pmf: FloatArray, least: int) -> int:
    """Units up to which another may be worth its cost: the marginal value falls throughout."""
    if problem.holding == 0 and problem.unit_cost == 0 and problem.margin is not None and problem.margin > 0:
        raise wrong(
            "holding",
            "is 0, and so is unit_cost: every unit more is worth having",
            "Give one of them, or say in units how many to look at",
        )
    units = max(least, 2 * len(pmf), 16)
    while units < MOST_UNITS:
        reward = rewards(
            pmf, problem.margin or 0.0, -problem.short_cost, -problem.holding, problem.discount, units
        )
        if reward[-1] - reward[-2] < problem.unit_cost:
            return units
        units *= 2
    return MOST_UNITS


@compiled
def _recursion(
    pmf: FloatArray,
    margin: float,
    stockout: float,
    carrying: float,
    discount: float,
    later: FloatArray,
    out: FloatArray,
) -> None:
    """R(k) into ``out``, k ascending. ``later`` is R*; it may be ``out`` itself."""
    mean = 0.0
    for y in range(len(pmf)):
        mean += y * pmf[y]
    for k in range(len(out)):
        below = 0.0
        sold_below = 0.0
        total = 0.0
        for y in range(min(k, len(pmf))):
            below += pmf[y]
            sold_below += y * pmf[y]
            total += pmf[y] * (y * margin + (k - y) * carrying)
            if y > 0:
                total += discount * pmf[y] * later[k - y]
        above = max(1.0 - below, 0.0)
        total += above * k * margin + max(mean - sold_below - above * k, 0.0) * stockout
        # Nothing demanded: all k stay, and R*(k) stands on both sides where it is what is being found.
        if k > 0:
            still = discount * pmf[0]
            total = (total / (1.0 - still)) if later is out else total + still * later[k]
        out[k] = total
