"""Suppliers: when they take orders, and on which terms."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.domain.arrays import FloatArray, IntArray, TextArray
from forecasting.domain.supplier_terms import SupplierTerms


@dataclass(frozen=True)
class Suppliers:
    """The m suppliers. ``name``: text; ``weekday``: int64, 0 = Monday, -1 = any; the rest float64.

    ``terms`` are of an order as a whole.
    """

    name: TextArray
    review_days: FloatArray
    weekday: IntArray
    terms: SupplierTerms
