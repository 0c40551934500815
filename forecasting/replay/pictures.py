"""The pictures of a replay's report, as SVG that stands in a page by itself.

matplotlib is imported as the first picture is drawn: most commands never draw one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

FOCUS, BASE, BOUND, INK = "#0b6fa4", "#d9542b", "#8a8f98", "#33383f"
OTHERS = ("#7b9e3f", "#a06cb0", "#c79a1e", "#4fa69c", "#b5657d", "#6f7fc1", "#8c6d4f")

PARTS = {
    "cost_holding": ("holding stock", "#4c78a8"),
    "cost_ordering": ("ordering", "#9fb4cc"),
    "cost_lost_business": ("lost business", "#c8403a"),
    "cost_goodwill": ("goodwill", "#ee8a4a"),
    "cost_admin": ("admin", "#f3c26b"),
    "cost_word_of_mouth": ("word of mouth", "#9d6b94"),
}

_STYLE: Any = {
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": "#b9bec6",
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "grid.color": "#e6e8ec",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
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
    with _style():
        return _costs(summary, cast)


def _costs(summary: pd.DataFrame, cast: Cast) -> Any:
    figure, (axes,) = _figure(1, 1.15 + 0.42 * len(cast.policies))
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
    axes.xaxis.set_major_formatter(_thousands)
    axes.grid(axis="x")
    axes.set_xlabel("money")
    _legend(figure, axes)
    return figure


def over_time(
    panels: Sequence[tuple[str, pd.DataFrame]], cast: Cast, counted_from: np.datetime64 | None = None
) -> Any:
    """Panels one above the other, a line a policy.

    A panel: its title with the unit, and its table of one row a period (its first day is the index) and
    one column a policy. The time before ``counted_from`` is shaded: some items are not counted there.
    """
    with _style():
        return _over_time(panels, cast, counted_from)


def _over_time(
    panels: Sequence[tuple[str, pd.DataFrame]], cast: Cast, counted_from: np.datetime64 | None
) -> Any:
    figure, all_axes = _figure(len(panels), 0.75 + 2.35 * len(panels), sharex=True)
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
        axes.yaxis.set_major_formatter(_thousands)
        axes.grid(axis="y")
    _dates(all_axes[-1])
    _legend(figure, all_axes[0])
    return figure


def svg(figure: Any, name: str, described: str) -> str:
    """The figure as an SVG element. The same figure gives the same text; nothing in it points elsewhere.

    ``name`` keeps its ids apart from those of the page's other pictures; ``described`` is what a screen
    reader says.
    """
    buffer = io.StringIO()
    with _style(name):
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", metadata=metadata)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    # HTML knows these name spaces, and takes a plain href.
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(href="|url\()#', rf"\1#{name}-", text)
    return text.replace("<svg", f'<svg role="img" aria-label="{described}"', 1).strip()


def _style(salt: str = "reorder") -> Any:
    """Our looks, for as long as the context lasts. ``salt`` goes into the ids of an SVG."""
    import matplotlib as mpl

    return mpl.rc_context({**_STYLE, "svg.hashsalt": salt})


def _figure(rows: int, height: float, **options: Any) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, height), layout="constrained")
    axes = figure.subplots(rows, 1, squeeze=False, **options)[:, 0]
    return figure, list(axes)


def _legend(figure: Any, axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    columns = min(len(labels), 6)
    figure.legend(
        handles,
        labels,
        loc="outside upper left",
        ncols=columns,
        handlelength=1.4,
        columnspacing=1.4,
    )


def _dates(axes: Any) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=4, maxticks=10)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


def _thousands(value: float, _: object) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,g}"
