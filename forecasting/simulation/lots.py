"""Lots: goods that can be sold until a day, the first to expire leaving first (FEFO).

Which lot a unit was of does not change what a day ships. So the shelf goes through each day as any other,
and at its close what has left is taken off the lots, earliest first; what expires on that day, and is still
there, is then written off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.simulation.state import TOLERANCE

KEEPS = np.iinfo(np.int64).max
"""The day on which goods expire that keep."""


@dataclass(frozen=True)
class Lots:
    """What n items' goods expire on.

    Attributes:
        item, expires: int64, shape (k,): the lots at the opening, and the last day on which each can be sold.
        units: float64, shape (k,), >= 0.
        shelf_days: float64, shape (n,), >= 1: days on which goods can be sold from their arrival on; inf:
            they keep.

    """

    item: IntArray
    expires: IntArray
    units: FloatArray
    shelf_days: FloatArray

    def __post_init__(self) -> None:
        if not (len(self.item) == len(self.expires) == len(self.units)):
            raise ValueError("item, expires and units of lots differ in length")
        if np.any(self.units < 0) or not np.all(np.isfinite(self.units)):
            raise ValueError("units of lots must be finite and >= 0")
        if np.any(self.shelf_days < 1):
            raise ValueError("shelf_days must be 1 or more")


class Shelves:
    """The lots of one ledger from day to day.

    Attributes:
        perish: bool, shape (n,): items with goods that expire.

    """

    def __init__(self, lots: Lots, opening: FloatArray, first_day: int) -> None:
        n = len(opening)
        self.perish = np.isfinite(lots.shelf_days) | (np.bincount(lots.item, minlength=n) > 0)
        self._shelf_days = lots.shelf_days
        # What no lot tells of was fresh at the opening.
        rest = np.where(self.perish, opening - np.bincount(lots.item, lots.units, n), 0.0)
        more = np.flatnonzero(rest > TOLERANCE)
        self._item = np.concatenate([lots.item, more])
        self._expires = np.concatenate([lots.expires, self._until(more, first_day)])
        self._units = np.concatenate([lots.units, rest[more]])
        self._coming: list[tuple[IntArray, IntArray, FloatArray]] = []
        self._sort()
        # Of lots counted earlier, some has left since.
        self._issue(opening)

    def _sort(self) -> None:
        """Put the lots of each item into the order in which they expire."""
        order = np.lexsort((self._expires, self._item))
        self._item, self._expires, self._units = self._item[order], self._expires[order], self._units[order]

    def _until(self, item: IntArray, day: int | IntArray) -> IntArray:
        """The last day on which goods of these items can be sold that can be from ``day`` on."""
        days = self._shelf_days[item]
        keeps = ~np.isfinite(days)
        last = day + np.floor(np.where(keeps, 1.0, days)).astype(np.int64) - 1
        return np.where(keeps, KEEPS, last)

    def expect(self, item: IntArray, day: IntArray, quantity: FloatArray) -> None:
        """Goods that come on these days."""
        mine = self.perish[item] & (quantity > 0)
        if mine.any():
            self._coming.append((item[mine], day[mine], quantity[mine]))

    def close(self, day: int, on_hand: FloatArray) -> tuple[IntArray, FloatArray]:
        """What expires on ``day`` unsold: the items, int64, shape (k,), each once, and their units, float64.

        ``on_hand``: float64, shape (n,), units at the close of the day.
        """
        self._take_in(day)
        self._issue(on_hand)
        gone = self._expires <= day
        units = np.bincount(self._item[gone], self._units[gone], len(on_hand))
        keep = ~gone & (self._units > 0)
        self._item, self._expires, self._units = self._item[keep], self._expires[keep], self._units[keep]
        item = np.flatnonzero(units > TOLERANCE)
        return item.astype(np.int64), units[item].astype(np.float64)

    def _take_in(self, day: int) -> None:
        """Put what has come by ``day`` among the lots, in the order in which they expire."""
        some = False
        later = []
        for item, comes, quantity in self._coming:
            now = comes <= day
            if now.any():
                some = True
                self._item = np.concatenate([self._item, item[now]])
                self._expires = np.concatenate([self._expires, self._until(item[now], comes[now])])
                self._units = np.concatenate([self._units, quantity[now]])
            if not now.all():
                later.append((item[~now], comes[~now], quantity[~now]))
        self._coming = later
        if some:
            self._sort()

    def _issue(self, on_hand: FloatArray) -> None:
        """Take off what has left: of each item the lots that expire first."""
        total = _running(self._item, self._units)
        left = np.bincount(self._item, self._units, len(on_hand)) - on_hand
        still = np.clip(total - left[self._item], 0.0, self._units)
        self._units = np.where(still > TOLERANCE, still, 0.0)

    def expiring(self, day: int, until: FloatArray, daily: FloatArray) -> FloatArray:
        """Units that are likely to expire unsold by a day: float64, shape (n,), whole units.

        Of all that expires by a day, what is not asked for by then; the worst of these days counts.

        Args:
            day: the last day closed.
            until, daily: float64, shape (n,): the day, and units that are asked for a day.

        """
        lost = np.zeros(len(until))
        soon = self._expires <= until[self._item]
        item, days = self._item[soon], (self._expires[soon] - day).astype(np.float64)
        left = _running(self._item, self._units)[soon] - daily[item] * days
        np.maximum.at(lost, item, left)
        return np.asarray(np.floor(np.maximum(lost, 0.0) + TOLERANCE))


def _running(item: IntArray, units: FloatArray) -> FloatArray:
    """Running totals within each item; rows of one stand together."""
    if len(item) == 0:
        return units
    begins = np.append(True, np.diff(item) != 0)
    total = units.cumsum()
    return np.asarray(total - (total - units)[begins][np.cumsum(begins) - 1])
