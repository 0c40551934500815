"""The pictures of a backtest's report, each drawn from the table ``scores``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray
from forecasting.evaluate.scores import ALL_ORIGINS, CHOSEN, OVERALL, by_model
from forecasting.reports import drawing
from forecasting.reports.drawing import BASE, BOUND, FOCUS, OTHERS
from models.shared.scores import LEVELS

ACROSS = 4
"""Panels side by side."""

LOWEST, HIGHEST = 0.25, 0.994
"""The shares that a panel of the coverage has room for."""

CAREFUL = "#c79a1e"
"""The colour of a quantile that is too high: more stock than meant."""

DASHES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
DARKEST = 1.5
"""A loss this many times the best of its class has the darkest colour."""


def coverage(scores: pd.DataFrame, models: Sequence[str]) -> Any:
    """A panel a model: at each level the shares strictly below, and at or below, its quantile.

    The axes are stretched towards 1 (log odds), where safety stock lives.
    """
    with drawing.style():
        rows = -(-len(models) // ACROSS)
        figure, all_axes = drawing.panels(rows, 0.35 + 2.5 * rows, ACROSS, sharex=True, sharey=True)
        rows_of = by_model(scores, OVERALL)

        for axes, name in zip(all_axes, models, strict=False):
            _coverage(axes, rows_of[name])
            axes.set_title(name, fontsize=10, pad=6)

        # The last row may not be full: each column has its labels under its last panel.
        for axes in all_axes[len(models) :]:
            axes.set_visible(False)
        for axes in all_axes[max(len(models) - ACROSS, 0) : len(models)]:
            axes.tick_params(labelbottom=True)
        figure.supxlabel("level of the quantile", fontsize=9.5)
        figure.supylabel("share of windows below it", fontsize=9.5)
        return figure


def _coverage(axes: Any, row: Mapping[str, Any]) -> None:
    levels = np.array(LEVELS)
    axes.plot(*[_stretched(np.array([0.4, 0.99]))] * 2, color=BOUND, linewidth=0.9, zorder=1)

    for level in LEVELS:
        low, high = row[f"below_q{level:g}"], row[f"at_or_below_q{level:g}"]
        ends = _stretched(np.clip([low, high], LOWEST, HIGHEST))
        place = np.repeat(_stretched(np.array([level])), 2)
        # Two standard errors, as if windows were independent.
        doubt = 2 * np.sqrt(level * (1 - level) / max(row["windows"], 1))
        colour = BASE if high < level - doubt else CAREFUL if low > level + doubt else FOCUS
        axes.plot(place, ends, color=colour, linewidth=4.5, solid_capstyle="butt", zorder=3)
        axes.plot(place, ends, color=colour, marker="_", markersize=9, linestyle="", zorder=3)

    ticks = _stretched(levels)
    words = [f"{level:g}".lstrip("0") for level in LEVELS]
    axes.set_xticks(ticks, words)
    axes.set_yticks(ticks, words)
    axes.set_xlim(*_stretched(np.array([0.4, 0.99])))
    axes.set_ylim(*_stretched(np.array([LOWEST, HIGHEST])))
    axes.grid(axis="y")


def _stretched(share: FloatArray) -> FloatArray:
    """Where a share stands on the axis: its log odds."""
    odds: FloatArray = np.log(share / (1 - share))
    return odds


def losses(scores: pd.DataFrame, models: Sequence[str]) -> Any:
    """A row a model, a column a class: the scaled pinball loss, darker the further from the class's best."""
    with drawing.style():
        table = scores[(scores["origin"] == ALL_ORIGINS) & ~scores["class"].str.startswith(CHOSEN)]
        table = table[table["pinball"].notna()]
        names = list(table["class"].drop_duplicates())
        wide = table.pivot_table(index="model", columns="class", values="pinball")
        wide = wide.reindex(index=list(models), columns=names)
        figure, (axes,) = drawing.panels(1, 0.7 + 0.34 * len(models))
        _cells(axes, wide.to_numpy(dtype=np.float64))
        axes.set_xticks(np.arange(len(names)) + 0.5, [name.replace("_", " ") for name in names])
        axes.set_yticks(np.arange(len(models)) + 0.5, models)
        return figure


def _cells(axes: Any, values: FloatArray) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    """A coloured cell for each model (row) and class (column), the best of each class in bold."""
    best = np.nanmin(values, axis=0)
    ratio = np.divide(values, best, out=np.full(values.shape, np.nan), where=best > 0)
    shades = LinearSegmentedColormap.from_list("loss", ["#d3e8f3", "#fbfbfa", "#f6d9c4", "#e58a62"])
    axes.pcolormesh(
        np.clip(ratio, 1, DARKEST), cmap=shades, vmin=1, vmax=DARKEST, edgecolors="white", linewidth=2
    )

    for (row, column), value in np.ndenumerate(values):
        least = value == best[column]
        axes.text(
            column + 0.5,
            row + 0.5,
            "" if np.isnan(value) else f"{value:.3f}".lstrip("0"),
            ha="center",
            va="center",
            weight="bold" if least else "normal",
        )

    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)


def over_origins(scores: pd.DataFrame, models: Sequence[str], focus: str) -> Any:
    """Bias, coverage and loss from origin to origin, a line a model."""
    shown = [
        ("Bias: forecast over actual, less 1", "bias", 0.0),
        ("Share of windows at or below the .95 quantile", "at_or_below_q0.95", 0.95),
        ("Scaled pinball loss", "pinball", None),
    ]
    with drawing.style():
        figure, all_axes = drawing.panels(len(shown), 0.9 + 2.2 * len(shown), sharex=True)
        table = scores[(scores["class"] == OVERALL) & (scores["origin"] != ALL_ORIGINS)]
        lines = _lines(models, focus)

        for axes, (title, column, target) in zip(all_axes, shown, strict=True):
            for name in models:
                rows = table[table["model"] == name]
                days = pd.to_datetime(rows["origin"]).to_numpy()
                axes.plot(days, rows[column].to_numpy(), label=name, marker="o", **lines[name])
            if target is not None:
                axes.axhline(target, color=BOUND, linewidth=0.9, zorder=1)
            axes.set_title(title)
            axes.grid(axis="y")

        drawing.dates(all_axes[-1])
        drawing.legend(figure, all_axes[0])
        return figure


def _lines(models: Sequence[str], focus: str) -> dict[str, dict[str, Any]]:
    """How each model's line looks: colours first, then dashes, for there are more models than colours."""
    rest = [name for name in models if name != focus]
    colours = cycle(OTHERS)
    lines = {
        name: {
            "color": next(colours),
            "linestyle": DASHES[place // len(OTHERS) % len(DASHES)],
            "linewidth": 1.1,
            "markersize": 3,
            "zorder": 3,
        }
        for place, name in enumerate(rest)
    }
    return {**lines, focus: {"color": FOCUS, "linewidth": 2.4, "markersize": 5, "zorder": 5}}
