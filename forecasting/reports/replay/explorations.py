"""The sections of the report on what was explored beyond the replay itself; each appears with its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from forecasting.reports.drawing import svg
from forecasting.reports.pages import Row, Table
from forecasting.reports.replay import pictures, words
from forecasting.reports.replay.headline import rows_of
from forecasting.reports.replay.pictures import Cast


@dataclass(frozen=True)
class Exploration:
    """What a section shows.

    Attributes:
        picture: the drawing.
        sentence: what it comes to; may be empty.
        table: the figures; None where the picture says all.

    """

    picture: Markup
    sentence: str = ""
    table: Table | None = None


def origin_of_saving(parts: pd.DataFrame | None) -> Exploration | None:
    """How much of the saving the forecast brings, and how much the rule."""
    if parts is None or len(parts) == 0:
        return None
    drawn = svg(pictures.decomposition(parts), "parts", "What the forecast and what the rule saves")
    return Exploration(drawn, words.origin_of_saving(parts))


def frontier(table: pd.DataFrame | None, cast: Cast) -> Exploration | None:
    """Stock against service, each policy swept from bold to cautious."""
    if table is None or len(table) == 0:
        return None
    drawn = svg(pictures.frontier(table, cast), "frontier", "Stock value against order lines short")
    return Exploration(drawn, at_the_same_stock(table, cast.focus, cast.baseline))


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


def sensitivity(table: pd.DataFrame | None, cast: Cast) -> Exploration | None:
    """The saving in other worlds: other costs, other lead times, other orders of events."""
    if table is None or cast.focus == cast.baseline:
        return None
    wide = table[table["policy"] == cast.baseline].merge(
        table[table["policy"] == cast.focus], on="scenario", suffixes=("_base", ""), sort=False
    )
    if len(wide) == 0:
        return None
    drawn = svg(pictures.sensitivity(wide, cast), "sensitivity", "The saving in each scenario")
    header = (
        "If",
        "Lines short, before → after",
        "Stock value, before → after",
        "Cost, before → after",
        "Saved",
        "90 % interval",
    )
    return Exploration(drawn, table=Table(header, [Row(_scenario(row)) for row in rows_of(wide)]))


def _scenario(row: Any) -> tuple[str, ...]:
    before = row.backordered_lines_base + row.lost_lines_base
    after = row.backordered_lines + row.lost_lines
    return (
        row.scenario,
        f"{before:,.0f} → {after:,.0f}",
        f"{row.average_on_hand_value_base:,.0f} → {row.average_on_hand_value:,.0f}",
        f"{row.cost_total_base:,.0f} → {row.cost_total:,.0f}",
        f"{row.cost_saved:,.0f}",
        f"{row.cost_saved_low:,.0f} to {row.cost_saved_high:,.0f}",
    )
