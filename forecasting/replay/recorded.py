"""What really happened, as the dataset tells it, in the flows that a simulated policy is measured by.

Nothing is simulated: it stands beside the policies of a replay to show how near to the company's past
they are. What the data does not tell is NaN, never zero. ``docs/replay.md`` says what is read where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.dataset.dataset import Dataset
from forecasting.domain import BoolArray, FloatArray
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.demand import days_of, item_numbers
from forecasting.inputs.stock import counted
from forecasting.policies.registry import RECORDED
from forecasting.replay.purchases import endings
from forecasting.replay.recorded_lines import RecordedLines, recorded_lines
from forecasting.replay.recorded_stock import stock_history
from forecasting.replay.scenario import Scenario
from forecasting.replay.simulate import PolicyRun
from forecasting.simulation.flows import Tallies


@dataclass(frozen=True)
class Recorded:
    """What came of the company's own decisions, and sentences on what the data does not tell of it."""

    run: PolicyRun
    gaps: tuple[str, ...]


def recorded(dataset: Dataset, past: Scenario, assumptions: Assumptions) -> Recorded:
    """What the dataset shows in the scenario's stretch, of the lines and days that count in it.

    A flow that it does not tell of an item and period is NaN. Raises RequestError where it tells none.
    """
    lines = recorded_lines(dataset, past)
    waits, losses = _untold(lines, past)
    flows = lines.flows(past)
    for name, flow in flows.items():
        if name.startswith("lost"):
            flow[losses] = np.nan
        elif name not in ("lines", "units"):
            flow[waits | losses] = np.nan
    stock = stock_history(dataset, past)
    on_hand = stock.on_hand_unit_days
    bought = len(dataset.purchase_orders) > 0
    missing = waits | losses
    if losses.all() and np.isnan(on_hand).all() and not bought:
        raise RequestError(
            f"{RECORDED}: the dataset does not record what happened. Give `orders` the column `shipped_at`, "
            f"or add `stock` or `purchase_orders`; or leave {RECORDED} out of --policies"
        )
    if not missing.all():
        taken = np.unique(lines.item[lines.counted & lines.ships & ~lines.dated])
        assumptions.add(RECORDED, "a line of which no shipment is told shipped when it was due", len(taken))
    units, orders, cost = _purchases(dataset, past)
    tallies = Tallies(
        **flows,
        on_hand_unit_days=on_hand,
        days=_days(past),
        received_units=_received(dataset, past),
    )
    run = PolicyRun(RECORDED, "", tallies, units, orders, cost, _waste(dataset, past))
    return Recorded(run, _gaps(missing, on_hand, stock.uncounted, bought))


def _untold(lines: RecordedLines, past: Scenario) -> tuple[BoolArray, BoolArray]:
    """bool, shape (n, p) each: where nothing tells whether lines waited, and whether they were lost.

    A period in which no line that shipped says when tells nothing of waiting, except of items whose
    backorders are refused: nobody waits for them. One in which nothing is told of any line tells nothing
    of losses either.
    """
    waiting = past.observer.catalogue.backorder_allowed
    periods = len(past.period_edges) - 1
    period = np.searchsorted(past.period_edges, lines.day[lines.counted], side="right") - 1

    def none(asked: BoolArray, told: BoolArray) -> BoolArray:
        some = np.bincount(period, asked[lines.counted], periods) > 0
        untold = np.bincount(period, (asked & told)[lines.counted], periods) == 0
        # Where no week tells anything, a week without lines does not either.
        return np.asarray(untold & (some | (some.any() & untold.all())))

    may_wait = waiting[lines.item]
    waits = none(may_wait & lines.ships, lines.dated) & waiting[:, None]
    losses = none(np.ones_like(may_wait), ~lines.silent) & np.ones_like(waits)
    return waits, losses


def _days(past: Scenario) -> FloatArray:
    """float64, shape (n, p): the closes that count."""
    begin = np.maximum(past.period_edges[:-1], past.count_from[:, None])
    return np.maximum(past.period_edges[1:] - begin, 0).astype(np.float64)


def _received(dataset: Dataset, past: Scenario) -> FloatArray:
    """float64, shape (n, p): units received on the days that count."""
    table = dataset.purchase_orders
    shape = len(past.count_from), len(past.period_edges) - 1
    if len(table) == 0:
        return np.full(shape, np.nan)
    item, day = item_numbers(table, past.observer.catalogue.items), days_of(table["received_at"])
    units = table["quantity_received"].fillna(table["quantity"]).to_numpy(dtype=np.float64)
    keep = (item >= 0) & (day >= past.count_from[item]) & (day <= past.last_day)
    cell = item[keep] * shape[1] + np.searchsorted(past.period_edges, day[keep], side="right") - 1
    return np.bincount(cell, units[keep], shape[0] * shape[1]).reshape(shape).astype(np.float64)


def _purchases(dataset: Dataset, past: Scenario) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Units bought, orders to suppliers, and what ordering cost: shapes (n, p), (p,), (n, p).

    As in a simulation a purchase belongs to the first day after it was placed, is charged at the terms of
    its supplier (that of the item, where another one is named that the items do not know), and an order's
    cost is shared by its lines. Drafts and cancelled lines were not bought.
    """
    table, catalogue = dataset.purchase_orders, past.observer.catalogue
    shape = len(catalogue), len(past.period_edges) - 1
    free = not (catalogue.suppliers.order_cost.any() or catalogue.costs.line_cost.any())
    if len(table) == 0:
        nothing = np.full(shape, np.nan)
        return nothing, nothing[0], np.zeros(shape) if free else nothing
    item = item_numbers(table, catalogue.items)
    day = days_of(table["ordered_at"]) + 1
    firm = ~table["status"].astype(object).isin(["draft", "cancelled"]).to_numpy(dtype=bool)
    keep = firm & (item >= 0) & (day >= past.count_from[item]) & (day <= past.last_day)
    item, day, table = item[keep], day[keep], table.loc[keep]
    period = np.searchsorted(past.period_edges, day, side="right") - 1
    cell, cells = item * shape[1] + period, shape[0] * shape[1]
    units = (
        np.bincount(cell, table["quantity"].to_numpy(dtype=np.float64), cells)
        .reshape(shape)
        .astype(np.float64)
    )

    order, names = pd.factorize(table["purchase_order"])
    first = np.full(len(names), shape[1], dtype=np.int64)
    np.minimum.at(first, order, period)
    named = pd.Index(catalogue.suppliers.name).get_indexer(pd.Index(table["supplier"].astype(object)))
    supplier = np.where(named >= 0, named, catalogue.supplier[item])
    share = catalogue.suppliers.order_cost[supplier] / np.bincount(order)[order]
    cost = np.bincount(cell, share + catalogue.costs.line_cost[item], cells).reshape(shape).astype(np.float64)
    return units, np.bincount(first, minlength=shape[1]).astype(np.float64), cost


def _waste(dataset: Dataset, past: Scenario) -> FloatArray:
    """float64, shape (n, p): what was left on the day an item ended, written off as in a simulation."""
    catalogue = past.observer.catalogue
    waste = np.zeros((len(catalogue), len(past.period_edges) - 1))
    for day, item in endings(past):
        period = int(np.searchsorted(past.period_edges, day, side="right") - 1)
        waste[item, period] = (
            counted(dataset, catalogue, day)[item] * catalogue.end_of_life.waste_per_unit[item]
        )
    return waste


def _gaps(missing: BoolArray, on_hand: FloatArray, uncounted: int, bought: bool) -> tuple[str, ...]:
    """What the data does not record, in sentences."""
    said = []
    if missing.any():
        periods = int(missing.any(axis=0).sum())
        when = "" if periods == missing.shape[1] else f" of {periods:,} of {missing.shape[1]:,} weeks"
        said.append(
            f"`orders` does not say when the lines{when} shipped (`shipped_at`): "
            "what was short or late, and what that cost, is not known."
        )
    if np.isnan(on_hand).any():
        why = (
            f"`stock` has no count of {uncounted:,} of {len(on_hand):,} items"
            if uncounted
            else "there are no receipts, and no counts in `stock` of some weeks"
        )
        said.append(f"The stock on hand is not known: {why}.")
    if not bought:
        said.append("There are no `purchase_orders`: what was bought is not known.")
    return tuple(said)
