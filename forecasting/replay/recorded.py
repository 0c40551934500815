"""What really happened, as the dataset tells it, in the flows that a simulated policy is measured by.

Nothing is simulated: it stands beside the policies of a replay to show how near to the company's past
they are. What the data does not tell is NaN, never zero. ``docs/replay.md`` says what is read where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.stock import on_hand
from forecasting.policies.registry import RECORDED
from forecasting.replay.policy_run import PolicyRun
from forecasting.replay.purchases import endings
from forecasting.replay.recorded_lines import RecordedLines, recorded_lines
from forecasting.replay.recorded_stock import stock_history
from forecasting.replay.scenario import Scenario
from forecasting.simulation.flows import Flows


@dataclass(frozen=True)
class Recorded:
    """What came of the company's own decisions, and sentences on what the data does not tell of it."""

    run: PolicyRun
    gaps: tuple[str, ...]


def recorded(past: Scenario, assumptions: Assumptions) -> Recorded:
    """What the records show in the scenario's stretch, of the lines and days that count in it.

    A flow that they do not tell of an item and period is NaN. Raises RequestError where they tell none.
    """
    lines, stock = recorded_lines(past), stock_history(past)
    waits, losses = _untold(lines, past)
    missing, bought = waits | losses, len(past.observer.records.purchases) > 0
    if losses.all() and np.isnan(stock.on_hand_unit_days).all() and not bought:
        raise RequestError(
            f"{RECORDED}: the dataset does not record what happened. Give `orders` the column `shipped_at`, "
            f"or add `stock` or `purchase_orders`; or leave {RECORDED} out of --policies"
        )
    if not missing.all():
        taken = np.unique(lines.item[lines.counted & lines.ships & ~lines.dated])
        assumptions.add(RECORDED, "a line of which no shipment is told shipped when it was due", len(taken))

    of_lines = lines.flows(past)
    for name, flow in of_lines.items():
        if name.startswith("lost"):
            flow[losses] = np.nan
        elif name not in ("lines", "units"):
            flow[missing] = np.nan
    flows = Flows.of(
        **of_lines,
        on_hand_unit_days=stock.on_hand_unit_days,
        days=_days(past),
        received_units=_received(past),
    )
    # No table says what was written off.
    wasted = None if past.lots is None else np.full_like(flows.lines, np.nan)
    run = PolicyRun(RECORDED, "", flows, *_purchases(past), _waste(past), wasted_units=wasted)
    return Recorded(run, _gaps(missing, stock.on_hand_unit_days, stock.uncounted, bought))


def _untold(lines: RecordedLines, past: Scenario) -> tuple[BoolArray, BoolArray]:
    """bool, shape (n, p) each: where nothing tells whether lines waited, and whether they were lost.

    A period in which no line that shipped says when tells nothing of waiting, except of items whose
    backorders are refused: nobody waits for them. One in which nothing is recorded of any line says nothing
    of losses either.
    """
    waiting = past.observer.catalogue.backorder_allowed
    periods = len(past.period_edges) - 1
    period = np.searchsorted(past.period_edges, lines.day[lines.counted], side="right") - 1

    def none(asked: BoolArray, recorded: BoolArray) -> BoolArray:
        some = np.bincount(period, asked[lines.counted], periods) > 0
        untold = np.bincount(period, (asked & recorded)[lines.counted], periods) == 0
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


def _received(past: Scenario) -> FloatArray:
    """float64, shape (n, p): units received on the days that count."""
    purchases = past.observer.records.purchases
    shape = len(past.count_from), len(past.period_edges) - 1
    if len(purchases) == 0:
        return np.full(shape, np.nan)

    item, day = purchases.item, purchases.received
    counted_days = (day >= past.count_from[item]) & (day <= past.last_day)
    item, day, units = item[counted_days], day[counted_days], purchases.came_units[counted_days]
    cell = item * shape[1] + np.searchsorted(past.period_edges, day, side="right") - 1
    return np.bincount(cell, units, shape[0] * shape[1]).reshape(shape).astype(np.float64)


def _purchases(past: Scenario) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Units bought, orders to suppliers, and what ordering cost: shapes (n, p), (p,), (n, p).

    As in a simulation a purchase belongs to the first day after it was placed, is charged at the terms of
    its supplier (that of the item, where another one is named that the items do not know), and an order's
    cost is shared by its lines. Drafts and cancelled lines were not bought.
    """
    purchases, catalogue = past.observer.records.purchases, past.observer.catalogue
    shape = len(catalogue), len(past.period_edges) - 1
    order_cost, line_cost = catalogue.suppliers.terms.order_cost, catalogue.costs.line_cost
    if len(purchases) == 0:
        nothing = np.full(shape, np.nan)
        free = not (order_cost.any() or line_cost.any())
        return nothing, nothing[0], np.zeros(shape) if free else nothing

    day = purchases.ordered + 1
    bought = purchases.firm & (day >= past.count_from[purchases.item]) & (day <= past.last_day)
    item, supplier = purchases.item[bought], purchases.supplier[bought]
    supplier = np.where(supplier >= 0, supplier, catalogue.supplier[item])
    period = np.searchsorted(past.period_edges, day[bought], side="right") - 1
    cell, cells = item * shape[1] + period, shape[0] * shape[1]

    names, order = np.unique(purchases.order[bought], return_inverse=True)
    first = np.full(len(names), shape[1], dtype=np.int64)
    np.minimum.at(first, order, period)

    share = order_cost[supplier] / np.bincount(order)[order]
    units = np.bincount(cell, purchases.quantity[bought], cells).reshape(shape).astype(np.float64)
    cost = np.bincount(cell, share + line_cost[item], cells).reshape(shape).astype(np.float64)
    return units, np.bincount(first, minlength=shape[1]).astype(np.float64), cost


def _waste(past: Scenario) -> FloatArray:
    """float64, shape (n, p): what was left on the day an item ended, written off as in a simulation."""
    catalogue = past.observer.catalogue
    usual_days = catalogue.lead_times.mean
    waste = np.zeros((len(catalogue), len(past.period_edges) - 1))
    for day, item in endings(past):
        period = int(np.searchsorted(past.period_edges, day, side="right") - 1)
        there = on_hand(past.observer.records, usual_days, day, past.observer.config.negative_stock)
        left = there.units[item]
        waste[item, period] = left * catalogue.end_of_life.waste_per_unit[item]
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
