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

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, OrderTerms
from forecasting.policies.expected_cost.batch_curve import (
    BatchCurve,
    batch_curve,
    review_demand,
    worth_batching,
)
from forecasting.policies.expected_cost.cost_curve import LONGEST_DAYS, CostCurve
from forecasting.policies.expected_cost.search import last_true, lowest
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class RelativeValue:
    """Expected cost of n items' orders, for as long as they last.

    Attributes:
        curve: the cost of one review.
        batch: the same of several, of the items ``batched`` alone (int64, their numbers).
        terms: packs and prices.
        position, line_cost: float64, shape (n,).
        order_up_to: S. ``reorder_point``: s. ``highest``: H, above which stock is in excess. ``rate``: g,
            money per review. ``usual_cost``: money, the price of a unit of the usual order.
            ``excess_daily``: units per day that eat an excess. ``line_size``: units. ``lowest_level``: units,
            no reorder point is looked for below it. ``horizon``: reviews that costs are told of, from the
            arrival on: those that the usual order lasts, or the position where that is longer. Each float64,
            shape (n,).
        longest_days: how long an excess is charged at most.
        orderable: bool, shape (n,).

    """

    curve: CostCurve
    batch: BatchCurve | None
    batched: IntArray
    terms: OrderTerms
    position: FloatArray
    line_cost: FloatArray
    order_up_to: FloatArray
    reorder_point: FloatArray
    highest: FloatArray
    rate: FloatArray
    usual_cost: FloatArray
    excess_daily: FloatArray
    line_size: FloatArray
    lowest_level: FloatArray
    horizon: FloatArray
    longest_days: float
    orderable: BoolArray

    def __len__(self) -> int:
        return len(self.position)

    def value(self, y: FloatArray) -> FloatArray:
        """V, money: float64, shape (n, k) with ascending rows."""
        total = self.curve.cost(y) + self._excess(y)
        if self.batch is not None:
            few = y[self.batched]
            cost, reviews = self.batch.lasting(few)
            total[self.batched] = cost + self._others(reviews)
        return total

    def _others(self, reviews: FloatArray) -> FloatArray:
        """What the reviews of ``horizon`` cost that a position of the items ``batched`` does not last for."""
        return (self.horizon[self.batched, None] - reviews) * self.rate[self.batched, None]

    def cost(self, quantity: FloatArray) -> FloatArray:
        """Expected cost, money, of ordering ``quantity`` now: shape (n,), or (n, k) with ascending rows."""
        if quantity.ndim == 1:
            return self.cost(quantity[:, None])[:, 0]
        total = self.value(self.position[:, None] + quantity)
        return total + self.once(quantity)

    def parts(self, quantity: FloatArray) -> dict[str, FloatArray]:
        """What ``cost`` of ``quantity`` is the sum of, by the names of ``PARTS``: float64, shape (n,) each.

        The reviews of ``horizon`` that an order does not last for cost the rate each: under ``ordering``.
        """
        y = self.position + quantity
        named = self.curve.parts(y)
        named["holding"] = named["holding"] + self._excess(y[:, None])[:, 0]
        if self.batch is not None:
            few = y[self.batched]
            for name, amount in self.batch.parts(few).items():
                named[name][self.batched] = amount
            reviews = self.batch.lasting(few[:, None])[1]
            named["ordering"][self.batched] += self._others(reviews)[:, 0]
        named["ordering"] = named["ordering"] + self.once(quantity[:, None])[:, 0]
        return named

    def once(self, quantity: FloatArray) -> FloatArray:
        """What an order costs as such: its line, and its price against the usual one. (n, k), money."""
        dearer = self.terms.price(quantity) - self.usual_cost[:, None]
        return np.where(quantity > 0, self.line_cost[:, None], 0.0) + quantity * dearer

    def decision(self) -> Decision:
        """The feasible quantity of least cost, nothing where that is cheapest, with the levels behind it."""
        everything = np.arange(len(self))
        packs = self._best_packs(everything, self.terms.smallest_packs, self.terms.largest_packs)
        breaks = self.terms.breaks
        cheaper = np.flatnonzero(self.terms.has_breaks)
        if breaks is not None and len(cheaper):
            packs[cheaper] = self._best_of_breaks(cheaper, breaks.quantity[cheaper])
        quantity = packs * self.terms.pack_size
        worth = self.orderable & self.terms.feasible & (self.cost(quantity) < self.value_now)
        return Decision(np.where(worth, quantity, 0.0), self.reorder_point, self.order_up_to)

    @property
    def value_now(self) -> FloatArray:
        """Expected cost of ordering nothing: float64, shape (n,), money."""
        return self.value(self.position[:, None])[:, 0]

    def lasting_now(self) -> FloatArray:
        """Reviews that the position of the items ``batched`` lasts, or their usual order if that is more."""
        assert self.batch is not None
        lasts = self.batch.lasting(self.position[self.batched, None])[1][:, 0]
        return np.maximum(lasts, self.horizon[self.batched])

    def _best_packs(self, items: IntArray, fewest: FloatArray, most: FloatArray) -> FloatArray:
        """Of one price: the packs from ``fewest`` to ``most`` of least cost. Each shape of ``items``."""
        part = self._take(items) if len(items) < len(self) else self
        pack, position = part.terms.pack_size, part.position
        highest = part.curve.highest
        low = fewest
        if part.batch is not None:
            at = part.batched
            highest[at] = np.maximum(part.batch.highest, part.order_up_to[at])
        needed = np.ceil(np.maximum(highest - position, 0.0) / pack)
        high = np.minimum(np.maximum(needed, low), most)
        return lowest(lambda packs: part.cost(packs * pack[:, None]), np.minimum(low, high), high)

    def _best_of_breaks(self, items: IntArray, breaks: FloatArray) -> FloatArray:
        """The same where prices break: the best of each price, then the best of those."""
        pack = self.terms.pack_size[items]
        fewest, most = self.terms.smallest_packs[items], self.terms.largest_packs[items]
        from_packs = np.ceil(breaks / pack[:, None] - 1e-9)
        begins = np.concatenate([np.zeros((len(items), 1)), from_packs], axis=1)
        ends = np.concatenate([from_packs - 1.0, np.full((len(items), 1), np.inf)], axis=1)
        part = self._take(items)
        tried, costs = [], []
        for begin, end in zip(begins.T, ends.T, strict=True):
            low, high = np.maximum(begin, fewest), np.minimum(end, most)
            there = (low <= high) & np.isfinite(low)
            packs = self._best_packs(items, np.where(there, low, fewest), np.where(there, high, fewest))
            tried.append(packs)
            costs.append(np.where(there, part.cost(packs * pack), np.inf))
        best = np.argmin(np.stack(costs), axis=0)
        return np.stack(tried)[best, np.arange(len(items))]

    def with_levels(self) -> RelativeValue:
        """The same with its reorder point, the highest level from which an order still lowers the cost,
        and with the highest level that follows from it.
        """
        unit = np.minimum(self.terms.pack_size, 1.0)
        top = np.floor(self.order_up_to / unit)
        bottom = np.maximum(top - np.ceil(self.terms.smallest / unit) - 1.0, -1.0)
        # A dear order may wait for a backlog.
        bottom = np.where(self.line_cost > 0, np.floor(self.lowest_level / unit) - 1.0, bottom)

        def pays(level: FloatArray) -> BoolArray:
            reached = np.maximum(level + self.terms.smallest, self.order_up_to)
            both = self.value(np.stack([level, reached], axis=1))
            return both[:, 1] + self.line_cost < both[:, 0]

        point = last_true(pays, bottom, top, unit)
        highest = np.maximum(np.maximum(self.order_up_to, point + self.terms.smallest), 0.0)
        return replace(self, reorder_point=point, highest=highest)

    def _excess(self, y: FloatArray) -> FloatArray:
        """(1 - theta) h times the integral over what exceeds H once a review has passed."""
        daily, line = self.excess_daily[:, None], self.line_size[:, None]
        passed = self.curve.review_days[:, None] * daily
        excess = np.maximum(y - self.highest[:, None] - passed, 0.0)
        days = np.minimum((excess + line) / np.maximum(2.0 * daily, 1e-12), self.longest_days)
        share = 1.0 - self.curve.excess_holding_share[:, None]
        return share * self.curve.holding[:, None] * excess * days

    def _take(self, items: IntArray) -> RelativeValue:
        """The same of some items alone; what is asked of batches of theirs is kept."""
        place = np.full(len(self), -1, dtype=np.int64)
        place[self.batched] = np.arange(len(self.batched))
        inside = np.flatnonzero(place[items] >= 0)
        batch = None if self.batch is None or not len(inside) else self.batch.take(place[items[inside]])
        rest = {
            name: getattr(self, name)[items]
            for name in (
                "position",
                "line_cost",
                "order_up_to",
                "reorder_point",
                "highest",
                "rate",
                "usual_cost",
                "excess_daily",
                "line_size",
                "lowest_level",
                "horizon",
                "orderable",
            )
        }
        curve, terms = self.curve.take(items), self.terms.take(items)
        return replace(self, curve=curve, batch=batch, batched=inside, terms=terms, **rest)


def relative_value(situation: Situation, curve: CostCurve, excess_holding_days: float) -> RelativeValue:
    """The relative value of each item of ``situation``, whose cost curve is ``curve``."""
    n, terms = len(situation), situation.terms
    unit = np.minimum(terms.pack_size, 1.0)
    nothing, highest = np.zeros(n), curve.highest
    up_to = lowest(lambda y: curve.cost(y * unit[:, None]), nothing, np.ceil(highest / unit)) * unit
    one = curve.cost(up_to) + situation.costs.line_cost
    excess_daily = review_demand(curve) / situation.review_days
    if curve.excess_holding_days.any():
        # What is asked for in the long run, ``later`` being a mixture over the days to come, half of those
        # looked at away in the mean: an excess lasts longer where demand is about to fall or to end.
        ahead = curve.excess_holding_days / np.maximum(curve.excess_holding_share, 1e-12) / 2
        later = np.maximum(curve.later.mean - curve.after.mean, 0.0) / np.maximum(ahead, 1e-12)
        excess_daily = np.where(curve.excess_holding_days > 0, later, excess_daily)
    value = RelativeValue(
        curve=curve,
        batch=None,
        batched=np.zeros(0, dtype=np.int64),
        terms=terms,
        position=situation.position,
        line_cost=situation.costs.line_cost,
        order_up_to=up_to,
        reorder_point=nothing,
        highest=np.full(n, np.inf),
        rate=one,
        usual_cost=terms.unit_cost,
        excess_daily=excess_daily,
        line_size=situation.line_size,
        lowest_level=np.where(situation.backorder_allowed, -highest, 0.0),
        horizon=np.ones(n),
        longest_days=max(excess_holding_days, LONGEST_DAYS),
        orderable=situation.orderable,
    )
    batched = np.flatnonzero(worth_batching(situation, curve))
    if len(batched) == 0:
        return value.with_levels()
    batch, level = batch_curve(situation, curve, batched)
    reviews = batch.lasting(level[:, None])[1]
    value = replace(
        value,
        batch=batch,
        batched=batched,
        order_up_to=_with(up_to, batched, level),
        # g is what happens at the usual price, which is the yardstick of every other.
        rate=_with(one, batched, batch.rate(level[:, None])[:, 0]),
        usual_cost=_with(terms.unit_cost, batched, batch.price(level[:, None])[:, 0]),
        horizon=_with(np.ones(n), batched, reviews[:, 0]),
    ).with_levels()
    return replace(value, horizon=_with(value.horizon, batched, value.lasting_now()))


def _with(whole: FloatArray, items: IntArray, part: FloatArray) -> FloatArray:
    out = whole.copy()
    out[items] = part
    return out
