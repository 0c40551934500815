"""The sections of the report on what was tried beyond the replay itself; each appears with its table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.reports import html
from forecasting.reports.drawing import svg
from forecasting.reports.replay import pictures, words

Section = tuple[str, str]
"""A heading, and its HTML."""


def origin_of_saving(parts: pd.DataFrame | None) -> list[Section]:
    """How much of the saving the forecast brings, and how much the rule."""
    if parts is None or not len(parts):
        return []
    drawn = svg(pictures.decomposition(parts), "parts", "What the forecast and what the rule saves")
    return [("Where the saving comes from", drawn + html.note(words.origin_of_saving(parts)))]


def frontier(table: pd.DataFrame | None, cast: pictures.Cast) -> list[Section]:
    """Stock against service, each policy swept from bold to cautious."""
    if table is None or not len(table):
        return []
    drawn = svg(pictures.frontier(table, cast), "frontier", "Stock value against order lines short")
    said = (
        "A line is one policy, from bold (little stock, much short) to cautious. The large mark is it as "
        "replayed above. A policy whose line runs nearer to the lower left corner is better "
        f"whatever service is wanted. {at_the_same_stock(table, cast.focus, cast.baseline)}"
    )
    return [("Stock against service", drawn + html.note(said.strip()))]


def at_the_same_stock(table: pd.DataFrame, focus: str, baseline: str) -> str:
    """What the focus would leave short with the stock of the baseline, between two of its settings."""
    table = table.assign(short_lines=table["backordered_lines"] + table["lost_lines"])
    ours = table[table["policy"] == focus].sort_values("average_on_hand_value", kind="stable")
    theirs = table[(table["policy"] == baseline) & table["as_replayed"]]
    if focus == baseline or len(ours) < 2 or len(theirs) == 0:
        return ""
    stock, short = float(theirs["average_on_hand_value"].iloc[0]), float(theirs["short_lines"].iloc[0])
    held = ours["average_on_hand_value"].to_numpy(dtype=np.float64)
    if not held[0] <= stock <= held[-1]:
        return ""
    left = np.interp(stock, held, ours["short_lines"].to_numpy(dtype=np.float64))
    return (
        f"With as much stock as {baseline}, worth {stock:,.0f}, {focus} would have left about {left:,.0f} "
        f"order lines short instead of {short:,.0f}."
    )


def sensitivity(table: pd.DataFrame | None, cast: pictures.Cast) -> list[Section]:
    """The saving in other worlds: other costs, other lead times, other orders of events."""
    if table is None or cast.focus == cast.baseline:
        return []
    wide = table[table["policy"] == cast.baseline].merge(
        table[table["policy"] == cast.focus], on="scenario", suffixes=("_base", ""), sort=False
    )
    if not len(wide):
        return []
    drawn = svg(pictures.sensitivity(wide, cast), "sensitivity", "The saving in each scenario")
    rows = [
        (
            row.scenario,
            f"{row.backordered_lines_base + row.lost_lines_base:,.0f} → "
            f"{row.backordered_lines + row.lost_lines:,.0f}",
            f"{row.average_on_hand_value_base:,.0f} → {row.average_on_hand_value:,.0f}",
            f"{row.cost_total_base:,.0f} → {row.cost_total:,.0f}",
            f"{row.cost_saved:,.0f}",
            f"{row.cost_saved_low:,.0f} to {row.cost_saved_high:,.0f}",
        )
        for row in rows_of(wide)
    ]
    header = (
        "If",
        "Lines short, before → after",
        "Stock value, before → after",
        "Cost, before → after",
        "Saved",
        "90 % interval",
    )
    said = (
        f"What {cast.focus} saves against {cast.baseline} if the world were another, with its 90 % interval. "
        "Both were replayed anew in each. Where an interval holds zero, the two cannot be told apart."
    )
    return [("If things were different", drawn + html.note(said) + html.table(header, rows))]


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """The rows, with their columns as attributes."""
    return list(frame.itertuples(index=False))
