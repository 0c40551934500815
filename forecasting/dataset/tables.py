"""The tables of a dataset: their columns, what each may hold, and what makes a row unique.

This file is the contract between every source and everything that reads: a source writes these
tables, ``read`` returns them with these types, ``check`` holds a file against them.

In memory a table is a pandas DataFrame with every column below present, in this order, extra
columns behind them. Text and choice columns are categorical; dates and times are
``datetime64[us]`` without a zone; numbers are float64. What was not given is null, except that
``location`` is then ``main``.
"""

from __future__ import annotations

from dataclasses import replace

from forecasting.dataset.columns import (
    Column,
    Kind,
    Table,
    choice_column,
    date_column,
    number_column,
    text_column,
    time_column,
)
from forecasting.dataset.supply_tables import CLOSURES, CURRENCIES, SUPPLIER_ITEMS
from forecasting.domain import WEEKDAYS

__all__ = ["Column", "Kind", "Table"]


COST_COLUMNS: tuple[str, ...] = (
    "holding_rate",
    "storage_cost",
    "salvage_share",
    "lost_margin",
    "cancel_share",
    "alternative_share",
    "goodwill_per_unit",
    "goodwill_share_of_price",
    "late_cost_per_unit_day",
    "late_share_of_price_per_day",
    "admin_minutes_per_line",
    "admin_hourly_cost",
    "churn_per_line",
    "customer_lifetime_margin",
    "holding_per_unit_day",
    "shortage_per_unit",
    "shortage_per_line",
    "backlog_per_unit_day",
)
"""The costs that ``products`` may set per SKU; ``configs/default.yaml`` says what each means."""

_SHARES = frozenset({"salvage_share", "cancel_share", "alternative_share", "churn_per_line"})

ORDERS = Table(
    "orders",
    (
        text_column("order", required=True),
        text_column("line"),
        time_column("ordered_at", required=True),
        text_column("sku", required=True),
        number_column("quantity", required=True, minimum=None, above=0.0),
        text_column("location"),
        text_column("customer"),
        text_column("customer_class"),
        number_column("unit_price"),
        time_column("due"),
        choice_column("kind", "order", "preorder", "standing", "project"),
        choice_column("status", "open", "shipped", "cancelled", "refused"),
        time_column("shipped_at"),
        number_column("quantity_shipped"),
        time_column("cancelled_at"),
    ),
    key=("order", "line"),
    required=True,
)

PRODUCTS = Table(
    "products",
    (
        text_column("sku", required=True),
        text_column("description"),
        text_column("category"),
        text_column("supplier"),
        number_column("unit_cost"),
        number_column("next_unit_cost"),
        date_column("next_unit_cost_from"),
        number_column("unit_price"),
        choice_column("backorder", "allowed", "refused"),
        choice_column("shown_as", "on_backorder", "available"),
        number_column("pack_size", minimum=None, above=0.0),
        number_column("min_order_quantity"),
        number_column("max_order_quantity", minimum=None, above=0.0),
        number_column("volume"),
        number_column("shelf_life_days", minimum=None, above=0.0),
        number_column("lead_time_days"),
        number_column("lead_time_sd_days"),
        number_column("reorder_point", minimum=None),
        number_column("order_up_to", minimum=None),
        number_column("max_backorder_quantity"),
        date_column("available_from"),
        date_column("ends_on"),
        text_column("predecessor"),
        *(number_column(name, maximum=1.0 if name in _SHARES else None) for name in COST_COLUMNS),
    ),
    key=("sku",),
)

ALTERNATIVES = Table(
    "alternatives",
    (
        text_column("sku", required=True),
        text_column("alternative", required=True),
        number_column("rank", minimum=1.0),
        number_column("ratio", minimum=None, above=0.0),
    ),
    key=("sku", "alternative"),
)

SUPPLIERS = Table(
    "suppliers",
    (
        text_column("supplier", required=True),
        number_column("lead_time_days"),
        number_column("lead_time_sd_days"),
        number_column("review_days", minimum=1.0),
        choice_column("review_weekday", *WEEKDAYS),
        number_column("min_order_value"),
        number_column("free_freight_value"),
        number_column("freight_cost"),
        number_column("order_cost"),
        number_column("line_cost"),
        number_column("max_volume", minimum=None, above=0.0),
        replace(text_column("currency"), special=True),
        replace(choice_column("lead_time_in", "calendar", "business"), special=True),
        replace(text_column("delivery_weekdays"), special=True),
        replace(number_column("landed_cost_share"), special=True),
        replace(number_column("landed_cost_per_unit"), special=True),
    ),
    key=("supplier",),
)

PRICE_BREAKS = Table(
    "price_breaks",
    (
        text_column("supplier", required=True),
        text_column("sku", required=True),
        number_column("min_quantity", required=True),
        number_column("unit_cost", required=True),
    ),
    key=("supplier", "sku", "min_quantity"),
)

STOCK = Table(
    "stock",
    (
        date_column("as_of", required=True),
        text_column("sku", required=True),
        number_column("on_hand", required=True, minimum=None),
        text_column("location"),
    ),
    key=("as_of", "sku", "location"),
)

LOTS = Table(
    "lots",
    (
        date_column("as_of", required=True),
        text_column("sku", required=True),
        number_column("on_hand", required=True),
        text_column("location"),
        date_column("expires_on"),
    ),
)

AVAILABILITY = Table(
    "availability",
    (
        time_column("date", required=True),
        text_column("sku", required=True),
        text_column("location"),
        number_column("share", required=True, maximum=1.0),
    ),
    key=("date", "sku", "location"),
)

PURCHASE_ORDERS = Table(
    "purchase_orders",
    (
        text_column("purchase_order", required=True),
        text_column("line"),
        text_column("sku", required=True),
        number_column("quantity", required=True, minimum=None, above=0.0),
        time_column("ordered_at", required=True),
        text_column("location"),
        text_column("supplier"),
        time_column("expected_at"),
        time_column("confirmed_at"),
        time_column("received_at"),
        number_column("quantity_received"),
        number_column("unit_cost"),
        choice_column("status", "draft", "requested", "open", "received", "cancelled"),
    ),
    key=("purchase_order", "line"),
)

EVENTS = Table(
    "events",
    (
        date_column("date", required=True),
        text_column("name", required=True),
        text_column("location"),
        text_column("sku"),
        text_column("category"),
        text_column("kind"),
    ),
)

PRICES = Table(
    "prices",
    (
        date_column("from", required=True),
        text_column("sku", required=True),
        number_column("unit_price", required=True),
        text_column("location"),
        text_column("promotion"),
    ),
    key=("from", "sku", "location"),
)

LOCATIONS = Table(
    "locations",
    (
        text_column("location", required=True),
        choice_column("kind", "sells", "supplies", "returns"),
        text_column("supplied_by"),
        number_column("transfer_days"),
        number_column("transfer_cost_per_line"),
        number_column("transfer_cost_per_unit"),
    ),
    key=("location",),
    special=True,
)

KITS = Table(
    "kits",
    (
        text_column("sku", required=True),
        text_column("component", required=True),
        number_column("quantity", required=True, minimum=None, above=0.0),
    ),
    key=("sku", "component"),
    special=True,
)

TABLES: tuple[Table, ...] = (
    ORDERS,
    PRODUCTS,
    ALTERNATIVES,
    SUPPLIERS,
    PRICE_BREAKS,
    STOCK,
    LOTS,
    AVAILABILITY,
    PURCHASE_ORDERS,
    EVENTS,
    PRICES,
    SUPPLIER_ITEMS,
    CLOSURES,
    CURRENCIES,
    LOCATIONS,
    KITS,
)
"""Every table, ``orders`` first: it alone is required."""

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
