"""The tables of a plan that say how supply really is; written where the dataset says something of it."""

from __future__ import annotations

from forecasting.store.columns import Table, number, quantity, series, text
from forecasting.store.plan_tables import ITEM, RUN

ORDER_TERMS = Table(
    "order_terms",
    ("plan",),
    "an item and a supplier that an order for it may go to: how that supplier counts and prices it",
    ("location", "sku", "supplier"),
    (
        RUN,
        *ITEM,
        text("supplier", "Who would be ordered from."),
        text("supplier_sku", "The supplier's own number; empty where it is not known."),
        text("purchase_unit", "What the supplier counts in; empty: our unit."),
        quantity("units_per_purchase_unit", "units", "Units of ours in one."),
        text("currency", "Of the price; empty: the company's money."),
        number(
            "price", "currency a purchase unit", "What one costs below the first break, before landed costs."
        ),
        series("break_quantity", "purchase units", "The quantities from which on one costs less, rising."),
        series("break_price", "currency a purchase unit", "What one costs from there on."),
    ),
    "Written where the dataset has `supplier_items`, or a currency or landed costs in `suppliers`: "
    "`reorder send` writes orders in these units and prices.",
)

TABLES = (ORDER_TERMS,)
