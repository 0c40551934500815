"""How likely an item runs out, and by how much: looked at before each arrival, not at the end alone.

Goods that come later help nobody who asks before. So stock is held against demand at the close of the day
before each arrival of what is on order, before an order placed now can arrive, and at the end of the
protection interval; what counts is the worst of these times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.inputs.open_orders import OpenOrders
from forecasting.planning.advice import Advice
from models.shared.distribution import Distribution

ARRIVALS = 4
"""Arrivals of an item that are looked at one by one; later ones count with the last of them."""


@dataclass(frozen=True)
class Shortage:
    """Of n items, without an order and with the one recommended; each float64, shape (n,).

    Attributes:
        risk: the probability that stock runs out before an order placed now can arrive.
        risk_if_ordered: that it runs out from then on until the next order can, with the order.
        units: units short at the worst time of the protection interval, expected.
        units_if_ordered: the same from the arrival of the order on, with it.

    """

    risk: FloatArray
    risk_if_ordered: FloatArray
    units: FloatArray
    units_if_ordered: FloatArray


def shortage(advice: Advice) -> Shortage:
    """Hold stock against demand before each arrival."""
    situation, quantity = advice.situation, advice.decision.quantity + advice.beside
    lead = np.floor(situation.lead_time_demand.lead_times.mean)
    arrivals = Arrivals.of(advice.standing.orders, len(situation), situation.as_of, situation.protection_days)

    # What is there before anything comes; the position counts all that comes within the interval.
    at_first = situation.position - arrivals.units.sum(axis=1)
    before = situation.lead_time_demand.over_lead_time(np.zeros(len(situation)))
    by_order = at_first + arrivals.come_by(lead)
    end = advice.curve.after

    risk, units = 1.0 - before.cdf(by_order), _short(before, by_order)
    ordered = situation.position + quantity
    risk_if, units_if = 1.0 - end.cdf(ordered), _short(end, ordered)
    units = np.maximum(units, _short(end, situation.position))

    asked = situation.lead_time_demand.over_each(list(arrivals.days_before.T)) if arrivals.any else []
    for column, demand in enumerate(asked):
        there, days = at_first + arrivals.units[:, :column].sum(axis=1), arrivals.days_before[:, column]
        comes = arrivals.units[:, column] > 0
        early, late = comes & (days <= lead), comes & (days > lead)

        # Without the order this counts at any time; with it only from its arrival on.
        units = np.where(comes, np.maximum(units, _short(demand, there)), units)
        risk = np.where(early, np.maximum(risk, 1.0 - demand.cdf(there)), risk)
        risk_if = np.where(late, np.maximum(risk_if, 1.0 - demand.cdf(there + quantity)), risk_if)
        units_if = np.where(late, np.maximum(units_if, _short(demand, there + quantity)), units_if)
    return Shortage(risk, risk_if, np.maximum(units, units_if), units_if)


def risks(advice: Advice, quantity: FloatArray) -> FloatArray:
    """How likely stock runs out with other quantities ordered, as ``Shortage.risk_if_ordered`` says of the
    recommended one.

    Args:
        advice: what the plan worked out, of n items.
        quantity: float64, shape (n, k), units.

    Returns:
        float64, shape (n, k): never rising where the quantity rises.

    """
    situation = advice.situation
    lead = np.floor(situation.lead_time_demand.lead_times.mean)
    arrivals = Arrivals.of(advice.standing.orders, len(situation), situation.as_of, situation.protection_days)
    at_first = situation.position - arrivals.units.sum(axis=1)
    asked = situation.lead_time_demand.over_each(list(arrivals.days_before.T)) if arrivals.any else []

    found = 1.0 - advice.curve.after.cdf(situation.position[:, None] + quantity)
    for column, demand in enumerate(asked):
        there, days = at_first + arrivals.units[:, :column].sum(axis=1), arrivals.days_before[:, column]
        late = (arrivals.units[:, column] > 0) & (days > lead)
        before = 1.0 - demand.cdf(there[:, None] + quantity)
        found = np.where(late[:, None], np.maximum(found, before), found)
    return np.asarray(found)


@dataclass(frozen=True)
class Arrivals:
    """When what is on order is expected, of n items.

    Attributes:
        days_before: float64, shape (n, k), days from now to the close of the day before each arrival, rising.
        units: float64, shape (n, k), units that can be counted on, 0 where nothing comes.

    """

    days_before: FloatArray
    units: FloatArray

    @classmethod
    def of(cls, orders: OpenOrders, items: int, as_of: int, protection_days: FloatArray) -> Arrivals:
        """Of what is on order, that which can be counted on within the protection interval."""
        counted = orders.counted_on(as_of + protection_days[orders.item])
        day = np.minimum(orders.arrival(0.5), as_of + np.floor(protection_days[orders.item]).astype(np.int64))
        row = np.flatnonzero(counted > 0)
        row = row[np.lexsort((day[row], orders.item[row]))]
        item, day, counted = orders.item[row], np.maximum(day[row], as_of + 1), counted[row]

        new = np.append(True, (item[1:] != item[:-1]) | (day[1:] != day[:-1]))[: len(item)]
        column = np.minimum(_within(item, np.cumsum(new)), ARRIVALS - 1)
        width = int(column.max(initial=-1)) + 1
        days_before, units = np.zeros((items, width)), np.zeros((items, width))
        np.maximum.at(days_before, (item, column), (day - as_of - 1).astype(np.float64))
        np.add.at(units, (item, column), counted)
        return cls(days_before, units)

    @property
    def any(self) -> bool:
        """Whether anything comes."""
        return self.units.size > 0

    def come_by(self, days: FloatArray) -> FloatArray:
        """float64, shape (n,): units that are there for the demand of the first ``days`` days."""
        return np.where(self.days_before < days[:, None], self.units, 0.0).sum(axis=1)


def _within(item: IntArray, group: IntArray) -> IntArray:
    """The number of each row's group among those of its item, from 0; rows ordered by item, then group."""
    if len(item) == 0:
        return item
    begins = np.append(True, item[1:] != item[:-1])
    first = group[begins][np.cumsum(begins) - 1]
    return np.asarray(group - first)


def _short(demand: Distribution, there: FloatArray) -> FloatArray:
    return np.asarray(demand.shortage(there))
