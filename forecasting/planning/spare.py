"""What one place has too much of, and moves to another before anything is bought there: where that pays.

A unit beyond what a place needs lies there until its demand has come down to it. Moved, it takes the place of
a unit that would be bought; the place that gave it buys one the sooner. So a move of q units saves

    holding, from now on, as long as the giver would have had more without it
    - what the giver runs short of besides
    + the receiver's order line, where nothing is left to buy

and costs what it takes to move goods. ``Offer.loss`` weighs the first two. Of what it promises only a share
is counted on (``COUNTED_ON``): a place is chosen to give because its forecast is low, and such a forecast is
too low more often than too high.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import Columns, FloatArray, IntArray, OrderTerms
from forecasting.planning.transfers import Moves
from forecasting.policies.expected_cost.review_cost import ReviewCost
from models.shared.distribution import Distribution

COUNTED_ON = 0.5
"""Of what the forecasts say that a move saves. On eight made wholesalers a quarter of it came within the
year that was replayed, and moves of which it was less than twice their cost lost money."""

PARTS = np.array([0.25, 0.5, 0.75, 1.0])
"""Of the most that could be moved, that are weighed."""

SLICES = 24
"""Of the time until what is spare is used up, at whose middles its cost is looked at."""


@dataclass(frozen=True)
class Offer(Columns):
    """What places could do with and without, of n items; each float64, shape (n,), but for what is said.

    Attributes:
        on_hand: units on the shelf that are nobody's.
        position: units that a decision counts on.
        keep: the position that a place needs itself, units.
        reorder_point: where the place orders again, units.
        daily: units asked for a day: no less than in the year before.
        review: of n items, what a position costs between two arrivals.
        before: demand until an order placed now can arrive. ``lead_days``: days until then.
        line_cost: money that a purchase line costs.
        transfer_days: days that goods take to the place.
        cost_per_line, cost_per_unit: money, of moving goods to it.
        furthest_days: one number: what nobody asks for in so many days is not held longer.

    """

    on_hand: FloatArray
    position: FloatArray
    keep: FloatArray
    reorder_point: FloatArray
    daily: FloatArray
    review: ReviewCost
    before: Distribution
    lead_days: FloatArray
    line_cost: FloatArray
    transfer_days: FloatArray
    cost_per_line: FloatArray
    cost_per_unit: FloatArray
    furthest_days: float

    @property
    def spare(self) -> FloatArray:
        """float64, shape (n,), whole units: those on the shelf that the place does not need itself."""
        return np.floor(np.maximum(np.minimum(self.on_hand, self.position - self.keep), 0.0) + 1e-9)

    def without(self, units: FloatArray) -> Offer:
        """The same once so many units, float64, shape (n,), are gone."""
        return replace(self, on_hand=self.on_hand - units, position=self.position - units)

    def loss(self, units: FloatArray) -> FloatArray:
        """What giving units away costs the places; less than 0 where it saves: float64, shape (n, k), money.

        Until an order placed now can arrive the shelf alone counts. Then positions fall by the mean demand,
        with and without the units, until both have come to the reorder point, at which each review costs
        what one at it does (``batch_curve``: G(s) = g).

        Args:
            units: float64, shape (n, k), rising.

        """
        given = np.column_stack([np.zeros(len(units)), units])
        shelf = self.on_hand[:, None] - given
        short = self.before.shortage(shelf[:, ::-1])[:, ::-1]
        rate = self.review.shortage + self.review.waiting * self.lead_days / 2
        sooner = rate[:, None] * (short[:, 1:] - short[:, :1])

        daily, point = np.maximum(self.daily, 1e-9), self.reorder_point
        lasts = np.minimum(np.maximum(self.position - point, 0.0) / daily, self.furthest_days)
        passed = lasts[:, None] * (np.arange(SLICES, 0, -1) - 0.5) / SLICES * daily[:, None]
        reviews = lasts / SLICES / np.maximum(self.review.review_days, 1.0)
        cost = [self._at(self.position[:, None] - gone[:, None] - passed).sum(axis=1) for gone in given.T]
        later = reviews[:, None] * (np.stack(cost[1:], axis=1) - cost[0][:, None])
        return np.asarray(sooner + later)

    def _at(self, position: FloatArray) -> FloatArray:
        return self.review.cost(np.maximum(position, self.reorder_point[:, None]))

    def slower(self, units: FloatArray) -> FloatArray:
        """What it costs that moved units come later than bought ones would: float64, shape (n, k), money."""
        late = (self.transfer_days - self.lead_days) / np.maximum(self.review.review_days, 1.0)
        there = np.column_stack([self.position, self.position[:, None] + units])
        short = self.review.after.shortage(there)
        rate = self.review.shortage * np.clip(late, 0.0, 1.0)
        return np.asarray(rate[:, None] * (short[:, :1] - short[:, 1:]))


def spare_moves(wanted: FloatArray, sku: IntArray, offer: Offer, terms: OrderTerms) -> Moves:
    """What is moved instead of bought, where that is cheaper.

    Of each SKU the place that wants most comes first, and gets some from the one whose spare goods would lie
    longest; then the next one, of what is left. Each gets it from one place.

    Args:
        wanted: float64, shape (n,), units that would be bought.
        sku: int64, shape (n,): the SKU of each item.
        offer: of the n items.
        terms: of the n items.

    """
    spare = np.where(wanted > 0, 0.0, offer.spare)
    gives, takes = np.flatnonzero(spare > 0), np.flatnonzero(wanted > 0)
    gives, takes = gives[np.isin(sku[gives], sku[takes])], takes[np.isin(sku[takes], sku[gives])]
    if len(takes) == 0:
        return Moves.none()
    takes = takes[np.lexsort((-wanted[takes], sku[takes]))]
    given, moves = np.zeros(len(wanted)), []
    for taker in _in_turn(takes, sku):
        giver = _longest(gives, (spare - given) / np.maximum(offer.daily, 1e-9), sku)
        giver = giver[np.searchsorted(sku[giver], sku[taker])]
        left = spare[giver] - given[giver]
        without = offer.take(giver).without(given[giver])
        units, saved = _best(without, left, offer.take(taker), wanted[taker], terms.take(taker))
        good = saved > 0
        given[giver[good]] += units[good]
        moves.append((taker[good], giver[good], units[good], saved[good]))
    item, source, units, saved = (np.concatenate(each) for each in zip(*moves, strict=True))
    return Moves(item, source, units, saved, np.ones(len(item), dtype=np.bool_))


def _in_turn(takes: IntArray, sku: IntArray) -> list[IntArray]:
    """The takers, which stand together by SKU, in rounds: in each one of every SKU."""
    begins = np.flatnonzero(np.append(True, np.diff(sku[takes]) != 0))
    turn = np.arange(len(takes)) - np.repeat(begins, np.diff(np.append(begins, len(takes))))
    return [takes[turn == each] for each in range(int(turn.max()) + 1)]


def _longest(gives: IntArray, lasts: FloatArray, sku: IntArray) -> IntArray:
    """Of each SKU the giver whose spare units last longest, by SKU."""
    order = gives[np.lexsort((-lasts[gives], sku[gives]))]
    return order[np.append(True, np.diff(sku[order]) != 0)]


def _best(
    giver: Offer, spare: FloatArray, taker: Offer, wanted: FloatArray, terms: OrderTerms
) -> tuple[FloatArray, FloatArray]:
    """Of each pair the units that save most, and what they save: float64, shape (n,) each; 0: none is to be
    moved.

    Packs stay whole but where all that is wanted comes, and what is left to buy is as its terms allow.
    """
    most = np.minimum(wanted, spare)[:, None] * PARTS
    whole = most >= wanted[:, None] - 1e-9
    units = np.where(whole, wanted[:, None], np.floor(most / terms.pack_size[:, None] + 1e-9))
    units = np.where(whole, units, units * terms.pack_size[:, None])
    rest = wanted[:, None] - units
    allowed = np.stack([terms.at_least(each) for each in rest.T], axis=1) <= rest + 1e-9

    saved = np.where(whole, taker.line_cost[:, None], 0.0) - giver.loss(units) - taker.slower(units)
    saved = COUNTED_ON * saved - taker.cost_per_line[:, None] - taker.cost_per_unit[:, None] * units
    saved = np.where((units > 0) & (whole | allowed), saved, 0.0)
    row, best = np.arange(len(wanted)), np.argmax(saved, axis=1)
    return units[row, best], np.maximum(saved[row, best], 0.0)
