"""What a policy's purchases cost beside the goods: orders, lines and freight, and what is written off."""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.dependent import transfer_costs
from forecasting.policies.order_together import charges
from forecasting.replay.scenario import Scenario
from forecasting.simulation.ledger import Ledger


class Purchases:
    """Counts what was bought, by item and period. Warm-up purchases count for nothing."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        catalogue = scenario.observer.catalogue
        shape = (len(catalogue), len(scenario.period_edges) - 1)
        self.units, self.cost = np.zeros(shape), np.zeros(shape)
        self.orders = np.zeros(shape[1])

    def add(self, day: int, item: IntArray, quantity: FloatArray, catalogue: Catalogue | None = None) -> None:
        """Orders placed at the close of ``day``: one to each supplier, one line an item.

        ``catalogue``: at whose suppliers and terms, where not at those that items are bought from.
        """
        catalogue = self.scenario.observer.catalogue if catalogue is None else catalogue
        price = catalogue.terms.take(item).price(quantity)
        freight = _freight(catalogue, item, price * quantity)
        counted = day + 1 >= self.scenario.count_from[item]
        item, quantity, price = item[counted], quantity[counted], price[counted]
        if len(item) == 0:
            return
        period = int(np.searchsorted(self.scenario.period_edges, day + 1, side="right") - 1)
        supplier = catalogue.supplier[item]
        lines = np.bincount(supplier, minlength=len(catalogue.suppliers.name))
        self.orders[period] += np.count_nonzero(lines)
        self.units[item, period] += quantity
        share = (catalogue.suppliers.terms.order_cost + freight)[supplier] / lines[supplier]
        usual = catalogue if self.scenario.usual is None else self.scenario.usual
        cheaper = quantity * (usual.terms.unit_cost[item] - price)
        self.cost[item, period] += share + catalogue.costs.line_cost[item] - cheaper

    def move(self, day: int, item: IntArray, quantity: FloatArray) -> None:
        """Goods that are moved to these items' places from others, at the close of ``day``; items repeat."""
        observer = self.scenario.observer
        line, unit = transfer_costs(observer.records.places, observer.config)
        counted = day + 1 >= self.scenario.count_from[item]
        item, quantity = item[counted], quantity[counted]
        period = int(np.searchsorted(self.scenario.period_edges, day + 1, side="right") - 1)
        np.add.at(self.cost, (item, np.full(len(item), period)), line[item] + unit[item] * quantity)


def _freight(catalogue: Catalogue, item: IntArray, worth: FloatArray) -> FloatArray:
    """float64, shape (suppliers,), money: of the orders that are worth less than comes free of it.

    ``worth``: float64, shape of ``item``, money: of each line.
    """
    money = np.bincount(catalogue.supplier[item], worth, len(catalogue.suppliers.name)).astype(np.float64)
    return charges(catalogue.suppliers.terms, money > 0, money)[0]


class Waste:
    """Writes off, at the close of an item's last day, what is then left of it."""

    def __init__(self, scenario: Scenario) -> None:
        catalogue = scenario.observer.catalogue
        self._edges, self._per_unit = scenario.period_edges, catalogue.end_of_life.waste_per_unit
        self._endings = endings(scenario)
        self.cost = np.zeros((len(catalogue), len(scenario.period_edges) - 1))

    def advance(self, ledger: Ledger, day: int) -> None:
        """Advance the ledger to the close of ``day``, by way of the days on which items end."""
        while self._endings and self._endings[0][0] <= day:
            last, item = self._endings.pop(0)
            ledger.advance(last)
            period = int(np.searchsorted(self._edges, last, side="right") - 1)
            self.cost[item, period] = ledger.stock.on_hand[item] * self._per_unit[item]
        ledger.advance(day)


def endings(scenario: Scenario) -> list[tuple[int, IntArray]]:
    """The counted days on which items end, ascending, each with the items."""
    ends_on = scenario.observer.catalogue.ends_on
    counted = (ends_on >= scenario.count_from) & (ends_on <= scenario.last_day)
    return [(int(day), np.flatnonzero(counted & (ends_on == day))) for day in np.unique(ends_on[counted])]
