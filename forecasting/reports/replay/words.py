"""The sentences of a replay that its page and the terminal share, and the page's glossary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from forecasting.replay.decomposition import BOTH, NEITHER

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


def recorded_sentences(run: Mapping[str, Any]) -> list[str]:
    """How near the simulated incumbent is to what was recorded, and what the data does not tell.

    ``run``: as ``run.json`` holds it. No sentence where nothing was recorded.
    """
    recorded = run.get("recorded", {"realism": "", "gaps": []})
    return [sentence for sentence in (recorded["realism"], *recorded["gaps"]) if sentence]


def origin_of_saving(parts: pd.DataFrame | None) -> str:
    """How much of the saving the forecast brings, and how much the rule; nothing without that table.

    ``parts``: the table ``decomposition``.
    """
    if parts is None or len(parts) == 0:
        return ""
    row = {str(each.part): each for each in parts.itertuples(index=False)}
    forecast, rule, both = row["forecast"], row["rule"], row["both"]
    return (
        f"Of the {both.cost_saved:,.0f} that {BOTH} saves against {NEITHER}, {_saving(forecast)} come from "
        f"the forecast and {_saving(rule)} from the rule; of the {both.backorders_avoided:,.0f} order lines, "
        f"{forecast.backorders_avoided:,.0f} and {rule.backorders_avoided:,.0f}."
    )


def _saving(part: Any) -> str:
    interval = f"{part.cost_saved_low:,.0f} to {part.cost_saved_high:,.0f}"
    return f"{part.cost_saved:,.0f} (90 % interval {interval})"
