"""The pictures of a replay's report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray
from forecasting.policies.registry import RECORDED
from forecasting.reports import drawing
from forecasting.reports.drawing import BASE, BOUND, FOCUS, INK, OTHERS

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
        if policy == RECORDED:
            return {"color": INK, "linewidth": 1.6, "linestyle": (0, (4, 2)), "zorder": 3}
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
            if policy not in table:
                continue  # Nothing of it is known.
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


def decomposition(parts: pd.DataFrame) -> Any:
    """What the forecast and what the rule saves, in money, each with its 90 % interval."""
    words = {"forecast": "the forecast", "rule": "the rule", "both": "both together"}
    rows = parts.set_index("part").loc[list(words)]
    with drawing.style():
        figure, (axes,) = drawing.panels(1, 1.75)
        _intervals(axes, list(words.values()), rows, 1.0)
        axes.set_xlabel("money saved, with its 90 % interval")
        axes.xaxis.set_major_formatter(drawing.thousands)
        return figure


def sensitivity(wide: pd.DataFrame, cast: Cast) -> Any:
    """The saving in each scenario, as a share of what the baseline costs in it.

    ``wide``: a row a scenario, in the order to draw: ``scenario``, ``cost_saved`` with its ends, and the
    baseline's ``cost_total_base``.
    """
    base = np.maximum(wide["cost_total_base"].to_numpy(dtype=np.float64), 1e-9)
    with drawing.style():
        figure, (axes,) = drawing.panels(1, 0.85 + 0.33 * len(wide))
        _intervals(axes, [str(name) for name in wide["scenario"]], wide, 100 / base)
        axes.set_xlabel(f"saved by {cast.focus}, per cent of what {cast.baseline} costs; 90 % interval")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")
        return figure


def _intervals(axes: Any, names: Sequence[str], rows: pd.DataFrame, scale: FloatArray | float) -> None:
    """A bar for each ``cost_saved``, its interval across it, zero marked."""
    middle, low, high = (
        rows[f"cost_saved{end}"].to_numpy(dtype=np.float64) * scale for end in ("", "_low", "_high")
    )
    places = np.arange(len(names))
    colours = [FOCUS if value >= 0 else BASE for value in middle]

    axes.barh(places, middle, color=colours, alpha=0.35, height=0.6)
    axes.hlines(places, low, high, color=colours, linewidth=2)
    axes.plot(middle, places, "o", color=INK, markersize=4)
    axes.axvline(0, color=INK, linewidth=0.8)

    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.margins(x=0.06)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x")


def frontier(table: pd.DataFrame, cast: Cast) -> Any:
    """Stock value against order lines short: a line a policy, swept from bold to cautious.

    ``table``: columns policy, aggressiveness, label, as_replayed, average_on_hand_value,
    backordered_lines, lost_lines.
    """
    names = list(dict.fromkeys(table["policy"]))
    everybody = replace(cast, policies=list(dict.fromkeys([*cast.policies, *names])))
    with drawing.style():
        figure, (axes,) = drawing.panels(1, 4.6)
        for name in names:
            rows = table[table["policy"] == name].sort_values("aggressiveness", kind="stable")
            _swept(axes, rows, name, everybody)
        axes.annotate(
            "ideal: little stock,\nnothing short",
            (0.012, 0.03),
            xycoords="axes fraction",
            fontsize=8.5,
            color=BOUND,
            va="bottom",
        )
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_formatter(drawing.thousands)
        axes.yaxis.set_major_formatter(drawing.thousands)
        axes.set_title("Order lines short")
        axes.set_xlabel("average value of the stock on hand (money)")
        axes.grid()
        drawing.legend(figure, axes)
        return figure


def _swept(axes: Any, rows: pd.DataFrame, name: str, cast: Cast) -> None:
    """One policy's line, its setting as replayed marked. ``rows``: those of the policy, bold ones first."""
    look = cast.line(name)
    stock = rows["average_on_hand_value"].to_numpy(dtype=np.float64)
    short = (rows["backordered_lines"] + rows["lost_lines"]).to_numpy(dtype=np.float64)
    axes.plot(stock, short, label=name, marker=".", markersize=5, **look)

    replayed = rows["as_replayed"].to_numpy(dtype=bool)
    axes.plot(
        stock[replayed],
        short[replayed],
        "o",
        color=look["color"],
        markersize=9,
        markeredgecolor="white",
        zorder=look["zorder"] + 5,
    )
    if name in (cast.focus, cast.baseline):
        # The better line runs to the left of the other: its words stand on its left.
        side = -1 if name == cast.focus else 1
        _labels(axes, stock, short, [str(label) for label in rows["label"]], look["color"], side)


def _labels(
    axes: Any, stock: FloatArray, short: FloatArray, labels: Sequence[str], colour: str, side: int
) -> None:
    """The words of both ends of a line, on its left (-1) or right: from where to where it was swept."""
    for place in sorted({0, len(labels) - 1}):
        axes.annotate(
            labels[place],
            (stock[place], short[place]),
            xytext=(7 * side, 5 * side),
            textcoords="offset points",
            ha="right" if side < 0 else "left",
            va="top" if side < 0 else "bottom",
            fontsize=8,
            color=colour,
        )
