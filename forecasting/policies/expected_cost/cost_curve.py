"""The expected cost of every inventory position: what each decision is weighed with.

A position ``y`` (what there is, plus what is ordered now) decides what happens until the next order can
arrive, and what is then left over:

    cost(y) =  what it costs between the two arrivals          (``review_cost``)
             + theta h  integral over s of E[left at L+R+s]    stock that turns out not to be needed
             + w R / (L + life)  E[left at the end of its life]    and what is then thrown away

with E[left at t] = E[(y - D_t)+] and D_t the demand of the next t days (``projection`` says what else counts
as demand).

Holding is charged for one review only, because the next review can order less; but a unit too many
cannot be un-bought, so a share theta of its holding is charged until it is sold, or thrown away. Theta is a
share per week of review: what a unit saves within one review is in proportion to its length, and so has to
be what it is charged (docs/decisions/0008).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecasting.domain import Columns, EndOfLifeTerms, FloatArray, IntArray
from forecasting.policies.expected_cost.excess_share import excess_share
from forecasting.policies.expected_cost.extra_costs import Term, dearer, unserved, waste
from forecasting.policies.expected_cost.order_crossover import CrossoverCost, crossover_cost
from forecasting.policies.expected_cost.projection import after_arrival, before_arrival, gone_share
from forecasting.policies.expected_cost.review_cost import ReviewCost, ShortageShares, expected_cost
from forecasting.policies.situation import Situation
from models.shared.distribution import Distribution, mixture

EXCESS_POINTS, EXCESS_POINTS_OF_A_RISE = 5, 20
"""At so many points the integral over excess stock is evaluated. Who buys ahead of a rising price stocks up
to the day on which holding has cost as much: that day has to be found, not only the sum up to it."""

LONGEST_DAYS = 364.0
"""No order is meant to last for longer. An excess is charged as long, even where ``excess_holding_days``
is less."""


@dataclass(frozen=True)
class CostCurve(Columns):
    """Expected cost of n items as a function of the inventory position after ordering.

    Attributes:
        review: the cost between the two arrivals.
        later: demand until L + R + s days, mixed over s: what is left of it, times ``excess_holding_days``,
            is theta times the integral over s.
        excess_holding_days: theta times the length of the integral, days.
        excess_holding_share: theta itself. Both float64, shape (n,).
        more: what only some of the items cost, at the end.
        crossover: what goods on order cost that a new order overtakes.

    """

    review: ReviewCost
    later: Distribution
    excess_holding_days: FloatArray
    excess_holding_share: FloatArray
    more: tuple[Term, ...] = ()
    crossover: CrossoverCost | None = None

    @property
    def after(self) -> Distribution:
        """Demand until the next order can arrive (D_{L+R})."""
        return self.review.after

    @property
    def review_demand(self) -> FloatArray:
        """float64, shape (n,), units: expected demand between two arrivals (d)."""
        return np.maximum(self.review.after.mean - self.review.before.mean, 0.0)

    def cost(self, position: FloatArray) -> FloatArray:
        """Expected cost, money, of each position. float64, shape (n,) or (n, k) with ascending rows."""
        if position.ndim == 1:
            return self.cost(position[:, None])[:, 0]

        short, left = self._rates
        cost = expected_cost((self.review.before, self.review.after, self.later), short, left, position)

        for term in self.more:
            cost[term.items] += term.cost(position[term.items])
        if self.crossover is not None:
            cost[self.crossover.items] += self.crossover.cost(position[self.crossover.items])
        return cost

    @cached_property
    def _rates(self) -> tuple[FloatArray, FloatArray]:
        """Money per unit of each of the three demands above the position, and below: float64, (n, 3) each."""
        short, left = self.review.rates
        excess = self.review.holding * self.excess_holding_days
        return np.column_stack([short, np.zeros(len(self))]), np.column_stack([left, excess])

    def parts(self, position: FloatArray) -> dict[str, FloatArray]:
        """The same by name, for one position an item: each of ``PARTS``, float64, shape (n,), money."""
        named = self.review.parts(position, self.excess_holding_days * self.later.leftover(position))
        for term in self.more:
            named[term.part][term.items] += term.cost(position[term.items, None])[:, 0]
        if self.crossover is not None:
            for name, amount in self.crossover.parts(position[self.crossover.items]).items():
                named[name][self.crossover.items] += amount
        return named

    @property
    def highest(self) -> FloatArray:
        """float64, shape (n,): a position above which the cost only rises."""
        top = self.review.highest.copy()
        if self.crossover is not None:
            top[self.crossover.items] = np.maximum(top[self.crossover.items], self.crossover.without.highest)
        for term in self.more:
            if np.any(term.short > 0):
                reached = np.where(term.short > 0, term.demand.values[:, -1], 0.0)
                top[term.items] = np.maximum(top[term.items], reached)
        return top


@dataclass(frozen=True)
class _Spans(Columns):
    """Days from the arrival on. Each float64, shape (n,).

    Attributes:
        selling: in which a unit of the order can be sold; inf: it keeps.
        cover: that this order alone decides: the review period, or less where nothing can be sold any more.
        theta: the share of holding charged beyond that.
        charged: for how long it is.
        horizon: the longest that it may be.

    """

    selling: FloatArray
    cover: FloatArray
    theta: FloatArray
    charged: FloatArray
    horizon: float


def cost_curve(situation: Situation, excess_holding_share: float, excess_holding_days: float) -> CostCurve:
    """The curve of each item of ``situation``.

    Args:
        situation: of the n items.
        excess_holding_share: theta where a shortage is to be rare, per week of review (``excess_share``).
        excess_holding_days: how far ahead it is charged at most, days.

    """
    n = len(situation)
    end_of_life = EndOfLifeTerms.none(n) if situation.end_of_life is None else situation.end_of_life
    rise = np.zeros(n) if situation.price_rise is None else situation.price_rise
    wasted = _wasted(situation, end_of_life)
    spans = _spans(situation, end_of_life, wasted, excess_holding_share, excess_holding_days)

    # Demand to serve: until the two arrivals, then at the points of the integral and at the end of a life.
    at, shares = _excess_points(price_rises=bool(np.any(rise > 0)), charged=spans.horizon > 0)
    days = at * spans.charged[:, None]
    until_end = np.where(np.isfinite(spans.selling), spans.selling - spans.cover, 0.0)
    before = before_arrival(situation)
    after = after_arrival(
        situation, before, spans.cover, [*days.T[1:], *([until_end] if len(wasted) else [])]
    )
    more = []
    if len(wasted):
        share = _waste_share(situation, end_of_life, spans)
        more = [waste(end_of_life, wasted, after.pop().take(wasted), share)]

    review = _review_cost(situation, end_of_life, spans.cover, before, after[0])
    return CostCurve(
        review=review,
        later=mixture(after, np.tile(shares, (n, 1))),
        excess_holding_days=spans.theta * spans.charged,
        excess_holding_share=spans.theta,
        more=(*more, *unserved(situation, end_of_life, after[0]), *dearer(rise, after)),
        crossover=crossover_cost(situation, review),
    )


def one_review(situation: Situation) -> ReviewCost:
    """The cost between two arrivals of each item, and nothing of what is left over then."""
    n = len(situation)
    end_of_life = EndOfLifeTerms.none(n) if situation.end_of_life is None else situation.end_of_life
    cover = np.minimum(situation.review_days, _selling_days(situation, end_of_life))
    before = before_arrival(situation)
    after = after_arrival(situation, before, cover, [])[0]
    return _review_cost(situation, end_of_life, cover, before, after)


def _selling_days(situation: Situation, end_of_life: EndOfLifeTerms) -> FloatArray:
    """Days, one at least, in which a unit of an order placed now can be sold; inf: as long as it takes."""
    lead_time_demand = situation.lead_time_demand
    left = lead_time_demand.ends - lead_time_demand.lead_times.mean
    return np.maximum(np.minimum(end_of_life.shelf_days, left), 1.0)


def _wasted(situation: Situation, end_of_life: EndOfLifeTerms) -> IntArray:
    """The items whose units are thrown away at a loss if they are not sold in time."""
    has_an_end = np.isfinite(_selling_days(situation, end_of_life))
    return np.flatnonzero((end_of_life.waste_per_unit > 0) & has_an_end)


def _spans(
    situation: Situation, end_of_life: EndOfLifeTerms, wasted: IntArray, share: float, days: float
) -> _Spans:
    selling = _selling_days(situation, end_of_life)
    cover = np.minimum(situation.review_days, selling)
    theta = excess_share(situation, share)
    if situation.price_rise is not None:
        # Who stocks up before a price rises means to keep it until it is sold: all of its holding counts.
        theta = np.where(situation.price_rise > 0, 1.0, theta)

    horizon = days if theta.any() else 0.0
    charged = np.full(len(situation), horizon)
    # Nothing is held any longer once it is thrown away.
    charged[wasted] = np.minimum(charged, selling - cover)[wasted]
    return _Spans(selling, cover, theta, charged, horizon)


def _waste_share(situation: Situation, end_of_life: EndOfLifeTerms, spans: _Spans) -> FloatArray:
    """The part of a unit's waste that one review bears: float64, shape (n,), 0..1.

    A unit that grows too old has been in the position from its order to its end, for the lead time and its
    life. All reviews of that time counted on it, and only then is its place filled anew: per review it costs
    so much less. (Of a place in the stock, cost over length of stay: Schmidt and Nahmias 1985, "(S-1,S)
    policies for perishable inventory".) At the end of the item nothing is filled anew: all of it counts.
    """
    stays = situation.lead_time_demand.lead_times.mean + spans.selling
    renewed = (end_of_life.shelf_days <= spans.selling) & ~situation.is_last_order
    return np.where(renewed, spans.cover / stays, 1.0)


def _excess_points(*, price_rises: bool, charged: bool) -> tuple[FloatArray, FloatArray]:
    """Where the integral over excess stock is evaluated, as parts of its length, and their shares in it.

    The points of Gauss and Legendre in the square root of time, because most stock is sold soon. The first
    is taken as now: demand until then is known already.
    """
    if not charged:
        return np.zeros(1), np.ones(1)
    count = EXCESS_POINTS_OF_A_RISE if price_rises else EXCESS_POINTS
    points, shares = np.polynomial.legendre.leggauss(count)
    root = (1.0 + points) / 2
    at = root**2
    at[0] = 0.0
    return at, shares * root


def _review_cost(
    situation: Situation,
    end_of_life: EndOfLifeTerms,
    cover: FloatArray,
    before: Distribution,
    after: Distribution,
) -> ReviewCost:
    """The cost between the two arrivals. ``cover``: float64, shape (n,), days from one to the other."""
    costs, per_unit = situation.costs, 1.0 / situation.line_size
    shortage = costs.shortage_per_unit(situation.line_size)
    waiting = np.where(situation.backorder_allowed, costs.waiting_per_unit_day, 0.0)
    staying = 1.0 - end_of_life.cancellation_rate * gone_share(cover, end_of_life.patience_days)

    def share(amount: FloatArray) -> FloatArray:
        return np.divide(amount, shortage, out=np.zeros_like(shortage), where=shortage > 0)

    return ReviewCost(
        before=before,
        after=after,
        shortage=shortage,
        waiting=waiting * staying,
        holding=costs.holding_per_unit_day,
        review_days=cover,
        shares=ShortageShares(
            lost_business=share(costs.lost_business_per_unit),
            goodwill=share(costs.goodwill_per_unit),
            admin=share(costs.admin_per_line * per_unit),
            word_of_mouth=share(costs.word_of_mouth_per_line * per_unit),
        ),
    )
