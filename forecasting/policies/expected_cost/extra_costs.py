"""What some items cost besides: goods thrown away, demand that nobody serves, a price that changes."""

from __future__ import annotations

from dataclasses import dataclass

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

    """

    part: str
    demand: Distribution
    short: FloatArray
    left: FloatArray

    def cost(self, y: FloatArray) -> FloatArray:
        """Money: float64, shape (m, k), at the positions ``y`` of its items, rows ascending."""
        return expected_cost((self.demand,), self.short[:, None], self.left[:, None], y)


def waste(end_of_life: EndOfLifeTerms, items: IntArray, sold: Distribution) -> Term:
    """What is thrown away at the end of a shelf life, or of the item."""
    return Term(items, "waste", sold, short=np.zeros(len(items)), left=end_of_life.waste_per_unit[items])


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
