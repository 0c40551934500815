"""What is known of each supplier: its review days and terms, gaps filled by settings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import (
    WEEKDAYS,
    BoolArray,
    FloatArray,
    Suppliers,
    SupplierTerms,
)
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import Records


def suppliers(records: Records, config: Config, assumptions: Assumptions) -> tuple[Suppliers, FloatArray]:
    """The suppliers, and what a line of each one's orders costs."""
    given = _Given(records, config, assumptions)
    weekday = np.array(
        [WEEKDAYS.index(name) if name else -1 for name in records.suppliers.text["review_weekday"]],
        dtype=np.int64,
    )
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
