"""What a backtest says in sentences and figures: its page and the terminal share them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from forecasting.evaluate.forecasts import AUTO
from forecasting.evaluate.scores import OVERALL, by_model

JUDGED = (0.8, 0.9, 0.95, 0.98)
"""The levels that tables show."""


def by_cost(scores: pd.DataFrame) -> list[str]:
    """The models, the cheapest first."""
    rows = by_model(scores, OVERALL)
    return sorted(rows, key=lambda name: (rows[name]["cost"], name))


def headline(scores: pd.DataFrame) -> tuple[str, str]:
    """What the backtest says of the automatic choice (or else of the cheapest model): a sentence, details."""
    rows, order = by_model(scores, OVERALL), by_cost(scores)
    best = order[0]
    focus = AUTO if AUTO in order else best
    row, least = rows[focus], rows[best]["cost"]

    sentence = f"{focus} cost {row['cost']:,.0f}"
    if focus != best:
        more = f"{100 * (row['cost'] / least - 1):.1f} % more" if least > 0 else "more"
        sentence += f", {more} than the cheapest of {len(order)} models, {best}"
    elif len(order) > 1:
        sentence += f", the least of {len(order)} models"

    levels = " / ".join(_short(f"{level:g}") for level in JUDGED)
    shares = " / ".join(f"{100 * row[f'at_or_below_q{level:g}']:.1f}" for level in JUDGED)
    held = f"{focus}: demand was at or below its {levels} quantile in {shares} % of the windows"
    return f"{sentence}.", f"{held}; its mean forecast was {_bias(row['bias'])}."


def _bias(bias: float) -> str:
    if math.isnan(bias):
        return "not to be judged, as nothing was sold"
    return f"{100 * abs(bias):.1f} % too {'high' if bias >= 0 else 'low'}"


def facts(run: Mapping[str, Any]) -> str:
    """What was measured on, and what was left out."""
    counts, origins = run["counts"], run["origins"]
    days = "day" if run["horizon_days"] == 1 else f"{run['horizon_days']} days"
    when = origins[0]
    if len(origins) > 1:
        when = f"each of {len(origins)} origins from {origins[0]} to {origins[-1]}"
    left = f", {counts['left_out']:,} left out (not always on sale)" if counts["left_out"] else ""
    return (
        f"{counts['items']:,} items, demand of the {days} after {when}: "
        f"{counts['windows']:,} windows judged{left}."
    )


def cells(row: Mapping[str, Any]) -> list[str]:
    """One row of ``scores`` as text: pinball loss, a share for each level, bias, RMSSE and cost."""
    return [
        _figure(row["pinball"], ".3f"),
        *(
            f"{_figure(row[f'below_q{level:g}'], '.3f')}-{_figure(row[f'at_or_below_q{level:g}'], '.3f')}"
            for level in JUDGED
        ),
        _figure(row["bias"], "+.3f"),
        _figure(row["rmsse"], ".2f"),
        f"{row['cost']:,.0f}",
    ]


def _figure(value: float, how: str) -> str:
    """A figure as .123; nothing to measure as a dash."""
    return "-" if math.isnan(value) else _short(f"{value:{how}}")


def _short(number: str) -> str:
    return re.sub(r"^([+-]?)0\.", r"\1.", number)
