"""The expected cost of every inventory position: what each decision is weighed with.

An order placed now can arrive after the lead time L, and the next one a review period R later. So a
position ``y`` (what there is, plus what is ordered now) decides what happens in the R days between:

    cost(y) =  p  (E[short by L+R] - E[short by L])            units that fall short in between, once
             + b  R/2 (E[short by L] + E[short by L+R])        backlog, each day
             + h  R/2 (E[left at L] + E[left at L+R])          stock, each day
             + theta h  integral over s of E[left at L+R+s]    stock that turns out not to be needed

with E[short by t] = E[(D_t - y)+], E[left at t] = E[(y - D_t)+] and D_t the demand of the next t days.
Holding is charged for one review only, because the next review can order less; but a unit too many
cannot be un-bought, so a share theta of its holding is charged until it is sold.

Where backorders are refused, demand before the arrival that finds no stock is gone and needs no
replacement. Stock is projected to the arrival along the outcomes of D_L, never below zero, and D_t is
replaced by what the order has to serve: min(D_L, stock) + the demand after the arrival.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.policies.base import Situation
from models.distribution import WEIGHTS, Distribution, mixture

UNSOLD_DAYS = (0.0, 7.0, 14.0, 28.0, 56.0, 112.0, 224.0, 364.0)
"""Where the integral over unsold stock is evaluated, as parts of its length / 364."""

PROJECTIONS = 12
"""Outcomes of lead-time demand along which stock is projected where sales are lost."""


@dataclass(frozen=True)
class CostCurve:
    """Expected cost of n items as a function of the inventory position after ordering.

    Attributes:
        before: demand until an order placed now can arrive (D_L), or what stock it takes.
        after: demand until the next one can (D_{L+R}).
        later: demand until L + R + s days, mixed over s: what is left of it, times ``unsold_days``, is
            the integral over s.
        unsold_days: theta times the length of the integral, days.
        shortage: p, money per unit; ``waiting``: b, per unit and day; ``holding``: h, per unit and day.
        review_days: R. Each of the last four float64, shape (n,).

    """

    before: Distribution
    after: Distribution
    later: Distribution
    unsold_days: float
    shortage: FloatArray
    waiting: FloatArray
    holding: FloatArray
    review_days: FloatArray

    def cost(self, position: FloatArray) -> FloatArray:
        """Expected cost, money, of each position. float64, shape (n,) or (n, k) with ascending rows."""
        flat = position.ndim == 1
        y = position[:, None] if flat else position
        p, b, h = self.shortage[:, None], self.waiting[:, None], self.holding[:, None]
        half = self.review_days[:, None] / 2
        short_before, short_after = self.before.shortage(y), self.after.shortage(y)
        left_before, left_after = self.before.leftover(y), self.after.leftover(y)
        cost = p * np.maximum(short_after - short_before, 0.0)
        cost += b * half * (short_before + short_after)
        cost += h * half * (left_before + left_after)
        if self.unsold_days > 0:
            cost += self.unsold_days * h * self.later.leftover(y)
        return cost[:, 0] if flat else cost

    @property
    def highest(self) -> FloatArray:
        """float64, shape (n,): a position above which the cost only rises."""
        return np.maximum(self.after.values[:, -1], self.before.values[:, -1])


def cost_curve(situation: Situation, unsold_weight: float, unsold_days: float) -> CostCurve:
    """The curve of each item of ``situation``; theta = ``unsold_weight`` over ``unsold_days`` days."""
    outlook, review = situation.outlook, situation.review_days
    days = np.array(UNSOLD_DAYS) * (unsold_days / UNSOLD_DAYS[-1])
    if unsold_weight <= 0 or unsold_days <= 0:
        days = np.zeros(1)
    before = outlook.over_lead_time(np.zeros(len(situation)))
    # Months ahead it no longer matters how the lead time varies: its mean will do.
    lead_days = outlook.lead_times.mean
    after = [outlook.over_lead_time(review)]
    after += outlook.over_each([lead_days + review + later for later in days[1:]])
    refused = np.flatnonzero(~situation.backorder_allowed)
    if len(refused):
        stock = np.maximum(situation.position[refused], 0.0)
        used = _with_rows(before, refused, np.minimum(before.values[refused], stock[:, None]))
        for node, following in enumerate(outlook.over_each([review + later for later in days])):
            served = _sum(used.take(refused), following.take(refused))
            after[node] = _with_rows(after[node], refused, served.values)
        before = used
    return CostCurve(
        before=before,
        after=after[0],
        later=mixture(after, np.tile(_trapezoid(days), (len(situation), 1))),
        unsold_days=unsold_weight * days[-1],
        shortage=situation.costs.shortage_per_unit(situation.line_size),
        waiting=np.where(situation.backorder_allowed, situation.costs.waiting_per_unit_day, 0.0),
        holding=situation.costs.holding_per_unit_day,
        review_days=review,
    )


def _trapezoid(days: FloatArray) -> FloatArray:
    """The share of each of ``days`` in an integral from the first to the last."""
    if len(days) == 1:
        return np.ones(1)
    gaps = np.diff(days)
    return np.concatenate([[gaps[0]], gaps[1:] + gaps[:-1], [gaps[-1]]]) / (2 * days[-1])


def _with_rows(distribution: Distribution, items: IntArray, values: FloatArray) -> Distribution:
    replaced = distribution.values.copy()
    replaced[items] = values
    return Distribution(replaced)


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
