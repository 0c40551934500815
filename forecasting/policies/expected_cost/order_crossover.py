"""Goods on order that a new order may overtake: until they come, they are not there.

A position counts all goods on order. Those that are due d days after the new order arrives are missing
from its arrival on for d days: for that part of the time between two arrivals the cost is that of a lower
position. Under random lead times that is so only where the new order comes soon.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.policies.expected_cost.projection import after_arrival, losing
from forecasting.policies.situation import Situation
from models.shared.distribution import Distribution, mixture

if TYPE_CHECKING:
    from forecasting.policies.expected_cost.cost_curve import CostCurve


@dataclass(frozen=True)
class CrossoverCost:
    """What it costs more that some goods come later than a new order.

    Attributes:
        items: int64, shape (m,): whose goods.
        without, with_them: the cost of the first days after the arrival, as it is and as if all were there.

    """

    items: IntArray
    without: CostCurve
    with_them: CostCurve

    def at(self, place: IntArray) -> CrossoverCost | None:
        """The same where its items have other numbers: ``place[item]``; those at -1 are left out."""
        rows = np.flatnonzero(place[self.items] >= 0)
        if len(rows) == 0:
            return None
        return CrossoverCost(place[self.items[rows]], self.without.take(rows), self.with_them.take(rows))

    def cost(self, y: FloatArray) -> FloatArray:
        """Money: float64, shape (m,) or (m, k), at the positions ``y`` of its items, rows ascending."""
        return self.without.cost(y) - self.with_them.cost(y)

    def parts(self, y: FloatArray) -> dict[str, FloatArray]:
        """The same by name, for one position an item."""
        plain = self.with_them.parts(y)
        return {name: amount - plain[name] for name, amount in self.without.parts(y).items()}


def crossover_cost(situation: Situation, curve: CostCurve) -> CrossoverCost | None:
    """The correction of ``curve``, which takes all goods on order to be there; None where they are."""
    late = situation.crossover
    if late is None:
        return None
    weight = situation.lead_time_demand.lead_times.weight * (late.units > 0)
    overtaken = np.maximum(weight.sum(axis=1), 1e-12)
    days = (weight * late.missing).sum(axis=1) / overtaken * situation.review_days
    days = np.minimum(days, curve.review_days)
    items = np.flatnonzero(days > 0)
    if len(items) == 0:
        return None
    units = (weight * late.units).sum(axis=1) / overtaken
    begin, end = _mixed(situation, np.zeros(len(days))), _mixed(situation, days)
    rows = losing(situation)
    if len(rows):
        # Where customers are lost, the lengths of the lead time are not told apart.
        lost_end = after_arrival(situation, curve.before, days, [])[0]
        chance = np.stack([1.0 - overtaken, overtaken], axis=1)
        for both, plain in ((begin, curve.before), (end, lost_end)):
            moved = mixture([plain, Distribution(plain.values + units[:, None])], chance)
            for demand, told in zip(both, (plain, moved), strict=True):
                demand.values[rows] = told.values[rows]
    part = curve.of(items)
    with_them, without = (
        replace(
            part,
            before=first.take(items),
            after=Distribution(np.maximum(last.values, first.values)).take(items),
            review_days=days[items],
        )
        for first, last in zip(begin, end, strict=True)
    )
    return CrossoverCost(items, without, with_them)


def _mixed(situation: Situation, more: FloatArray) -> tuple[Distribution, Distribution]:
    """Demand until ``more`` days after the arrival; and with the goods that are missing by then."""
    lead_time_demand, late = situation.lead_time_demand, situation.crossover
    assert late is not None
    demands = lead_time_demand.over_each([days + more for days in lead_time_demand.lead_times.days.T])
    moved = [Distribution(demand.values + late.units[:, [column]]) for column, demand in enumerate(demands)]
    weight = lead_time_demand.lead_times.weight
    # Copies: a mixture of one part is that part.
    plain = Distribution(mixture(demands, weight).values.copy())
    return plain, Distribution(mixture(moved, weight).values.copy())
