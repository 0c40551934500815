"""Tables of what backorders cost, by their parts, and of items that are on backorder again and again."""

from __future__ import annotations

from forecasting.store.columns import Table, boolean, count, date, money, number, quantity, share, text
from forecasting.store.plan_tables import AS_OF, ITEM, RUN

BACKORDER_COSTS = Table(
    "backorder_costs",
    ("costs",),
    "a setting that says what a backorder costs, or a figure beside one",
    ("setting",),
    (
        text("setting", "Its name in `configs/default.yaml`; of a figure that is no setting, what it is."),
        number("value", "", "As measured, in the setting's unit.", nullable=True),
        number("low", "", "Where its 95 % interval begins.", nullable=True),
        number("high", "", "Where it ends.", nullable=True),
        number("now", "", "What is set.", nullable=True),
        boolean("proposed", "Whether the measurement is good enough to replace what is set."),
        count("lines", "lines", "Late order lines that it was measured from."),
        count("customers", "customers", "Whose they are."),
        text("words", "What it says, or what is missing to say it."),
    ),
    "`proposed.yaml` beside it holds the proposed settings, to be passed on by `--config`. "
    "[backorder_costs.md](backorder_costs.md) says how each is measured.",
)

CANCELLATION_CURVE = Table(
    "cancellation_curve",
    ("costs",),
    "a number of days waited after which somebody cancelled",
    ("days_waited",),
    (
        count("days_waited", "days", "Since the line was due to ship."),
        count("at_risk", "lines", "That waited until then and had not shipped."),
        count("cancelled", "lines", "Cancelled on that day of waiting."),
        share("share", "Of lines that do not ship, cancelled by then (Kaplan and Meier)."),
        share("low", "The lower end of the 95 % band for the whole curve.", nullable=True),
        share("high", "Its upper end.", nullable=True),
    ),
    "No band is given before the fifth cancellation, nor where fewer than 20 lines still wait.",
)

LATENESS_EFFECT = Table(
    "lateness_effect",
    ("costs",),
    "days late, and what customers did afterwards",
    ("days_late", "outcome"),
    (
        text("days_late", "`1-10`, `over 10` or `all`."),
        text("outcome", "In the year after: `came_back` (ordered at all), `orders`, or `value` in money."),
        count("late_lines", "lines", "With enough time before and after them."),
        count("lines", "lines", "Of these, matched with on-time lines of other customers."),
        count("customers", "customers", "Whose they are."),
        number("on_time", "", "The outcome's mean beside on-time lines.", nullable=True),
        number(
            "change",
            "",
            "What being late changes, as a share of that; -0.02: two per cent less.",
            nullable=True,
        ),
        number("low", "", "Where its 95 % interval begins.", nullable=True),
        number("high", "", "Where it ends.", nullable=True),
    ),
)

PRE_ORDERS = Table(
    "pre_orders",
    ("plan",),
    "an item that is announced and not on sale yet, the next launch first",
    ("location", "sku"),
    (
        RUN,
        AS_OF,
        *ITEM,
        date("available_from", "The first day on which it can be had."),
        count("lines", "lines", "Order lines that wait for that day."),
        quantity("units", "units", "Units of these."),
        count("earlier_launches", "launches", "What follows was learnt from these; 0: nothing tells."),
        number("more_mean", "units", "That are still to be ordered ahead, on average.", nullable=True),
        quantity("more_q05", "units", "The same: at least so many, 95 % sure.", nullable=True),
        quantity("more_q50", "units", "As likely as not.", nullable=True),
        quantity("more_q95", "units", "At most so many, 95 % sure.", nullable=True),
        text("words", "All of it in words."),
    ),
    "[promises.md](promises.md) says how it is learnt. The quantity that is recommended counts on it.",
)

PERSISTENT_BACKORDERS = Table(
    "persistent_backorders",
    ("plan", "backorders"),
    "an item that is on backorder, or out of stock, again and again, the most money first",
    ("location", "sku"),
    (
        RUN,
        AS_OF,
        *ITEM,
        count("times", "times", "It ran short, shortages a week apart or less being one."),
        share("share_of_days", "Days on which customers waited, or none was counted."),
        count("lines", "lines", "Order lines that were short."),
        quantity("units", "units", "Units of these."),
        count("customers", "customers", "Whose they were."),
        money("money", "What that cost, by the settings."),
        text(
            "cause",
            "Why, by replaying it; nothing where it was not.",
            nullable=True,
        ),
        share("removes", "Of the units short, what goes away without the cause.", nullable=True),
        quantity("buy_more", "units", "To have that many more, always; 0: no more pay.", nullable=True),
        money("costs_a_year", "What holding these costs.", nullable=True),
        number("avoids_units_a_year", "units", "That are then not short.", nullable=True),
        money("avoids_a_year", "What these would have cost.", nullable=True),
        text("words", "All of it in words."),
    ),
    "Over the `persistent_days` before the day. [persistent_backorders.md](persistent_backorders.md) names "
    "the causes, and how they are told apart. A plan replays as many items as `persistent_replays` says.",
)
