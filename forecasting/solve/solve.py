"""Which method answers a problem.

``best`` means: base stock where an order has no fixed cost, (r, Q) or (s, S) where it has one, the same in
whole packs and from a minimum order on where they are given; where sales are lost and orders take time, the
best policy of all if its states are few enough, and the theta policy otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forecasting.solve.base_stock import base_stock, newsvendor
from forecasting.solve.continuous_charge import continuous_charge
from forecasting.solve.demand import is_smooth
from forecasting.solve.deterministic import economic_order_quantity, wagner_whitin
from forecasting.solve.hadley_whitin import expected_inventory, loss_function
from forecasting.solve.lost_sales.continuous_review import lost_sales_continuous
from forecasting.solve.lost_sales.dispatch import lost_sales
from forecasting.solve.lost_sales.zero_lead_time import lost_sales_without_lead_time
from forecasting.solve.packs import s_s_in_packs
from forecasting.solve.problem import Problem, not_known, parse, wrong
from forecasting.solve.r_q import r_q
from forecasting.solve.s_s import s_s
from forecasting.solve.stock_reward import stock_reward

Method = Callable[[Problem], dict[str, Any]]

POLICIES = (
    "best",
    "newsvendor",
    "base_stock",
    "sS",
    "rQ",
    "rQ_expected_inventory",
    "rQ_loss_function",
    "theta",
    "optimal",
    "stock_reward",
    "eoq",
    "wagner_whitin",
)


def solve(problem: Mapping[str, Any]) -> dict[str, Any]:
    """The best policy of one item's problem, its parameters, cost and service.

    Raises RequestError saying what in the problem cannot be answered, where, and what to do.
    """
    parsed = parse(problem)
    if parsed.policy not in POLICIES:
        raise not_known(f"policy {parsed.policy!r}", parsed.policy, POLICIES)
    return _method(parsed)(parsed)


def _method(problem: Problem) -> Method:
    name = problem.policy
    unconditional: dict[str, Method] = {
        "stock_reward": stock_reward,
        "eoq": economic_order_quantity,
        "wagner_whitin": wagner_whitin,
        "rQ_expected_inventory": expected_inventory,
        "rQ_loss_function": loss_function,
    }
    if name == "best" and problem.parameters:
        raise wrong("parameters", "are those of a policy that is not named", "Name it in policy")
    if name == "best" and problem.demand.family == "constant":
        return economic_order_quantity
    if name == "best" and problem.demand.family == "known":
        return wagner_whitin
    if name in unconditional:
        return unconditional[name]
    if problem.charged == "continuously" and problem.review == "periodic":
        return continuous_charge
    if problem.lost:
        return _lost(problem)
    if name in ("theta", "optimal"):
        raise wrong(f"policy {name}", "is for lost sales", 'Give shortage.kind "lost", or use best')
    return _backordered(problem)


def _lost(problem: Problem) -> Method:
    if problem.review == "continuous":
        return lost_sales_continuous
    if problem.lead_times != [(0.0, 1.0)]:
        return lost_sales
    if problem.policy in ("theta", "optimal"):
        raise wrong(f"policy {problem.policy}", "is for orders that take time", "Use best")
    if _in_packs(problem):
        return lost_sales_without_lead_time
    return _plain(problem)


def _backordered(problem: Problem) -> Method:
    name = problem.policy
    if not _in_packs(problem) or name == "rQ":
        return _plain(problem)
    if name in ("newsvendor", "base_stock"):
        raise wrong(
            "pack_size, min_order_quantity",
            f"policy {name} orders single units",
            "Use policy best, rQ or sS, or leave them out",
        )
    whole_window = problem.min_order_quantity <= problem.pack_size
    if (
        name == "best"
        and problem.review == "continuous"
        and (problem.demand.family == "poisson" or is_smooth(problem.demand))
    ):
        return r_q
    smooth = is_smooth(problem.demand)
    if name == "best" and not problem.fixed_order_cost and whole_window and not smooth:
        return _one_pack
    return s_s_in_packs


def _plain(problem: Problem) -> Method:
    named: dict[str, Method] = {"newsvendor": newsvendor, "base_stock": base_stock, "sS": s_s, "rQ": r_q}
    if problem.policy in named:
        return named[problem.policy]
    if not problem.fixed_order_cost:
        return base_stock
    if problem.review == "continuous" and (problem.demand.family == "poisson" or is_smooth(problem.demand)):
        return r_q
    return s_s


def _one_pack(problem: Problem) -> dict[str, Any]:
    """(r, Q) with Q one pack: with ordering free, no policy in whole packs is better (Veinott 1965)."""
    return r_q(problem)


def _in_packs(problem: Problem) -> bool:
    least = 0 if is_smooth(problem.demand) else 1
    return problem.pack_size != 1 or problem.min_order_quantity > least
