"""The expected cost of every inventory position: what each decision is weighed with.

An order placed now can arrive after the lead time L, and the next one a review period R later. So a
position ``y`` (what there is, plus what is ordered now) decides what happens in the R days between:

    cost(y) =  p  (E[short by L+R] - E[short by L])            units that fall short in between, once
             + b  ((R-1)/2 E[short by L] + (R+1)/2 E[short by L+R])   backlog, at each close
             + h  ((R-1)/2 E[left at L] + (R+1)/2 E[left at L+R])     stock, at each close
             + theta h  integral over s of E[left at L+R+s]    stock that turns out not to be needed
             + w  E[left at the end of its life]               and what is then thrown away

with E[short by t] = E[(D_t - y)+], E[left at t] = E[(y - D_t)+] and D_t the demand of the next t days
(``projection`` says what else counts as demand). Days are counted at their closes: the R closes between two
arrivals are the line through the two ends, summed over the days L+1 .. L+R.

Holding is charged for one review only, because the next review can order less; but a unit too many
cannot be un-bought, so a share theta of its holding is charged until it is sold, or thrown away. Theta is a
share per week of review: what a unit saves within one review is in proportion to its length, and so has to
be what it is charged (docs/decisions/0008).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, EndOfLifeTerms, FloatArray, IntArray
from forecasting.policies.expected_cost.kernels import expected
from forecasting.policies.expected_cost.order_crossover import CrossoverCost, crossover_cost
from forecasting.policies.expected_cost.projection import after_arrival, before_arrival, gone_share
from forecasting.policies.situation import Situation
from models.shared.compile import over_items
from models.shared.distribution import WEIGHTS, Distribution, mixture

UNSOLD_POINTS, UNSOLD_POINTS_OF_A_RISE = 5, 20
"""At so many points the integral over unsold stock is evaluated. Who buys ahead of a rising price stocks up
to the day on which holding has cost as much: that day has to be found, not only the sum up to it."""

LONGEST_DAYS = 364.0
"""No order is meant to last for longer. An excess is charged as long, even where ``excess_holding_days``
is less."""

WEEK = 7.0
"""Days of the review that theta is given for."""

PARTS = ("holding", "lost_business", "goodwill", "admin", "word_of_mouth", "ordering", "waste")
"""What an expected cost is the sum of."""


@dataclass(frozen=True)
class Term:
    """One more cost of some of the items.

    Attributes:
        part: which of ``PARTS`` it is.
        items: int64, shape (m,): their numbers.
        demand: of these m items.
        short, left: float64, shape (m,): money per unit of demand above the position, and of it below.

    """

    part: str
    items: IntArray
    demand: Distribution
    short: FloatArray
    left: FloatArray

    def at(self, place: IntArray) -> Term:
        """The same where its items have other numbers: ``place[item]``; those at -1 are left out."""
        rows = np.flatnonzero(place[self.items] >= 0)
        demand = self.demand.take(rows)
        return Term(self.part, place[self.items[rows]], demand, self.short[rows], self.left[rows])

    def cost(self, y: FloatArray) -> FloatArray:
        """Money: float64, shape (m, k), at the positions ``y`` of its items, rows ascending."""
        return _expected((self.demand,), self.short[:, None], self.left[:, None], y)


@dataclass(frozen=True)
class CostCurve:
    """Expected cost of n items as a function of the inventory position after ordering.

    Attributes:
        before: demand until an order placed now can arrive (D_L), or what stock it takes.
        after: demand until the next one can (D_{L+R}).
        later: demand until L + R + s days, mixed over s: what is left of it, times ``excess_holding_days``,
            is theta times the integral over s.
        excess_holding_days: theta times the length of the integral, days.
        excess_holding_share: theta itself.
        shortage: p, money per unit; ``waiting``: b, per unit and day; ``holding``: h, per unit and day.
        review_days: R. Each of the last six float64, shape (n,).
        shares: for lost business, goodwill, admin and word of mouth: its share in p, shape (n,).
        more: what only some of the items cost, at the end.
        late: what goods on order cost that a new order overtakes.

    """

    before: Distribution
    after: Distribution
    later: Distribution
    excess_holding_days: FloatArray
    excess_holding_share: FloatArray
    shortage: FloatArray
    waiting: FloatArray
    holding: FloatArray
    review_days: FloatArray
    shares: dict[str, FloatArray]
    more: tuple[Term, ...] = ()
    late: CrossoverCost | None = None

    def cost(self, position: FloatArray) -> FloatArray:
        """Expected cost, money, of each position. float64, shape (n,) or (n, k) with ascending rows."""
        flat = position.ndim == 1
        y = position[:, None] if flat else position
        first, last = self._closes
        p, b, h = self.shortage, self.waiting, self.holding
        short = np.stack([b * first - p, b * last + p, np.zeros(len(p))], axis=1)
        left = np.stack([h * first, h * last, h * self.excess_holding_days], axis=1)
        cost = _expected((self.before, self.after, self.later), short, left, y)
        for term in self.more:
            cost[term.items] += term.cost(y[term.items])
        if self.late is not None:
            cost[self.late.items] += self.late.cost(y[self.late.items])
        return cost[:, 0] if flat else cost

    def parts(self, position: FloatArray) -> dict[str, FloatArray]:
        """The same by name, for one position an item: each of ``PARTS``, float64, shape (n,), money."""
        first, last = self._closes
        short = self.before.shortage(position), self.after.shortage(position)
        left = self.before.leftover(position), self.after.leftover(position)
        once = self.shortage * (short[1] - short[0])
        unsold = self.excess_holding_days * self.later.leftover(position)
        named = {name: np.zeros(len(position)) for name in PARTS}
        named |= {name: share * once for name, share in self.shares.items()}
        named["goodwill"] = named["goodwill"] + self.waiting * (first * short[0] + last * short[1])
        named["holding"] = self.holding * (first * left[0] + last * left[1] + unsold)
        for term in self.more:
            named[term.part][term.items] += term.cost(position[term.items, None])[:, 0]
        if self.late is not None:
            for name, amount in self.late.parts(position[self.late.items]).items():
                named[name][self.late.items] += amount
        return named

    def of(self, items: IntArray) -> CostCurve:
        """That of the given items between the two arrivals alone: nothing unsold, nothing at the end."""
        return CostCurve(
            before=self.before.take(items),
            after=self.after.take(items),
            later=self.after.take(items),
            excess_holding_days=np.zeros(len(items)),
            excess_holding_share=np.zeros(len(items)),
            shortage=self.shortage[items],
            waiting=self.waiting[items],
            holding=self.holding[items],
            review_days=self.review_days[items],
            shares={name: share[items] for name, share in self.shares.items()},
        )

    def take(self, items: IntArray) -> CostCurve:
        """All that is there of the given items."""
        place = np.full(len(self.shortage), -1, dtype=np.int64)
        place[items] = np.arange(len(items))
        return replace(
            self.of(items),
            later=self.later.take(items),
            excess_holding_days=self.excess_holding_days[items],
            excess_holding_share=self.excess_holding_share[items],
            more=tuple(term.at(place) for term in self.more),
            late=None if self.late is None else self.late.at(place),
        )

    @property
    def _closes(self) -> tuple[FloatArray, FloatArray]:
        """How many closes each end of the interval stands for: float64, shape (n,) each."""
        days = self.review_days
        return np.maximum(days - 1.0, 0.0) / 2, np.where(days > 0, (days + 1.0) / 2, 0.0)

    @property
    def highest(self) -> FloatArray:
        """float64, shape (n,): a position above which the cost only rises."""
        top = np.maximum(self.after.values[:, -1], self.before.values[:, -1])
        if self.late is not None:
            top[self.late.items] = np.maximum(top[self.late.items], self.late.without.highest)
        for term in self.more:
            if np.any(term.short > 0):
                reached = np.where(term.short > 0, term.demand.values[:, -1], 0.0)
                top[term.items] = np.maximum(top[term.items], reached)
        return top


def cost_curve(situation: Situation, excess_holding_share: float, excess_holding_days: float) -> CostCurve:
    """The curve of each item of ``situation``; theta = ``excess_holding_share`` per week of review."""
    endings = situation.end_of_life or EndOfLifeTerms.none(len(situation))
    lead_days, ends = situation.lead_time_demand.lead_times.mean, situation.lead_time_demand.ends
    selling = np.maximum(np.minimum(endings.shelf_days, ends - lead_days), 1.0)
    cover = np.minimum(situation.review_days, selling)
    rise = np.zeros(len(situation)) if situation.price_rise is None else situation.price_rise
    # Who stocks up before a price rises means to keep it until it is sold: all of its holding counts.
    theta = np.minimum(excess_holding_share * situation.review_days / WEEK, 1.0)
    theta = np.where(rise > 0, 1.0, theta)
    horizon = excess_holding_days if theta.any() else 0.0
    wasted = np.flatnonzero((endings.waste_per_unit > 0) & np.isfinite(selling))
    # Nothing is held any longer once it is thrown away.
    length = np.full(len(situation), horizon)
    length[wasted] = np.minimum(length, selling - cover)[wasted]
    at, shares = _unsold_points(bool(np.any(rise > 0))) if horizon > 0 else (np.zeros(1), np.ones(1))
    days = at * length[:, None]
    until_end = [np.where(np.isfinite(selling), selling - cover, 0.0)] if len(wasted) else []
    before = before_arrival(situation)
    after = after_arrival(situation, before, cover, [*days.T[1:], *until_end])
    sold_by_end = after.pop().take(wasted) if until_end else None
    more = [] if sold_by_end is None else [_waste(endings, wasted, sold_by_end)]
    costs, per_unit = situation.costs, 1.0 / situation.line_size
    shortage = costs.shortage_per_unit(situation.line_size)
    waiting = np.where(situation.backorder_allowed, costs.waiting_per_unit_day, 0.0)
    staying = 1.0 - endings.cancellation_rate * gone_share(cover, endings.patience_days)
    curve = CostCurve(
        before=before,
        after=after[0],
        later=mixture(after, np.tile(shares, (len(situation), 1))),
        excess_holding_days=theta * length,
        excess_holding_share=theta,
        shortage=shortage,
        waiting=waiting * staying,
        holding=costs.holding_per_unit_day,
        review_days=cover,
        shares={
            name: np.divide(amount, shortage, out=np.zeros_like(shortage), where=shortage > 0)
            for name, amount in (
                ("lost_business", costs.lost_business_per_unit),
                ("goodwill", costs.goodwill_per_unit),
                ("admin", costs.admin_per_line * per_unit),
                ("word_of_mouth", costs.word_of_mouth_per_line * per_unit),
            )
        },
        more=(*more, *_stranded(situation, endings, after[0]), *_dearer(rise, after)),
    )
    return replace(curve, late=crossover_cost(situation, curve))


def _waste(endings: EndOfLifeTerms, items: IntArray, sold: Distribution) -> Term:
    """What is thrown away at the end of a shelf life, or of the item."""
    return Term("waste", items, sold, np.zeros(len(items)), endings.waste_per_unit[items])


def _stranded(situation: Situation, endings: EndOfLifeTerms, after: Distribution) -> list[Term]:
    """What no order can serve any longer: those who would have waited are lost as well."""
    items = np.flatnonzero(is_last_order(situation) & (endings.unserved_backorder_cost > 0))
    if len(items) == 0:
        return []
    rate = endings.unserved_backorder_cost[items]
    return [Term("lost_business", items, after.take(items), rate, np.zeros(len(items)))]


def is_last_order(situation: Situation) -> BoolArray:
    """bool, shape (n,): whether an order placed at the next review would arrive after the item's end."""
    lead_time_demand = situation.lead_time_demand
    return np.isfinite(lead_time_demand.ends) & (
        lead_time_demand.ends < situation.review_days + np.floor(lead_time_demand.lead_times.mean) + 1
    )


def _dearer(rise: FloatArray, after: list[Distribution]) -> list[Term]:
    """What units cost more that are bought later (or cost less, and are bought now all the same)."""
    terms = []
    rising, falling = np.flatnonzero(rise > 0), np.flatnonzero(rise < 0)
    if len(rising):
        far = after[-1].take(rising)
        terms.append(Term("ordering", rising, far, rise[rising], np.zeros(len(rising))))
    if len(falling):
        soon = after[0].take(falling)
        terms.append(Term("ordering", falling, soon, np.zeros(len(falling)), -rise[falling]))
    return terms


def _unsold_points(price_rises: bool) -> tuple[FloatArray, FloatArray]:
    """Where the integral over unsold stock is evaluated, as parts of its length, and their shares in it.

    The points of Gauss and Legendre in the square root of time, because most stock is sold soon. The first
    is taken as now: demand until then is known already.
    """
    points, shares = np.polynomial.legendre.leggauss(
        UNSOLD_POINTS_OF_A_RISE if price_rises else UNSOLD_POINTS
    )
    root = (1.0 + points) / 2
    at = root**2
    at[0] = 0.0
    return at, shares * root


def _expected(
    demands: tuple[Distribution, ...], short: FloatArray, left: FloatArray, y: FloatArray
) -> FloatArray:
    """Sum over demands of ``short`` E[(D - y)+] + ``left`` E[(y - D)+]: float64, shape of ``y``."""
    points = np.ascontiguousarray(y, dtype=np.float64)
    out = np.empty_like(points)
    values = tuple(np.ascontiguousarray(demand.values) for demand in demands)
    over_items(expected, len(points), values, WEIGHTS, short, left, points, out)
    return out
