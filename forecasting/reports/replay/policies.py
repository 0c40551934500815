"""The tables of a replay's report that set its policies side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd

from forecasting.reports.pages import Row, Table
from forecasting.reports.replay.headline import BOUNDS, rows_of
from forecasting.reports.replay.pictures import Cast
from forecasting.run import figure_text


def side_by_side(summary: pd.DataFrame, cast: Cast) -> Table:
    """What came of each policy, the cheapest first."""
    header = (
        "Policy",
        "Order lines short",
        "Units short",
        "Fill rate",
        "On time in full",
        "Average stock value",
        "Purchase orders",
        "Cost in all",
    )
    return Table(header, [Row(_measures(row), _kind(row, cast)) for row in _by_cost(summary)])


def _measures(row: Any) -> tuple[str, ...]:
    return (
        row.policy,
        figure_text(row.backordered_lines + row.lost_lines),
        figure_text(row.backordered_units + row.lost_units),
        figure_text(row.fill_rate, ".1%"),
        figure_text(row.otif, ".1%"),
        figure_text(row.average_on_hand_value),
        figure_text(row.purchase_orders),
        figure_text(row.cost_total),
    )


def against_baseline(summary: pd.DataFrame, cast: Cast) -> Table | None:
    """How each policy differs from the baseline, and how surely; None where there is no other."""
    others = [row for row in _by_cost(summary) if row.policy != cast.baseline]
    if not others:
        return None
    header = (
        "Policy",
        "Backorders avoided",
        "90 % interval",
        "Saved",
        "90 % interval",
        "Share saved",
    )
    base = summary.loc[summary["policy"] == cast.baseline, "cost_total"].iloc[0]
    return Table(header, [Row(_differences(row, base), _kind(row, cast)) for row in others])


def _differences(row: Any, base: float) -> tuple[str, ...]:
    share = row.cost_saved / base if base else float("nan")
    return (
        row.policy,
        figure_text(row.backorders_avoided),
        _interval(row, row.backorders_avoided_low, row.backorders_avoided_high),
        figure_text(row.cost_saved),
        _interval(row, row.cost_saved_low, row.cost_saved_high),
        figure_text(share, ".0%"),
    )


def _interval(row: Any, low: float, high: float) -> str:
    """Of the bounds an interval tells nothing, and it is wide."""
    return "" if row.policy in BOUNDS else f"{figure_text(low)} to {figure_text(high)}"


def _by_cost(summary: pd.DataFrame) -> list[Any]:
    return rows_of(summary.sort_values("cost_total", kind="stable"))


def _kind(row: Any, cast: Cast) -> str:
    kinds = {**dict.fromkeys(BOUNDS, "bound"), cast.baseline: "baseline", cast.focus: "focus"}
    return kinds.get(str(row.policy), "")
