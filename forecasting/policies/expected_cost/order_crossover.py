"""Goods on order that a new order may overtake: until they come, they are not there.

A position counts all goods on order. Those that are due d days after the new order arrives are missing
from its arrival on for d days: for that part of the time between two arrivals the cost is that of a lower
position. Under random lead times that is so only where the new order comes soon. (The field calls it order
crossover.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import FloatArray, IntArray, OrderCrossover, SomeItems
from forecasting.policies.expected_cost.projection import after_losses, losing, with_rows
from forecasting.policies.expected_cost.review_cost import ReviewCost
from forecasting.policies.situation import Situation
from models.shared.distribution import Distribution, mixture


@dataclass(frozen=True)
class CrossoverCost(SomeItems):
    """What it costs more that some goods come later than a new order.

    Attributes:
        without, with_them: the cost of the first days after the arrival, as it is and as if all were there.

    """

    without: ReviewCost
    with_them: ReviewCost

    def cost(self, y: FloatArray) -> FloatArray:
        """Money: float64, shape (m, k), at the positions ``y`` of its items, rows ascending."""
        return self.without.cost(y) - self.with_them.cost(y)

    def parts(self, y: FloatArray) -> dict[str, FloatArray]:
        """The same by name, for one position an item."""
        plain = self.with_them.parts(y)
        return {name: amount - plain[name] for name, amount in self.without.parts(y).items()}


def crossover_cost(situation: Situation, review: ReviewCost) -> CrossoverCost | None:
    """The correction of ``review``, which takes all goods on order to be there; None where they are."""
    crossover = situation.crossover
    if crossover is None:
        return None

    # Of the lengths of the lead time with which the new order comes first: how likely, how long, how many.
    weight = situation.lead_time_demand.lead_times.weight * (crossover.units > 0)
    overtaken = np.maximum(weight.sum(axis=1), 1e-12)
    days = (weight * crossover.missing).sum(axis=1) / overtaken * situation.review_days
    days = np.minimum(days, review.review_days)
    items = np.flatnonzero(days > 0)
    if len(items) == 0:
        return None
    begin = _with_and_without(situation, crossover, np.zeros(len(days)), items)
    end = _with_and_without(situation, crossover, days, items)
    lost = np.flatnonzero(np.isin(items, losing(situation)))
    if len(lost):
        # Where customers are lost, the lengths of the lead time are not told apart.
        rows = items[lost]
        units = (weight[rows] * crossover.units[rows]).sum(axis=1) / overtaken[rows]
        chance = np.stack([1.0 - overtaken[rows], overtaken[rows]], axis=1)
        first = review.before.take(rows)
        last = after_losses(situation, review.before, [days], rows)[0]
        begin = _replaced(begin, lost, first, units, chance)
        end = _replaced(end, lost, Distribution(np.maximum(last.values, first.values)), units, chance)

    part = review.take(items)
    with_them, without = (
        replace(
            part,
            before=first,
            after=Distribution(np.maximum(last.values, first.values)),
            review_days=days[items],
        )
        for first, last in zip(begin, end, strict=True)
    )
    return CrossoverCost(items, without, with_them)


def _with_and_without(
    situation: Situation, crossover: OrderCrossover, more: FloatArray, items: IntArray
) -> tuple[Distribution, Distribution]:
    """Demand of the ``items`` until ``more`` days, float64, shape (n,), after the arrival; and with the goods
    that are missing by then.
    """
    demands = situation.lead_time_demand.over_each_length(more, items)
    missing = crossover.units[items].T[:, :, None]
    weight = situation.lead_time_demand.lead_times.weight[items]
    moved = [Distribution(demand.values + units) for demand, units in zip(demands, missing, strict=True)]
    return mixture(demands, weight), mixture(moved, weight)


def _replaced(
    both: tuple[Distribution, Distribution],
    rows: IntArray,
    plain: Distribution,
    units: FloatArray,
    chance: FloatArray,
) -> tuple[Distribution, Distribution]:
    """``both`` where the ``rows`` have the demand ``plain``; without the ``units``, by ``chance``, too.

    ``plain``, ``units`` and ``chance`` are of these rows.
    """
    moved = mixture([plain, Distribution(plain.values + units[:, None])], chance)
    return with_rows(both[0], rows, plain.values), with_rows(both[1], rows, moved.values)
