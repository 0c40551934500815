"""Every order and every day of a replay, as tables: for whoever wants to follow one item by hand.

The stock of each day is simulated once more from the orders: the ledger's state follows from them alone, to
the bit. Only what policies as replayed did is traced, not the settings that are swept besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, IntArray, Items, TextArray
from forecasting.errors import RequestError
from forecasting.replay.policy_run import PlacedOrders, PolicyRun
from forecasting.replay.scenario import Scenario
from forecasting.simulation.ledger import Ledger

MOST_ROWS = 10_000_000
"""Of ``trace_stock``: policies x days x items. They take about a gigabyte."""

DIGITS = 6
"""Stock is traced to so many decimals: what was shipped is a difference of sums."""


def check_trace(policies: int, past: Scenario) -> None:
    """Raise RequestError where the daily stock would take more than ``MOST_ROWS`` rows."""
    days, items = past.last_day - past.first_day + 1, len(past.opening)
    if policies * days * items > MOST_ROWS:
        raise RequestError(
            f"--trace: {policies} policies x {days:,} days x {items:,} items are "
            f"{policies * days * items:,} rows, more than {MOST_ROWS:,}: name fewer policies, fewer days, or "
            "replay a dataset of fewer items"
        )


def trace(runs: Sequence[PolicyRun], past: Scenario) -> dict[str, pd.DataFrame]:
    """The tables ``trace_orders`` and ``trace_stock`` of these runs in this scenario.

    A row of the first is an order line; of the second a policy, a day and an item, at the close of the day.
    """
    items = past.observer.catalogue.items
    return {"trace_orders": _orders(runs, items), "trace_stock": _stock(runs, past, items)}


def _orders(runs: Sequence[PolicyRun], items: Items) -> pd.DataFrame:
    placed = [run.orders for run in runs]
    item = np.concatenate([each.item for each in placed])
    policy = np.repeat(np.arange(len(runs)), [len(each.item) for each in placed])
    day = np.concatenate([each.day for each in placed])
    table = pd.DataFrame(
        {
            "policy": _words([run.policy for run in runs], policy),
            "reviewed_on": _dates(day),
            "location": _words(items.location, item),
            "sku": _words(items.sku, item),
            "quantity": np.concatenate([each.quantity for each in placed]),
            "came": np.concatenate([each.came for each in placed]),
            "arrives_on": _dates(np.concatenate([each.arrives for each in placed])),
        }
    )
    line = (
        pd.DataFrame({"policy": policy, "day": day, "item": item})
        .groupby(["policy", "day", "item"])
        .cumcount()
    )
    return table.assign(line=line.to_numpy() + 1) if line.any() else table


def _stock(runs: Sequence[PolicyRun], past: Scenario, items: Items) -> pd.DataFrame:
    days = np.arange(past.first_day, past.last_day + 1)
    n, rows = len(items), len(days) * len(items)
    columns = [_daily(run.orders, past) for run in runs]
    item = np.tile(np.repeat(np.arange(n), len(days)), len(runs))
    return pd.DataFrame(
        {
            "policy": _words([run.policy for run in runs], np.repeat(np.arange(len(runs)), rows)),
            "day": _dates(np.tile(days, n * len(runs))),
            "location": _words(items.location, item),
            "sku": _words(items.sku, item),
            **{name: np.concatenate([each[name].ravel() for each in columns]) for name in columns[0]},
        }
    )


def _daily(orders: PlacedOrders, past: Scenario) -> dict[str, FloatArray]:
    """What one policy's stock came to on each day, by name: float64, shape (n, days), units."""
    edges = np.arange(past.first_day, past.last_day + 2)
    each_day = replace(past, period_edges=edges, count_from=np.full_like(past.count_from, past.first_day))
    ledger, coming = each_day.ledger(), past.pipeline
    ledger.schedule(coming.item, coming.day, coming.quantity)
    ledger.schedule(orders.item, orders.arrives, orders.came, orders.quantity)
    out = _move(ledger, orders, past)

    # A period is a day here, so that units summed over closes are those of one close.
    flows = ledger.flows
    on_hand = flows.on_hand_unit_days
    before = np.concatenate([past.opening[:, None], on_hand[:, :-1]], axis=1)
    found = {
        "on_hand": on_hand,
        "on_order": _on_order(orders, past),
        "backlog": flows.backlog_unit_days,
        "demand": flows.units,
        "shipped": before + flows.received_units - on_hand - out,
        "lost": flows.lost_units,
    }
    return {name: np.round(units, DIGITS) + 0.0 for name, units in found.items()}


def _move(ledger: Ledger, orders: PlacedOrders, past: Scenario) -> FloatArray:
    """Advance to the end, and take what is moved off the shelves on its days.

    Returns:
        float64, shape (n, days), units that were moved since the close before, and so are not shipped.

    """
    out = np.zeros((len(past.opening), past.last_day - past.first_day + 1))
    moved = orders.source >= 0
    for day in np.unique(orders.day[moved]):
        row = np.flatnonzero(moved & (orders.day == day))
        ledger.advance(int(day))
        ledger.withdraw(orders.source[row], orders.quantity[row])
        np.add.at(out[:, day + 1 - past.first_day], orders.source[row], orders.quantity[row])
    ledger.advance(past.last_day)
    return out


def _on_order(orders: PlacedOrders, past: Scenario) -> FloatArray:
    """Units on order at each close, those ordered at that close among them: float64, shape (n, days)."""
    coming, days = past.pipeline, past.last_day - past.first_day + 1
    change = np.zeros((len(past.opening), days + 1))
    for item, units, placed, arrives in (
        (coming.item, coming.quantity, np.full(len(coming.item), past.first_day), coming.day),
        (orders.item, orders.quantity, orders.day, orders.arrives),
    ):
        np.add.at(change, (item, np.maximum(placed - past.first_day, 0)), units)
        np.add.at(change, (item, np.minimum(arrives - past.first_day, days)), -units)
    return np.cumsum(change, axis=1)[:, :days]


def _dates(days: IntArray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(days.astype("datetime64[D]").astype("datetime64[us]"))


def _words(words: TextArray | Sequence[str], number: IntArray) -> pd.Categorical:
    """The word of each row's number; each is held once."""
    known, code = np.unique(np.asarray(words).astype(str), return_inverse=True)
    return pd.Categorical.from_codes(code.astype(np.int64)[number], known.tolist())
