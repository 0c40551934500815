"""Lost sales with a lead time, under periodic review: which method answers.

The best policy looks at the stock on hand and at every order on its way; it is found, where states are few
enough, by value iteration (``value_iteration``), which bounds its cost from both sides. The theta policy
(``theta_policy``) comes within a fraction of a percent, and needs no table. Base stock and (s, S)
(``base_stock_and_s_s``) are there by name, and for what neither of the two can do.
"""

from __future__ import annotations

from typing import Any

from forecasting.solve.answers import no_stock
from forecasting.solve.lost_sales.base_stock_and_s_s import levels_policy
from forecasting.solve.lost_sales.lattice_problem import lattice_problem
from forecasting.solve.lost_sales.theta_policy import theta_policy
from forecasting.solve.lost_sales.value_iteration import PRECISION, Table, optimal
from forecasting.solve.problem import Problem, check_names, wrong


def lost_sales(problem: Problem) -> dict[str, Any]:
    """The best policy, or the best of the named family, with its cost and service.

    Raises RequestError where the named family cannot be answered for.

    The first cell of Zipkin's (2008) test bed, whose best policy costs 4.04 a period:

    >>> from forecasting.solve.problem import parse
    >>> answer = lost_sales(parse({
    ...     "demand": {"family": "poisson", "mean": 5}, "lead_time": 1,
    ...     "holding": 1, "shortage": {"kind": "lost", "per_unit": 4}}))
    >>> answer["policy"], round(answer["cost_per_period"], 4)
    ('optimal', 4.0407)
    >>> round(answer["simpler"]["cost_per_period"], 4)  # theta's
    4.0407

    """
    terms = lattice_problem(problem)
    name, one_lead_time = problem.policy, len(terms.leads) == 1
    if name in ("theta", "optimal") and not one_lead_time:
        raise wrong(f"policy {name}", "goes with one lead time", "Use base_stock or sS, or give a number")
    if name in ("base_stock", "sS") or not one_lead_time:
        return levels_policy(problem, terms)
    if name in ("rQ", "newsvendor"):
        raise wrong(f"policy {name}", "does not go with lost sales and a lead time", "Use best or theta")
    if name == "theta" and not terms.single_orders:
        raise wrong("policy theta", "weighs neither a fixed order cost nor a minimum order", "Use best or sS")

    table = Table.of(terms)
    if name == "optimal" and table is None:
        raise wrong("policy optimal", "has too many states to be looked through", "Use theta or best")
    check_names(problem.parameters or {}, ["theta"], "parameters")
    if name == "theta" or table is None:
        return theta_policy(problem, terms, table) if terms.single_orders else levels_policy(problem, terms)

    answer = optimal(problem, terms, table)
    if terms.cost.never_ordering <= answer["cost_per_period"] * (1 + 2 * PRECISION):
        return no_stock(terms.cost)
    if name == "best" and terms.single_orders:
        simpler = theta_policy(problem, terms, table)
        shown = ("policy", "parameters", "cost_per_period", "fill_rate")
        answer["simpler"] = {key: simpler[key] for key in shown}
    return answer
