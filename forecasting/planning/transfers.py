"""Goods that are moved from place to place: what shops ask of the warehouse, and what one has too much of.

A place that supplies others gives what it has in fair shares: the shops that would run out first get theirs
first, until all last equally long (Eppen and Schrage, 1981, "Centralized ordering policies in a
multi-warehouse system with lead times and random demand"). What one has too much of, ``spare.py`` finds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.domain.columns import Columns

HALVINGS = 50
"""Of the time that shares last, to find it."""


@dataclass(frozen=True)
class Moves(Columns):
    """Goods to be moved; each of shape (k,).

    Attributes:
        item, source: int64, where they go to, and where they come from; of the same SKU.
        quantity: float64, > 0, units.
        saved: float64, money that moving them saves over buying, as far as that can be counted on; 0 of what
            a place is supplied with.
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
