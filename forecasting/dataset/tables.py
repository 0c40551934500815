"""The tables of a dataset: their columns, what each may hold, and what makes a row unique.

This file is the contract between every source and everything that reads: a source writes these
tables, ``read`` returns them with these types, ``check`` holds a file against them.

In memory a table is a pandas DataFrame with every column below present, in this order, extra
columns behind them. Text and choice columns are categorical; dates and times are
``datetime64[us]`` without a zone; numbers are float64. What was not given is null, except that
``location`` is then ``main``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from forecasting.domain import WEEKDAYS


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    CHOICE = "one of a few words"
    DATE = "a date, as 2011-09-04"
    TIME = "a date or a time, as 2011-09-04 or 2011-09-04T16:20:00"
    NUMBER = "a number"


@dataclass(frozen=True)
class Column:
    """One column. ``minimum`` and ``maximum`` are inclusive unless ``above`` (exclusive) is set."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None


@dataclass(frozen=True)
class Table:
    """One table. No two rows agree in every column of ``key`` (rows with a null there are free).

    ``special``: facts that most companies do not have. Where it is not given nothing is said of that, and the
    dataset's fingerprint is what it was before there was such a table.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    required: bool = False
    special: bool = False

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _text(name: str, required: bool = False) -> Column:
    return Column(name, Kind.TEXT, required)


def _choice(name: str, *choices: str) -> Column:
    return Column(name, Kind.CHOICE, choices=choices)


def _date(name: str, required: bool = False) -> Column:
    return Column(name, Kind.DATE, required)


def _time(name: str, required: bool = False) -> Column:
    return Column(name, Kind.TIME, required)


def _number(
    name: str,
    required: bool = False,
    *,
    minimum: float | None = 0.0,
    maximum: float | None = None,
    above: float | None = None,
) -> Column:
    return Column(name, Kind.NUMBER, required, (), minimum, maximum, above)


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
        _text("order", required=True),
        _text("line"),
        _time("ordered_at", required=True),
        _text("sku", required=True),
        _number("quantity", required=True, minimum=None, above=0.0),
        _text("location"),
        _text("customer"),
        _text("customer_class"),
        _number("unit_price"),
        _time("due"),
        _choice("kind", "order", "preorder", "standing", "project"),
        _choice("status", "open", "shipped", "cancelled", "refused"),
        _time("shipped_at"),
        _number("quantity_shipped"),
        _time("cancelled_at"),
    ),
    key=("order", "line"),
    required=True,
)

PRODUCTS = Table(
    "products",
    (
        _text("sku", required=True),
        _text("description"),
        _text("category"),
        _text("supplier"),
        _number("unit_cost"),
        _number("next_unit_cost"),
        _date("next_unit_cost_from"),
        _number("unit_price"),
        _choice("backorder", "allowed", "refused"),
        _choice("shown_as", "on_backorder", "available"),
        _number("pack_size", minimum=None, above=0.0),
        _number("min_order_quantity"),
        _number("max_order_quantity", minimum=None, above=0.0),
        _number("volume"),
        _number("shelf_life_days", minimum=None, above=0.0),
        _number("lead_time_days"),
        _number("lead_time_sd_days"),
        _number("reorder_point", minimum=None),
        _number("order_up_to", minimum=None),
        _number("max_backorder_quantity"),
        _date("available_from"),
        _date("ends_on"),
        _text("predecessor"),
        *(_number(name, maximum=1.0 if name in _SHARES else None) for name in COST_COLUMNS),
    ),
    key=("sku",),
)

ALTERNATIVES = Table(
    "alternatives",
    (
        _text("sku", required=True),
        _text("alternative", required=True),
        _number("rank", minimum=1.0),
        _number("ratio", minimum=None, above=0.0),
    ),
    key=("sku", "alternative"),
)

SUPPLIERS = Table(
    "suppliers",
    (
        _text("supplier", required=True),
        _number("lead_time_days"),
        _number("lead_time_sd_days"),
        _number("review_days", minimum=1.0),
        _choice("review_weekday", *WEEKDAYS),
        _number("min_order_value"),
        _number("free_freight_value"),
        _number("freight_cost"),
        _number("order_cost"),
        _number("line_cost"),
        _number("max_volume", minimum=None, above=0.0),
    ),
    key=("supplier",),
)

PRICE_BREAKS = Table(
    "price_breaks",
    (
        _text("supplier", required=True),
        _text("sku", required=True),
        _number("min_quantity", required=True),
        _number("unit_cost", required=True),
    ),
    key=("supplier", "sku", "min_quantity"),
)

STOCK = Table(
    "stock",
    (
        _date("as_of", required=True),
        _text("sku", required=True),
        _number("on_hand", required=True, minimum=None),
        _text("location"),
    ),
    key=("as_of", "sku", "location"),
)

LOTS = Table(
    "lots",
    (
        _date("as_of", required=True),
        _text("sku", required=True),
        _number("on_hand", required=True),
        _text("location"),
        _date("expires_on"),
    ),
)

AVAILABILITY = Table(
    "availability",
    (
        _time("date", required=True),
        _text("sku", required=True),
        _text("location"),
        _number("share", required=True, maximum=1.0),
    ),
    key=("date", "sku", "location"),
)

PURCHASE_ORDERS = Table(
    "purchase_orders",
    (
        _text("purchase_order", required=True),
        _text("line"),
        _text("sku", required=True),
        _number("quantity", required=True, minimum=None, above=0.0),
        _time("ordered_at", required=True),
        _text("location"),
        _text("supplier"),
        _time("expected_at"),
        _time("confirmed_at"),
        _time("received_at"),
        _number("quantity_received"),
        _number("unit_cost"),
        _choice("status", "draft", "requested", "open", "received", "cancelled"),
    ),
    key=("purchase_order", "line"),
)

EVENTS = Table(
    "events",
    (
        _date("date", required=True),
        _text("name", required=True),
        _text("location"),
        _text("sku"),
        _text("category"),
        _text("kind"),
    ),
)

PRICES = Table(
    "prices",
    (
        _date("from", required=True),
        _text("sku", required=True),
        _number("unit_price", required=True),
        _text("location"),
        _text("promotion"),
    ),
    key=("from", "sku", "location"),
)

LOCATIONS = Table(
    "locations",
    (
        _text("location", required=True),
        _choice("kind", "sells", "supplies", "returns"),
        _text("supplied_by"),
        _number("transfer_days"),
        _number("transfer_cost_per_line"),
        _number("transfer_cost_per_unit"),
    ),
    key=("location",),
    special=True,
)

KITS = Table(
    "kits",
    (
        _text("sku", required=True),
        _text("component", required=True),
        _number("quantity", required=True, minimum=None, above=0.0),
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
    LOCATIONS,
    KITS,
)
"""Every table, ``orders`` first: it alone is required."""

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
