"""What pages show of each item beside its recommendation: terms, curves, weeks, open purchases."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, FloatArray, IntArray, TextArray, day_text
from forecasting.inputs.demand import known_at
from forecasting.planning.advice import Advice
from forecasting.planning.item_facts import lumpiness, promoted, top_customers
from forecasting.planning.shortage import risks
from forecasting.planning.supplier_scores import supplier_scores
from forecasting.store.figures import exact_value, money, probability, whole

PAST_WEEKS = 52
"""Weeks of demand that are shown."""

WEEKS_AHEAD = 13
"""Weeks to come: the 90 days of the projected stock."""

LEVELS = {"q05": 0.05, "q20": 0.2, "q80": 0.8, "q95": 0.95}


def page_tables(advice: Advice) -> Mapping[str, pd.DataFrame]:
    """The tables of ``store/page_tables.py``: ``line_details``, ``item_weeks``, ``item_facts``,
    ``supplier_details``, ``open_purchases``, ``supplier_scores``; items in the order of the catalogue.
    """
    return {
        "line_details": _line_details(advice),
        "item_weeks": pd.DataFrame({**_who(advice), **_past(advice), **_ahead(advice)}),
        "item_facts": _item_facts(advice),
        "supplier_details": _supplier_details(advice),
        "open_purchases": _open_purchases(advice),
        "supplier_scores": supplier_scores(advice),
    }


def _who(advice: Advice) -> dict[str, object]:
    items = advice.catalogue.items
    return {"run": advice.run, "location": items.location, "sku": items.sku}


def _line_details(advice: Advice) -> pd.DataFrame:
    known, terms, situation = advice.catalogue, advice.catalogue.terms, advice.situation
    n, candidates = len(known), advice.choices
    largest = np.where(np.isfinite(terms.largest_packs), terms.largest_packs * terms.pack_size, np.nan)
    daily = situation.lead_time_demand.over_lead_time(situation.review_days).mean / situation.protection_days

    # As wide as the item with most choices; nothing is written beyond an item's own.
    width = np.diff(candidates.indptr)
    wide = np.zeros((n, int(width.max(initial=1))))
    wide[np.arange(wide.shape[1]) < width[:, None]] = candidates.quantity
    risk = risks(advice, wide)[np.arange(wide.shape[1]) < width[:, None]]

    nothing = np.zeros(n + 1, dtype=np.int64)
    no_breaks: tuple[IntArray, FloatArray, FloatArray] = (nothing, np.zeros(0), np.zeros(0))
    breaks = no_breaks
    if terms.breaks is not None:
        there = np.isfinite(terms.breaks.quantity)
        bounds = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int64)
        breaks = (bounds, terms.breaks.quantity[there], terms.breaks.unit_cost[there])
    return pd.DataFrame(
        {
            **_who(advice),
            "number": np.arange(1, n + 1),
            "description": known.description,
            "category": known.category,
            "unit_price": money(known.unit_price),
            "list_cost": money(terms.unit_cost),
            "pack_size": whole(terms.pack_size),
            "smallest": whole(terms.smallest),
            "largest": np.round(largest, 6),
            "break_quantity": _joined(breaks[1], breaks[0]),
            "break_cost": _joined(breaks[2], breaks[0]),
            "review_days": np.round(known.review_days, 2),
            "daily_demand": np.round(daily, 6),
            "counted_on": whole(situation.position),
            "curve_quantity": _joined(candidates.quantity, candidates.indptr),
            "curve_cost": _joined(np.round(candidates.cost, 4), candidates.indptr),
            "curve_risk": _joined(np.round(risk, 4), candidates.indptr),
        }
    )


def _past(advice: Advice) -> dict[str, TextArray]:
    """Demand of the last weeks, how much of each the item could be sold, and what is not believed."""
    observed, as_of, n = advice.observed, advice.situation.as_of, len(advice.catalogue)
    lines = observed.lines

    def by_week(item: IntArray, day: IntArray, amount: FloatArray) -> FloatArray:
        week = PAST_WEEKS - 1 - (as_of - day) // 7
        inside = (week >= 0) & (day <= as_of)
        at = item[inside] * PAST_WEEKS + week[inside]
        return np.bincount(at, amount[inside], n * PAST_WEEKS).astype(np.float64).reshape(n, PAST_WEEKS)

    known = known_at(lines, as_of)
    row, taken = observed.odd_orders(as_of)
    out = observed.unavailable
    return {
        "asked": _rows(by_week(lines.item[known], lines.day[known], lines.quantity[known])),
        "available": _rows(1.0 - by_week(out.item, out.day, 1.0 - out.share) / 7.0),
        "odd": _rows(by_week(lines.item[row], lines.day[row], lines.quantity[row] - taken)),
    }


def _ahead(advice: Advice) -> dict[str, TextArray]:
    """Expected demand and its quantiles, week by week and summed from now on.

    Forecasts are of sums from today on. A week by itself has the mean by which these grow, and borrows its
    shape from the first one, as in ``planning/forecast.py``.
    """
    demand, n = advice.situation.lead_time_demand, len(advice.catalogue)
    sums = demand.over_each([np.full(n, 7.0 * (week + 1)) for week in range(WEEKS_AHEAD)])
    growing: FloatArray = np.stack([each.mean for each in sums], axis=1)
    total = _never_falling(growing)
    means = np.diff(total, axis=1, prepend=0.0)
    usual = total[:, :1]
    share = np.divide(means, usual, out=np.zeros_like(means), where=usual > 0)

    columns: dict[str, FloatArray] = {"mean": np.round(means, 2)}
    for name, level in LEVELS.items():
        columns[name] = np.round(sums[0].quantile(level)[:, None] * share, 2)
    columns["sum_mean"] = np.round(total, 2)
    for name, level in LEVELS.items():
        summed: FloatArray = np.stack([each.quantile(level) for each in sums], axis=1)
        columns[f"sum_{name}"] = np.round(_never_falling(summed), 2)
    return {name: _rows(values) for name, values in columns.items()}


def _never_falling(values: FloatArray) -> FloatArray:
    """A longer stretch has no less demand: by rounding alone its forecast may lie a hair below."""
    return np.asarray(np.maximum.accumulate(values, axis=1), dtype=np.float64)


def _item_facts(advice: Advice) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **_who(advice),
            "customers": top_customers(advice),
            "lumpiness": np.round(lumpiness(advice), 4),
            "promoted": _rows(np.round(promoted(advice), 2)),
        }
    )


def _supplier_details(advice: Advice) -> pd.DataFrame:
    known, orders = advice.catalogue, advice.standing.orders
    suppliers, terms = known.suppliers, known.suppliers.terms
    free = terms.free_freight_value
    goods = exact_value(orders.quantity, known.terms.unit_cost[orders.item])
    on_order = np.bincount(known.supplier[orders.item], goods, len(suppliers.name))
    return pd.DataFrame(
        {
            "run": advice.run,
            "supplier": suppliers.name,
            # No freight is ever paid, or it always is: there is nothing to reach.
            "free_freight_value": np.where(np.isfinite(free) & (free > 0), free, np.nan),
            "freight_cost": money(terms.freight_cost),
            "max_volume": np.where(np.isfinite(terms.max_volume), terms.max_volume, np.nan),
            "review_days": np.round(suppliers.review_days, 2),
            "on_order_value": money(on_order.astype(np.float64)),
        }
    )


def _open_purchases(advice: Advice) -> pd.DataFrame:
    orders, known, records = advice.standing.orders, advice.catalogue, advice.observed.records
    purchases, item, as_of = records.purchases, orders.item, advice.situation.as_of
    counted = orders.counted_on(as_of + known.protection_days[item])
    frame = pd.DataFrame(
        {
            "run": advice.run,
            "purchase_order": records.purchase_order_names[purchases.order[orders.row]],
            "location": known.items.location[item],
            "sku": known.items.sku[item],
            "supplier": known.suppliers.name[known.supplier[item]],
            "quantity": whole(orders.quantity),
            "counted_on": whole(counted),
            "value": exact_value(orders.quantity, known.terms.unit_cost[item]),
            "ordered_on": _days(purchases.ordered[orders.row]),
            "promised_on": _days(purchases.promised[orders.row]),
            "chance": probability(orders.chance),
            "likely_on": _days(orders.arrival(0.5)),
            "latest_on": _days(orders.arrival(0.9)),
        }
    )
    frame = frame.sort_values(["likely_on", "location", "sku", "purchase_order"], kind="stable")
    frame.insert(1, "number", np.arange(1, len(frame) + 1))
    return frame.reset_index(drop=True)


def _days(days: IntArray) -> TextArray:
    return np.array([day_text(int(day)) if day > LONG_AGO else None for day in days], dtype=object)


def _rows(values: FloatArray) -> TextArray:
    """A series a row of ``values``, float64, shape (n, k)."""
    return _joined(values.ravel(), np.arange(len(values) + 1, dtype=np.int64) * values.shape[1])


def _joined(values: FloatArray, indptr: IntArray) -> TextArray:
    """A series an item of a ragged array: text, shape (n,)."""
    # Few figures are written many times over, and text is made of each only once.
    known, at = np.unique(np.round(values, 4) + 0.0, return_inverse=True)
    words = np.array([f"{value:.10g}" for value in known], dtype=object)[at].tolist()
    bounds = indptr.tolist()
    joined = [";".join(words[begin:end]) for begin, end in pairwise(bounds)]
    return np.array(joined, dtype=object)
