"""Orders as a whole: what a policy wants of each item, brought under its supplier's terms and the budget.

A policy that minimises cost has its quantities chosen together (``forecasting.joint_orders``): of every item
one of its ``choices``, to save most money after freight and order costs. Any other rule wants what it wants,
and meets the terms as a buyer would (``supplier_rules``). Where no supplier has terms and there is no budget
the policy's own quantities stand, and nothing is computed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, SupplierTerms
from forecasting.joint_orders.allocate import allocate
from forecasting.joint_orders.terms import Bound, Options
from forecasting.policies.base import Policy
from forecasting.policies.candidate_orders import REVIEWS_MORE, Choices, choices
from forecasting.policies.expected_cost.relative_value import RelativeValue
from forecasting.policies.guard import decided
from forecasting.policies.situation import Decision, Situation
from forecasting.policies.supplier_rules import bring_under_terms

LONGEST_REVIEWS = 52.0
"""Reviews' demand that a choice covers at most, to reach a minimum."""


@dataclass(frozen=True)
class Orders:
    """What is ordered of n items under the terms of m suppliers.

    Attributes:
        decision: of the items.
        wanted: float64, shape (n,), units: what each item would have got by itself.
        decided_by: shape (m,): what decided about each supplier's order.
        freight, order_cost: float64, shape (m,), money.
        gap: no choice saves more than this share more; None where nothing was chosen together.
        budget_price: what one more unit of budget would save, about; 0 where it does not bind.
        value: what orders cost, where the policy weighs that.

    """

    decision: Decision
    wanted: FloatArray
    decided_by: tuple[Bound, ...]
    freight: FloatArray
    order_cost: FloatArray
    gap: float | None = None
    budget_price: float = 0.0
    value: RelativeValue | None = None


def order_together(
    policy: Policy,
    situation: Situation,
    supplier: IntArray,
    terms: SupplierTerms,
    budget: float | None = None,
) -> Orders:
    """The orders of one review, as a joint replenishment under supplier minimums and a budget.

    Args:
        policy: decides on each item.
        situation: of the n items under review.
        supplier: int64, shape (n,): each item's row in ``terms``.
        terms: of all m suppliers.
        budget: most money that all orders together may be worth; None: no limit.

    """
    most = np.inf if budget is None else budget
    value = policy.value(situation)
    decision = decided(policy, situation) if value is None else value.decision()
    wanted = decision.quantity

    if not _bound(terms, supplier).any() and np.isinf(most):
        words = tuple(
            Bound.FREE if some else Bound.NOTHING_WANTED for some in _any(wanted > 0, supplier, terms)
        )
        nothing = np.zeros(terms.suppliers)
        return Orders(decision, wanted, words, nothing, nothing, value=value)

    # A rule that weighs no costs has nothing to choose by: it is met as a buyer would meet the terms.
    if value is None:
        quantity, words = bring_under_terms(situation, decision, supplier, terms, most)
        money = _sums(situation.terms.price(quantity) * quantity, supplier, terms)
        freight, order_cost = charges(terms, _any(quantity > 0, supplier, terms), money)
        return Orders(replace(decision, quantity=quantity), wanted, words, freight, order_cost)

    candidates = choices(value, wanted, _reach(value, supplier, terms))
    for_one_review = _for_one_review(value, supplier, terms)
    allocation = allocate(_options(value, candidates, supplier), for_one_review, most)
    quantity = candidates.quantity[candidates.indptr[:-1] + allocation.option]
    order_cost = np.where(allocation.ordered, terms.order_cost, 0.0)
    return Orders(
        replace(decision, quantity=quantity),
        wanted,
        allocation.bound_by,
        allocation.freight,
        order_cost,
        allocation.gap,
        allocation.budget_price,
        value,
    )


def charges(terms: SupplierTerms, ordered: BoolArray, money: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Freight and order costs (K) of each supplier's order: float64, shape (m,), money each.

    Args:
        terms: of all m suppliers.
        ordered: bool, shape (m,): whether anything is ordered.
        money: float64, shape (m,): what each order is worth.

    """
    pays = ordered & (money < terms.free_freight_value * (1 - 1e-9))
    return np.where(pays, terms.freight_cost, 0.0), np.where(ordered, terms.order_cost, 0.0)


def _bound(terms: SupplierTerms, supplier: IntArray) -> BoolArray:
    """bool, shape (m,): the suppliers of these items that ask for something."""
    some = (terms.min_order_value > 0) | (terms.order_cost > 0) | np.isfinite(terms.max_volume)
    some |= (terms.freight_cost > 0) & (terms.free_freight_value > 0)
    return some & (np.bincount(supplier, minlength=terms.suppliers) > 0)


def _options(value: RelativeValue, candidates: Choices, supplier: IntArray) -> Options:
    item = candidates.item
    volume = value.terms.take(item).volume(candidates.quantity)
    price = candidates.quantity * candidates.unit_cost
    return Options(candidates.indptr, candidates.saved, price, volume, supplier)


def _reach(value: RelativeValue, supplier: IntArray, terms: SupplierTerms) -> FloatArray:
    """How many reviews' demand the choices of each item have to reach, for its supplier's minimum or free
    freight to be within them: float64, shape (n,).
    """
    usual = _sums(value.curve.review_demand * value.terms.unit_cost * value.orderable, supplier, terms)
    freight_free = (terms.freight_cost > 0) & np.isfinite(terms.free_freight_value)
    asked = np.maximum(terms.min_order_value, np.where(freight_free, terms.free_freight_value, 0.0))
    reviews = np.ceil(2.0 * asked / np.maximum(usual, 1e-12))
    return np.clip(reviews, REVIEWS_MORE, LONGEST_REVIEWS)[supplier]


def _for_one_review(value: RelativeValue, supplier: IntArray, terms: SupplierTerms) -> SupplierTerms:
    """The terms, with what an order costs in all spread over the reviews that it lasts.

    Ordering now or at the next review, the cost of an order is paid once: what waiting saves of it is that
    cost over the m reviews between two orders, m R = sqrt(2 K / sum of h d) days (Silver, Pyke and Thomas,
    Inventory and Production Management, section 10.4). K has the freight in it, where a usual order is too
    small to be free of it. What is not waited for is taken off the order cost.
    """
    curve = value.curve
    daily = curve.review_demand / curve.review.review_days * value.orderable
    holding = np.maximum(_sums(curve.review.holding * daily, supplier, terms), 1e-12)
    worth = _sums(daily * value.terms.unit_cost, supplier, terms)

    # No order lasts less than a review: the longest of its items' is the supplier's.
    days = np.ones(terms.suppliers)
    np.maximum.at(days, supplier, curve.review.review_days)

    def lasts(fixed: FloatArray) -> FloatArray:
        return np.maximum(np.sqrt(2.0 * fixed / holding), days)

    usual = worth * lasts(terms.order_cost + terms.freight_cost)
    freight = np.where(usual < terms.free_freight_value, terms.freight_cost, 0.0)
    fixed = terms.order_cost + freight
    later = fixed * (1.0 - days / lasts(fixed))
    return replace(terms, order_cost=np.maximum(terms.order_cost - later, 0.0))


def _sums(amount: FloatArray, supplier: IntArray, terms: SupplierTerms) -> FloatArray:
    return np.bincount(supplier, amount, terms.suppliers).astype(np.float64)


def _any(true: BoolArray, supplier: IntArray, terms: SupplierTerms) -> BoolArray:
    return np.bincount(supplier, true, terms.suppliers) > 0
