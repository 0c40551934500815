"""The picture of the windows: what each policy saves in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from forecasting.reports import drawing
from forecasting.reports.drawing import INK
from forecasting.reports.replay.pictures import Cast

LABELS = 8
"""Windows that are named along the bottom; of more, every second one or fewer."""


def by_window(rows: pd.DataFrame, names: Sequence[str], cast: Cast) -> Any:
    """A group of bars a window, one a policy: money saved against the baseline.

    Args:
        rows: the table ``windows``.
        names: the policies that are drawn.

    """
    saved = rows.pivot_table(index="window", columns="policy", values="cost_saved")
    first = rows.groupby("window")["first_day"].first()
    places, width = np.arange(len(first)), 0.8 / len(names)
    with drawing.style():
        figure, (axes,) = drawing.panels(1, 2.9)
        for number, name in enumerate(names):
            left = places - 0.4 + (number + 0.5) * width
            heights = saved[name].reindex(first.index).to_numpy(dtype=np.float64)
            axes.bar(left, heights, width=0.92 * width, label=name, color=cast.line(name)["color"])

        axes.axhline(0, color=INK, linewidth=0.8)
        step = -(-len(first) // LABELS)
        axes.set_xticks(places[::step], [f"from {day:%Y-%m-%d}" for day in first.iloc[::step]])
        axes.set_title(f"Money saved (above zero) or spent more than {cast.baseline}, by window")
        axes.margins(x=0.02)
        axes.yaxis.set_major_formatter(drawing.thousands)
        axes.grid(axis="y")
        drawing.legend(figure, axes)
        return figure
