"""The table of goods that are moved from place to place."""

from __future__ import annotations

from forecasting.store.columns import Table, date, money, quantity, text
from forecasting.store.plan_tables import AS_OF, RUN, SKU

TRANSFERS = Table(
    "transfers",
    ("plan",),
    "goods to be moved from one place to another; only where the dataset has `locations`",
    ("source", "location", "sku"),
    (
        RUN,
        AS_OF,
        text("source", "Where the goods are taken from."),
        text("location", "Where they are brought to."),
        SKU,
        quantity("quantity", "units", "How much is moved."),
        money("value", "quantity x unit_cost."),
        date("arrives_on", "The day from which on they can be sold there."),
        money("cost", "What moving them costs."),
        money(
            "saved",
            "What moving them saves over buying, half of it, less that; 0 where supplied so anyway.",
        ),
        text("why", "`supplied`: the place is supplied from there; `spare`: more lies there than is needed."),
    ),
)
