"""What a position costs until the stock is back on its usual course: of all items together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, Columns, FloatArray, IntArray
from forecasting.policies.expected_cost.batch_curve import BatchCurve
from forecasting.policies.expected_cost.cost_curve import CostCurve


@dataclass(frozen=True)
class PositionCost(Columns):
    """What a position costs until the stock is back on its usual course, but for an excess.

    Attributes:
        curve: the cost of one review.
        batch: the same of several, of the items whose usual order lasts for several; None: there are none.
        rate: g, money per review of the usual course.
        horizon: M, reviews that costs are told of, from the arrival on: those that the usual order lasts, or
            the position where that is longer. Both float64, shape (n,).

    """

    curve: CostCurve
    batch: BatchCurve | None
    rate: FloatArray
    horizon: FloatArray

    @property
    def batched(self) -> BoolArray:
        """bool, shape (n,): the items of ``batch``."""
        inside = np.zeros(len(self), dtype=bool)
        if self.batch is not None:
            inside[self.batch.items] = True
        return inside

    def cost(self, y: FloatArray) -> FloatArray:
        """Money: float64, shape (n, k) with ascending rows."""
        total = self.curve.cost(y)
        if self.batch is not None:
            cost, reviews = self.batch.lasting(y[self.batch.items])
            total[self.batch.items] = cost + self._other_reviews(self.batch.items, reviews)
        return total

    def parts(self, y: FloatArray) -> dict[str, FloatArray]:
        """The same by the names of ``PARTS``, for one position an item: float64, shape (n,) each.

        The reviews of ``horizon`` that a position does not last for cost the rate each: under ``ordering``.
        """
        named = self.curve.parts(y)
        if self.batch is not None:
            items = self.batch.items
            for name, amount in self.batch.parts(y[items]).items():
                named[name][items] = amount
            reviews = self.batch.lasting(y[items, None])[1]
            named["ordering"][items] += self._other_reviews(items, reviews)[:, 0]
        return named

    def _other_reviews(self, items: IntArray, reviews: FloatArray) -> FloatArray:
        """What the reviews of ``horizon`` cost that a position does not last for: (len(items), k), money."""
        return (self.horizon[items, None] - reviews) * self.rate[items, None]

    @property
    def highest(self) -> FloatArray:
        """float64, shape (n,): a position above which the cost only rises."""
        top = self.curve.highest
        return top if self.batch is None else overlaid(top, self.batch.items, self.batch.highest)


def overlaid(whole: FloatArray, items: IntArray, part: FloatArray) -> FloatArray:
    """``whole``, float64, shape (n,), with ``part`` in the places of ``items``."""
    out = whole.copy()
    out[items] = part
    return out
