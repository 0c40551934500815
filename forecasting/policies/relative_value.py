"""What a position is worth for as long as it lasts: the one rule that orders of any size are weighed by.

Ordering at each review as well as can be costs g per review, in the long run. What a position ``y`` costs
against that, until the stock is back on that course, is its relative value (Howard 1960, Dynamic Programming
and Markov Processes, ch. 4). Say that the next order comes m reviews after this one:

    V(y) =  min over m of  cost of the m review periods, from this order's arrival on, without another order
                           + (M - m) g
                           + (1 - theta) h  integral over s from m R on of E[(y - H - D_s)+]
         +  theta h  integral over s of E[left at L+R+s]

* The first lines are what happens, told of M reviews: those that the usual order lasts, or the position by
  itself where that is longer (so that no cost is below zero). g is what each of the others would have cost.
* The third is what m alone would leave out: stock above H, the highest level that orders at each review
  reach, cannot be un-bought either. It lies there until demand has eaten it. H is the order-up-to level S or,
  with packs and minimums, the reorder point and the smallest order.
* The last is that of ``cost_curve``: the share theta of units that turn out not to be needed lies there until
  sold, whatever later orders do. The rest of them, 1 - theta, only as far as they exceed H.

Up to H, with m = M = 1, V is the cost curve itself. An order of q units costs, all in all,

    K + V(position + q) + q (price of the order - price of the usual one)

and is worth it where ordering nothing, V(position), costs more. At the usual level that difference is
one more review's cost against g: as in an (s,S) policy (Zheng and Federgruen 1991).

The integral is taken as if demand were lines of the mean size at the mean rate d: with E the excess, it is
E (E + line) / (2 d), exact for Poisson demand of single units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.policies.base import Decision, Situation
from forecasting.policies.batch_curve import (
    COVERED_REVIEWS,
    BatchCurve,
    batch_curve,
    review_demand,
    worth_batching,
)
from forecasting.policies.cost_curve import PARTS, UNSOLD_DAYS, CostCurve
from forecasting.policies.search import last_true, lowest
from forecasting.policies.supply_terms import SupplyTerms


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
    terms: SupplyTerms
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
        total = self.curve.cost(y) + self._excess(y, 1, np.arange(len(self)))
        if self.batch is not None:
            few = y[self.batched]
            least = np.full(few.shape, np.inf)
            for _, cost in self._lasting(few):
                least = np.minimum(least, cost)
            total[self.batched] = least + self.batch.unsold.cost(few)
        return total

    def _lasting(self, few: FloatArray) -> Iterator[tuple[int, FloatArray]]:
        """For each m the cost of the positions ``few`` of the items ``batched``, if they last so long."""
        assert self.batch is not None
        rate, horizon = self.rate[self.batched, None], self.horizon[self.batched, None]
        for covered, cost in self.batch.until(few):
            yield covered, cost + (horizon - covered) * rate + self._excess(few, covered, self.batched)

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
        y, everything = self.position + quantity, np.arange(len(self))
        named = self.curve.parts(y)
        named["holding"] = named["holding"] + self._excess(y[:, None], 1, everything)[:, 0]
        named["ordering"] = named["ordering"] + self.once(quantity[:, None])[:, 0]
        if self.batch is None:
            return named
        few = y[self.batched]
        total = self.batch.unsold.parts(few)
        total["ordering"] = total["ordering"] + self.once(quantity[:, None])[self.batched, 0]
        best, least = total, np.full(len(few), np.inf)
        for (covered, cost), span in zip(self._lasting(few[:, None]), self.batch.spans, strict=True):
            more = span.parts(few)
            total = {name: amount + more[name] for name, amount in total.items()}
            excess = self._excess(few[:, None], covered, self.batched)[:, 0]
            others = (self.horizon[self.batched] - covered) * self.rate[self.batched]
            here = {**total, "holding": total["holding"] + excess, "ordering": total["ordering"] + others}
            better = cost[:, 0] < least
            best = {name: np.where(better, here[name], amount) for name, amount in best.items()}
            least = np.where(better, cost[:, 0], least)
        for name in PARTS:
            named[name][self.batched] = best[name]
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
        costs = [cost[:, 0] for _, cost in self._lasting(self.position[self.batched, None])]
        lasts = np.array(COVERED_REVIEWS, dtype=np.float64)[np.argmin(np.stack(costs), axis=0)]
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

    def _excess(self, y: FloatArray, reviews: int, items: IntArray) -> FloatArray:
        """(1 - theta) h times the integral over what exceeds H once ``reviews`` reviews have passed."""
        daily, line = self.excess_daily[items, None], self.line_size[items, None]
        passed = reviews * self.curve.review_days[items, None] * daily
        excess = np.maximum(y - self.highest[items, None] - passed, 0.0)
        days = np.minimum((excess + line) / np.maximum(2.0 * daily, 1e-12), self.longest_days)
        share = 1.0 - self.curve.unsold_share[items, None]
        return share * self.curve.holding[items, None] * excess * days

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


def relative_value(situation: Situation, curve: CostCurve, unsold_days: float) -> RelativeValue:
    """The relative value of each item of ``situation``, whose cost curve is ``curve``."""
    n, terms = len(situation), situation.terms
    unit = np.minimum(terms.pack_size, 1.0)
    nothing, highest = np.zeros(n), curve.highest
    up_to = lowest(lambda y: curve.cost(y * unit[:, None]), nothing, np.ceil(highest / unit)) * unit
    one = curve.cost(up_to) + situation.costs.line_cost
    excess_daily = review_demand(curve) / situation.review_days
    if curve.unsold_days.any():
        # What is asked for in the long run, ``later`` being a mixture over the days to come, half of those
        # looked at away in the mean: an excess lasts longer where demand is about to fall or to end.
        ahead = curve.unsold_days / np.maximum(curve.unsold_share, 1e-12) / 2
        later = np.maximum(curve.later.mean - curve.after.mean, 0.0) / np.maximum(ahead, 1e-12)
        excess_daily = np.where(curve.unsold_days > 0, later, excess_daily)
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
        longest_days=max(unsold_days, UNSOLD_DAYS[-1]),
        orderable=situation.orderable,
    )
    batched = np.flatnonzero(worth_batching(situation, curve))
    if len(batched) == 0:
        return value.with_levels()
    batch = batch_curve(situation, curve).take(batched)
    unit, low = unit[batched], up_to[batched]
    bottom = np.maximum(low / unit, 0.0)
    top = np.maximum(np.ceil(batch.highest / unit), bottom)
    level = lowest(lambda y: batch.rate(y * unit[:, None]), bottom, top) * unit
    covered = batch.covered(level)
    rows = np.arange(len(batched))
    usual = batch.unit_cost[rows, covered]
    # g is what happens at the usual price, which is the yardstick of every other.
    dearer = (usual - batch.unit_cost[:, 0]) * batch.review_demand
    value = replace(
        value,
        batch=batch,
        batched=batched,
        order_up_to=_with(up_to, batched, level),
        rate=_with(one, batched, batch.rate(level[:, None])[:, 0] - dearer),
        usual_cost=_with(terms.unit_cost, batched, usual),
        horizon=_with(np.ones(n), batched, np.array(COVERED_REVIEWS, dtype=np.float64)[covered]),
    ).with_levels()
    return replace(value, horizon=_with(value.horizon, batched, value.lasting_now()))


def _with(whole: FloatArray, items: IntArray, part: FloatArray) -> FloatArray:
    out = whole.copy()
    out[items] = part
    return out
