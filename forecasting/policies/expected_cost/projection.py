"""Demand that an order has to serve: until it can arrive, and until the next one can.

Plainly that is D_L and D_{L+R}, mixed over the possible lead times. Two things change it:

* Where sales are lost, demand that finds no stock before the arrival is gone. Stock is projected to the
  arrival along the outcomes of D_L, never below zero, and serves min(D_L, stock) of them.
* Where customers leave, a share of those who find no stock is gone by the arrival: the more, the longer
  the shelf has been empty. Refusing everybody at once is the extreme of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.policies.situation import Situation
from models.shared.distribution import WEIGHTS, Distribution, mixture

PROJECTIONS = 12
"""Outcomes of lead-time demand along which stock is projected where customers are lost."""


def before_arrival(situation: Situation) -> Distribution:
    """What the position has to serve until an order placed now can arrive (D_L), of n items."""
    nothing = np.zeros(len(situation))
    before = situation.lead_time_demand.over_lead_time(nothing)
    rows = losing(situation)
    if len(rows) == 0:
        return before
    return with_rows(before, rows, _served(situation, before.values)[rows])


def after_arrival(
    situation: Situation, before: Distribution, cover: FloatArray, later: Sequence[FloatArray]
) -> list[Distribution]:
    """What it has to serve until ``cover`` days after that arrival, and until ``later`` more days each.

    Args:
        before: as ``before_arrival`` gives it.
        cover: float64, shape (n,), days; of each of ``later`` too.

    """
    lead_time_demand, rows = situation.lead_time_demand, losing(situation)
    # Months ahead it no longer matters how the lead time varies: its mean will do.
    lead_days = lead_time_demand.lead_times.mean
    after = [np.empty_like(before.values) for _ in (cover, *later)]
    stays = np.setdiff1d(np.arange(len(situation)), rows)
    if len(stays):
        ahead = [lead_time_demand.over_lead_time(cover, stays)]
        ahead += lead_time_demand.over_each([lead_days + cover + more for more in later], stays)
        for values, demand in zip(after, ahead, strict=True):
            values[stays] = demand.values
    if len(rows):
        stretches = [cover, *(cover + more for more in later)]
        for values, demand in zip(after, after_losses(situation, before, stretches, rows), strict=True):
            values[rows] = demand.values
    # More time never means less demand, even where a forecast of two horizons says so.
    after[0] = np.maximum(after[0], before.values)
    return [Distribution(values) for values in after]


def after_losses(
    situation: Situation, before: Distribution, stretches: Sequence[FloatArray], rows: IntArray
) -> list[Distribution]:
    """The same of some of those items of which customers are lost.

    Args:
        before: of all n items, as ``before_arrival`` gives it.
        stretches: days from the arrival on, float64, shape (n,) each.
        rows: int64, shape (m,): the items.

    """
    used = before.take(rows)
    begin = situation.lead_time_demand.lead_times.mean
    after = []
    for node, following in enumerate(situation.lead_time_demand.between(begin, stretches, rows)):
        # What was served before the arrival: where less time than follows, its mean will do as well.
        near = np.flatnonzero((stretches[node][rows] <= begin[rows]) | (node == 0))
        added = _sum(used.take(near), following.take(near))
        after.append(with_rows(_moved(used, following), near, added.values))
    return after


def _leaving(situation: Situation) -> FloatArray:
    """The share of those who find no stock that leave in the end: float64, shape (n,)."""
    if situation.end_of_life is None:
        return np.where(situation.backorder_allowed, 0.0, 1.0)
    leaves = np.isfinite(situation.end_of_life.patience_days)
    waiting = np.where(leaves, situation.end_of_life.cancellation_rate, 0.0)
    return np.where(situation.backorder_allowed, waiting, 1.0)


def losing(situation: Situation) -> IntArray:
    """The items of which some customers are gone before an order can arrive."""
    return np.flatnonzero(_leaving(situation) > 0)


def _served(situation: Situation, demand: FloatArray) -> FloatArray:
    """Each outcome of demand before the arrival, less the customers who are gone by then: shape (n, G).

    The shelf is empty from the moment at which an even demand has used up the stock. Customers who leave
    do so at a constant rate, so that of those who came evenly over w days, the share
    1 - (1 - exp(-w / T)) T / w is gone at their end.
    """
    stock, leaving = situation.position, _leaving(situation)
    if situation.crossover is not None:
        absent = (
            situation.crossover.units
            * situation.crossover.missing
            * situation.lead_time_demand.lead_times.weight
        )
        stock = stock - absent.sum(axis=1)
    owed = np.where(situation.backorder_allowed, np.maximum(-stock, 0.0), 0.0)[:, None]
    stock = np.maximum(stock, 0.0)[:, None]
    if situation.end_of_life is None:
        patience = np.zeros((len(demand), 1))
    else:
        patience = np.where(situation.backorder_allowed, situation.end_of_life.patience_days, 0.0)[:, None]
    lead_days = situation.lead_time_demand.lead_times.mean[:, None]
    short = np.maximum(demand - stock, 0.0)
    empty_days = lead_days * short / np.maximum(demand, 1e-12)
    gone = short * leaving[:, None] * gone_share(empty_days, patience)
    with np.errstate(divide="ignore", invalid="ignore"):
        tired = np.where(patience > 0, -np.expm1(-lead_days / patience), 1.0)
    return np.asarray(demand - gone - owed * leaving[:, None] * tired)


def gone_share(days: FloatArray, patience: FloatArray) -> FloatArray:
    """Of customers who came evenly over ``days`` days and leave after ``patience`` days on average, the
    share gone at their end. 1 where patience is 0, 0 where it is inf. Shapes as they broadcast.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spells = np.where(patience > 0, days / patience, np.inf)
        share = 1.0 + np.expm1(-spells) / spells
    # For a short while the quotient loses its digits; half of it is then what counts.
    return np.where(spells < 1e-6, spells / 2, np.where(np.isinf(spells), 1.0, share))


def with_rows(distribution: Distribution, items: IntArray, values: FloatArray) -> Distribution:
    """The same with other outcomes of some items. ``values``: float64, shape (len(items), G)."""
    replaced = distribution.values.copy()
    replaced[items] = values
    return Distribution(replaced)


def _moved(first: Distribution, second: Distribution) -> Distribution:
    """The second, moved by the mean of the first."""
    return Distribution(second.values + first.mean[:, None])


def _sum(first: Distribution, second: Distribution) -> Distribution:
    """The sum of two independent demands: the second, shifted by each of a few outcomes of the first."""
    part = np.minimum((np.cumsum(WEIGHTS) - WEIGHTS / 2) * PROJECTIONS, PROJECTIONS - 1).astype(np.int64)
    share = np.bincount(part, weights=WEIGHTS, minlength=PROJECTIONS)
    parts = []
    for number in range(PROJECTIONS):
        inside = part == number
        outcome = first.values[:, inside] @ WEIGHTS[inside] / share[number]
        parts.append(Distribution(second.values + outcome[:, None]))
    return mixture(parts, np.tile(share, (len(first), 1)))
