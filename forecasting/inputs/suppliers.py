"""What is known of each supplier: its lead time, review days and terms, gaps filled by settings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import (
    LONG_AGO,
    WEEKDAYS,
    BoolArray,
    FloatArray,
    IntArray,
    LeadTimes,
    Suppliers,
    SupplierTerms,
)
from forecasting.inputs import lead_times
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import Records


def suppliers(
    records: Records, config: Config, as_of: int, assumptions: Assumptions
) -> tuple[Suppliers, FloatArray]:
    """The suppliers as known at ``as_of``, and what a line of each one's orders costs."""
    given = _Given(records, config, assumptions)
    weekday = np.array(
        [WEEKDAYS.index(name) if name else -1 for name in records.suppliers.text["review_weekday"]],
        dtype=np.int64,
    )
    measured_times = _lead_times(records, given, as_of)
    review = np.maximum(np.round(given.filled("review_days")), 1.0)
    known = Suppliers(
        name=records.supplier_names,
        # On a weekday means every so many whole weeks.
        review_days=np.where(weekday >= 0, np.maximum(review // 7, 1.0) * 7, review),
        weekday=weekday,
        terms=SupplierTerms(
            min_order_value=given.filled("min_order_value"),
            free_freight_value=given.unlimited("free_freight_value"),
            freight_cost=given.filled("freight_cost"),
            order_cost=given.filled("order_cost"),
            max_volume=given.unlimited("max_volume"),
        ),
        lead_times=measured_times,
    )
    return known, given.filled("line_cost")


@dataclass(frozen=True)
class _Given:
    """Columns of ``suppliers``, with a setting where they say nothing; each float64, shape (suppliers,)."""

    records: Records
    config: Config
    assumptions: Assumptions

    def filled(self, name: str) -> FloatArray:
        """The column, its gaps filled by the setting of the same name, which is written down as assumed."""
        column = self.records.suppliers.number[name]
        self.assume(name, np.isnan(column))
        return np.where(np.isnan(column), float(getattr(self.config, name)), column)

    def unlimited(self, name: str) -> FloatArray:
        """The same of what has no limit where neither the table nor the setting gives one."""
        if getattr(self.config, name) is not None:
            return self.filled(name)
        column = self.records.suppliers.number[name]
        return np.where(np.isnan(column), np.inf, column)

    def assume(self, name: str, missing: BoolArray) -> None:
        """Write down that the setting stood in for the items of the suppliers where it is ``missing``."""
        items = np.bincount(self.records.supplier, minlength=len(missing))
        default = float(getattr(self.config, name))
        self.assumptions.add(name, f"{default:g}", int(items[missing].sum()))


def _lead_times(records: Records, given: _Given, as_of: int) -> LeadTimes:
    """Those that receipts show where they are enough, else those of the supplier's terms."""
    config, count = given.config, len(records.supplier_names)
    supplier, length = _receipts(records, as_of)
    receipts = np.bincount(supplier, minlength=count)
    measured = (receipts >= config.lead_time_receipts) & (config.lead_time_receipts > 0)

    # Nothing is assumed where receipts show it, whatever the terms leave out.
    mean, sd = (records.suppliers.number[name] for name in ("lead_time_days", "lead_time_sd_days"))
    for name, column in (("lead_time_days", mean), ("lead_time_sd_days", sd)):
        given.assume(name, np.isnan(column) & ~measured)

    by_terms = lead_times.from_terms(
        np.where(np.isnan(mean), config.lead_time_days, mean),
        np.where(np.isnan(sd), config.lead_time_sd_days, sd),
    )
    by_receipts = lead_times.from_receipts(supplier, length, count)
    return LeadTimes(
        np.where(measured[:, None], by_receipts.days, by_terms.days),
        np.where(measured[:, None], by_receipts.weight, by_terms.weight),
    )


def _receipts(records: Records, as_of: int) -> tuple[IntArray, FloatArray]:
    """The supplier and the lead time of each receipt up to ``as_of``.

    Goods received on day r can be sold from its start; ordered at the close of day t, they took
    r - t - 1 days.
    """
    purchases = records.purchases
    came = (purchases.received > LONG_AGO) & (purchases.received <= as_of) & (purchases.supplier >= 0)
    days = np.maximum(purchases.received - purchases.ordered - 1, 0)
    return purchases.supplier[came], days[came].astype(np.float64)
