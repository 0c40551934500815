"""What holding stock and running short cost, per item, in money.

A stock-out costs four ways: business lost, gestures of goodwill, admin time and bad word of mouth.
Every amount is kept under its own name, from the settings to the last table.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecasting.config import Config
from forecasting.domain import BoolArray, Costs, FloatArray
from forecasting.inputs.assumptions import Assumptions

DAYS_PER_YEAR = 365.0


def build(
    given: Mapping[str, FloatArray],
    unit_cost: FloatArray,
    unit_price: FloatArray,
    backorder_allowed: BoolArray,
    line_cost: FloatArray,
    config: Config,
    assumptions: Assumptions,
    has_alternative: BoolArray | None = None,
) -> Costs:
    """The cost rates, from what ``products`` sets per SKU and the settings for the rest.

    Args:
        given: the columns of ``products``, per item, NaN where they say nothing.
        unit_cost, unit_price: float64, shape (n,), money.
        backorder_allowed: bool, shape (n,).
        line_cost: float64, shape (n,), money per purchase order line.
        has_alternative: bool, shape (n,): whether something may stand in for the item. None: nothing.

    """

    def setting(name: str) -> FloatArray:
        return assumptions.fill(name, given[name], float(getattr(config, name)))

    def override(name: str) -> FloatArray:
        return _override(given, config, name)

    margin = _margin(given, unit_cost, unit_price, config)
    if config.lost_margin is None:
        assumptions.add("lost_margin", "unit_price - unit_cost", int(np.isnan(given["lost_margin"]).sum()))
    leaving = np.where(backorder_allowed, setting("cancel_share"), 1.0 - setting("alternative_share"))

    holding = unit_cost * setting("holding_rate") / DAYS_PER_YEAR + setting("storage_cost")
    lost_business = margin * leaving
    goodwill = setting("goodwill_per_unit") + unit_price * setting("goodwill_share_of_price")
    late = setting("late_cost_per_unit_day") + unit_price * setting("late_share_of_price_per_day")
    admin = setting("admin_minutes_per_line") / 60.0 * setting("admin_hourly_cost")
    word_of_mouth = setting("churn_per_line") * setting("customer_lifetime_margin")

    # What is set directly replaces the parts that it sums up; the other parts are then zero.
    direct_unit = override("shortage_per_unit")
    direct_line = override("shortage_per_line")
    direct_day = override("backlog_per_unit_day")
    direct_holding = override("holding_per_unit_day")
    unit_set, line_set, day_set = ~np.isnan(direct_unit), ~np.isnan(direct_line), ~np.isnan(direct_day)
    lost_business = np.where(unit_set, np.where(backorder_allowed, 0.0, direct_unit), lost_business)
    lost_margin = np.where(unit_set, np.where(backorder_allowed, 0.0, direct_unit), margin)
    return Costs(
        holding_per_unit_day=np.where(np.isnan(direct_holding), holding, direct_holding),
        lost_business_per_unit=lost_business,
        goodwill_per_unit=np.where(unit_set, np.where(backorder_allowed, direct_unit, 0.0), goodwill),
        goodwill_per_late_unit_day=np.where(day_set, 0.0, late),
        backlog_per_unit_day=np.where(day_set, direct_day, 0.0),
        admin_per_line=np.where(line_set, direct_line, admin),
        word_of_mouth_per_line=np.where(line_set, 0.0, word_of_mouth),
        line_cost=line_cost,
        refused_per_unit=np.where(backorder_allowed, lost_margin, lost_business),
        lost_margin=lost_margin,
        cancellation_rate=leaving,
        leaving_simulated=np.where(
            backorder_allowed,
            config.cancel_after_days is not None,
            False if has_alternative is None else has_alternative & (leaving < 1.0),
        ),
    )


def unserved_backorder_cost(
    given: Mapping[str, FloatArray],
    unit_cost: FloatArray,
    unit_price: FloatArray,
    backorder_allowed: BoolArray,
    config: Config,
) -> FloatArray:
    """What a unit on backorder loses on top where it is never served: the margin of those who would have
    waited. Nothing where ``shortage_per_unit`` says directly what a unit short costs. float64, shape (n,).
    """
    cancelled = given["cancel_share"]
    waiting = 1.0 - np.where(np.isnan(cancelled), config.cancel_share, cancelled)
    counts = backorder_allowed & np.isnan(_override(given, config, "shortage_per_unit"))
    return np.where(counts, _margin(given, unit_cost, unit_price, config) * waiting, 0.0)


def _override(given: Mapping[str, FloatArray], config: Config, name: str) -> FloatArray:
    """What was set directly, NaN where nothing was."""
    value = getattr(config, name)
    column = given[name]
    return column if value is None else np.where(np.isnan(column), float(value), column)


def _margin(
    given: Mapping[str, FloatArray], unit_cost: FloatArray, unit_price: FloatArray, config: Config
) -> FloatArray:
    """Money lost with a unit that is not sold: float64, shape (n,)."""
    margin = _override(given, config, "lost_margin")
    return np.where(np.isnan(margin), np.maximum(unit_price - unit_cost, 0.0), margin)
