"""The report of a backtest: one page that stands by itself, drawn from the table ``scores``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from forecasting.evaluate.forecasts import AUTO
from forecasting.evaluate.scores import CHOSEN, OVERALL, by_model
from forecasting.reports import html
from forecasting.reports.backtest import pictures
from forecasting.reports.drawing import svg
from forecasting.run import Result

JUDGED = (0.8, 0.9, 0.95, 0.98)
"""The levels that tables show."""

HEADER = (
    "Pinball loss",
    *(f"Below - at or below {level:g}" for level in JUDGED),
    "Bias",
    "RMSSE",
    "Cost",
)

CLASSES = {
    "smooth": "demand in nearly every bucket, of like size",
    "erratic": "demand in nearly every bucket, of very unlike size",
    "intermittent": "many buckets without demand, of like size",
    "lumpy": "many buckets without demand, of very unlike size",
    "no_demand": "none before the origin",
    "fast": "together 80 % of the units of the year before the origin",
    "slow": "all others",
    "new": "less than a quarter of a year behind them",
}

HOW_TO_READ = {
    "Origin, window": (
        "A past day at whose close every model forecast, knowing only what was known then; and the days "
        "after it, over which demand is summed."
    ),
    "Pinball loss": (
        "How far the quantiles at .5, .8, .9, .95 and .98 were off, weighted as each level is meant, in "
        "shares of what the item sold before. The mean over windows; lower is better. Items that never sold "
        "before the origin have no such share and are not in it."
    ),
    "Below - at or below": (
        "The shares of windows whose demand was strictly below, and at or below, the quantile. Demand is "
        "counted in units, so a right quantile lies between the two; where both are lower, stock planned on "
        "it runs out more often than said."
    ),
    "Bias": "The mean forecast over what was demanded, less 1: .05 is 5 % too much.",
    "RMSSE": (
        "Root mean squared error of an item's mean forecast, against how much its demand used to change "
        "from one such stretch of days to the next; the mean over items. Below 1 is better than repeating "
        "the last stretch."
    ),
    "Cost": (
        "Money, summed over the windows: had the item's own best quantile (its critical ratio) been in stock "
        "at the origin, what the units short and the units left over would have cost."
    ),
    "Left out": (
        "A window in which the item could not be sold for a part of the time: nobody knows what would have "
        "been asked for. Those that are left in sold less than usual, if anything."
    ),
    "Whether a difference means anything": (
        "Windows of one origin share its weeks. A model that is ahead at nearly every origin is ahead; one "
        "that owes it to a single origin was lucky."
    ),
}


def report(result: Result) -> str:
    """The page of a backtest as HTML: no link leads out of it, and the same result gives the same bytes.

    ``result``: as ``forecasting.evaluate.backtest`` returns it.
    """
    scores, run = result.tables["scores"], result.run
    models = by_cost(scores)
    focus = AUTO if AUTO in models else models[0]
    sentence, details = headline(scores)
    sections = [
        ("The models side by side", _table(scores, OVERALL, models, focus)),
        (
            "Do the quantiles hold?",
            svg(pictures.coverage(scores, models), "coverage", "Coverage of each model's quantiles")
            + html.note(
                "A bar runs from the share strictly below to the share at or below. Blue: it meets the "
                "line within two standard errors, the quantile holds. Red: demand was higher more often than "
                "said. Yellow: less often, more stock than meant. The axes are stretched towards 1."
            ),
        ),
        (
            "Loss by class",
            svg(pictures.losses(scores, models), "losses", "Scaled pinball loss of each model by class")
            + html.note("Scaled pinball loss; the best of each class in bold."),
        ),
        (
            "From origin to origin",
            svg(
                pictures.over_origins(scores, models, focus),
                "origins",
                "Bias, coverage and loss of each model at each origin",
            ),
        ),
        ("By class", _by_class(scores, models, focus)),
        *([("What auto chose", _chosen(scores))] if focus == AUTO else []),
        ("What was assumed", html.assumptions(result.tables["assumptions"])),
        ("How to read this", html.definitions(HOW_TO_READ)),
    ]
    title = f"Backtest of {run['horizon_days']} days' demand up to {run['as_of']}"
    return html.page(title, sentence, [details, facts(run)], sections)


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


def _bias(bias: float) -> str:
    if math.isnan(bias):
        return "not to be judged, as nothing was sold"
    return f"{100 * abs(bias):.1f} % too {'high' if bias >= 0 else 'low'}"


def _table(scores: pd.DataFrame, name: str, models: Sequence[str], focus: str) -> str:
    table = by_model(scores, name)
    rows = [(model, *cells(table[model])) for model in models if model in table]
    return html.table(("Model", *HEADER), rows, ["focus" if row[0] == focus else "" for row in rows])


def _by_class(scores: pd.DataFrame, models: Sequence[str], focus: str) -> str:
    blocks = []
    for name, words in CLASSES.items():
        rows = by_model(scores, name)
        if rows:
            row = next(iter(rows.values()))
            said = f"{words}; {row['windows']:,} windows, {row['units']:,.0f} units"
            blocks.append(f"<h3>{escape(name)} <small>({escape(said)})</small></h3>")
            blocks.append(_table(scores, name, models, focus))
    return "\n".join(blocks)


def _chosen(scores: pd.DataFrame) -> str:
    names = [name for name in scores["class"].unique() if name.startswith(CHOSEN)]
    rows = [(name.removeprefix(CHOSEN), by_model(scores, name)[AUTO]) for name in names]
    rows.sort(key=lambda pair: (-pair[1]["windows"], pair[0]))
    return html.table(
        ("Model", "Windows", *HEADER), [(name, f"{row['windows']:,}", *cells(row)) for name, row in rows]
    )


def cells(row: Mapping[str, Any]) -> list[str]:
    """One row of ``scores`` as text, in the order of ``HEADER``."""
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
