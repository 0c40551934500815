"""Where the difference between two policies comes about: in which weeks, and with which items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from forecasting.reports import drawing, html
from forecasting.reports.drawing import BASE, BOUND, FOCUS, INK
from forecasting.run import figure_text

ITEMS_SHOWN = 10
WEEKS_SHOWN = 5

NOTHING = "<p>There is nothing to compare with.</p>"


@dataclass(frozen=True)
class Pair:
    """The policy that the report is about, and the one that it is compared with."""

    focus: str
    baseline: str

    def side_by_side(self, table: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
        """A row for each ``key`` of ``periods`` or ``items``, the measures of both with the suffixes
        ``_base`` and ``_focus``, and what the focus avoids (order lines) and saves (money).
        """
        short = table["backordered_lines"] + table["lost_lines"]
        wide = table.assign(short_lines=short)[
            [*key, "policy", "lines", "short_lines", "average_on_hand_value", "cost_total"]
        ]
        both = wide[wide["policy"] == self.baseline].merge(
            wide[wide["policy"] == self.focus], on=list(key), suffixes=("_base", "_focus")
        )
        both["avoided"] = both["short_lines_base"] - both["short_lines_focus"]
        both["saved"] = (both["cost_total_base"] - both["cost_total_focus"]).round(4)
        return both


def weeks(periods: pd.DataFrame, pair: Pair) -> str:
    """The section on the weeks: a picture of the difference over time, and the weeks that matter most."""
    if pair.focus == pair.baseline:
        return NOTHING
    both = pair.side_by_side(periods, ["period_start"])
    drawn = drawing.svg(_weeks(both, pair), "weeks", f"What {pair.focus} avoids and saves in each week")
    both["week"] = [f"{day:%Y-%m-%d}" for day in both["period_start"]]
    header = (
        "Week of",
        "Order lines",
        "Lines short, before → after",
        "Stock value, before → after",
        "Cost, before → after",
        "Saved",
    )
    blocks = _blocks(both, pair, ("week",), header, WEEKS_SHOWN, "weeks")
    return f"{drawn}\n{html.note(_weeks_in_words(both, pair))}\n{blocks}"


def _weeks_in_words(both: pd.DataFrame, pair: Pair) -> str:
    if both["avoided"].isna().all():
        return ""
    fewer, more = int((both["avoided"] > 0).sum()), int((both["avoided"] < 0).sum())
    return (
        f"In {fewer:,} of {len(both):,} weeks {pair.focus} leaves fewer order lines short than "
        f"{pair.baseline}, in {more:,} more. A line short belongs to the week in which it was due to ship."
    )


def _weeks(both: pd.DataFrame, pair: Pair) -> Any:
    shown = [
        (title, column)
        for title, column in (
            (f"Backorders that {pair.focus} avoids (above zero) or makes, order lines a week", "avoided"),
            (f"Money that {pair.focus} saves (above zero) or spends more a week", "saved"),
        )
        if not both[column].isna().all()
    ]
    with drawing.style():
        figure, all_axes = drawing.panels(max(len(shown), 1), 0.5 + 1.9 * max(len(shown), 1), sharex=True)
        for axes, (title, column) in zip(all_axes, shown, strict=False):
            days = both["period_start"].to_numpy()
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


def items(table: pd.DataFrame, pair: Pair) -> str:
    """The section on the items: how few make the difference, and which differ most, either way."""
    if pair.focus == pair.baseline:
        return NOTHING
    key = ["location", "sku"]
    both = pair.side_by_side(table, key)
    words = ("location", "sku") if both["location"].nunique() > 1 else ("sku",)
    header = (
        *(("Location",) if len(words) > 1 else ()),
        "Item",
        "Order lines",
        "Lines short, before → after",
        "Stock value, before → after",
        "Cost, before → after",
        "Saved",
    )
    blocks = _blocks(both, pair, words, header, ITEMS_SHOWN, "items")
    if both["saved"].isna().all() and both["avoided"].isna().all():
        return blocks
    drawn = drawing.svg(_concentration(both), "concentration", "The difference summed up item by item")
    return f"{drawn}\n{html.note(_items_in_words(both, pair))}\n{blocks}"


def _items_in_words(both: pd.DataFrame, pair: Pair) -> str:
    """How many items make the saving, and how many work against it."""
    saved = both["saved"].dropna().sort_values(ascending=False).to_numpy()
    if len(saved) == 0:
        return ""
    gains = saved[saved > 0]
    said = [
        f"Items from left to right, the one with most to gain first. {pair.focus} saves with "
        f"{len(gains):,} of {len(saved):,} items, and costs more with {int((saved < 0).sum()):,}."
    ]
    if len(gains) and saved.sum() > 0:
        half = int(np.searchsorted(np.cumsum(gains), saved.sum() / 2) + 1)
        said.append(f"The best {half:,} bring as much as half of what is saved in all.")
    return " ".join(said)


def _concentration(both: pd.DataFrame) -> Any:
    """Two panels: money saved and lines avoided, summed over the items, best first."""
    shown = [
        (title, column)
        for title, column in (
            ("Money saved, summed up", "saved"),
            ("Backorders avoided, summed up", "avoided"),
        )
        if not both[column].isna().all()
    ]
    with drawing.style():
        figure, all_axes = drawing.panels(1, 2.7, columns=len(shown))
        for axes, (title, column) in zip(all_axes, shown, strict=True):
            values = both[column].dropna().sort_values(ascending=False).to_numpy(dtype=np.float64)
            total = np.concatenate([[0.0], np.cumsum(values)])
            best = int(np.count_nonzero(values > 0))
            axes.plot(range(len(total)), total, color=FOCUS, linewidth=2)
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.axhline(total[-1], color=BOUND, linewidth=0.8, linestyle=(0, (2, 2)))
            for place, text, side in ((best, f"{total[best]:,.0f}", 7), (len(values), "", 0)):
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
            axes.set_title(title)
            axes.set_xlabel("items")
            axes.margins(x=0.02, y=0.14)
            axes.xaxis.set_major_formatter(drawing.thousands)
            axes.yaxis.set_major_formatter(drawing.thousands)
            axes.grid(axis="y")
        return figure


def _blocks(
    both: pd.DataFrame, pair: Pair, words: Sequence[str], header: Sequence[str], shown: int, what: str
) -> str:
    """Two tables: where the focus saves most, and where it costs most more."""
    if both["saved"].isna().all():
        return html.note(f"What {pair.baseline} cost is not known, so neither is what was saved where.")
    blocks = []
    for title, chosen, sign in (
        (f"Where {pair.focus} saves most against {pair.baseline}", both[both["saved"] > 0], -1),
        (f"Where it costs most more than {pair.baseline}", both[both["saved"] < 0], 1),
    ):
        first = chosen.assign(rank=sign * chosen["saved"]).sort_values(["rank", *words], kind="stable")
        rows = [
            (
                *(str(getattr(row, word)) for word in words),
                figure_text(row.lines_base),
                _change(row.short_lines_base, row.short_lines_focus),
                _change(row.average_on_hand_value_base, row.average_on_hand_value_focus),
                _change(row.cost_total_base, row.cost_total_focus),
                figure_text(row.saved),
            )
            for row in _rows(first.head(shown))
        ]
        total = f"{len(chosen):,} {what}, {chosen['saved'].sum():,.0f} in all"
        body = html.table(header, rows, words=len(words)) if rows else "<p>None.</p>"
        blocks.append(f"<h3>{escape(title)} <small>({escape(total)})</small></h3>\n{body}")
    return "\n".join(blocks)


def _change(before: float, after: float) -> str:
    return f"{figure_text(before)} → {figure_text(after)}"


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))
