"""How many more units of an item pay, and what they avoid: the company's own orders, with more stock.

A replay sees shortages that the records do not have: stock reckoned from movements may really have been more.
So what is said to be avoided is never more than the records say there was: of what the replay shows it is the
same share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.persistent_backorders.causes import short_units
from forecasting.persistent_backorders.past import Past
from forecasting.planning.persistent import Evidence
from forecasting.replay.measures import costs_of
from forecasting.simulation.flows import Flows

PARTS = (0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 1.0, 1.5)
"""Of the deepest shortage: how many more units are tried."""

LOST_WEEKS = 4
"""Where sales are lost, the deepest shortage is what is lost in so many weeks."""

DAYS_A_YEAR = 365.0


@dataclass(frozen=True)
class MoreStock:
    """Of k items, each attribute float64 of shape (k,), by the year.

    Attributes:
        units: how many more to have, in stock or on order, all the time; 0: no more pay.
        costs: money, for holding them.
        avoids_units: units that are then not short. ``avoids``: what these would have cost, money.

    """

    units: FloatArray
    costs: FloatArray
    avoids_units: FloatArray
    avoids: FloatArray


@dataclass(frozen=True)
class Recorded:
    """What the records say that shortages of k items were, by the year; float64, shape (k,) each.

    Attributes:
        units: units short. ``money``: what these cost by the settings.

    """

    units: FloatArray
    money: FloatArray

    @classmethod
    def of(cls, found: Evidence, items: IntArray, days: int) -> Recorded:
        """That of these items of all; ``days``: since when there are records."""
        # Of a shorter history than is looked at, all days would have had more.
        all_days = found.days / min(found.days, days)
        return cls(found.units[items] * all_days, found.money[items] * all_days)


def more_stock(past: Past, items: IntArray, recorded: Recorded) -> MoreStock:
    """Of these items of all, which the past has, the number of units that saves most."""
    items = past.place(items)
    catalogue = past.scenario.observer.catalogue
    pack = catalogue.terms.pack_size
    base = past.as_bought()
    flows, deepest = base.flows, _deepest(past)
    year = DAYS_A_YEAR / past.days
    true_units, true_money = np.ones(len(catalogue)), np.ones(len(catalogue))
    true_units[items] = _share(recorded.units, (short_units(flows) * year)[items])
    true_money[items] = _share(recorded.money, (_shortage_money(past, flows) * year)[items])

    best = np.zeros((4, len(catalogue)))
    for part in PARTS:
        more = np.zeros(len(catalogue))
        more[items] = (np.ceil(part * deepest / pack - 1e-9) * pack)[items]
        with_more = past.as_bought(more=more).flows
        held, avoided = _charged(past, flows, with_more)
        units = short_units(flows) - short_units(with_more)
        tried = np.stack([more, held * year, units * year * true_units, avoided * year * true_money])
        better = tried[3] - tried[1] > best[3] - best[1] + 1e-9
        best = np.where(better, tried, best)
    return MoreStock(*(row[items] for row in best))


def _share(recorded: FloatArray, replayed: FloatArray) -> FloatArray:
    """Of what is replayed, how much the records have, 1 at most: float64, shape (k,)."""
    return np.minimum(recorded / np.maximum(replayed, 1e-12), 1.0)


def _charged(past: Past, flows: Flows, with_more: Flows) -> tuple[FloatArray, FloatArray]:
    """Money, float64, shape (n,) each: what holding costs more, and what shortages cost less."""
    holding = past.scenario.observer.catalogue.costs.holding_per_unit_day
    more = (with_more.on_hand_unit_days - flows.on_hand_unit_days).sum(axis=1)
    return holding * more, _shortage_money(past, flows) - _shortage_money(past, with_more)


def _shortage_money(past: Past, flows: Flows) -> FloatArray:
    """What shortages cost over all days: money, float64, shape (n,)."""
    parts = costs_of(flows, past.scenario.observer.catalogue.costs)
    short = [money.sum(axis=1) for name, money in parts.items() if name != "cost_holding"]
    return np.asarray(np.sum(short, axis=0))


def _deepest(past: Past) -> FloatArray:
    """The most units that were owed at once, or lost within a few weeks: float64, shape (n,)."""
    scenario = past.scenario
    owed = past.deepest_backlog()
    lost = past.as_bought().flows.lost_units
    padded = np.concatenate([np.zeros((len(lost), LOST_WEEKS)), np.cumsum(lost, axis=1)], axis=1)
    within = (padded[:, LOST_WEEKS:] - padded[:, :-LOST_WEEKS]).max(axis=1)
    return np.where(scenario.observer.catalogue.backorder_allowed, owed, within)
