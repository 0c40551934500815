"""What holding stock and running short cost, and the newsvendor's ratio of the two.

A stock-out costs four ways: business lost, gestures of goodwill, admin time and bad word of mouth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import overload

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
        refused_per_unit: per unit short that is refused, by what it loses of business: the margin; where an
            item refuses all backorders, less that of those who take an alternative.
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
    refused_per_unit: FloatArray
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

    def under_and_over(
        self, line_size: FloatArray, days: FloatArray, excess_holding_days: FloatArray | float
    ) -> tuple[FloatArray, FloatArray]:
        """What a unit too few (c_u) and a unit too many (c_o) cost over ``days``: money, float64, shape (n,).

        Args:
            line_size: float64, shape (n,), > 0: mean units of an order line.
            days: float64, shape (n,). A unit too few waits for half of them on average, a unit too many is
                held for all of them.
            excess_holding_days: days that a unit too many is charged for besides: the share of its holding
                that is charged until it is sold (theta), over half of the time that is looked ahead.

        """
        under = self.shortage_per_unit(line_size) + self.waiting_per_unit_day * days / 2
        over = self.holding_per_unit_day * (days + excess_holding_days)
        return under, over

    def with_shortage(self, weight: float) -> Costs:
        """The same, all that a stock-out costs times ``weight``."""
        rates = {name: getattr(self, name) * weight for name in SHORTAGE}
        return replace(self, **rates)


SHORTAGE = (
    "lost_business_per_unit",
    "refused_per_unit",
    "goodwill_per_unit",
    "goodwill_per_late_unit_day",
    "backlog_per_unit_day",
    "admin_per_line",
    "word_of_mouth_per_line",
)
"""The rates of ``Costs`` that a stock-out costs."""


@overload
def critical_ratio(under: float, over: float) -> float: ...


@overload
def critical_ratio(under: FloatArray, over: FloatArray) -> FloatArray: ...


def critical_ratio(under: FloatArray | float, over: FloatArray | float) -> FloatArray | float:
    """The newsvendor's critical ratio, c_u / (c_u + c_o): the quantile of demand that it pays to stock up to.

    One more unit is worth having as long as the chance that it is needed, times what a unit too few costs, is
    above the chance that it is not, times what a unit too many costs (Arrow, Harris and Marschak, "Optimal
    inventory policy", Econometrica 19, 1951; Silver, Pyke and Thomas, Inventory and Production Management,
    section 9.3). Which costs these are, whoever asks knows: a backlog per period against holding per
    period, say, or all of a shortage against a review of holding.

    Args:
        under: c_u, what a unit too few costs, money, >= 0: a number, or float64 of shape (n,).
        over: c_o, what a unit too many costs, of the same kind.

    Returns:
        From 0 to 1, the shape of both; 0 where neither costs anything.

    >>> round(critical_ratio(0.70, 0.18), 4)  # Snyder and Shen 2019, example 4.3
    0.7955

    """
    total = np.asarray(under + over, dtype=np.float64)
    ratio = np.divide(under, total, out=np.zeros_like(total), where=total > 0)
    return ratio if ratio.ndim else float(ratio)


def target_quantile(
    costs: Costs, line_size: FloatArray, review_days: FloatArray, excess_holding_days: FloatArray | float
) -> FloatArray:
    """The quantile of demand that decisions look at and models are judged at: float64, shape (n,), .5 to .99.

    The critical ratio of what a unit too few and a unit too many cost over a review
    (``Costs.under_and_over``, which describes the arguments).
    """
    under, over = costs.under_and_over(line_size, review_days, excess_holding_days)
    return np.clip(critical_ratio(under, over), 0.5, 0.99)
