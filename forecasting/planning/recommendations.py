"""The recommendations table: one row an item, with every number that the decision followed from; and the
table of what it is expected to cost, by name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray, TextArray, day_text
from forecasting.inputs.catalogue import Catalogue
from forecasting.planning.reasons import Facts, reason
from forecasting.planning.supplier_reasons import changes
from forecasting.policies.base import Decision, Situation
from forecasting.policies.cost_optimal import Prices, free_to_hold
from forecasting.policies.expected_cost.cost_curve import CostCurve
from forecasting.policies.order_together import Orders

QUANTILES = (0.5, 0.8, 0.95, 0.98)
FURTHEST_DAYS = 3650
"""An order that is due later than this is not due at all."""


SEVERAL_REVIEWS = 2.0
"""An order that is meant for the demand of so many reviews is told to be one for several."""


@dataclass(frozen=True)
class Advice:
    """All that a recommendation is written from: who decided, on what, and what was decided."""

    run: str
    policy: str
    catalogue: Catalogue
    situation: Situation
    curve: CostCurve
    decision: Decision
    prices: Prices
    model: TextArray
    stock_known: BoolArray
    rule: TextArray
    orders: Orders


def recommendations(advice: Advice) -> pd.DataFrame:
    """One row an item in the order of the catalogue: items not suggested are there, with quantity 0."""
    catalogue, situation, curve = advice.catalogue, advice.situation, advice.curve
    stock, lead_time_demand, position = situation.stock, situation.lead_time_demand, situation.position
    quantity = advice.decision.quantity
    n = len(situation)
    before = lead_time_demand.over_lead_time(np.zeros(n))
    demand = lead_time_demand.over_lead_time(situation.review_days)
    mean = demand.mean
    pack, unit_cost = situation.terms.pack_size, situation.terms.price(quantity)
    lead_days = np.ceil(lead_time_demand.lead_times.mean - 1e-9).astype(np.int64)
    dates = np.datetime64(situation.as_of, "D")
    arrives = dates + 1 + lead_days
    protection = situation.protection_days
    frame = pd.DataFrame(
        {
            "run": advice.run,
            "as_of": day_text(situation.as_of),
            "location": catalogue.items.location,
            "sku": catalogue.items.sku,
            "supplier": catalogue.suppliers.name[catalogue.supplier],
            "policy": advice.policy,
            "model": advice.model,
            "quantity": whole(quantity),
            "packs": whole(np.round(quantity / pack)),
            "unit_cost": money(unit_cost),
            "value": exact_value(quantity, unit_cost),
            "order_by": _order_by(situation, advice.decision, mean, protection),
            "arrives_on": arrives.astype(str),
            "on_hand": whole(stock.on_hand),
            "on_order": whole(stock.on_order),
            "backlog": whole(stock.backlog),
            "inventory_position": whole(stock.position),
            "lead_time_days": np.round(lead_time_demand.lead_times.mean, 2),
            "protection_days": np.round(protection, 2),
            "demand_mean": np.round(mean, 4),
            **{f"demand_q{round(q * 100)}": whole(np.round(demand.quantile(q), 6)) for q in QUANTILES},
            "safety_stock": np.round(advice.decision.reorder_point - mean, 4),
            "reorder_point": whole(advice.decision.reorder_point),
            "order_up_to": whole(advice.decision.order_up_to),
            "stockout_probability": _share(1.0 - before.cdf(position)),
            "stockout_probability_if_ordered": _share(1.0 - curve.after.cdf(position + quantity)),
            "expected_short_units": np.round(curve.after.shortage(position), 4),
            "expected_short_units_if_ordered": np.round(curve.after.shortage(position + quantity), 4),
            "expected_cost": money(advice.prices.nothing),
            "expected_cost_if_ordered": money(advice.prices.order),
            "marginal_value": money(advice.prices.last_unit),
        }
    )
    facts = _facts(advice)
    frame["reason"] = [
        reason(row, fact) for row, fact in zip(frame.itertuples(index=False), facts, strict=True)
    ]
    frame["flags"] = [fact.flags for fact in facts]
    frame["rule"] = advice.rule
    return frame


def costs_table(table: pd.DataFrame, prices: Prices) -> pd.DataFrame:
    """What each item is expected to cost by name, without an order and with the one recommended.

    Args:
        table: the recommendations; ``prices``: of the same items in the same order.

    Returns:
        One row an item. The parts named ``cost_..`` sum to ``expected_cost``, those named
        ``cost_.._if_ordered`` to ``expected_cost_if_ordered``, to the last digit.

    """
    frame = table[["run", "as_of", "location", "sku"]].copy()
    for parts, suffix in ((prices.nothing_parts, ""), (prices.order_parts, "_if_ordered")):
        total = f"expected_cost{suffix}"
        rounded = np.stack([money(amount) for amount in parts.values()], axis=1)
        largest = rounded.argmax(axis=1)
        rest = table[total].to_numpy() - rounded.sum(axis=1)
        rounded[np.arange(len(rounded)), largest] += rest
        for place, name in enumerate(parts):
            frame[f"cost_{name}{suffix}"] = money(rounded[:, place])
        frame[total] = table[total]
    return frame


def whole(numbers: FloatArray) -> FloatArray | IntArray:
    """int64 where every number is whole, else float64 with six decimals."""
    rounded = np.round(numbers, 6)
    if np.all(rounded == np.floor(rounded)) and np.all(np.abs(rounded) < 2**53):
        return rounded.astype(np.int64)
    return rounded


def money(amounts: FloatArray) -> FloatArray:
    """Amounts to a hundredth of a cent; no negative zero."""
    return np.round(amounts, 4) + 0.0


def exact_value(quantity: FloatArray, unit_cost: FloatArray) -> FloatArray:
    """Quantity x unit cost, multiplied in whole hundredths of a cent where that is exact."""
    hundredths = np.round(unit_cost * 10_000)
    return np.round(quantity * hundredths) / 10_000


def _share(probability: FloatArray) -> FloatArray:
    return np.clip(np.round(probability, 6), 0.0, 1.0) + 0.0


def _order_by(
    situation: Situation, decision: Decision, mean: FloatArray, protection: FloatArray
) -> TextArray:
    """The last day to order: today where an order is due, else when the position will have fallen to
    the reorder point at the expected rate; nothing where that is too far away to say.
    """
    daily = mean / np.maximum(protection, 1.0)
    above = np.maximum(situation.position - decision.reorder_point, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.where(daily > 0, np.floor(above / daily), np.inf)
    days = np.where(decision.quantity > 0, 0.0, days)
    due = (days <= FURTHEST_DAYS) & situation.orderable
    dates = np.datetime64(situation.as_of, "D") + np.where(due, days, 0.0).astype(np.int64)
    words = dates.astype(str).astype(object)
    words[~due] = None
    return words


def _facts(advice: Advice) -> list[Facts]:
    """What the sentence needs beside the row, and the row's flags."""
    catalogue, situation = advice.catalogue, advice.situation
    pack = situation.terms.pack_size
    wanted = advice.decision.order_up_to - situation.position
    absurd = free_to_hold(situation)
    unknown = catalogue.known_from > situation.as_of
    batch = advice.decision.order_up_to - advice.decision.reorder_point
    lasts_long = batch >= SEVERAL_REVIEWS * advice.curve.review_demand
    flags: dict[str, BoolArray] = {
        "owed": situation.stock.backlog > 0,
        "preordered": situation.reserved > 0,
        "late_purchase_order": situation.on_order_later > 0,
        "no_history": situation.history.lengths == 0,
        "not_known_yet": unknown,
        "ended": ~situation.orderable & situation.terms.feasible,
        "ends_soon": situation.orderable & np.isfinite(situation.lead_time_demand.ends),
        "infeasible_terms": ~situation.terms.feasible,
        "rounded_to_terms": (advice.decision.quantity > 0)
        & (advice.decision.quantity == advice.orders.wanted)
        & (np.abs(advice.decision.quantity - wanted) >= np.minimum(pack, 1.0)),
        "stock_assumed": ~advice.stock_known,
        "absurd_costs": absurd,
        "excess": situation.stock.position > np.maximum(advice.curve.highest, 1.0) * 2,
    }
    rising = situation.price_rise if situation.price_rise is not None else np.zeros(len(situation))
    sentences, changed = changes(advice.orders, catalogue.supplier)
    names = list(flags)
    table = np.stack([flags[name] for name in names], axis=1)
    ends: IntArray = catalogue.ends_on
    known_from: IntArray = catalogue.known_from
    return [
        Facts(
            flags=";".join(
                filter(None, [*(name for name, there in zip(names, row, strict=True) if there), changed[i]])
            ),
            orderable=bool(situation.orderable[i]),
            feasible=bool(situation.terms.feasible[i]),
            on_order_later=float(situation.on_order_later[i]),
            reserved=float(situation.reserved[i]),
            pack_size=float(pack[i]),
            ends_on=day_text(int(ends[i])) if ends[i] > LONG_AGO else "",
            known_from=day_text(int(known_from[i])) if unknown[i] else "",
            refused=not bool(situation.backorder_allowed[i]),
            rule=str(advice.rule[i]),
            lasts_long=bool(lasts_long[i]),
            free_to_hold=bool(absurd[i]),
            price_rises=bool(rising[i] > 0),
            together=sentences[i],
        )
        for i, row in enumerate(table)
    ]
