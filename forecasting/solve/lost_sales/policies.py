"""Lost sales with a lead time, under periodic review.

The best policy looks at the stock on hand and at every order on its way; it is found, where states are few
enough, by value iteration (Zipkin 2008, "Old and new methods for lost-sales inventory systems"), which
bounds its cost from both sides. The theta policy comes within a fraction of a percent, and needs no table:
order the least with which the period in which the order arrives sees no stock-out with probability theta.
Stock is projected to that period through the pipeline, clipped at zero where sales are lost; theta is tuned.
"""

from __future__ import annotations

from typing import Any

from forecasting.solve.base_stock import no_stock
from forecasting.solve.cost_rate import never_ordering
from forecasting.solve.lost_sales.levels import levels_policy
from forecasting.solve.lost_sales.states import PRECISION, Table, optimal
from forecasting.solve.lost_sales.terms import terms_of
from forecasting.solve.lost_sales.theta import theta_policy
from forecasting.solve.problem import Problem, check_names, wrong


def lost_sales(problem: Problem) -> dict[str, Any]:
    """The best policy, or the best of the named family, with its cost and service."""
    terms = terms_of(problem)
    name = problem.policy
    if len(terms.leads) > 1 and name in ("theta", "optimal"):
        raise wrong(f"policy {name}", "goes with one lead time", "Use base_stock or sS, or give a number")
    if name in ("base_stock", "sS") or len(terms.leads) > 1:
        return levels_policy(problem, terms)
    if name in ("rQ", "newsvendor"):
        raise wrong(f"policy {name}", "does not go with lost sales and a lead time", "Use best or theta")
    if name == "theta" and (terms.fixed or terms.fewest > 1):
        raise wrong("policy theta", "weighs neither a fixed order cost nor a minimum order", "Use best or sS")
    table = Table.of(terms)
    if name == "optimal" and table is None:
        raise wrong("policy optimal", "has too many states to be looked through", "Use theta or best")
    check_names(problem.parameters or {}, ["theta"], "parameters")
    if name == "theta" or table is None:
        if terms.fixed or terms.fewest > 1:
            return levels_policy(problem, terms)
        return theta_policy(problem, terms, table)
    answer = optimal(problem, terms, table)
    if never_ordering(terms.cost) <= answer["cost_per_period"] * (1 + 2 * PRECISION):
        return no_stock(terms.cost)
    if name == "best" and not terms.fixed and terms.fewest == 1:
        simple = theta_policy(problem, terms, table)
        answer["simpler"] = {
            key: simple[key] for key in ("policy", "parameters", "cost_per_period", "fill_rate")
        }
    return answer
