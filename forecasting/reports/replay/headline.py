"""What a replay says in a sentence, and in figures how surely."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from forecasting.policies.registry import RECORDED
from forecasting.run import figure_text

BOUNDS = ("perfect_foresight", "no_orders")
"""Nobody can follow these two; they say what is possible at best and at worst."""

OURS = "cost_optimal"

UNKNOWN = "how many were short is not recorded"


def focus_of(summary: pd.DataFrame, baseline: str) -> str:
    """The policy that the report is about: ours; else the cheapest that could be followed, if any."""
    others = _followable(summary[summary["policy"] != baseline])
    if len(others) == 0:
        return baseline
    if OURS in set(others["policy"]):
        return OURS
    return str(min(rows_of(others), key=lambda row: row.cost_total).policy)


def headline(summary: pd.DataFrame, baseline: str) -> tuple[str, str]:
    """The sentence, and the figures; no figures where there is nothing to compare with."""
    focus, base = focus_of(summary, baseline), row_of(summary, baseline)
    if focus == baseline:
        return _alone(base), ""
    row = row_of(summary, focus)
    sentence = f"{focus} would have {_backorders(row, base)}, {_money(row, base)}."
    return sentence, _details(row, base, summary)


def _alone(base: Any) -> str:
    """Of a baseline that nothing is compared with."""
    made = base.backordered_lines + base.lost_lines
    left = f"{base.policy} would have left {figure_text(made)} of {base.lines:,} order lines short"
    if base.policy == RECORDED:
        left = UNKNOWN if math.isnan(made) else f"{made:,.0f} of {base.lines:,} order lines were short"
    cost = "" if math.isnan(base.cost_total) else f"at a cost of {base.cost_total:,.0f} in all"
    return f"{', '.join(filter(None, (left, cost)))}."


def _backorders(row: Any, base: Any) -> str:
    """How the policy's backorders compare with the baseline's."""
    made = base.backordered_lines + base.lost_lines
    avoided, real = row.backorders_avoided, base.policy == RECORDED
    if math.isnan(avoided):
        short = row.backordered_lines + row.lost_lines
        return f"left {short:,.0f} of {row.lines:,} order lines short; {UNKNOWN}"
    if avoided > 0:
        of_whom = "that were recorded" if real else f"that {base.policy} made"
        return f"avoided {avoided:,.0f} of the {made:,.0f} backorders {of_whom}"
    if avoided < 0:
        whose = "recorded" if real else f"of {base.policy}"
        return f"made {-avoided:,.0f} backorders more than the {made:,.0f} {whose}"
    return f"made as many backorders as {'were recorded' if real else base.policy}, {made:,.0f}"


def _money(row: Any, base: Any) -> str:
    """How the policy's cost compares with the baseline's."""
    if math.isnan(row.cost_saved):
        return f"at a cost of {row.cost_total:,.0f} in all"
    if row.cost_saved == 0:
        return "for the same money in all"
    word = "less" if row.cost_saved > 0 else "more"
    if base.cost_total <= 0:
        return f"for {abs(row.cost_saved):,.0f} {word} money in all"
    percent = 100 * abs(row.cost_saved) / base.cost_total
    return f"for {percent:.0f} % {word} money in all" if percent >= 0.5 else "for about the same money in all"


def _details(row: Any, base: Any, summary: pd.DataFrame) -> str:
    """The intervals, and what they leave open."""
    said = []
    if not math.isnan(row.cost_saved):
        said.append(
            f"Cost in all: {row.cost_total:,.0f} instead of {base.cost_total:,.0f}; 90 % interval of the "
            f"saving: {row.cost_saved_low:,.0f} to {row.cost_saved_high:,.0f}, of the backorders avoided: "
            f"{row.backorders_avoided_low:,.0f} to {row.backorders_avoided_high:,.0f}."
        )
    elif not math.isnan(row.backorders_avoided):
        said.append(
            f"90 % interval of the backorders avoided: {row.backorders_avoided_low:,.0f} to "
            f"{row.backorders_avoided_high:,.0f}. What {base.policy} cost in all is not known."
        )
    if row.cost_saved_low <= 0 <= row.cost_saved_high:
        said.append("The interval of the saving holds zero: this past cannot tell the two costs apart.")

    cheapest = min(rows_of(_followable(summary)), key=lambda row: row.cost_total, default=row)
    if cheapest.cost_total < min(row.cost_total, base.cost_total):
        said.append(f"The cheapest was {cheapest.policy}, at {cheapest.cost_total:,.0f} in all.")
    return " ".join(said)


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """The rows, with their columns as attributes."""
    return list(frame.itertuples(index=False))


def row_of(summary: pd.DataFrame, policy: str) -> Any:
    """The row of a policy."""
    return next(row for row in rows_of(summary) if row.policy == policy)


def _followable(summary: pd.DataFrame) -> pd.DataFrame:
    return summary[~summary["policy"].isin([*BOUNDS, RECORDED])]
