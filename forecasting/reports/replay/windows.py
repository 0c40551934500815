"""How often a policy is better, and in which windows: the sentences, the picture and the table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from forecasting.policies.registry import RECORDED
from forecasting.replay.windows import span
from forecasting.reports.drawing import svg
from forecasting.reports.pages import Row, Table
from forecasting.reports.replay.headline import BOUNDS, rows_of
from forecasting.reports.replay.pictures import Cast
from forecasting.reports.replay.window_picture import by_window
from forecasting.run import figure_text


@dataclass(frozen=True)
class Windows:
    """What the section shows.

    Attributes:
        sentences: of each policy that can be followed, how often it cost less, and by how much.
        picture: the saving by window.
        table: the same in figures.

    """

    sentences: list[str]
    picture: Markup
    table: Table


def window_sentence(table: pd.DataFrame | None, run: Mapping[str, Any], policy: str, baseline: str) -> str:
    """In how many windows a policy cost less than the baseline, by how much, and how surely in all.

    Empty where there is one window, or where the costs are not known. A window in which the baseline cost
    nothing, because nothing counts there yet, tells nothing and is not among those that are counted.

    Args:
        table: the table ``windows``; None: there is none.
        run: as ``run.json`` holds it.

    """
    if table is None or policy == baseline:
        return ""
    rows = rows_of(_with_share(table, baseline))
    known = [row for row in rows if row.policy == policy and not math.isnan(row.share)]
    if len(known) < 2:
        return ""
    most, least = max(known, key=_share), min(known, key=_share)
    better = sum(row.cost_saved > 0 for row in known)
    said = (
        f"{policy} cost less than {baseline} in {better} of {len(known)} windows; it saved most in "
        f"{span(most)} ({_percent(most)}), least in {span(least)} ({_percent(least)})."
    )
    low, high = run.get("windows", {}).get("cost_saved_interval", {}).get(policy, (None, None))
    if low is not None:
        said += (
            f" With other windows and items like these the saving in all would lie between {low:,.0f} "
            f"and {high:,.0f} (90 % interval)."
        )
    return said


def windows(table: pd.DataFrame | None, run: Mapping[str, Any], cast: Cast) -> Windows | None:
    """The section; None where there is one window, nothing to compare with, or no cost of the baseline."""
    if table is None or table["window"].nunique() < 2:
        return None
    rows = _with_share(table, cast.baseline)
    names = [
        name
        for name in dict.fromkeys(rows["policy"])
        if name not in (cast.baseline, *BOUNDS)
        and rows.loc[rows["policy"] == name, "cost_saved"].notna().any()
    ]
    if not names:
        return None
    drawn = svg(by_window(rows, names, cast), "windows", f"Saved against {cast.baseline} in each window")
    said = [window_sentence(table, run, name, cast.baseline) for name in names if name != RECORDED]
    return Windows([each for each in said if each], drawn, _table(rows, names, cast.baseline))


def _with_share(table: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Each row with ``base``, what the baseline cost in its window, and ``share``, the part that is saved."""
    base = table[table["policy"] == baseline].set_index("window")["cost_total"]
    rows = table.assign(base=table["window"].map(base))
    return rows.assign(share=rows["cost_saved"] / rows["base"].where(rows["base"] > 0))


def _share(row: Any) -> float:
    return float(row.share)


def _percent(row: Any) -> str:
    return f"{round(100 * row.share)} %"


def _table(rows: pd.DataFrame, names: list[str], baseline: str) -> Table:
    header = ("Window", "Order lines", f"{baseline} costs", *(f"{name} saves" for name in names))
    shown = []
    for _, window in rows.groupby("window", sort=True):
        of = {row.policy: row for row in rows_of(window)}
        base = of[baseline]
        facts = (span(base), figure_text(base.lines), figure_text(base.cost_total))
        shown.append(Row((*facts, *(_saved(of[name]) for name in names))))
    return Table(header, shown)


def _saved(row: Any) -> str:
    text = figure_text(row.cost_saved)
    return text if math.isnan(row.share) else f"{text} ({_percent(row)})"
