"""The tables of ``costs``: what a backorder really cost, by its parts."""

from __future__ import annotations

from forecasting.store.columns import Table, boolean, count, number, share, text

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
