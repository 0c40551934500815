"""The recommendations table: one row an item, with every number that the decision followed from; and the
table of what it is expected to cost, by name.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, TextArray, day_text
from forecasting.planning.advice import Advice
from forecasting.planning.facts import facts_of
from forecasting.planning.moved import arrival_days, kinds
from forecasting.planning.order_days import order_days
from forecasting.planning.reasons import reason
from forecasting.planning.shortage import shortage
from forecasting.store.figures import exact_value, money, probability, whole

QUANTILES = (0.5, 0.8, 0.95, 0.98)
FURTHEST_DAYS = 3650
"""An order that is due later than this is not due at all."""


def recommendations(advice: Advice) -> pd.DataFrame:
    """One row an item in the order of the catalogue: items not suggested have quantity 0."""
    demand = advice.situation.lead_time_demand.over_lead_time(advice.situation.review_days)
    mean = demand.mean

    frame = pd.DataFrame(
        {
            **_who(advice),
            **_what(advice, mean),
            **_stock(advice),
            "demand_mean": np.round(mean, 4),
            **{f"demand_q{round(q * 100)}": whole(np.round(demand.quantile(q), 6)) for q in QUANTILES},
            "safety_stock": np.round(advice.decision.reorder_point - mean, 4),
            "reorder_point": whole(advice.decision.reorder_point),
            "order_up_to": whole(advice.decision.order_up_to),
            **_risk(advice),
            "expected_cost": money(advice.prices.nothing),
            "expected_cost_if_ordered": money(advice.prices.order),
            "marginal_value": money(advice.prices.last_unit),
        }
    )

    # The sentence is written from the rounded row, so that its numbers are those that stand beside it.
    facts = facts_of(advice)
    frame["reason"] = [
        reason(row, fact) for row, fact in zip(frame.itertuples(index=False), facts, strict=True)
    ]
    frame["flags"] = [fact.flags for fact in facts]
    frame["rule"] = advice.rule
    moved = kinds(advice)
    if moved:
        # An order to whoever sends the goods: what is moved is in none of the supplier's.
        frame["supplier"] = np.where(advice.between.transferred, moved["source"], frame["supplier"])
    for name, column in moved.items():
        frame[name] = column
    return frame


def _who(advice: Advice) -> dict[str, Any]:
    known = advice.catalogue
    return {
        "run": advice.run,
        "as_of": day_text(advice.situation.as_of),
        "location": known.items.location,
        "sku": known.items.sku,
        "supplier": known.suppliers.name[known.supplier],
        "policy": advice.policy.name,
        "model": advice.model,
    }


def _what(advice: Advice, mean: FloatArray) -> dict[str, Any]:
    """The order: how much, for how much, until when, and when it comes."""
    situation, quantity = advice.situation, advice.decision.quantity
    unit_cost = situation.terms.price(quantity)
    arrives = arrival_days(advice).astype("datetime64[D]")
    return {
        "quantity": whole(quantity),
        "packs": whole(np.round(quantity / situation.terms.pack_size)),
        "unit_cost": money(unit_cost),
        "value": exact_value(quantity, unit_cost),
        "order_by": _order_by(advice, mean),
        "arrives_on": arrives.astype(str),
    }


def _stock(advice: Advice) -> dict[str, Any]:
    """Where the item stands, and how long it has to last."""
    situation, stock = advice.situation, advice.situation.stock
    return {
        "on_hand": whole(stock.on_hand),
        "on_order": whole(stock.on_order),
        "backlog": whole(stock.backlog),
        "inventory_position": whole(stock.position),
        "on_order_late": whole(situation.on_order_later),
        "ordered_ahead": whole(advice.ordered_ahead),
        "unseen_demand": whole(advice.standing.unseen),
        "expiring": whole(advice.standing.expiring),
        "next_receipt": _next_receipt(advice),
        "lead_time_days": np.round(advice.catalogue.lead_times.mean, 2),
        "protection_days": np.round(situation.protection_days, 2),
    }


def _next_receipt(advice: Advice) -> TextArray:
    """The day on which the first of what is on order is expected; nothing where nothing is."""
    orders, n = advice.standing.orders, len(advice.situation)
    never = np.iinfo(np.int64).max
    first = np.full(n, never)
    likely = orders.chance >= 0.5
    np.minimum.at(first, orders.item[likely], orders.arrival(0.5)[likely])
    return np.array([None if day == never else day_text(int(day)) for day in first], dtype=object)


def _risk(advice: Advice) -> dict[str, Any]:
    """How likely the item runs out, and by how much, without the order and with it."""
    short = shortage(advice)
    return {
        "stockout_probability": probability(short.risk),
        "stockout_probability_if_ordered": probability(short.risk_if_ordered),
        "expected_short_units": np.round(short.units, 4),
        "expected_short_units_if_ordered": np.round(short.units_if_ordered, 4),
    }


def _order_by(advice: Advice, mean: FloatArray) -> TextArray:
    """The last day to order: today where an order is recommended, else when the position will have fallen to
    the reorder point at the expected rate, the next review at the earliest; nothing where that is too far
    ahead to say.
    """
    situation = advice.situation
    daily = mean / np.maximum(situation.protection_days, 1.0)
    above = np.maximum(situation.position - advice.decision.reorder_point, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.where(daily > 0, np.floor(above / daily), np.inf)

    # What is not ordered now, although it is down there, is looked at again at the next review.
    days = np.where(above > 0, np.maximum(days, 1.0), np.maximum(days, np.ceil(advice.catalogue.review_days)))
    days = np.where(advice.ordered, 0.0, days)

    due = (days <= FURTHEST_DAYS) & situation.orderable
    ahead = np.where(due, days, 0.0).astype(np.int64)
    dates = np.datetime64(situation.as_of, "D") + order_days(advice.catalogue, situation.as_of, ahead)
    words = dates.astype(str).astype(object)
    words[~due] = None
    return words


def costs_table(advice: Advice, table: pd.DataFrame) -> pd.DataFrame:
    """What each item is expected to cost by name, without an order and with the one recommended.

    Args:
        advice: what the plan worked out.
        table: the recommendations, of the same items in the same order.

    Returns:
        One row an item. The parts named ``cost_..`` sum to ``expected_cost``, those named
        ``cost_.._if_ordered`` to ``expected_cost_if_ordered``, to the last digit.

    """
    frame = table[["run", "as_of", "location", "sku"]].copy()
    prices = advice.prices
    for parts, suffix in ((prices.nothing_parts, ""), (prices.order_parts, "_if_ordered")):
        total = f"expected_cost{suffix}"
        rounded = np.stack([money(amount) for amount in parts.values()], axis=1)

        # What rounding leaves over goes to the largest part.
        largest = rounded.argmax(axis=1)
        rest = table[total].to_numpy() - rounded.sum(axis=1)
        rounded[np.arange(len(rounded)), largest] += rest

        for column, name in enumerate(parts):
            frame[f"cost_{name}{suffix}"] = money(rounded[:, column])
        frame[total] = table[total]
    return frame
