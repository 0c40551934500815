"""How many more units of an item pay, and what they avoid: the company's own orders, with more stock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.persistent_backorders.causes import short_units
from forecasting.persistent_backorders.past import Past
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


def more_stock(past: Past, items: IntArray) -> MoreStock:
    """Of these items of all, which the past has, the number of units that saves most."""
    items = past.place(items)
    catalogue = past.scenario.observer.catalogue
    pack = catalogue.terms.pack_size
    base = past.as_bought()
    flows, deepest = base.flows, _deepest(past)
    year = DAYS_A_YEAR / past.days

    best = np.zeros((4, len(catalogue)))
    for part in PARTS:
        more = np.zeros(len(catalogue))
        more[items] = (np.ceil(part * deepest / pack - 1e-9) * pack)[items]
        with_more = past.as_bought(more=more).flows
        held, avoided = _charged(past, flows, with_more)
        tried = np.stack(
            [more, held * year, (short_units(flows) - short_units(with_more)) * year, avoided * year]
        )
        better = tried[3] - tried[1] > best[3] - best[1] + 1e-9
        best = np.where(better, tried, best)
    return MoreStock(*(row[items] for row in best))


def _charged(past: Past, flows: Flows, with_more: Flows) -> tuple[FloatArray, FloatArray]:
    """Money, float64, shape (n,) each: what holding costs more, and what shortages cost less."""
    costs = past.scenario.observer.catalogue.costs
    parts = [
        {name: money.sum(axis=1) for name, money in costs_of(each, costs).items()}
        for each in (flows, with_more)
    ]
    held = parts[1]["cost_holding"] - parts[0]["cost_holding"]
    avoided = sum(
        (parts[0][name] - parts[1][name] for name in parts[0] if name != "cost_holding"), np.zeros(len(held))
    )
    return held, avoided


def _deepest(past: Past) -> FloatArray:
    """The most units that were owed at once, or lost within a few weeks: float64, shape (n,)."""
    scenario = past.scenario
    owed = past.deepest_backlog()
    lost = past.as_bought().flows.lost_units
    padded = np.concatenate([np.zeros((len(lost), LOST_WEEKS)), np.cumsum(lost, axis=1)], axis=1)
    within = (padded[:, LOST_WEEKS:] - padded[:, :-LOST_WEEKS]).max(axis=1)
    return np.where(scenario.observer.catalogue.backorder_allowed, owed, within)
