"""The tables of ``backtest``: each forecast beside what followed, and how good each model was."""

from __future__ import annotations

from forecasting.store.columns import Table, boolean, count, date, money, number, probability, share, text
from forecasting.store.plan_tables import ITEM

LEVELS = ("0.5", "0.8", "0.9", "0.95", "0.98")
"""The probabilities at which forecasts are judged, as in the names of columns."""

FORECASTS = Table(
    "forecasts",
    ("backtest",),
    "a model, an origin and an item",
    ("model", "origin", "location", "sku"),
    (
        text("model", "The model that was asked for."),
        date("origin", "The past day at whose close it forecast."),
        *ITEM,
        text("chosen", "The model behind it, where `model` is `auto`."),
        text("pattern", "The item's class by regularity and size of its demand."),
        text("speed", "`fast` or `slow`: its class by units."),
        boolean("new", "Whether it has less than a quarter of a year behind it."),
        number("actual", "units", "What was demanded; empty where nobody knows.", nullable=True),
        number("mean", "units", "The forecast's mean."),
        *(
            number(f"q{level}", "units", f"Its quantile at {level[1:]}.", described=level == "0.5")
            for level in LEVELS
        ),
        probability("critical_ratio", "The level at which stock would be cheapest."),
        number("order", "units", "The quantile there: what would have been ordered."),
        money("cost", "What that order would have cost.", nullable=True),
        number("pinball", "", "The quantiles' mean loss, in shares of usual demand.", nullable=True),
        number(
            "squared_error",
            "",
            "The mean's squared error, in shares of the item's usual squared change.",
            nullable=True,
        ),
    ),
    f"One quantile column for each of the levels {', '.join(LEVELS)}.",
)

SCORES = Table(
    "scores",
    ("backtest",),
    "a model, a class of items and an origin, or all origins",
    ("model", "class", "origin"),
    (
        text("model", "The model."),
        text("class", "The class; `overall` for all items, `chosen_NAME` where auto took it."),
        text("origin", "The day, or `all`."),
        count("windows", "windows", "Judged."),
        count("left_out", "windows", "Not judged, as nobody knows what was demanded."),
        number("units", "units", "Demanded in the windows judged."),
        number("pinball", "", "The scaled loss of the quantiles, mean over windows.", nullable=True),
        *(
            share(f"{side}_q{level}", meaning, nullable=True, described=level == "0.5")
            for level in LEVELS
            for side, meaning in (
                ("at_or_below", "The share of windows with demand at or below the quantile."),
                ("below", "The share with demand strictly below it."),
            )
        ),
        number("bias", "", "Sum of the means over the sum of demand, less 1.", nullable=True),
        number("rmsse", "", "Root mean squared scaled error, mean over items.", nullable=True),
        money("cost", "What stock at the critical ratio would have cost, summed."),
    ),
    f"Two shares for each of the levels {', '.join(LEVELS)}. [backtest.md](backtest.md) defines each score.",
)
