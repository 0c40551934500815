"""The tables that say how supply really is: who sells what on which terms, who is closed when, and rates."""

from __future__ import annotations

from forecasting.dataset.columns import Table, choice_column, date_column, number_column, text_column

SUPPLIER_ITEMS = Table(
    "supplier_items",
    (
        text_column("supplier", required=True),
        text_column("sku", required=True),
        text_column("location"),
        number_column("lead_time_days"),
        number_column("lead_time_sd_days"),
        number_column("unit_cost"),
        number_column("pack_size", minimum=None, above=0.0),
        number_column("min_order_quantity"),
        number_column("max_order_quantity", minimum=None, above=0.0),
        text_column("purchase_unit"),
        number_column("units_per_purchase_unit", minimum=None, above=0.0),
        text_column("supplier_sku"),
        number_column("rank", minimum=1.0),
        date_column("from"),
        date_column("until"),
    ),
    special=True,
)

CLOSURES = Table(
    "closures",
    (
        date_column("from", required=True),
        date_column("until", required=True),
        text_column("supplier"),
        text_column("location"),
        choice_column("what", "supplier", "receiving"),
    ),
    special=True,
)

CURRENCIES = Table(
    "currencies",
    (
        text_column("currency", required=True),
        number_column("rate", required=True, minimum=None, above=0.0),
        date_column("from"),
    ),
    key=("currency", "from"),
    special=True,
)
