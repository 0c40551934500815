"""What some items cost besides: goods thrown away, demand that nobody serves, a price that changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import EndOfLifeTerms, FloatArray, IntArray, SomeItems
from forecasting.policies.expected_cost.review_cost import expected_cost
from forecasting.policies.situation import Situation
from models.shared.distribution import Distribution


@dataclass(frozen=True)
class Term(SomeItems):
    """One more cost of some of the items.

    Attributes:
        part: which of ``PARTS`` it is.
        demand: of these m items.
        short, left: float64, shape (m,): money per unit of demand above the position, and of it below.
        whole: float64, shape (m,): the same as ``left`` of what is bought ahead, where that is more, because
            no later review bears a part of it. None: it is the same.

    """

    part: str
    demand: Distribution
    short: FloatArray
    left: FloatArray
    whole: FloatArray | None = None

    def cost(self, y: FloatArray) -> FloatArray:
        """Money: float64, shape (m, k), at the positions ``y`` of its items, rows ascending."""
        return expected_cost((self.demand,), self.short[:, None], self.left[:, None], y)

    @property
    def bought_ahead(self) -> Term:
        """The same of what is bought ahead of later reviews."""
        return self if self.whole is None else replace(self, left=self.whole, whole=None)


def waste(end_of_life: EndOfLifeTerms, items: IntArray, sold: Distribution, share: FloatArray) -> Term:
    """What is thrown away at the end of a shelf life, or of the item.

    Args:
        end_of_life: of the n items.
        items: int64, shape (m,): those that it can happen to.
        sold: demand of these m items until then.
        share: float64, shape (n,), 0..1: the part of it that one review bears.

    """
    whole = end_of_life.waste_per_unit[items]
    return Term(items, "waste", sold, np.zeros(len(items)), left=share[items] * whole, whole=whole)


def unserved(situation: Situation, end_of_life: EndOfLifeTerms, after: Distribution) -> list[Term]:
    """What no order can serve any longer: those who would have waited are lost as well."""
    items = np.flatnonzero(situation.is_last_order & (end_of_life.unserved_backorder_cost > 0))
    if len(items) == 0:
        return []
    rate = end_of_life.unserved_backorder_cost[items]
    return [Term(items, "lost_business", after.take(items), short=rate, left=np.zeros(len(items)))]


def dearer(rise: FloatArray, after: list[Distribution]) -> list[Term]:
    """What units cost more that are bought later (or cost less, and are bought now all the same)."""
    terms = []
    rising, falling = np.flatnonzero(rise > 0), np.flatnonzero(rise < 0)
    if len(rising):
        far = after[-1].take(rising)
        terms.append(Term(rising, "ordering", far, short=rise[rising], left=np.zeros(len(rising))))
    if len(falling):
        soon = after[0].take(falling)
        terms.append(Term(falling, "ordering", soon, short=np.zeros(len(falling)), left=-rise[falling]))
    return terms
