"""What is known of each supplier: its lead time, review days and terms, gaps filled by settings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.dataset.dataset import Dataset
from forecasting.domain import (
    LONG_AGO,
    WEEKDAYS,
    FloatArray,
    IntArray,
    LeadTimes,
    Suppliers,
    SupplierTerms,
    TextArray,
)
from forecasting.inputs import lead_times as lead_time
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.demand import days_of

ANY_SUPPLIER = ""
"""The supplier of items for which none is named: they are ordered together."""


def suppliers_of(
    dataset: Dataset,
    config: Config,
    as_of: int,
    names: TextArray,
    supplier: IntArray,
    assumptions: Assumptions,
) -> tuple[Suppliers, FloatArray]:
    """The suppliers of these names as known at ``as_of``, and what a line of each one's orders costs.

    ``supplier``: int64, shape (n,): that of each item.
    """
    table = dataset.suppliers.set_index(dataset.suppliers["supplier"].astype(str))
    row = table.index.get_indexer(pd.Index(names))
    items_of = np.bincount(supplier, minlength=len(names))

    def given(name: str) -> FloatArray:
        return np.append(table[name].to_numpy(dtype=np.float64), np.nan)[row]

    def filled(name: str) -> FloatArray:
        column, default = given(name), float(getattr(config, name))
        assumptions.add(name, f"{default:g}", int(items_of[np.isnan(column)].sum()))
        return np.where(np.isnan(column), default, column)

    def unlimited(name: str) -> FloatArray:
        """The same of what has no limit where neither the table nor the setting gives one."""
        if getattr(config, name) is not None:
            return filled(name)
        return np.where(np.isnan(given(name)), np.inf, given(name))

    group, length = _receipts(dataset, names, as_of)
    receipts = np.bincount(group, minlength=len(names))
    measured = (receipts >= config.lead_time_receipts) & (config.lead_time_receipts > 0)
    terms_mean, terms_sd = given("lead_time_days"), given("lead_time_sd_days")
    for name, column in (("lead_time_days", terms_mean), ("lead_time_sd_days", terms_sd)):
        default = float(getattr(config, name))
        assumptions.add(name, f"{default:g}", int(items_of[np.isnan(column) & ~measured].sum()))
    by_terms = lead_time.from_terms(
        np.where(np.isnan(terms_mean), config.lead_time_days, terms_mean),
        np.where(np.isnan(terms_sd), config.lead_time_sd_days, terms_sd),
    )
    by_receipts = lead_time.from_receipts(group, length, len(names))
    lead_times = LeadTimes(
        np.where(measured[:, None], by_receipts.days, by_terms.days),
        np.where(measured[:, None], by_receipts.weight, by_terms.weight),
    )
    words = [*table["review_weekday"].astype(object), None]
    named = [words[place] for place in row]
    weekday = np.array([WEEKDAYS.index(word) if isinstance(word, str) else -1 for word in named])
    review = np.maximum(np.round(filled("review_days")), 1.0)
    order_cost = filled("order_cost")
    terms = SupplierTerms(
        min_order_value=filled("min_order_value"),
        free_freight_value=unlimited("free_freight_value"),
        freight_cost=filled("freight_cost"),
        order_cost=order_cost,
        max_volume=unlimited("max_volume"),
    )
    found = Suppliers(
        name=names.astype(object),
        # On a weekday means every so many whole weeks.
        review_days=np.where(weekday >= 0, np.maximum(review // 7, 1.0) * 7, review),
        weekday=weekday.astype(np.int64),
        order_cost=order_cost,
        terms=terms,
        lead_times=lead_times,
    )
    return found, filled("line_cost")


def _receipts(dataset: Dataset, names: TextArray, as_of: int) -> tuple[IntArray, FloatArray]:
    """The supplier and the lead time of each receipt up to ``as_of``.

    Goods received on day r can be sold from its start; ordered at the close of day t, they took
    r - t - 1 days.
    """
    table = dataset.purchase_orders
    received, ordered = days_of(table["received_at"]), days_of(table["ordered_at"])
    group = supplier_of(table, dataset.products, names)
    keep = (received > LONG_AGO) & (received <= as_of) & (group >= 0)
    return group[keep], np.maximum(received - ordered - 1, 0)[keep].astype(np.float64)


def supplier_of(purchase_orders: pd.DataFrame, products: pd.DataFrame, names: TextArray) -> IntArray:
    """The supplier of each row, its product's where it names none: int64, -1 where not in ``names``."""
    by_sku = products.set_index(products["sku"].astype(str))["supplier"]
    of_product = by_sku.reindex(purchase_orders["sku"].astype(str)).astype(object).to_numpy()
    own = purchase_orders["supplier"].astype(object).to_numpy()
    name = pd.Series(np.where(pd.isna(own), of_product, own), dtype=object).fillna(ANY_SUPPLIER)
    return pd.Index(names).get_indexer(pd.Index(name.astype(str))).astype(np.int64)
