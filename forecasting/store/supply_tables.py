"""The tables of a plan that say how supply really is; written where the dataset says something of it."""

from __future__ import annotations

from forecasting.store.columns import Table, boolean, count, date, money, number, quantity, series, text
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

ORDER_CALENDAR = Table(
    "order_calendar",
    ("plan",),
    "a day on which a supplier can be ordered from for a location, of the year to come",
    ("location", "supplier", "number"),
    (
        RUN,
        ITEM[0],
        text("supplier", "Who can be ordered from."),
        count("number", "", "1, 2, .. in their order."),
        date("order_on", "The day: a review's, or the last day of the supplier's work before it."),
        date("arrives_on", "The day on which goods of the usual lead time can be sold from."),
        count("lasts_days", "days", "Until the goods of the next one arrive."),
    ),
    "Written where the dataset has `closures`, lead times in business days or delivery weekdays, of "
    "the suppliers that they touch.",
)

SUPPLIERS_COMPARED = Table(
    "suppliers_compared",
    ("plan",),
    "a supplier of an item that has several, the usual one first",
    ("location", "sku", "supplier"),
    (
        RUN,
        *ITEM,
        text("supplier", "Who offers it."),
        text("role", "`chosen`, `fast` (asked beside it for what cannot wait), or `not chosen`."),
        boolean("usual", "Whether the company usually buys it there."),
        money("unit_cost", "What a unit costs, landed.", "money a unit"),
        number("lead_time_days", "days", "Mean lead time, as that supplier counts it."),
        money("goods_a_year", "What a year's demand costs there."),
        money("handling_a_year", "What stock, stock-outs and ordering are expected to cost in a year."),
        money("cost_a_year", "Their sum: what is compared."),
    ),
    "Written where `supplier_items` offers an item from several suppliers, and the policy weighs costs.",
)

SECOND_ORDERS = Table(
    "second_orders",
    ("plan",),
    "an order of an item from a faster supplier, beside the one in `recommendations`",
    ("location", "sku", "supplier"),
    (
        RUN,
        *ITEM,
        text("supplier", "Who is asked."),
        quantity("quantity", "units", "What to order there now."),
        quantity("packs", "packs", "The same in packs."),
        money("unit_cost", "The price of a unit at that quantity, landed.", "money a unit"),
        money("value", "quantity x unit_cost."),
        date("arrives_on", "The day on which it can be sold from."),
        money("premium", "What that is more than at the item's own supplier."),
        money("saved", "What it saves against waiting for that one, premium paid."),
    ),
)

TABLES = (ORDER_TERMS, ORDER_CALENDAR, SUPPLIERS_COMPARED, SECOND_ORDERS)
