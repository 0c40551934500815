"""Orders as a whole: what a policy wants of each item, brought under its supplier's terms and the budget.

A policy that minimises cost has its quantities chosen together (``forecasting.joint_orders``): of every item
one of its ``choices``, to save most money after freight and order costs. Any other rule wants what it wants,
and meets the terms as a buyer would (``supplier_rules``). Where no supplier has terms and there is no budget
the policy's own quantities stand, and nothing is computed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, SupplierTerms
from forecasting.joint_orders.allocate import allocate
from forecasting.joint_orders.terms import Bound, JointOrders, Options
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
    alone = wanted_alone(policy, situation)
    if not bound(terms, supplier).any() and budget is None:
        return as_wanted(alone, supplier, terms)

    # A rule that weighs no costs has nothing to choose by: it is met as a buyer would meet the terms.
    if alone.value is None:
        most = np.inf if budget is None else budget
        wanted = alone.decision.quantity
        quantity, words = bring_under_terms(situation, alone.decision, supplier, terms, most)
        money = _sums(situation.terms.price(quantity) * quantity, supplier, terms.suppliers)
        freight, order_cost = charges(terms, _any(quantity > 0, supplier, terms), money)
        return Orders(replace(alone.decision, quantity=quantity), wanted, words, freight, order_cost)

    usual = usual_orders(alone.value, supplier, terms.suppliers)
    candidates = choices_within_reach(alone, supplier, terms, usual)
    allocation = chosen_together(options(alone.value, candidates, supplier), terms, usual, budget)
    return as_chosen(alone, candidates, allocation, terms)


class Alone(NamedTuple):
    """What a policy wants of each item by itself; ``value``: what orders cost, where it weighs that."""

    decision: Decision
    value: RelativeValue | None


def wanted_alone(policy: Policy, situation: Situation) -> Alone:
    """What ``policy`` wants of the items, each as if there were no other."""
    value = policy.value(situation)
    return Alone(decided(policy, situation) if value is None else value.decision(), value)


def as_wanted(alone: Alone, supplier: IntArray, terms: SupplierTerms) -> Orders:
    """The orders where no supplier asks for anything, and there is no budget."""
    wanted, nothing = alone.decision.quantity, np.zeros(terms.suppliers)
    any_wanted = _any(wanted > 0, supplier, terms)
    words = tuple(Bound.FREE if some else Bound.NOTHING_WANTED for some in any_wanted)
    return Orders(alone.decision, wanted, words, nothing, nothing, value=alone.value)


class UsualOrders(NamedTuple):
    """What m suppliers' orders usually come to; every array float64, shape (m,).

    Attributes:
        review: money, of a review's demand.
        holding: money: to hold a day's demand for a day. ``worth``: of a day's demand.
        days: the longest review period of their items.

    """

    review: FloatArray
    holding: FloatArray
    worth: FloatArray
    days: FloatArray


def usual_orders(value: RelativeValue, supplier: IntArray, suppliers: int) -> UsualOrders:
    """What the suppliers' orders usually come to, of the n items of ``value``."""
    curve = value.curve
    daily = curve.review_demand / curve.review.review_days * value.orderable
    # No order lasts less than a review: the longest of its items' is the supplier's.
    days = np.ones(suppliers)
    np.maximum.at(days, supplier, curve.review.review_days)
    return UsualOrders(
        _sums(curve.review_demand * value.terms.unit_cost * value.orderable, supplier, suppliers),
        _sums(curve.review.holding * daily, supplier, suppliers),
        _sums(daily * value.terms.unit_cost, supplier, suppliers),
        days,
    )


def choices_within_reach(
    alone: Alone, supplier: IntArray, terms: SupplierTerms, usual: UsualOrders
) -> Choices:
    """What each item can be ordered in, as far as its supplier's terms make worth looking at."""
    if alone.value is None:
        raise ValueError("a rule that weighs no costs has no choices")
    return choices(alone.value, alone.decision.quantity, _reach(usual, terms)[supplier])


def chosen_together(
    options: Options, terms: SupplierTerms, usual: UsualOrders, budget: float | None
) -> JointOrders:
    """The choices of all items that save most together under the suppliers' terms and the budget."""
    return allocate(options, _for_one_review(usual, terms), np.inf if budget is None else budget)


def as_chosen(alone: Alone, candidates: Choices, chosen: JointOrders, terms: SupplierTerms) -> Orders:
    """The orders that were ``chosen`` of the ``candidates``, of n items and the terms' m suppliers."""
    quantity = candidates.quantity[candidates.indptr[:-1] + chosen.option]
    return Orders(
        replace(alone.decision, quantity=quantity),
        alone.decision.quantity,
        chosen.bound_by,
        chosen.freight,
        np.where(chosen.ordered, terms.order_cost, 0.0),
        chosen.gap,
        chosen.budget_price,
        alone.value,
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


def bound(terms: SupplierTerms, supplier: IntArray) -> BoolArray:
    """bool, shape (m,): the suppliers of these items that ask for something."""
    some = (terms.min_order_value > 0) | (terms.order_cost > 0) | np.isfinite(terms.max_volume)
    some |= (terms.freight_cost > 0) & (terms.free_freight_value > 0)
    return some & (np.bincount(supplier, minlength=terms.suppliers) > 0)


def options(value: RelativeValue, candidates: Choices, supplier: IntArray) -> Options:
    """The choices as what is chosen from. ``supplier``: int64, shape (n,): each item's row in the terms."""
    item = candidates.item
    volume = value.terms.take(item).volume(candidates.quantity)
    price = candidates.quantity * candidates.unit_cost
    return Options(candidates.indptr, candidates.saved, price, volume, supplier)


def _reach(usual: UsualOrders, terms: SupplierTerms) -> FloatArray:
    """How many reviews' demand the choices of each supplier's items have to reach, for its minimum or free
    freight to be within them: float64, shape (m,).
    """
    freight_free = (terms.freight_cost > 0) & np.isfinite(terms.free_freight_value)
    asked = np.maximum(terms.min_order_value, np.where(freight_free, terms.free_freight_value, 0.0))
    reviews = np.ceil(2.0 * asked / np.maximum(usual.review, 1e-12))
    return np.clip(reviews, REVIEWS_MORE, LONGEST_REVIEWS)


def _for_one_review(orders: UsualOrders, terms: SupplierTerms) -> SupplierTerms:
    """The terms, with what an order costs in all spread over the reviews that it lasts.

    Ordering now or at the next review, the cost of an order is paid once: what waiting saves of it is that
    cost over the m reviews between two orders, m R = sqrt(2 K / sum of h d) days (Silver, Pyke and Thomas,
    Inventory and Production Management, section 10.4). K has the freight in it, where a usual order is too
    small to be free of it. What is not waited for is taken off the order cost.
    """
    holding, days = np.maximum(orders.holding, 1e-12), orders.days

    def lasts(fixed: FloatArray) -> FloatArray:
        return np.maximum(np.sqrt(2.0 * fixed / holding), days)

    usual = orders.worth * lasts(terms.order_cost + terms.freight_cost)
    freight = np.where(usual < terms.free_freight_value, terms.freight_cost, 0.0)
    fixed = terms.order_cost + freight
    later = fixed * (1.0 - days / lasts(fixed))
    return replace(terms, order_cost=np.maximum(terms.order_cost - later, 0.0))


def _sums(amount: FloatArray, supplier: IntArray, suppliers: int) -> FloatArray:
    return np.bincount(supplier, amount, suppliers).astype(np.float64)


def _any(true: BoolArray, supplier: IntArray, terms: SupplierTerms) -> BoolArray:
    return np.bincount(supplier, true, terms.suppliers) > 0
