"""The tables of ``plan`` and ``forecast``, and those that every run has."""

from __future__ import annotations

from collections.abc import Sequence

from forecasting.store.columns import (
    Column,
    Table,
    boolean,
    count,
    date,
    flags,
    money,
    number,
    probability,
    quantity,
    text,
)

RUN = text("run", "The run's name: the same data, settings, request and version give the same.")
AS_OF = date("as_of", "The day at whose close it was decided.")
LOCATION = text("location", "Where the item is kept.")
SKU = text("sku", "The item's SKU.")
ITEM = (LOCATION, SKU)

COST_PARTS = {
    "cost_holding": "Holding stock.",
    "cost_lost_business": "Margin that is lost with customers who cancel or go elsewhere.",
    "cost_goodwill": "Goodwill: per unit short, per late unit and day, per unit owed and day.",
    "cost_admin": "Work on order lines that are short.",
    "cost_word_of_mouth": "Customers who do not come back after a line was short.",
    "cost_ordering": "Purchase orders, their lines and freight, less what price breaks save.",
    "cost_waste": "Stock that is written off at an item's end, or at the end of its shelf life.",
}
"""The parts that every cost is broken down into, each with what it is."""

RECOMMENDATIONS = Table(
    "recommendations",
    ("plan",),
    "an item, also where nothing is suggested: then with quantity 0 and the reason; in files, where a second "
    "supplier is asked too, another row for it (`second_orders`)",
    ("location", "sku", "supplier"),
    (
        RUN,
        AS_OF,
        *ITEM,
        text(
            "supplier",
            "Who would be ordered from, or the place that a transfer comes from; empty where none is named.",
        ),
        text("policy", "The policy that decided."),
        text("model", "The demand model whose forecast it decided on."),
        quantity("quantity", "units", "What to order now."),
        quantity("packs", "packs", "The same in packs."),
        money("unit_cost", "The price of a unit at that quantity.", "money a unit"),
        money("value", "quantity x unit_cost."),
        date(
            "order_by",
            "The last day to order: `as_of` where an order is due; else when, at the expected demand, the "
            "inventory position will be down at the reorder point, the next review at the earliest. "
            "Nothing where that is far away.",
            nullable=True,
        ),
        date("arrives_on", "The day on which an order placed now can be sold from."),
        quantity("on_hand", "units", "In stock."),
        quantity("on_order", "units", "Purchased and not received."),
        quantity("backlog", "units", "Owed to customers now."),
        quantity("inventory_position", "units", "on_hand + on_order - backlog."),
        quantity("on_order_late", "units", "Of on_order, what cannot be counted on within the interval."),
        quantity("ordered_ahead", "units", "What customers ordered ahead, due to ship within the interval."),
        quantity("unseen_demand", "units", "Likely asked for since the day until which orders are known."),
        quantity("expiring", "units", "Of on_hand, what is likely to expire unsold within the interval."),
        date("next_receipt", "When the first of what is on order is expected.", nullable=True),
        number("lead_time_days", "days", "Mean lead time L: from order to usable stock."),
        number(
            "protection_days",
            "days",
            "The protection interval R + L: from now until the next order can arrive.",
        ),
        number("demand_mean", "units", "Expected demand over the protection interval."),
        *(
            quantity(
                f"demand_q{percent}",
                "units",
                f"Demand over the protection interval is at or below it with probability .{percent}.",
            )
            for percent in (50, 80, 95, 98)
        ),
        number("safety_stock", "units", "reorder_point - demand_mean."),
        quantity("reorder_point", "units", "An inventory position at or below it is ordered for."),
        quantity("order_up_to", "units", "The position that an order is to lift the item to."),
        probability(
            "stockout_probability",
            "That stock runs out before an order placed now can arrive.",
        ),
        probability(
            "stockout_probability_if_ordered",
            "That it runs out before the next order can arrive, with `quantity` ordered now.",
        ),
        number(
            "expected_short_units",
            "units",
            "Short at the worst time of the protection interval, if nothing is ordered.",
        ),
        number(
            "expected_short_units_if_ordered",
            "units",
            "The same from its arrival on, with `quantity` ordered now.",
        ),
        money("expected_cost", "What ordering nothing is expected to cost."),
        money("expected_cost_if_ordered", "What ordering `quantity` is expected to cost."),
        money("marginal_value", "What each unit of the last pack saves.", "money a unit"),
        text(
            "reason",
            "Why: a sentence whose figures stand in the same row; of shortages: `persistent_backorders`.",
        ),
        flags(
            "flags", "What is special about the item: words of the list of [flags](#flags), joined by `;`."
        ),
        text(
            "rule",
            "Which of the field's rules the decision comes to: `base_stock`, `r_nQ`, `s_S`, `lost_sales` or "
            "`newsvendor`; the policy's name, where it is not `cost_optimal`.",
        ),
        text(
            "kind",
            "`purchase`, or `transfer`: the goods come from another place. In files only where the dataset "
            "has `locations`; nothing in a database means a purchase.",
            optional=True,
            nullable=True,
        ),
        text(
            "source",
            "The supplier, or the place that a transfer comes from. There where `kind` is.",
            optional=True,
            nullable=True,
        ),
    ),
)


def _expected(suffix: str, words: str) -> Sequence[Column]:
    """The parts of an expected cost, and their sum."""
    parts = [money(f"{name}{suffix}", meaning) for name, meaning in COST_PARTS.items()]
    return (*parts, money(f"expected_cost{suffix}", f"Their sum: {words}."))


COSTS = Table(
    "costs",
    ("plan",),
    "an item: what it is expected to cost by name, without an order and with the one recommended",
    ("location", "sku"),
    (
        RUN,
        AS_OF,
        *ITEM,
        *_expected("", "what ordering nothing is expected to cost"),
        *_expected("_if_ordered", "what the recommended order is expected to cost"),
    ),
    "The parts sum to the last digit to the two costs of `recommendations`.",
)

CHOICES = Table(
    "choices",
    ("plan",),
    "a quantity that an item could be ordered in, from 0 up, the recommended one among them",
    ("location", "sku", "quantity"),
    (
        RUN,
        *ITEM,
        quantity("quantity", "units", "What could be ordered."),
        quantity("packs", "packs", "The same in packs."),
        money("unit_cost", "The price of a unit at that quantity.", "money a unit"),
        money("value", "quantity x unit_cost."),
        money("expected_cost", "What ordering it is expected to cost."),
        boolean("recommended", "Whether it is the one recommended."),
    ),
    "So what a changed quantity costs can be shown without asking again. At quantity 0 `expected_cost` is "
    "that of the recommendation, at the recommended one its `expected_cost_if_ordered`. Where no supplier's "
    "term and no budget changed the quantity, the recommended one is the cheapest. An item has 14 choices at "
    "most.",
)

OVERDUE = Table(
    "overdue",
    ("plan",),
    "a line of a purchase order that should have come by now, the most money first",
    ("number",),
    (
        RUN,
        AS_OF,
        count("number", "", "1, 2, .. in their order."),
        text("purchase_order", "The purchase order."),
        *ITEM,
        text("supplier", "Who it was ordered from; empty where the dataset names nobody."),
        quantity("quantity", "units", "What is still to come of the line."),
        money("value", "The same at the item's unit cost."),
        date("ordered_on", "When it was ordered."),
        date("promised_on", "When it was confirmed, else promised for.", nullable=True),
        count("days_overdue", "days", "Since then; without a promise, since nearly all would have come."),
        probability("chance", "That it still comes."),
        date("likely_on", "The day by which it comes with probability .5, if it comes."),
        date("latest_on", "The same with probability .9."),
        count("waiting_lines", "lines", "Customers' order lines of the item that are owed something."),
        quantity("waiting_units", "units", "Units of the item owed to customers."),
    ),
    "Ask the supplier, expedite, or close the line: what hardly comes any more is not counted on.",
)

EXCESS = Table(
    "excess",
    ("plan",),
    "an item that there is more of than any likely demand calls for, the most money first",
    ("location", "sku"),
    (
        RUN,
        AS_OF,
        *ITEM,
        quantity("on_hand", "units", "In stock."),
        quantity("excess_units", "units", "Of these, beyond twice what any likely demand calls for."),
        money("excess_value", "The same at the item's unit cost."),
        number(
            "days_of_cover", "days", "How long the stock lasts; nothing where none is sold.", nullable=True
        ),
    ),
)

SUPPLIER_ORDERS = Table(
    "supplier_orders",
    ("plan",),
    "a supplier, also where nothing is ordered from it",
    ("supplier",),
    (
        RUN,
        text("supplier", "Its name; empty for items whose supplier the dataset does not name."),
        count("lines", "lines", "Items on its order."),
        quantity("units", "units", "Units on its order."),
        money("value", "The value of the goods."),
        number("volume", "volume", "Their volume, in the unit of `unit_volume`."),
        money("freight", "What the order pays for freight."),
        money("order_cost", "What placing the order costs."),
        money("min_order_value", "The supplier's minimum order value."),
        text("decided_by", "What made the order what it is, in plain words."),
        money("saved", "What the order is expected to save, after freight and order cost."),
    ),
    "`together` in `run.json` speaks of all orders: the `budget`, the `value` that is spent, the `gap` to "
    "the bound, and about what one more unit of budget would save (`budget_price`).",
)

FORECAST = Table(
    "forecast",
    ("forecast",),
    "an item; with `--per-period` also an item and bucket",
    ("location", "sku", "period"),
    (
        *ITEM,
        text("model", "The demand model."),
        count(
            "period",
            "",
            "0 for the sum over all days, 1, 2, .. for the buckets. With `--per-period` only.",
            optional=True,
        ),
        date(
            "starts_on",
            "The first day of the sum or of the bucket. With `--per-period` only.",
            optional=True,
        ),
        number("mean", "units", "Expected demand."),
        quantity(
            "q",
            "units",
            "One for each probability asked for, as `q0.95`: demand is at or below it with that probability.",
            family=True,
        ),
    ),
)

KEPT_FORECASTS = Table(
    "kept_forecasts",
    ("run",),
    "an item, and who forecast it on a night",
    ("who", "as_of", "location", "sku"),
    (
        text("who", "`champion`, or the `challenger` in its shadow."),
        date("as_of", "At whose close it was forecast."),
        count("horizon_days", "days", "Over how many days after it demand is summed."),
        *ITEM,
        text("model", "The demand model."),
        number("mean", "units", "Expected demand."),
        quantity("q", "units", "Demand is at or below it with this probability, as `q0.95`.", family=True),
    ),
)

ASSUMPTIONS = Table(
    "assumptions",
    ("plan", "promise", "replay", "backtest", "costs", "backorders"),
    "a setting that stood in for something the dataset does not say",
    ("setting",),
    (
        text("setting", "Its name."),
        text("value", "What was assumed."),
        count("items", "items", "For how many items (of an order, a supplier: what it names)."),
    ),
)

NOTICES = Table(
    "notices",
    ("plan", "promise", "replay", "costs", "backorders"),
    "something that looks odd and may be right, in the dataset or in what follows from it",
    ("number",),
    (
        count("number", "", "1, 2, ..: warnings first, then the dearest."),
        text(
            "severity",
            "`warning`: a figure may be wrong by it; `note`: something was left out, or done.",
        ),
        text("table", "The table of the dataset that it is about."),
        count(
            "row",
            "",
            "The row, as the file counts it; nothing where it is about more than one.",
            nullable=True,
        ),
        text("location", "Where the item is kept.", nullable=True),
        text("sku", "The item's SKU, where it is about one.", nullable=True),
        text("column", "The column, or columns.", nullable=True),
        text("value", "What stands there.", nullable=True),
        text("what", "What is odd."),
        money("money", "What is at stake, where that can be said.", nullable=True),
        text("advice", "What to do about it."),
    ),
    "`reorder check` says the same of the dataset alone. `counts` in `run.json` has how many there are, "
    "`notices` there the first ones in words. With `--strict` a command that has one ends with exit code 1.",
)

RUNS = Table(
    "runs",
    ("plan --db", "promise --db"),
    "a run, in a database",
    ("run",),
    (
        RUN,
        text("command", "The command that wrote it."),
        text("described", "What `run.json` says, as JSON."),
    ),
)
