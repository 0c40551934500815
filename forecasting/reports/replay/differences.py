"""Where the difference between two policies comes about: in which weeks, and with which items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from forecasting.reports.drawing import svg
from forecasting.reports.pages import Row, Table
from forecasting.reports.replay import difference_pictures as pictures
from forecasting.reports.replay.headline import rows_of
from forecasting.run import figure_text

ITEMS_SHOWN = 10
WEEKS_SHOWN = 5

MEASURES = (
    "Order lines",
    "Lines short, before → after",
    "Stock value, before → after",
    "Cost, before → after",
    "Saved",
)


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


@dataclass(frozen=True)
class Block:
    """The weeks or items that differ most in one direction.

    Attributes:
        title: the direction.
        total: how many there are of them in all, and what they come to.
        table: the first of them.

    """

    title: str
    total: str
    table: Table


@dataclass(frozen=True)
class Difference:
    """What a section shows.

    Attributes:
        picture: the drawing; empty where nothing can be drawn.
        sentence: what it comes to; may be empty.
        priced: whether it is known what was saved where.
        blocks: where the focus saves most, and where it costs most more; none where it is not known.

    """

    picture: Markup | str
    sentence: str
    priced: bool
    blocks: Sequence[Block]


def weeks(periods: pd.DataFrame, pair: Pair) -> Difference | None:
    """The difference over time, and the weeks that matter most; None where there is only one policy."""
    if pair.focus == pair.baseline:
        return None
    both = pair.side_by_side(periods, ["period_start"])
    described = f"What {pair.focus} avoids and saves in each week"
    picture = svg(pictures.over_weeks(both, pair.focus), "weeks", described)

    both["week"] = [f"{day:%Y-%m-%d}" for day in both["period_start"]]
    blocks = _blocks(both, pair, {"week": "Week of"}, WEEKS_SHOWN, "weeks")
    return Difference(picture, _weeks_in_words(both, pair), bool(both["saved"].notna().any()), blocks)


def _weeks_in_words(both: pd.DataFrame, pair: Pair) -> str:
    if both["avoided"].isna().all():
        return ""
    fewer, more = int((both["avoided"] > 0).sum()), int((both["avoided"] < 0).sum())
    return (
        f"In {fewer:,} of {len(both):,} weeks {pair.focus} leaves fewer order lines short than "
        f"{pair.baseline}, in {more:,} more. A line short belongs to the week in which it was due to ship."
    )


def items(table: pd.DataFrame, pair: Pair) -> Difference | None:
    """How few items make the difference, and which differ most, either way; None as for ``weeks``."""
    if pair.focus == pair.baseline:
        return None
    both = pair.side_by_side(table, ["location", "sku"])
    words = {"location": "Location", "sku": "Item"} if both["location"].nunique() > 1 else {"sku": "Item"}
    blocks = _blocks(both, pair, words, ITEMS_SHOWN, "items")

    priced = bool(both["saved"].notna().any())
    if not priced and both["avoided"].isna().all():
        return Difference("", "", priced, blocks)
    picture = svg(pictures.summed_up(both), "concentration", "The difference summed up item by item")
    return Difference(picture, _items_in_words(both, pair), priced, blocks)


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


def _blocks(both: pd.DataFrame, pair: Pair, words: dict[str, str], shown: int, what: str) -> list[Block]:
    """Two tables: where the focus saves most, and where it costs most more.

    ``words``: the columns that name a row, each with its heading; ``what``: the rows are, in the plural.
    """
    if both["saved"].isna().all():
        return []
    blocks = []
    for title, chosen, sign in (
        (f"Where {pair.focus} saves most against {pair.baseline}", both[both["saved"] > 0], -1),
        (f"Where it costs most more than {pair.baseline}", both[both["saved"] < 0], 1),
    ):
        ranked = chosen.assign(rank=sign * chosen["saved"]).sort_values(["rank", *words], kind="stable")
        rows = [Row(_cells(row, words)) for row in rows_of(ranked.head(shown))]
        total = f"{len(chosen):,} {what}, {chosen['saved'].sum():,.0f} in all"
        blocks.append(Block(title, total, Table((*words.values(), *MEASURES), rows, words=len(words))))
    return blocks


def _cells(row: Any, words: dict[str, str]) -> tuple[str, ...]:
    return (
        *(str(getattr(row, word)) for word in words),
        figure_text(row.lines_base),
        _change(row.short_lines_base, row.short_lines_focus),
        _change(row.average_on_hand_value_base, row.average_on_hand_value_focus),
        _change(row.cost_total_base, row.cost_total_focus),
        figure_text(row.saved),
    )


def _change(before: float, after: float) -> str:
    return f"{figure_text(before)} → {figure_text(after)}"
