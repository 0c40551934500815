"""The words of the report's page that explain it."""

from __future__ import annotations

HOW_TO_READ = {
    "Backorder, order line short": (
        "An order line of which not every unit could ship from stock on the day it was due to. It waits, or "
        "is lost where backorders are refused; both count."
    ),
    "Avoided, saved": "The baseline's figure less the policy's: above zero is better than the baseline.",
    "90 % interval": (
        "What the saving might have been, had other items and other weeks like these happened. If it "
        "contains zero, the two cannot be told apart."
    ),
    "Fill rate": "The share of demanded units that shipped from stock when due.",
    "On time in full": "The share of order lines that were shipped in full by the customer's deadline.",
    "perfect_foresight, no_orders": (
        "Nobody can follow these two. The first knows the demand to come, the second never buys: they say "
        "what is possible at best and at worst."
    ),
    "recorded": (
        "No rule: what the company's own data says happened. A dash is a figure that the data does not tell; "
        "a line that shipped in parts is taken to have shipped with its last one. It is charged at the same "
        "cost rates as the others."
    ),
    "The first weeks": (
        "An item is counted from the day on which goods ordered in the replay can have arrived (unless the "
        "warm-up was switched off): until then its stock is nobody's merit. Stock and backlog seem small "
        "there."
    ),
}
"""Terms, each with what it means."""
