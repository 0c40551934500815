"""What a simulated company has on order, and when it expects it: when it really comes nobody knows yet."""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray, OrderCrossover, Receipts
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.stock import overtaken


class ExpectedGoods:
    """Goods on order, by when each is expected; those of each order together."""

    def __init__(self, catalogue: Catalogue, coming: Receipts) -> None:
        self._catalogue = catalogue
        self._orders: list[tuple[int, Receipts]] = []
        self.add(coming)

    def add(self, goods: Receipts) -> None:
        """Expect goods on their days."""
        if len(goods.day):
            self._orders.append((int(goods.day.max()), goods))

    def order(
        self, day: int, item: IntArray, quantity: FloatArray, catalogue: Catalogue | None = None
    ) -> None:
        """Expect an order placed at the close of ``day`` after the mean lead time; forget what was due.

        ``catalogue``: whose lead times count, where the order is of another supplier.
        """
        self._orders = [entry for entry in self._orders if entry[0] > day]
        known = self._catalogue if catalogue is None else catalogue
        lead_days = np.round(known.on(day).lead_times.mean[item]).astype(np.int64)
        self.add(Receipts(item, day + 1 + lead_days, quantity))

    def all_after(self, day: int) -> Receipts:
        """All that is expected after ``day``, by the numbers of the items."""
        parts = [goods for last, goods in self._orders if last > day]
        if not parts:
            nothing = np.zeros(0, dtype=np.int64)
            return Receipts(nothing, nothing, np.zeros(0))
        item, due, quantity = (
            np.concatenate([getattr(goods, name) for goods in parts]) for name in ("item", "day", "quantity")
        )
        return Receipts(item[due > day], due[due > day], quantity[due > day])

    def after_protection(self, day: int) -> FloatArray:
        """Units that come only after each item's protection interval: float64, shape (n,)."""
        protection = self._catalogue.on(day).protection_days
        units = np.zeros(len(protection))
        soonest = day + protection.min(initial=0.0)
        for last, goods in self._orders:
            if last > soonest:
                late = goods.day > day + protection[goods.item]
                np.add.at(units, goods.item[late], goods.quantity[late])
        return units

    def crossover(self, day: int, item: IntArray) -> OrderCrossover | None:
        """What an order placed at the close of ``day`` may overtake, of the items under review."""
        catalogue = self._catalogue.on(day)
        soonest = day + 1 + catalogue.lead_times.days.min(initial=0.0)
        later = [goods for last, goods in self._orders if last > soonest]
        if not later:
            return None

        place = np.full(len(catalogue), -1, dtype=np.int64)
        place[item] = np.arange(len(item))
        which = np.concatenate([goods.item for goods in later])
        due = np.concatenate([goods.day for goods in later])
        quantity = np.concatenate([goods.quantity for goods in later])
        reviewed = (due > day) & (place[which] >= 0)
        receipts = Receipts(place[which[reviewed]], due[reviewed], quantity[reviewed])
        return overtaken(receipts, day, catalogue.lead_times.take(item), catalogue.cover_days[item])
