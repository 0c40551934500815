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

    def order(self, day: int, item: IntArray, quantity: FloatArray) -> None:
        """Expect an order placed at the close of ``day`` after the mean lead time; forget what was due."""
        self._orders = [entry for entry in self._orders if entry[0] > day]
        lead_days = np.round(self._catalogue.lead_times.mean[item]).astype(np.int64)
        self.add(Receipts(item, day + 1 + lead_days, quantity))

    def after_protection(self, day: int) -> FloatArray:
        """Units that come only after each item's protection interval: float64, shape (n,)."""
        protection = self._catalogue.protection_days
        units = np.zeros(len(protection))
        soonest = day + protection.min(initial=0.0)
        for last, goods in self._orders:
            if last > soonest:
                late = goods.day > day + protection[goods.item]
                np.add.at(units, goods.item[late], goods.quantity[late])
        return units

    def crossover(self, day: int, item: IntArray) -> OrderCrossover | None:
        """What an order placed at the close of ``day`` may overtake, of the items under review."""
        catalogue = self._catalogue
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
        return overtaken(receipts, day, catalogue.lead_times.take(item), catalogue.review_days[item])
