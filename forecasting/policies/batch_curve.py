"""The cost per review of ordering in batches, where an order line costs something.

An order that takes the position to ``y`` and is meant to last for m reviews costs, per review,

    (K + cost of the m review periods from its arrival on + stock that turns out not to be needed) / m

with K the cost of an order line. The best m is part of ``y``'s cost (Silver and Meal 1973, with random
demand). An order is due when one more review without it costs more than that, as in an (s,S) policy
(Zheng and Federgruen 1991).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from forecasting.domain import BoolArray, FloatArray
from forecasting.policies.base import Situation
from forecasting.policies.cost_curve import PARTS, CostCurve, is_last_order
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

    """

    spans: tuple[CostCurve, ...]
    unsold: CostCurve
    line_cost: FloatArray

    def rate(self, y: FloatArray, *, with_unsold: bool = True) -> FloatArray:
        """Money per review of ordering up to ``y`` now, and again when it pays: float64, shape (n, k).

        Whether to order now at all is asked ``with_unsold`` false: what is left over then is the same
        worry a review later.
        """
        total = self.line_cost[:, None] + (self.unsold.cost(y) if with_unsold else 0.0)
        best = np.full(y.shape, np.inf)
        for covered, span in zip(COVERED_REVIEWS, self.spans, strict=True):
            total = total + span.cost(y)
            best = np.minimum(best, total / covered)
        return best

    def waiting(self, position: FloatArray) -> FloatArray:
        """Money of one review without ordering: float64, shape (n,)."""
        return self.spans[0].cost(position)

    def parts(self, position: FloatArray) -> dict[str, FloatArray]:
        """What ``rate`` without unsold stock is the sum of, by name: each float64, shape (n,)."""
        total = {name: np.zeros(len(position)) for name in PARTS}
        total["ordering"] += self.line_cost
        best, least = dict(total), np.full(len(position), np.inf)
        for covered, span in zip(COVERED_REVIEWS, self.spans, strict=True):
            added = span.parts(position)
            total = {name: amount + added[name] for name, amount in total.items()}
            rate = sum(total.values(), np.zeros(len(position))) / covered
            better = rate < least
            best = {name: np.where(better, total[name] / covered, best[name]) for name in total}
            least = np.where(better, rate, least)
        return best

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
    )


def worth_batching(situation: Situation, curve: CostCurve) -> BoolArray:
    """Whether the economic order quantity exceeds what ``FEWEST_REVIEWS`` reviews order anyway.

    sqrt(2 K d / h) > m d R, with d the demand per day: squared, and divided by d. bool, shape (n,). Never
    where it is the last order before the item's end, or before its price changes.
    """
    daily = np.maximum(curve.after.mean - curve.before.mean, 0.0) / situation.review_days
    anyway = FEWEST_REVIEWS * situation.review_days
    worth = 2 * situation.costs.line_cost > anyway**2 * daily * situation.costs.holding_per_unit_day
    if situation.price_rise is not None:
        worth &= situation.price_rise == 0
    return worth & ~is_last_order(situation)
