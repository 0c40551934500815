"""The tables of ``replay``: policies side by side, in all, by period and by item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from forecasting.store.columns import (
    Column,
    Kind,
    Table,
    boolean,
    count,
    money,
    number,
    quantity,
    share,
    text,
    time,
    with_missing,
)
from forecasting.store.plan_tables import COST_PARTS, ITEM

POLICY = text("policy", "The policy.")
LINES, UNITS = "order lines", "units"

MEASURES = with_missing(
    (
        count("lines", LINES, "Lines demanded."),
        quantity("units", UNITS, "Units demanded."),
        count("backordered_lines", LINES, "Lines that could not ship in full from stock when due, and wait."),
        quantity("backordered_units", UNITS, "Units of such lines that were short when due."),
        quantity("backlog_unit_days", "units x days", "Units owed, summed over the closes."),
        count("late_lines", LINES, "Lines not shipped in full by the close of their deadline."),
        quantity("lost_units", UNITS, "Units short where backorders are refused."),
        count("lost_lines", LINES, "Lines short where backorders are refused."),
        share("fill_rate", "The share of the units that shipped from stock when due."),
        share("line_fill_rate", "The share of the lines that shipped in full from stock when due."),
        share("otif", "On time in full: the share of lines shipped in full by their deadline."),
        share("cycle_service", "The share of an item's periods in which nothing was short."),
        quantity("average_on_hand_units", UNITS, "Units in stock on an average day."),
        money("average_on_hand_value", "The stock of an average day at its unit cost."),
        count("purchase_orders", "orders", "Orders placed with suppliers."),
        quantity("purchased_units", UNITS, "Units bought."),
        *(money(name, meaning) for name, meaning in COST_PARTS.items()),
        money("cost_total", "The sum of the seven parts."),
        count("cancelled_lines", LINES, "Lines that were backordered, and cancelled while they waited."),
        quantity("cancelled_units", UNITS, "Units that were cancelled so."),
        quantity("substituted_units", UNITS, "Lost units in whose place an alternative was sold."),
        quantity(
            "wasted_units", UNITS, "Units that expired; only where the dataset has `lots`.", optional=True
        ),
    )
)
"""What is measured of a policy."""


def _with_interval(column: Column) -> Sequence[Column]:
    """A difference and the ends of its 90 % interval, which are whole numbers only by chance."""
    between = replace(column, kind=Kind.QUANTITY) if column.kind is Kind.INTEGER else column
    return (
        column,
        replace(between, name=f"{column.name}_low", meaning="The lower end of its 90 % interval."),
        replace(between, name=f"{column.name}_high", meaning="The upper end of its 90 % interval."),
    )


def _differences() -> Iterator[Column]:
    """Three columns a measure; the table's note tells of them."""
    for measure in MEASURES:
        # A difference of shares lies within -1..1, and is no share.
        kind = Kind.NUMBER if measure.kind is Kind.SHARE else measure.kind
        name = f"{measure.name}_difference"
        yield from _with_interval(replace(measure, name=name, kind=kind, described=False))


def _as_in_summary(*measures: Column) -> Sequence[Column]:
    """Measures that the documentation of ``summary`` describes already."""
    return [replace(measure, described=False) for measure in measures]


AVOIDED = count(
    "backorders_avoided",
    LINES,
    "The baseline's lines short (backordered or lost) less the policy's: above zero is better.",
    nullable=True,
)
SAVED = money(
    "cost_saved",
    "The baseline's `cost_total` less the policy's: above zero is better.",
    nullable=True,
)

_UNKNOWN = (
    "What the data does not tell of `recorded` is empty; no figure of a simulated policy ever is. "
    "[replay.md](replay.md) defines each measure."
)

SUMMARY = Table(
    "summary",
    ("replay",),
    "a policy",
    ("policy",),
    (POLICY, *MEASURES, *_with_interval(AVOIDED), *_with_interval(SAVED), *_differences()),
    "For each measure `X` there are also `X_difference` (the policy's figure less the baseline's), "
    f"`X_difference_low` and `X_difference_high`. {_UNKNOWN}",
)

WINDOWS = Table(
    "windows",
    ("replay",),
    "a window and a policy",
    ("window", "policy"),
    (
        count("window", "", "Its number, the first is 1."),
        time("first_day", "Its first day."),
        time("last_day", "Its last day."),
        POLICY,
        AVOIDED,
        SAVED,
        *_as_in_summary(*MEASURES),
    ),
    "Windows follow one another and are whole periods. Then come the measures of `summary`, from `lines` to "
    f"`substituted_units`; what is no share or average adds up to `summary`. {_UNKNOWN}",
)

PERIODS = Table(
    "periods",
    ("replay",),
    "a policy and a period",
    ("policy", "period_start"),
    (POLICY, time("period_start", "The first day of the period."), *_as_in_summary(*MEASURES)),
    f"Then come the measures of `summary`, from `lines` to `substituted_units`. {_UNKNOWN}",
)

ITEMS = Table(
    "items",
    ("replay",),
    "a policy and an item",
    ("policy", "location", "sku"),
    (
        POLICY,
        *ITEM,
        *_as_in_summary(*(measure for measure in MEASURES if measure.name != "purchase_orders")),
    ),
    "Then come the measures of `summary`, from `lines` to `substituted_units`, without `purchase_orders`: an "
    f"order is of a supplier, not of an item. {_UNKNOWN}",
)

DECOMPOSITION = Table(
    "decomposition",
    ("replay",),
    "a part of what `cost_optimal` saves against `min_max`",
    ("part",),
    (
        text("part", "`forecast`, `rule`, or `both` together."),
        *_with_interval(SAVED),
        *_with_interval(
            quantity("backorders_avoided", LINES, "The same in order lines short.", nullable=True)
        ),
    ),
    "Written where the four policies are replayed that tell the parts apart.",
)

_MEASURE = {column.name: column for column in MEASURES}


def _measured(*names: str) -> Sequence[Column]:
    return [_MEASURE[name] for name in names]


FRONTIER = Table(
    "frontier",
    ("replay",),
    "a policy and a setting of its knob",
    ("policy", "aggressiveness"),
    (
        POLICY,
        number("aggressiveness", "", "The knob's setting: a policy's stock rises with it."),
        text("label", "The setting in words."),
        boolean("as_replayed", "Whether it is the setting of the other tables."),
        *_measured("average_on_hand_value", "backordered_lines", "lost_lines"),
        *_measured("backordered_units", "lost_units", "cost_total", "fill_rate"),
    ),
    "`cost_optimal` at each of its settings, the others as replayed; with `--frontier` all at each of theirs."
    " Without `--frontier` not written where `cost_optimal` is not replayed, or with `--no-equal`.",
)

EQUAL_TERMS = Table(
    "equal_terms",
    ("replay",),
    "a policy that was swept, another one, and what is held equal",
    ("policy", "against", "equal"),
    (
        POLICY,
        text("against", "The other policy, as replayed."),
        text(
            "equal",
            "What is as with the other one: `stock` (its value), `cost` (in all) or `service` (lines short).",
        ),
        number("aggressiveness", "", "The setting of the policy's knob at which that is so."),
        *_measured("average_on_hand_value"),
        quantity("short_lines", LINES, "Lines short (backordered or lost) of the policy there."),
        *_measured("cost_total"),
        quantity(
            "backorders_avoided",
            LINES,
            "The other's lines short less the policy's: above zero is better.",
            nullable=True,
        ),
        money("stock_saved", "The other's stock value less the policy's.", nullable=True),
        money("cost_saved", "The other's cost in all less the policy's.", nullable=True),
    ),
    "Read off the table `frontier`, between the two settings next to it. No row where no setting that was "
    "tried is equal, and none against bounds. No interval is given.",
)

TRACE_ORDERS = Table(
    "trace_orders",
    ("replay --trace",),
    "a simulated order line",
    ("policy", "reviewed_on", "location", "sku", "line"),
    (
        POLICY,
        time("reviewed_on", "The review day, at whose close it was placed."),
        *ITEM,
        quantity("quantity", UNITS, "Units ordered."),
        quantity("came", UNITS, "Units that come of them: all, unless `receipts` is `recorded`."),
        time("arrives_on", "The day from whose start they can be used; it may lie after the last day."),
        count(
            "line",
            "lines",
            "Which of the item's orders of that review it is, from 1; only where something was asked of two "
            "suppliers, or moved and bought, at once.",
            optional=True,
        ),
    ),
    "Every order, those of the warm-up too. None of `recorded`, which simulates nothing.",
)

TRACE_STOCK = Table(
    "trace_stock",
    ("replay --trace",),
    "a policy, a day and an item",
    ("policy", "day", "location", "sku"),
    (
        POLICY,
        time("day", "The day."),
        *ITEM,
        quantity("on_hand", UNITS, "On hand at its close."),
        quantity("on_order", UNITS, "On order at its close, what was ordered then among it."),
        quantity("backlog", UNITS, "Owed to customers at its close."),
        quantity("demand", UNITS, "Asked for on that day."),
        quantity("shipped", UNITS, "Shipped on that day, for whichever line, or in another item's place."),
        quantity("lost", UNITS, "Lost on that day, where backorders are refused."),
    ),
    "Every day, those of the warm-up too. At most 10,000,000 rows: beyond that `--trace` is refused.",
)

SENSITIVITY = Table(
    "sensitivity",
    ("replay --sensitivity",),
    "a scenario and a policy",
    ("scenario", "policy"),
    (
        text("scenario", "What is different there."),
        POLICY,
        *_measured("cost_total"),
        *_with_interval(SAVED),
        AVOIDED,
        *_measured("backordered_lines", "lost_lines", "average_on_hand_value"),
    ),
)
