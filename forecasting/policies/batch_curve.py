"""The cost per review of ordering in batches, where an order line costs something or a larger one is cheaper.

An order that takes the position to ``y`` and is meant to last for m reviews costs, per review,

    (K + cost of the m review periods from its arrival on + stock that turns out not to be needed) / m
    + what the goods cost more, bought m reviews' demand at a time, than at the price of a small order

with K the cost of an order line. The best m is part of ``y``'s cost (Silver and Meal 1973, with random
demand). An order is due when one more review without it costs more than that, as in an (s,S) policy
(Zheng and Federgruen 1991).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.policies.base import Situation
from forecasting.policies.cost_curve import CostCurve, is_last_order
from forecasting.policies.projection import after_arrival

FEWEST_REVIEWS = 2.0
"""Smaller batches than this many reviews' demand are not worth their forecast."""

COVERED_REVIEWS = (1, 2, 3, 4, 6, 9, 13)
"""Numbers of reviews that an order may be meant to last for."""


@dataclass(frozen=True)
class BatchCurve:
    """Cost per review of n items as a function of the position after ordering.

    Attributes:
        spans: the cost of the time from one of ``COVERED_REVIEWS`` to the next, without another order.
        unsold: the cost of stock that turns out not to be needed.
        line_cost: K, float64, shape (n,), money.
        review_demand: float64, shape (n,), units: what a review period needs.
        unit_cost: float64, shape (n, reviews covered), money: the price of a unit, bought so many reviews'
            demand at a time, or as much more as a better price is worth.
        rounding: the same shape, money per review: what holding that more costs.

    """

    spans: tuple[CostCurve, ...]
    unsold: CostCurve
    line_cost: FloatArray
    review_demand: FloatArray
    unit_cost: FloatArray
    rounding: FloatArray

    def rate(self, y: FloatArray) -> FloatArray:
        """Money per review of ordering up to ``y`` now, and again when it pays: float64, shape (n, k)."""
        least = np.full(y.shape, np.inf)
        for _, rate in self._rates(y):
            least = np.minimum(least, rate)
        return least

    def covered(self, y: FloatArray) -> IntArray:
        """int64, shape (n,): which of ``COVERED_REVIEWS`` makes the rate of ``y``, shape (n,), least."""
        rates = [rate[:, 0] for _, rate in self._rates(y[:, None])]
        return np.argmin(np.stack(rates, axis=1), axis=1)

    def until(self, y: FloatArray) -> Iterator[tuple[int, FloatArray]]:
        """For each m of ``COVERED_REVIEWS`` the cost of m review periods without another order: (n, k)."""
        total = np.zeros(y.shape)
        for covered, span in zip(COVERED_REVIEWS, self.spans, strict=True):
            total = total + span.cost(y)
            yield covered, total

    def _rates(self, y: FloatArray) -> Iterator[tuple[int, FloatArray]]:
        once = self.line_cost[:, None] + self.unsold.cost(y)
        dearer = self.review_demand[:, None] * (self.unit_cost - self.unit_cost[:, :1]) + self.rounding
        for place, (covered, total) in enumerate(self.until(y)):
            yield covered, (once + total) / covered + dearer[:, place : place + 1]

    def take(self, items: IntArray) -> BatchCurve:
        """That of the given items."""
        return BatchCurve(
            spans=tuple(span.take(items) for span in self.spans),
            unsold=self.unsold.take(items),
            line_cost=self.line_cost[items],
            review_demand=self.review_demand[items],
            unit_cost=self.unit_cost[items],
            rounding=self.rounding[items],
        )

    @property
    def highest(self) -> FloatArray:
        """float64, shape (n,): more than this is not worth having for so long."""
        return self.spans[-1].after.quantile(0.9)


def batch_curve(situation: Situation, curve: CostCurve) -> BatchCurve:
    """The batch curve of each item of ``situation``, whose cost curve is ``curve``."""
    review = situation.review_days
    further = [review * (ahead - 1) for ahead in COVERED_REVIEWS[1:]]
    ends = [curve.before, *after_arrival(situation, curve.before, review, further)]
    lengths = np.diff([0, *COVERED_REVIEWS]).tolist()
    nothing = np.zeros(len(situation))
    demand = review_demand(curve)
    unit_cost, rounding = _bought(situation, curve, demand)
    # What is unsold, or at its end, counts once; goods that come late are there by the next review.
    spans = [
        replace(
            curve,
            before=begin,
            after=end,
            review_days=review * reviews,
            unsold_days=nothing,
            more=(),
            late=curve.late if number == 0 else None,
        )
        for number, ((begin, end), reviews) in enumerate(zip(pairwise(ends), lengths, strict=True))
    ]
    return BatchCurve(
        spans=tuple(spans),
        unsold=replace(curve, shortage=nothing, waiting=nothing, review_days=nothing, late=None),
        line_cost=situation.costs.line_cost,
        review_demand=demand,
        unit_cost=unit_cost,
        rounding=rounding,
    )


def _bought(situation: Situation, curve: CostCurve, demand: FloatArray) -> tuple[FloatArray, FloatArray]:
    """``unit_cost`` and ``rounding``: each number of reviews' demand, rounded up to the price break that
    makes it cheapest.
    """
    terms, per_unit = situation.terms, curve.holding * situation.review_days / 2
    breaks = (
        [] if terms.breaks is None else [terms.at_least(level) for level in _finite(terms.breaks.quantity).T]
    )
    unit_cost, rounding = [], []
    for covered in COVERED_REVIEWS:
        least = terms.at_least(demand * covered)
        price, more = terms.price(least), np.zeros(len(least))
        for level in breaks:
            dearer = per_unit * np.maximum(level - least, 0.0)
            cheaper = (level >= least) & (demand * terms.price(level) + dearer < demand * price + more)
            price, more = np.where(cheaper, terms.price(level), price), np.where(cheaper, dearer, more)
        unit_cost.append(price)
        rounding.append(more)
    return np.stack(unit_cost, axis=1), np.stack(rounding, axis=1)


def _finite(quantity: FloatArray) -> FloatArray:
    return np.where(np.isfinite(quantity), quantity, 0.0)


def review_demand(curve: CostCurve) -> FloatArray:
    """float64, shape (n,), units: expected demand between two arrivals."""
    return np.maximum(curve.after.mean - curve.before.mean, 0.0)


def worth_batching(situation: Situation, curve: CostCurve) -> BoolArray:
    """Whether the economic order quantity exceeds what ``FEWEST_REVIEWS`` reviews order anyway, or a
    larger order has a better price.

    sqrt(2 K d / h) > m d R, with d the demand per day: squared, and divided by d. bool, shape (n,). Never
    where it is the last order before the item's end, or before its price changes.
    """
    daily = review_demand(curve) / situation.review_days
    anyway = FEWEST_REVIEWS * situation.review_days
    economic = 2 * situation.costs.line_cost > anyway**2 * daily * situation.costs.holding_per_unit_day
    worth = economic | situation.terms.has_breaks
    if situation.price_rise is not None:
        worth &= situation.price_rise == 0
    return worth & ~is_last_order(situation)
