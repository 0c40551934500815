"""The pictures of a replay's report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.page import drawing
from forecasting.page.drawing import BASE, BOUND, FOCUS, OTHERS

PARTS = {
    "cost_holding": ("holding stock", "#4c78a8"),
    "cost_ordering": ("ordering", "#9fb4cc"),
    "cost_lost_business": ("lost business", "#c8403a"),
    "cost_goodwill": ("goodwill", "#ee8a4a"),
    "cost_admin": ("admin", "#f3c26b"),
    "cost_word_of_mouth": ("word of mouth", "#9d6b94"),
    "cost_waste": ("written off", "#8a7f72"),
}


@dataclass(frozen=True)
class Cast:
    """Who is in the pictures: the policy that the report is about, the baseline, the bounds."""

    policies: Sequence[str]
    focus: str
    baseline: str
    bounds: Sequence[str]

    def line(self, policy: str) -> dict[str, Any]:
        """How the policy's line looks."""
        if policy == self.focus:
            return {"color": FOCUS, "linewidth": 2.4, "zorder": 5}
        if policy == self.baseline:
            return {"color": BASE, "linewidth": 2.4, "zorder": 4}
        if policy in self.bounds:
            return {"color": BOUND, "linewidth": 1.3, "linestyle": (0, (1, 1.5)), "zorder": 2}
        rest = [name for name in self.policies if name not in (self.focus, self.baseline, *self.bounds)]
        colour = OTHERS[rest.index(policy) % len(OTHERS)]
        return {"color": colour, "linewidth": 1.1, "alpha": 0.85, "zorder": 3}


def costs(summary: pd.DataFrame, cast: Cast) -> Any:
    """One bar a policy, cheapest on top, made of the costs' named parts."""
    with drawing.style():
        return _costs(summary, cast)


def _costs(summary: pd.DataFrame, cast: Cast) -> Any:
    figure, (axes,) = drawing.panels(1, 1.15 + 0.42 * len(cast.policies))
    rows = summary.set_index("policy").loc[list(cast.policies)].sort_values("cost_total", kind="stable")
    left = pd.Series(0.0, index=rows.index)
    places = range(len(rows))
    for name, (label, colour) in PARTS.items():
        if rows[name].any():
            axes.barh(places, rows[name], left=left, color=colour, label=label, height=0.66)
            left += rows[name]
    for place, (policy, total) in zip(places, rows["cost_total"].items(), strict=True):
        axes.annotate(f"{total:,.0f}", (total, place), xytext=(5, 0), textcoords="offset points", va="center")
        weight = "bold" if policy in (cast.focus, cast.baseline) else "normal"
        axes.annotate(
            str(policy),
            (0, place),
            xytext=(-8, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            weight=weight,
        )
    axes.set_yticks([])
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set_xlim(left=0)
    axes.spines["bottom"].set_visible(False)
    axes.xaxis.set_major_formatter(drawing.thousands)
    axes.grid(axis="x")
    axes.set_xlabel("money")
    drawing.legend(figure, axes)
    return figure


def over_time(
    panels: Sequence[tuple[str, pd.DataFrame]], cast: Cast, counted_from: np.datetime64 | None = None
) -> Any:
    """Panels one above the other, a line a policy.

    A panel: its title with the unit, and its table of one row a period (its first day is the index) and
    one column a policy. The time before ``counted_from`` is shaded: some items are not counted there.
    """
    with drawing.style():
        return _over_time(panels, cast, counted_from)


def _over_time(
    panels: Sequence[tuple[str, pd.DataFrame]], cast: Cast, counted_from: np.datetime64 | None
) -> Any:
    figure, all_axes = drawing.panels(len(panels), 0.75 + 2.35 * len(panels), sharex=True)
    for axes, (title, table) in zip(all_axes, panels, strict=True):
        starts = table.index.to_numpy()
        marker = "o" if len(starts) == 1 else None
        for policy in cast.policies:
            axes.plot(starts, table[policy], label=policy, marker=marker, **cast.line(policy))
        axes.set_title(title)
        axes.margins(x=0.01)
        axes.set_ylim(bottom=0)
        if counted_from is not None and counted_from > starts[0]:
            axes.axvspan(starts[0], counted_from, color="#f1f2f4", linewidth=0, zorder=0)
            axes.annotate(
                "not all items counted yet",
                (starts[0], 0.97),
                xycoords=("data", "axes fraction"),
                xytext=(5, 0),
                textcoords="offset points",
                va="top",
                fontsize=8,
                color=BOUND,
            )
        axes.yaxis.set_major_formatter(drawing.thousands)
        axes.grid(axis="y")
    drawing.dates(all_axes[-1])
    drawing.legend(figure, all_axes[0])
    return figure
