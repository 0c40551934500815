"""What holding stock and running short cost, and the ratio of the two that decides how much stock pays.

A stock-out costs four ways: business lost, gestures of goodwill, admin time and bad word of mouth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain.arrays import BoolArray, FloatArray
from forecasting.domain.columns import Columns


@dataclass(frozen=True)
class Costs(Columns):
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
        cancellation_rate: the share of the customers who are short that leave, 0..1: those who cancel, or
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
    cancellation_rate: FloatArray
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


def critical_ratio(
    costs: Costs, line_size: FloatArray, review_days: FloatArray, excess_holding_days: FloatArray | float
) -> FloatArray:
    """What being short costs against that and what being over costs: float64, shape (n,), .5 to .99.

    The newsvendor's ratio: models are judged at the quantile that a decision looks at. A unit too many
    costs one review of holding, and ``excess_holding_days`` days of it (the share of its holding that is
    charged until it is sold, over half of the time that is looked ahead).
    """
    under = costs.shortage_per_unit(line_size) + costs.waiting_per_unit_day * review_days / 2
    over = costs.holding_per_unit_day * (review_days + excess_holding_days)
    return np.clip(under / np.maximum(under + over, 1e-12), 0.5, 0.99)
