"""What a position is worth for as long as it lasts: the one rule that orders of any size are weighed by.

Ordering at each review as well as can be costs g per review, in the long run. What a position ``y`` costs
against that, until the stock is back on that course, is its relative value (Howard 1960, Dynamic Programming
and Markov Processes, ch. 4). Without a cost per order line

    V(y) =  cost of one review from this order's arrival on
         +  theta h  integral over s of E[left at L+R+s]
         +  (1 - theta) h  integral over s from R on of E[(y - H - D_s)+]

* The first two lines are the cost curve: the share theta of units that turn out not to be needed lies there
  until sold, whatever later orders do.
* The last is what one review would leave out: stock above H, the highest level that orders at each review
  reach, cannot be un-bought either. It lies there until demand has eaten it. H is the order-up-to level S or,
  with packs and minimums, the reorder point and the smallest order.

Where an order line costs something, or a larger order is cheaper, the course is that of ``batch_curve``:
orders up to S whenever the position is at s or below. With C what a position costs until then and N the
reviews that it lasts,

    V(y) = C(y) + (M - N(y)) g

told of M reviews: those that the usual order lasts, or the position by itself where that is longer (so that
no cost is below zero). All of its stock is in C. An order of q units costs, all in all,

    K + V(position + q) + q (price of the order - price of the usual one)

and is worth it where ordering nothing, V(position), costs more. At the usual level that difference is
one more review's cost against g: as in an (s,S) policy (Zheng and Federgruen 1991).

The integral is taken as if demand were lines of the mean size at the mean rate d: with E the excess, it is
E (E + line) / (2 d), exact for Poisson demand of single units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, Columns, FloatArray, OrderTerms
from forecasting.policies.expected_cost.batch_breaks import with_breaks
from forecasting.policies.expected_cost.batch_curve import batch_curve, worth_batching
from forecasting.policies.expected_cost.cost_curve import LONGEST_DAYS, CostCurve
from forecasting.policies.expected_cost.position_cost import PositionCost, overlaid
from forecasting.policies.expected_cost.search import last_true, lowest
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class RelativeValue(Columns):
    """Expected cost of n items' orders, for as long as they last.

    Attributes:
        costs: what a position costs, but for an excess.
        terms: packs and prices.
        position, line_cost: float64, shape (n,).
        order_up_to: S. ``reorder_point``: s. ``highest``: H, above which stock is in excess; inf where all
            of it is reckoned with already (in ``costs.batch``). ``usual_cost``: money, the price of a unit
            of the usual order. ``excess_daily``: units per day that eat an excess. ``line_size``: units.
            Each float64, shape (n,).
        longest_days: how long an excess is charged at most.
        orderable: bool, shape (n,).

    """

    costs: PositionCost
    terms: OrderTerms
    position: FloatArray
    line_cost: FloatArray
    order_up_to: FloatArray
    reorder_point: FloatArray
    highest: FloatArray
    usual_cost: FloatArray
    excess_daily: FloatArray
    line_size: FloatArray
    longest_days: float
    orderable: BoolArray

    @property
    def curve(self) -> CostCurve:
        """The cost of one review."""
        return self.costs.curve

    def value(self, y: FloatArray) -> FloatArray:
        """V, money: float64, shape (n, k) with ascending rows."""
        return self.costs.cost(y) + self._excess(y) + self._thrown_away(y)

    def cost(self, quantity: FloatArray) -> FloatArray:
        """Expected cost, money, of ordering ``quantity`` now: shape (n,), or (n, k) with ascending rows."""
        if quantity.ndim == 1:
            return self.cost(quantity[:, None])[:, 0]
        return self.value(self.position[:, None] + quantity) + self.once(quantity)

    def parts(self, quantity: FloatArray) -> dict[str, FloatArray]:
        """What ``cost`` of ``quantity`` is the sum of, by the names of ``PARTS``: float64, (n,) each."""
        y = self.position + quantity
        named = self.costs.parts(y)
        named["holding"] = named["holding"] + self._excess(y[:, None])[:, 0]
        named["waste"] = named["waste"] + self._thrown_away(y[:, None])[:, 0]
        named["ordering"] = named["ordering"] + self.once(quantity[:, None])[:, 0]
        return named

    def once(self, quantity: FloatArray) -> FloatArray:
        """What an order costs as such: its line, and its price against the usual one. (n, k), money."""
        dearer = self.terms.price(quantity) - self.usual_cost[:, None]
        return np.where(quantity > 0, self.line_cost[:, None], 0.0) + quantity * dearer

    def _excess(self, y: FloatArray) -> FloatArray:
        """(1 - theta) h times the integral over what exceeds H once a review has passed."""
        daily, line = self.excess_daily[:, None], self.line_size[:, None]
        passed = self.curve.review.review_days[:, None] * daily
        excess = np.maximum(y - self.highest[:, None] - passed, 0.0)
        days = np.minimum((excess + line) / np.maximum(2.0 * daily, 1e-12), self.longest_days)
        share = 1.0 - self.curve.excess_holding_share[:, None]
        return share * self.curve.review.holding[:, None] * excess * days

    def _thrown_away(self, y: FloatArray) -> FloatArray:
        """What exceeds H, and is thrown away, costs more than the part of it that one review bears."""
        cost = np.zeros_like(y)
        for term in (term for term in self.curve.more if term.whole is not None):
            part = term.take(np.flatnonzero(np.isfinite(self.highest[term.items])))
            high, reached = self.highest[part.items, None], y[part.items]
            reached = np.maximum(reached, high)
            for sign, each in ((1.0, part.bought_ahead), (-1.0, part)):
                cost[part.items] += sign * (each.cost(reached) - each.cost(high))
        return cost

    def decision(self) -> Decision:
        """The feasible quantity of least cost, nothing where that is cheapest, with the levels behind it."""
        packs = self._best_packs(self.terms.smallest_packs, self.terms.largest_packs)
        cheaper = np.flatnonzero(self.terms.has_breaks)
        if len(cheaper):
            packs = overlaid(packs, cheaper, self.take(cheaper)._best_of_breaks())

        quantity = packs * self.terms.pack_size
        nothing = self.value(self.position[:, None])[:, 0]
        worth = self.orderable & self.terms.feasible & (self.cost(quantity) < nothing)
        return Decision(np.where(worth, quantity, 0.0), self.reorder_point, self.order_up_to)

    def _best_packs(self, fewest: FloatArray, most: FloatArray) -> FloatArray:
        """Of one price: the packs from ``fewest`` to ``most`` of least cost. float64, shape (n,) each."""
        pack = self.terms.pack_size
        highest = self.costs.highest
        highest = np.where(self.costs.batched, np.maximum(highest, self.order_up_to), highest)
        needed = np.ceil(np.maximum(highest - self.position, 0.0) / pack)
        high = np.minimum(np.maximum(needed, fewest), most)
        return lowest(lambda packs: self.cost(packs * pack[:, None]), np.minimum(fewest, high), high)

    def _best_of_breaks(self) -> FloatArray:
        """The same where prices break: the best of each price, then the best of those."""
        assert self.terms.breaks is not None
        pack, fewest, most = self.terms.pack_size, self.terms.smallest_packs, self.terms.largest_packs
        from_packs = np.ceil(self.terms.breaks.quantity / pack[:, None] - 1e-9)
        begins = np.concatenate([np.zeros((len(self), 1)), from_packs], axis=1)
        ends = np.concatenate([from_packs - 1.0, np.full((len(self), 1), np.inf)], axis=1)

        candidates, costs = [], []
        for begin, end in zip(begins.T, ends.T, strict=True):
            low, high = np.maximum(begin, fewest), np.minimum(end, most)
            possible = (low <= high) & np.isfinite(low)
            packs = self._best_packs(np.where(possible, low, fewest), np.where(possible, high, fewest))
            candidates.append(packs)
            costs.append(np.where(possible, self.cost(packs * pack), np.inf))
        best = np.argmin(np.stack(costs), axis=0)
        return np.stack(candidates)[best, np.arange(len(self))]


def relative_value(situation: Situation, curve: CostCurve, excess_holding_days: float) -> RelativeValue:
    """The relative value of each item of ``situation``, whose cost curve is ``curve``.

    ``excess_holding_days``: how far ahead an excess is charged, days; ``LONGEST_DAYS`` at least.
    """
    terms, position = situation.terms, situation.position
    unit = np.minimum(terms.pack_size, 1.0)
    up_to = lowest(
        lambda y: curve.cost(y * unit[:, None]), np.zeros(len(situation)), np.ceil(curve.highest / unit)
    )
    up_to = up_to * unit
    rate, usual_cost = curve.cost(up_to) + situation.costs.line_cost, terms.unit_cost
    horizon, smallest, batch = np.ones(len(situation)), terms.smallest, None

    batched = np.flatnonzero(worth_batching(situation))
    if len(batched):
        batch, level = with_breaks(*batch_curve(situation, curve, batched))
        up_to = overlaid(up_to, batched, level)
        # g is what happens at the usual price, which is the yardstick of every other.
        rate = overlaid(rate, batched, batch.rate(level[:, None])[:, 0])
        usual_cost = overlaid(usual_cost, batched, batch.usual_cost)
        smallest = overlaid(smallest, batched, batch.smallest)
        horizon = overlaid(horizon, batched, batch.lasting(level[:, None])[1][:, 0])

    point = _reorder_point(situation, PositionCost(curve, batch, rate, horizon), up_to, smallest)
    highest = np.maximum(np.maximum(up_to, point + terms.smallest), 0.0)
    # Where only a larger order has the usual price, none of it is smaller.
    up_to = np.where(smallest > terms.smallest, np.maximum(up_to, point + smallest), up_to)
    if batch is not None:
        # What it costs is told of no fewer reviews than the position lasts, so that no cost is below zero.
        lasts = batch.lasting(position[batched, None])[1][:, 0]
        horizon = overlaid(horizon, batched, np.maximum(lasts, horizon[batched]))
        highest = overlaid(highest, batched, np.full(len(batched), np.inf))
    return RelativeValue(
        costs=PositionCost(curve, batch, rate, horizon),
        terms=terms,
        position=position,
        line_cost=situation.costs.line_cost,
        order_up_to=up_to,
        reorder_point=point,
        highest=highest,
        usual_cost=usual_cost,
        excess_daily=_excess_daily(situation, curve),
        line_size=situation.line_size,
        longest_days=max(excess_holding_days, LONGEST_DAYS),
        orderable=situation.orderable,
    )


def _reorder_point(
    situation: Situation, costs: PositionCost, up_to: FloatArray, smallest: FloatArray
) -> FloatArray:
    """s, float64, shape (n,), units: the highest level from which an order still lowers the cost.

    ``up_to``, ``smallest``: float64, shape (n,), units, of the usual order.
    """
    terms, line_cost = situation.terms, situation.costs.line_cost
    unit = np.minimum(terms.pack_size, 1.0)
    top = np.floor(up_to / unit)
    bottom = np.maximum(top - np.ceil(terms.smallest / unit) - 1.0, -1.0)
    # A dear order, or a small one, may wait for a backlog.
    lowest_level = np.where(situation.backorder_allowed, -costs.curve.highest, 0.0)
    waits = (line_cost > 0) | (smallest > terms.smallest)
    bottom = np.where(waits, np.floor(lowest_level / unit) - 1.0, bottom)

    def pays(level: FloatArray) -> BoolArray:
        reached = np.maximum(level + smallest, up_to)
        both = costs.cost(np.stack([level, reached], axis=1))
        return both[:, 1] + line_cost < both[:, 0]

    return last_true(pays, bottom, top, unit)


def _excess_daily(situation: Situation, curve: CostCurve) -> FloatArray:
    """float64, shape (n,): units a day that eat an excess."""
    daily = curve.review_demand / situation.review_days
    if not curve.excess_holding_days.any():
        return daily
    # What is asked for in the long run, ``later`` being a mixture over the days to come, half of those
    # looked at away in the mean: an excess lasts longer where demand is about to fall or to end.
    ahead = curve.excess_holding_days / np.maximum(curve.excess_holding_share, 1e-12) / 2
    later = np.maximum(curve.later.mean - curve.after.mean, 0.0) / np.maximum(ahead, 1e-12)
    return np.where(curve.excess_holding_days > 0, later, daily)
