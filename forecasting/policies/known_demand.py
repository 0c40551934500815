"""What customers have ordered ahead, and which share of demand they usually do order so far ahead.

A forecast is of all demand. Where part of it stands on the books already, it must not be counted twice: of a
later day's demand the share S(j) is usually known j days ahead, so that of a stretch of t days the forecast
still expects

    u F_t,   u = 1 - (S(1) + .. + S(t)) / t

beside what is on the books. Also called: advance demand information, netting (consumption) of the forecast by
known orders. Source: Hariharan, Zipkin (1995), Customer-order information, leadtimes, and inventories,
Management Science 41.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import FloatArray, IntArray
from models.shared.distribution import Distribution
from models.shared.thinning import thinned


@dataclass(frozen=True)
class KnownDemand:
    """Orders ahead of n items, as seen at the close of a day.

    Attributes:
        usually: float64, shape (k, h + 1): S(1) + .. + S(t) for t = 0..h, of the items that are ordered
            ahead; further ahead nothing is usually known.
        row: int64, shape (n,): the row of ``usually`` of each item, -1: it is never ordered ahead.
        size: float64, shape (k,), > 0: mean units of an order line of these.
        step: float64, shape (k,), > 0: the units that they are counted in.
        item, ahead: int64, shape (m,): of the lines on the books: whose, and how many days ahead, from 1.
        quantity: float64, shape (m,), units.

    """

    usually: FloatArray
    row: IntArray
    size: FloatArray
    step: FloatArray
    item: IntArray
    ahead: IntArray
    quantity: FloatArray

    def take(self, items: IntArray) -> KnownDemand:
        """The same of some of the items: int64, shape (j,), each once."""
        index = np.full(len(self.row), -1, dtype=np.int64)
        index[items] = np.arange(len(items))
        mine = index[self.item] >= 0
        return replace(
            self,
            row=self.row[items],
            item=index[self.item[mine]],
            ahead=self.ahead[mine],
            quantity=self.quantity[mine],
        )

    def on_the_books(self, after: FloatArray, until: FloatArray) -> FloatArray:
        """Units due to ship later than ``after``, up to ``until`` days ahead: each float64, shape (n,)."""
        due = (self.ahead > after[self.item]) & (self.ahead <= until[self.item])
        return np.bincount(self.item[due], self.quantity[due], len(self.row)).astype(np.float64)

    def further(self, demand: Distribution, begin: FloatArray, end: FloatArray) -> Distribution:
        """What is left to come of the demand between two days ahead, float64, shape (n,): begin <= end."""
        rows = np.flatnonzero((self.row >= 0) & (end > begin))
        if len(rows) == 0:
            return demand
        known = self._known_days(rows, end[rows]) - self._known_days(rows, begin[rows])
        share, size, step = np.ones((3, len(self.row)))
        share[rows] = np.clip(1.0 - known / (end - begin)[rows], 0.0, 1.0)
        size[rows], step[rows] = self.size[self.row[rows]], self.step[self.row[rows]]
        return thinned(demand, share, size, step)

    def _known_days(self, rows: IntArray, days: FloatArray) -> FloatArray:
        """S(1) + .. + S(days) of some items, in proportion within a day."""
        longest = self.usually.shape[1] - 1
        days = np.minimum(days, longest)
        whole = np.floor(days).astype(np.int64)
        below, above = (self.usually[self.row[rows], at] for at in (whole, np.minimum(whole + 1, longest)))
        return below + (days - whole) * (above - below)
