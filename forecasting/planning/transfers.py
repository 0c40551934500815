"""Goods that are moved from place to place: what shops ask of the warehouse, and what one has too much of.

A place that supplies others gives what it has in fair shares: the shops that would run out first get theirs
first, until all last equally long (Eppen and Schrage, 1981, "Centralized ordering policies in a
multi-warehouse system with lead times and random demand"). And before anything is bought, what another place
has and will not need is moved, where that costs less than what it saves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, OrderTerms
from forecasting.domain.columns import Columns

HALVINGS = 50
"""Of the time that shares last, to find it."""


@dataclass(frozen=True)
class Moves(Columns):
    """Goods to be moved; each of shape (k,).

    Attributes:
        item, source: int64, where they go to, and where they come from; of the same SKU.
        quantity: float64, > 0, units.
        saved: float64, money that moving them saves over buying; 0 of what a place is supplied with.
        spare: bool: what the source has too much of; else it is what it has for others.

    """

    item: IntArray
    source: IntArray
    quantity: FloatArray
    saved: FloatArray
    spare: BoolArray

    @classmethod
    def none(cls) -> Moves:
        """Nothing moves."""
        whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(whole, whole, real, real, np.zeros(0, dtype=np.bool_))


@dataclass(frozen=True)
class Offer:
    """What places could do with and without, of n items; each float64, shape (n,).

    Attributes:
        on_hand: units on the shelf that are nobody's.
        position: units that a decision counts on.
        keep: the position that a place needs itself, units.
        daily: units asked for a day.
        holding: money per unit and day.
        line_cost: money that a purchase line costs.
        cost_per_line, cost_per_unit: money, of moving goods to the place.
        furthest_days: what nobody asks for in so many days is not held longer.

    """

    on_hand: FloatArray
    position: FloatArray
    keep: FloatArray
    daily: FloatArray
    holding: FloatArray
    line_cost: FloatArray
    cost_per_line: FloatArray
    cost_per_unit: FloatArray
    furthest_days: float

    @property
    def spare(self) -> FloatArray:
        """float64, shape (n,), whole units: those on the shelf that the place does not need itself."""
        return np.floor(np.maximum(np.minimum(self.on_hand, self.position - self.keep), 0.0) + 1e-9)


def fair_shares(
    wanted: FloatArray, position: FloatArray, daily: FloatArray, source: IntArray, available: FloatArray
) -> FloatArray:
    """What each of k claims gets: float64, shape (k,), units, never more than is wanted.

    Where a source has not enough, its claims are filled up to where all would last equally long.

    Args:
        wanted, position: float64, shape (k,), units; what a claim asks for, and what it has.
        daily: float64, shape (k,), units asked for a day.
        source: int64, shape (k,): the number of each claim's source.
        available: float64, shape (sources,), units.

    """
    asked = np.bincount(source, wanted, len(available))
    short = (asked > available + 1e-9)[source]
    if not short.any():
        return wanted
    rate = np.maximum(daily, 1e-9)
    low, high = np.zeros(len(available)), np.zeros(len(available))
    np.minimum.at(low, source, position / rate)
    np.maximum.at(high, source, (position + wanted) / rate)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        filled = np.clip(middle[source] * rate - position, 0.0, wanted)
        fits = np.bincount(source, filled, len(available)) <= available
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    share = np.clip(low[source] * rate - position, 0.0, wanted)
    return np.where(short, share, wanted)


def whole_packs(
    share: FloatArray, wanted: FloatArray, pack: FloatArray, source: IntArray, available: FloatArray
) -> FloatArray:
    """Shares in whole packs, float64, shape (k,), and what that leaves over given to those cut most.

    Where all that is wanted is there, it is given as it was asked for.
    """
    cut = share < wanted - 1e-9
    packs = np.where(cut, np.floor(share / pack + 1e-9) * pack, wanted)
    left = available - np.bincount(source, packs, len(available))
    order = np.lexsort((-(share - packs), source))
    begins = np.append(True, np.diff(source[order]) != 0)[: len(order)]
    step = np.where(cut & (packs + pack <= wanted + 1e-9), pack, 0.0)[order]
    run = step.cumsum()
    before = (run - step)[begins][np.cumsum(begins) - 1] if len(order) else run
    fits = (run - before <= left[source[order]] + 1e-9) & (step > 0)
    packs[order] += np.where(fits, step, 0.0)
    return packs


def spare_moves(wanted: FloatArray, sku: IntArray, offer: Offer, terms: OrderTerms) -> Moves:
    """What is moved instead of bought, where that is cheaper.

    A unit beyond what a place needs lies there until its demand has come down to it. Moved, it is held no
    more, and a purchase of as much is saved until then: holding over these days, and the line where nothing
    is left to buy. Of each SKU those where it would lie longest give to those who want most; each gets it
    from one place.

    Args:
        wanted: float64, shape (n,), units that would be bought.
        sku: int64, shape (n,): the SKU of each item.
        offer: of the n items.
        terms: of the n items.

    """
    spare = np.where(wanted > 0, 0.0, offer.spare)
    able = np.bincount(sku, spare) > 0
    gives = np.flatnonzero((spare > 0) & (np.bincount(sku, wanted, len(able)) > 0)[sku])
    takes = np.flatnonzero((wanted > 0) & able[sku])
    if len(gives) == 0 or len(takes) == 0:
        return Moves.none()
    lasts = spare / np.maximum(offer.daily, 1e-9)
    gives = gives[np.lexsort((-lasts[gives], sku[gives]))]
    takes = takes[np.lexsort((-wanted[takes], sku[takes]))]
    item, source, units = _largest(*_matched(takes, wanted[takes], gives, spare[gives], sku))
    units = np.where(units < wanted[item] - 1e-9, _packs_of(units, terms.pack_size[item]), units)

    # The units moved are those that would lie longest: the topmost of what is spare.
    daily, cap = np.maximum(offer.daily[source], 1e-9), offer.furthest_days
    top = offer.spare[source]
    lies = _days_lying(top, daily, cap) - _days_lying(top - units, daily, cap)
    whole = units >= wanted[item] - 1e-9
    saved = offer.holding[source] * lies + np.where(whole, offer.line_cost[item], 0.0)
    saved -= offer.cost_per_line[item] + offer.cost_per_unit[item] * units
    good = (units > 0) & (saved > 0)
    return Moves(item[good], source[good], units[good], saved[good], np.ones(int(good.sum()), dtype=np.bool_))


def _matched(
    takes: IntArray, wanted: FloatArray, gives: IntArray, spare: FloatArray, sku: IntArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Who gets how much from whom: of each SKU both are laid side by side, and each overlap is a move."""
    end_taken, end_given = _ends(wanted, sku[takes]), _ends(spare, sku[gives])
    item, source, units = [], [], []
    first = np.searchsorted(sku[gives], sku[takes])
    last = np.searchsorted(sku[gives], sku[takes], side="right")
    reach = int((last - first).max(initial=0))
    for step in range(reach):
        inside = np.flatnonzero(first + step < last)
        giver = first[inside] + step
        low = np.maximum(end_taken[inside] - wanted[inside], end_given[giver] - spare[giver])
        overlap = np.minimum(end_taken[inside], end_given[giver]) - low
        some = overlap > 1e-9
        item.append(takes[inside[some]])
        source.append(gives[giver[some]])
        units.append(overlap[some])
    return np.concatenate(item), np.concatenate(source), np.concatenate(units)


def _largest(item: IntArray, source: IntArray, units: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Of each item the move that brings most."""
    order = np.lexsort((source, -units, item))
    order = order[np.append(True, np.diff(item[order]) != 0)[: len(order)]]
    return item[order], source[order], units[order]


def _ends(units: FloatArray, sku: IntArray) -> FloatArray:
    """Running totals within each SKU; rows of one stand together."""
    begins = np.append(True, np.diff(sku) != 0)
    total = units.cumsum()
    return np.asarray(total - (total - units)[begins][np.cumsum(begins) - 1])


def _packs_of(units: FloatArray, pack: FloatArray) -> FloatArray:
    return np.floor(units / pack + 1e-9) * pack


def _days_lying(units: FloatArray, daily: FloatArray, furthest: float) -> FloatArray:
    """Unit-days until demand has used up so many units, those beyond ``furthest`` days held until then."""
    used = np.minimum(units, furthest * daily)
    return used**2 / (2 * daily) + (units - used) * furthest
