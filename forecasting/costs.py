"""What holding stock and running short cost, per item, in money.

A stock-out costs four ways: business lost, gestures of goodwill, admin time and bad word of mouth.
Every amount is kept under its own name, from the settings to the last table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from forecasting.assumptions import Assumptions
from forecasting.config import Config
from forecasting.domain import BoolArray, FloatArray

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class Costs:
    """Cost rates of n items. Each is float64, shape (n,), >= 0, money, unless said otherwise.

    Attributes:
        holding_per_unit_day: per unit on hand at the close of a day (h).
        lost_business_per_unit: per unit short when it was due to ship: the margin of those customers
            who cancel, or of all who do not take an alternative where backorders are refused.
        goodwill_per_unit: per unit short.
        goodwill_per_late_unit_day: per unit on backorder after its deadline, each day.
        backlog_per_unit_day: per unit on backorder, each day from the first (b).
        admin_per_line: per order line short.
        word_of_mouth_per_line: per order line short.
        line_cost: per purchase order line.
        lost_margin: per unit that a customer who leaves does not buy.
        leaving_share: the share of the customers who are short that leave, 0..1: those who cancel, or
            those who do not take an alternative where backorders are refused.
        leaving_simulated: bool: whether a replay simulates who leaves, and charges ``lost_margin`` for
            them, in the place of ``lost_business_per_unit`` for every unit short.

    """

    holding_per_unit_day: FloatArray
    lost_business_per_unit: FloatArray
    goodwill_per_unit: FloatArray
    goodwill_per_late_unit_day: FloatArray
    backlog_per_unit_day: FloatArray
    admin_per_line: FloatArray
    word_of_mouth_per_line: FloatArray
    line_cost: FloatArray
    lost_margin: FloatArray
    leaving_share: FloatArray
    leaving_simulated: BoolArray

    def shortage_per_unit(self, line_size: FloatArray) -> FloatArray:
        """All that a unit short costs once (p): float64, shape (n,).

        ``line_size``: mean units of an order line, shape (n,), > 0; it spreads what is paid per line.
        """
        per_line = self.admin_per_line + self.word_of_mouth_per_line
        return self.lost_business_per_unit + self.goodwill_per_unit + per_line / line_size

    @property
    def waiting_per_unit_day(self) -> FloatArray:
        """What a unit on backorder costs each day, taking its deadline as the day it was ordered."""
        return self.backlog_per_unit_day + self.goodwill_per_late_unit_day

    def with_shortage(self, weight: float) -> Costs:
        """The same, all that a stock-out costs times ``weight``."""
        rates = {name: getattr(self, name) * weight for name in SHORTAGE}
        return replace(self, **rates)


SHORTAGE = (
    "lost_business_per_unit",
    "goodwill_per_unit",
    "goodwill_per_late_unit_day",
    "backlog_per_unit_day",
    "admin_per_line",
    "word_of_mouth_per_line",
)
"""The rates of ``Costs`` that a stock-out costs."""


def build(
    given: Callable[[str], FloatArray],
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
        given: the column of ``products`` of that name, per item, NaN where it says nothing.
        unit_cost, unit_price: float64, shape (n,), money.
        backorder_allowed: bool, shape (n,).
        line_cost: float64, shape (n,), money per purchase order line.
        has_alternative: bool, shape (n,): whether something may stand in for the item. None: nothing.

    """

    def setting(name: str) -> FloatArray:
        return assumptions.fill(name, given(name), float(getattr(config, name)))

    def override(name: str) -> FloatArray:
        return _override(given, config, name)

    margin = _margin(given, unit_cost, unit_price, config)
    if config.lost_margin is None:
        assumptions.add("lost_margin", "unit_price - unit_cost", int(np.isnan(given("lost_margin")).sum()))
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
    return Costs(
        holding_per_unit_day=np.where(np.isnan(direct_holding), holding, direct_holding),
        lost_business_per_unit=np.where(
            unit_set, np.where(backorder_allowed, 0.0, direct_unit), lost_business
        ),
        goodwill_per_unit=np.where(unit_set, np.where(backorder_allowed, direct_unit, 0.0), goodwill),
        goodwill_per_late_unit_day=np.where(day_set, 0.0, late),
        backlog_per_unit_day=np.where(day_set, direct_day, 0.0),
        admin_per_line=np.where(line_set, direct_line, admin),
        word_of_mouth_per_line=np.where(line_set, 0.0, word_of_mouth),
        line_cost=line_cost,
        lost_margin=np.where(unit_set, np.where(backorder_allowed, 0.0, direct_unit), margin),
        leaving_share=leaving,
        leaving_simulated=np.where(
            backorder_allowed,
            config.cancel_after_days is not None,
            False if has_alternative is None else has_alternative & (leaving < 1.0),
        ),
    )


def stranded_per_unit(
    given: Callable[[str], FloatArray],
    unit_cost: FloatArray,
    unit_price: FloatArray,
    backorder_allowed: BoolArray,
    config: Config,
) -> FloatArray:
    """What a unit on backorder loses on top where it is never served: the margin of those who would have
    waited. Nothing where ``shortage_per_unit`` says directly what a unit short costs. float64, shape (n,).
    """
    cancelled = given("cancel_share")
    waiting = 1.0 - np.where(np.isnan(cancelled), config.cancel_share, cancelled)
    counts = backorder_allowed & np.isnan(_override(given, config, "shortage_per_unit"))
    return np.where(counts, _margin(given, unit_cost, unit_price, config) * waiting, 0.0)


def _override(given: Callable[[str], FloatArray], config: Config, name: str) -> FloatArray:
    """What was set directly, NaN where nothing was."""
    value = getattr(config, name)
    column = given(name)
    return column if value is None else np.where(np.isnan(column), float(value), column)


def _margin(
    given: Callable[[str], FloatArray], unit_cost: FloatArray, unit_price: FloatArray, config: Config
) -> FloatArray:
    """Money lost with a unit that is not sold: float64, shape (n,)."""
    margin = _override(given, config, "lost_margin")
    return np.where(np.isnan(margin), np.maximum(unit_price - unit_cost, 0.0), margin)
