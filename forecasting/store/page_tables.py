"""The tables of a plan that only the buyers' pages read: written into databases, with everything on one row.

They are compact on purpose. What a page draws of an item (a year of demand, the forecast, the cost of other
quantities) is a series in one column, not a row a figure: 30,000 items then make 30,000 rows.
"""

from __future__ import annotations

from forecasting.store.columns import Table, count, date, money, number, probability, quantity, series, text
from forecasting.store.plan_tables import ITEM, RUN

WRITTEN_BY = ("plan --db",)
UNITS = "units"

LINE_DETAILS = Table(
    "line_details",
    WRITTEN_BY,
    "an item: what a quantity typed by a buyer is held against",
    ("location", "sku"),
    (
        RUN,
        *ITEM,
        count("number", "", "1, 2, .. in the order of the catalogue."),
        text("description", "What it is; empty where the dataset does not say."),
        text("category", "Its category; empty where the dataset does not say."),
        money("unit_price", "What a unit sells for."),
        money("list_cost", "What a unit costs below the first price break.", "money a unit"),
        quantity("pack_size", UNITS, "Units in a pack."),
        quantity("smallest", UNITS, "The smallest order, in whole packs."),
        quantity("largest", UNITS, "The largest order, in whole packs.", nullable=True),
        series("break_quantity", UNITS, "The quantities from which on a unit costs less, rising."),
        series("break_cost", "money a unit", "What it costs from there on."),
        number("review_days", "days", "The review period R."),
        number("daily_demand", "units a day", "demand_mean / protection_days."),
        quantity("counted_on", UNITS, "The inventory position that the decision counts on."),
        series("curve_quantity", UNITS, "Quantities that could be ordered: those of `choices`."),
        series("curve_cost", "money", "What each is expected to cost."),
        series(
            "curve_risk",
            "",
            "With each ordered, the probability that stock runs out before the next order can arrive, "
            "from the arrival of this one on.",
        ),
    ),
)

ITEM_WEEKS = Table(
    "item_weeks",
    WRITTEN_BY,
    "an item: its demand, week by week, of the past and of the time to come",
    ("location", "sku"),
    (
        RUN,
        *ITEM,
        series(
            "asked", UNITS, "Demand of each of the last weeks, oldest first; the last one ends on `as_of`."
        ),
        series("available", "", "The share of each of these weeks during which it could be sold."),
        series("odd", UNITS, "Of `asked`, what models do not believe, as one line was out of proportion."),
        series("mean", UNITS, "Expected demand of each week to come."),
        *(
            series(f"q{level}", UNITS, f"Demand of that week is at or below it with probability .{level}.")
            for level in ("05", "20", "80", "95")
        ),
        series("sum_mean", UNITS, "Expected demand from now to the end of that week."),
        *(
            series(f"sum_q{level}", UNITS, f"That demand is at or below it with probability .{level}.")
            for level in ("05", "20", "80", "95")
        ),
    ),
    "A week is seven days counted from `as_of`, whatever the bucket.",
)

ITEM_FACTS = Table(
    "item_facts",
    WRITTEN_BY,
    "an item: who buys it, and when it is on promotion",
    ("location", "sku"),
    (
        RUN,
        *ITEM,
        text("customers", "Who took most of it in the year before: name, units, lines, of each, as JSON."),
        number(
            "lumpiness", "", "The largest order line of that year, as a share of its demand.", nullable=True
        ),
        series("promoted", "", "The share of days on promotion of the 52 weeks before and the 13 to come."),
    ),
    "Weeks as in `item_weeks`.",
)

SUPPLIER_DETAILS = Table(
    "supplier_details",
    WRITTEN_BY,
    "a supplier: terms that `supplier_orders` does not show",
    ("supplier",),
    (
        RUN,
        text("supplier", "Its name; empty for items whose supplier the dataset does not name."),
        money("free_freight_value", "An order below it pays for freight.", nullable=True),
        money("freight_cost", "What it then pays."),
        number("max_volume", "volume", "The most that an order may take up.", nullable=True),
        number("review_days", "days", "Days between two orders."),
        money("on_order_value", "What is on order with it, at unit cost."),
    ),
)

OPEN_PURCHASES = Table(
    "open_purchases",
    WRITTEN_BY,
    "a line of a purchase order that is still to come, the next one first",
    ("number",),
    (
        RUN,
        count("number", "", "1, 2, .. in their order."),
        text("purchase_order", "The purchase order."),
        *ITEM,
        text("supplier", "Who it was ordered from; empty where the dataset names nobody."),
        quantity("quantity", UNITS, "What is still to come of the line."),
        quantity("counted_on", UNITS, "What is counted on within the protection interval."),
        money("value", "quantity at the item's unit cost."),
        date("ordered_on", "When it was ordered."),
        date("promised_on", "When it was confirmed, else promised for.", nullable=True),
        probability("chance", "That it still comes."),
        date("likely_on", "The day by which it comes with probability .5, if it comes."),
        date("latest_on", "The same with probability .9."),
    ),
)

SUPPLIER_SCORES = Table(
    "supplier_scores",
    WRITTEN_BY,
    "a supplier: what it says of itself beside what it did in the year before",
    ("supplier",),
    (
        RUN,
        text("supplier", "Its name; empty for items whose supplier the dataset does not name."),
        count("receipts", "lines", "Lines of purchase orders that came."),
        number(
            "stated_days", "days", "The lead time that is stated of these lines, their mean.", nullable=True
        ),
        number("measured_days", "days", "What they took, their mean.", nullable=True),
        number("measured_q90", "days", "Nine in ten came within it.", nullable=True),
        count("promised", "lines", "Of these, the ones whose day was confirmed or promised."),
        count("on_time", "lines", "Of the promised ones, those that came by that day."),
        count("short", "lines", "Lines of which less came than was ordered."),
        quantity("ordered_units", UNITS, "Units that were ordered with them."),
        quantity("came_units", UNITS, "Units that came; of each line no more than was ordered."),
    ),
    "Of the receipts in the 364 days up to `as_of`.",
)

POLICIES_REPLAYED = Table(
    "policies_replayed",
    ("replay --db",),
    "a policy: what `summary` says of it, as far as the pages show it",
    ("policy",),
    (
        RUN,
        text("policy", "The policy."),
        number("fill_rate", "", "The share of the units that shipped from stock when due.", nullable=True),
        number("short_lines", "lines", "Lines short: backordered or lost.", nullable=True),
        money("average_on_hand_value", "The stock of an average day at its unit cost.", nullable=True),
        money("cost_total", "What it cost in all.", nullable=True),
        *(
            number(f"{name}{end}", unit, f"{said}{where}", nullable=True)
            for name, unit, said in (
                ("backorders_avoided", "lines", "The baseline's lines short less the policy's"),
                ("cost_saved", "money", "The baseline's cost less the policy's"),
            )
            for end, where in (
                ("", "."),
                ("_low", ": the lower end of its 90 % interval."),
                ("_high", ": the upper end."),
            )
        ),
    ),
)

FOR_PAGES = frozenset(
    table.name
    for table in (
        LINE_DETAILS,
        ITEM_WEEKS,
        ITEM_FACTS,
        SUPPLIER_DETAILS,
        OPEN_PURCHASES,
        SUPPLIER_SCORES,
        POLICIES_REPLAYED,
    )
)
"""The names of these tables."""
