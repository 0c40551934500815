"""The pictures of the difference between two policies: over the weeks, and over the items."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray
from forecasting.reports import drawing
from forecasting.reports.drawing import BASE, BOUND, FOCUS, INK


def over_weeks(both: pd.DataFrame, focus: str) -> Any:
    """A bar a week: order lines avoided, and money saved, as far as they are known.

    ``both``: columns ``period_start``, ``avoided`` and ``saved``.
    """
    shown = _known(
        both,
        {
            "avoided": f"Backorders that {focus} avoids (above zero) or makes, order lines a week",
            "saved": f"Money that {focus} saves (above zero) or spends more a week",
        },
    )
    with drawing.style():
        count = max(len(shown), 1)
        figure, all_axes = drawing.panels(count, 0.5 + 1.9 * count, sharex=True)
        days = both["period_start"].to_numpy()

        for axes, (column, title) in zip(all_axes, shown.items(), strict=False):
            values = both[column].to_numpy(dtype=np.float64)
            colours = [FOCUS if value >= 0 else BASE for value in values]
            axes.bar(days, values, width=np.timedelta64(6, "D"), align="edge", color=colours)
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.set_title(title)
            axes.margins(x=0.01)
            axes.yaxis.set_major_formatter(drawing.thousands)
            axes.grid(axis="y")

        drawing.dates(all_axes[-1])
        return figure


def summed_up(both: pd.DataFrame) -> Any:
    """Two panels: money saved and order lines avoided, summed over the items, the best first.

    ``both``: columns ``saved`` and ``avoided``, of which at least one is known.
    """
    shown = _known(both, {"saved": "Money saved, summed up", "avoided": "Backorders avoided, summed up"})
    with drawing.style():
        figure, all_axes = drawing.panels(1, 2.7, columns=len(shown))
        for axes, (column, title) in zip(all_axes, shown.items(), strict=True):
            values = both[column].dropna().sort_values(ascending=False).to_numpy(dtype=np.float64)
            _sums(axes, np.concatenate([[0.0], np.cumsum(values)]), int(np.count_nonzero(values > 0)))
            axes.set_title(title)
            axes.set_xlabel("items")
            axes.margins(x=0.02, y=0.14)
            axes.xaxis.set_major_formatter(drawing.thousands)
            axes.yaxis.set_major_formatter(drawing.thousands)
            axes.grid(axis="y")
        return figure


def _known(both: pd.DataFrame, titles: dict[str, str]) -> dict[str, str]:
    """The columns, each with its title, of which anything is known."""
    return {column: title for column, title in titles.items() if not both[column].isna().all()}


def _sums(axes: Any, total: FloatArray, best: int) -> None:
    """A line of running totals, marked where it is highest (after ``best`` items) and where it ends."""
    last = len(total) - 1
    axes.plot(range(len(total)), total, color=FOCUS, linewidth=2)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.axhline(total[-1], color=BOUND, linewidth=0.8, linestyle=(0, (2, 2)))

    for place, text, side in ((best, f"{total[best]:,.0f}", 7), (last, "", 0)):
        axes.plot([place], [total[place]], marker="o", markersize=4, color=FOCUS)
        axes.annotate(
            text,
            (place, total[place]),
            xytext=(0, side),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
        )

    axes.annotate(
        f"in all {total[-1]:,.0f}",
        (0, total[-1]),
        xytext=(4, 3),
        textcoords="offset points",
        fontsize=8.5,
        color=BOUND,
    )
