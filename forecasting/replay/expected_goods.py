"""What a simulated company has on order, and when it expects it: when it really comes nobody knows yet."""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray, OrderCrossover, Receipts
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.stock import overtaken


class ExpectedGoods:
    """Goods on order, by when each is expected, in the order in which they were ordered."""

    def __init__(self, catalogue: Catalogue, coming: Receipts) -> None:
        self._catalogue, self._goods = catalogue, coming

    def add(self, goods: Receipts) -> None:
        """Expect goods on their days."""
        both = (self._goods, goods)
        self._goods = Receipts(
            np.concatenate([each.item for each in both]),
            np.concatenate([each.day for each in both]),
            np.concatenate([each.quantity for each in both]),
        )

    def order(
        self, day: int, item: IntArray, quantity: FloatArray, catalogue: Catalogue | None = None
    ) -> None:
        """Expect an order placed at the close of ``day`` after the mean lead time; forget what was due.

        ``catalogue``: whose lead times count, where the order is of another supplier.
        """
        self._goods = self.all_after(day)
        known = self._catalogue if catalogue is None else catalogue
        lead_days = np.round(known.on(day).lead_times.mean[item]).astype(np.int64)
        self.add(Receipts(item, day + 1 + lead_days, quantity))

    def all_after(self, day: float) -> Receipts:
        """All that is expected after ``day``, by the numbers of the items."""
        goods = self._goods
        later = goods.day > day
        return Receipts(goods.item[later], goods.day[later], goods.quantity[later])

    def after_protection(self, day: int) -> FloatArray:
        """Units that come only after each item's protection interval: float64, shape (n,)."""
        until = day + self._catalogue.on(day).protection_days
        late = self._goods.day > until[self._goods.item]
        units = np.bincount(self._goods.item[late], self._goods.quantity[late], len(until))
        return units.astype(np.float64)

    def crossover(self, day: int, item: IntArray) -> OrderCrossover | None:
        """What an order placed at the close of ``day`` may overtake, of the items under review."""
        catalogue = self._catalogue.on(day)
        later = self.all_after(day + 1 + catalogue.lead_times.days.min(initial=0.0))
        if not len(later.day):
            return None

        place = np.full(len(catalogue), -1, dtype=np.int64)
        place[item] = np.arange(len(item))
        row = place[later.item]
        reviewed = row >= 0
        receipts = Receipts(row[reviewed], later.day[reviewed], later.quantity[reviewed])
        return overtaken(receipts, day, catalogue.lead_times.take(item), catalogue.cover_days[item])
